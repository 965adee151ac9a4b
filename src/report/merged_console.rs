//! What the console says of a matrix.

use super::files::WrittenFile;
use super::merged::headline;
use super::runs::Run;
use super::sanitise::one_line;
use super::words::cut;
use crate::verdict::Verdict;

/// The last block: a line for each run, the verdict, where the reports are.
#[must_use]
pub fn console(runs: &[Run], verdict: &Verdict, files: &[WrittenFile]) -> String {
    // On a runner `##[` would be a command wherever it stands; every line begins with words of ours.
    let told = |text: &str| cut(&one_line(text), 500).replace("##[", "## [");
    let mut lines = vec![format!("{}: {}", verdict.word.for_people().to_uppercase(), headline(runs))];
    for run in runs {
        lines.push(format!("  upgrade {}: {}", told(&run.name), run.verdict.word.for_people()));
        lines.extend(run.verdict.reasons.first().map(|first| format!("    first cause: {}", told(first))));
    }
    lines.extend(files.iter().map(|file| match &file.result {
        Ok(path) => format!("  report: {}", told(&path.display().to_string())),
        Err(error) => format!("  ! {}", told(error)),
    }));
    lines.push(format!("  exit code {}", verdict.exit_code));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::worst::worst;

    #[test]
    fn no_line_is_a_command() {
        let mut run = Run::missing("::error::1 to 2\n##[group]x");
        run.verdict.reasons = vec!["::warning::x ##[error]".into()];
        let verdict = worst([(run.name.as_str(), &run.verdict)]);
        insta::assert_snapshot!(console(&[run], &verdict, &[]), @r"
        NOT MEASURED: 0 of 1 upgrade held
          upgrade ::error::1 to 2 ## [group]x: not measured
            first cause: ::warning::x ## [error]
          exit code 4
        ");
    }
}
