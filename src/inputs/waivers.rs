//! The file of waivers: found, read and judged before anything is created.

use std::io::Read as _;
use std::path::Path;

use super::problems::Problems;
use crate::checks::catalogue::CHECKS;
use crate::limited::{self, Links};
use crate::shown::Shown;
use crate::waivers::{self, MOST_BYTES, Waivers};

/// Where waivers are looked for when the input names no file.
const USUAL: &str = ".github/upgrade-gate.yaml";

/// Reads the input `waivers`; the day of the run is for whoever runs the plan to say.
pub(super) fn read(input: &str, problems: &mut Problems) -> Waivers {
    read_in(Path::new(""), input, problems)
}

fn read_in(dir: &Path, input: &str, problems: &mut Problems) -> Waivers {
    let file = if input.is_empty() { USUAL } else { input };
    let path = dir.join(file);
    if input.is_empty() && !path.exists() {
        return Waivers::default();
    }
    let text = match text_of(&path) {
        Ok(text) => text,
        Err(error) => {
            let remedy = "Write the path of a file of waivers, or nothing; see docs/waivers.md.";
            problems.add("waivers", Shown::plain(file), format!("cannot be read: {error}"), remedy);
            return Waivers::default();
        }
    };
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
    match waivers::read(&text, &checks) {
        Ok(list) => Waivers { list, today: None },
        Err(all) => {
            for wrong in all {
                let what = if wrong.entry.is_empty() {
                    wrong.wrong
                } else {
                    format!("has a wrong entry: {} {}", Shown::plain(&wrong.entry), wrong.wrong)
                };
                problems.add("waivers", Shown::plain(file), what, wrong.remedy);
            }
            Waivers::default()
        }
    }
}

/// A file that is larger than any file of waivers is not read to its end.
fn text_of(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    limited::open(path, Links::Followed)?.take(most).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "- check: baseline\n  text: MaxPostSize\n  reason: ours\n  owner: ops\n  expires: 2026-12-31\n";

    fn read(dir: &Path, input: &str) -> (usize, Vec<String>) {
        let mut problems = Problems::default();
        let waivers = read_in(dir, input, &mut problems);
        (waivers.list.len(), problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_usual_file_is_taken_if_it_is_there_and_a_named_one_must_be() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path(), ""), (0, vec![]));
        assert!(read(dir.path(), "no.yaml").1[0].starts_with("waivers: \"no.yaml\" cannot be read: No such"));
        std::fs::create_dir(dir.path().join(".github")).unwrap();
        std::fs::write(dir.path().join(USUAL), GOOD).unwrap();
        assert_eq!(read(dir.path(), ""), (1, vec![]));
    }

    #[test]
    fn each_wrong_entry_is_named_with_the_remedy() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("w.yaml"), GOOD.replace("owner: ops", "owner: \"\"")).unwrap();
        let told = read(dir.path(), "w.yaml").1;
        assert_eq!(
            told,
            [
                "waivers: \"w.yaml\" has a wrong entry: entry 1 (baseline) has no owner. Write who answers for it: a person or a team."
            ]
        );
        std::fs::write(dir.path().join("large.yaml"), vec![b'#'; MOST_BYTES * 2]).unwrap();
        assert!(read(dir.path(), "large.yaml").1[0].contains("larger than 256 KiB"));
        std::fs::write(dir.path().join("bytes.yaml"), [0xff, 0xfe]).unwrap();
        assert!(read(dir.path(), "bytes.yaml").1[0].contains("cannot be read"));
        let pipe = dir.path().join("pipe.yaml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(read(dir.path(), "pipe.yaml").1[0].contains("it is a named pipe, not a file"));
    }
}
