//! Inputs that are one line of text or a command: what no program could take.

use std::path::Path;

use super::problems::Problems;
use crate::inputs::Inputs;
use crate::shown::Shown;

/// Names those that hold what they cannot. Nothing is repeated: some of them are beside passwords.
pub(super) fn judge(inputs: &Inputs, problems: &mut Problems) {
    let (attached, upload) = (&inputs.attached, &inputs.upload);
    let lines = [
        ("registry-username", &inputs.registry_username),
        ("admin-username", &attached.admin_username),
        ("balancer-url", &attached.balancer_url),
        ("report-dir", &inputs.publishing.report_dir),
        ("report-region", &upload.report_region),
        ("suite-results", &inputs.suite_results),
        ("report-from", &inputs.action_mode.report_from),
    ];
    for (input, _) in lines.into_iter().filter(|(_, text)| text.contains(char::is_control)) {
        let wrong = "has a line break or another control character in it";
        problems.add(input, Shown::nothing(), wrong, "Write it on one line.");
    }
    let commands = [
        ("suite-command", &inputs.suite_command),
        ("replace-command", &attached.replace_command),
        ("drain-command", &attached.drain_command),
        ("undrain-command", &attached.undrain_command),
        ("compose-file", &inputs.compose_file),
        ("plugins", &inputs.plugins),
        ("variables", &inputs.variables),
    ];
    for (input, _) in commands.into_iter().filter(|(_, text)| text.contains('\0')) {
        problems.add(input, Shown::nothing(), "has a NUL character in it", "Write it as text.");
    }
    if attached.admin_username.contains(char::is_whitespace) {
        let remedy = "Write the name that they log in with, or their e-mail address.";
        problems.add("admin-username", Shown::plain(&attached.admin_username), "has a blank in it", remedy);
    }
    let here = Path::new(&inputs.suite_results);
    if inputs.suite_image.is_empty() && !inputs.suite_results.is_empty() && here.exists() && !here.is_dir() {
        let wrong = "is a file, and the suite's JUnit files go into a folder";
        problems.add(
            "suite-results",
            Shown::plain(&inputs.suite_results),
            wrong,
            "Write the path of a folder.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(change: impl Fn(&mut Inputs)) -> Vec<String> {
        let (mut inputs, mut problems) = (Inputs::defaults(), Problems::default());
        change(&mut inputs);
        judge(&inputs, &mut problems);
        problems.0.into_iter().map(|problem| problem.input).collect()
    }

    #[test]
    fn what_no_program_could_take_is_named() {
        assert!(named(|_| ()).is_empty());
        assert!(named(|inputs| inputs.suite_command = "make\nmake e2e".into()).is_empty());
        assert_eq!(named(|inputs| inputs.suite_command = "make\0".into()), ["suite-command"]);
        assert_eq!(named(|inputs| inputs.attached.replace_command = "\0".into()), ["replace-command"]);
        assert_eq!(named(|inputs| inputs.attached.admin_username = "root\n".into()), ["admin-username"; 2]);
        assert_eq!(named(|inputs| inputs.publishing.report_dir = "a\nb".into()), ["report-dir"]);
        assert_eq!(named(|inputs| inputs.suite_results = "/etc/hosts".into()), ["suite-results"]);
    }
}
