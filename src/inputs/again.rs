//! The inputs as words of a call that does the same again, for a reader of a report.

use super::ActionModeInputs;
use super::Inputs;
use super::publishing::PublishingInputs;
use super::row::{Family as _, InputKind, InputRow, Value};
use super::scope::is_given;
use super::upload::UploadInputs;

/// Stands for a value that nobody may show: a password, or what may have one in it.
const UNSHOWN: &str = "…";

impl Inputs {
    /// The flags for whatever was given and is no default, without where reports go and which checks are chosen: whoever does it
    /// again chooses those anew.
    pub(crate) fn again(&self) -> Vec<String> {
        let elsewhere = [PublishingInputs::ROWS, UploadInputs::ROWS, ActionModeInputs::ROWS];
        let elsewhere = |name| elsewhere.iter().any(|rows| rows.iter().any(|row| row.name == name));
        let chosen_anew = |name| name == "only" || elsewhere(name);
        let given = self.values().into_iter().filter(|(row, value)| is_given(row, *value));
        given.filter(|(row, _)| !chosen_anew(row.name)).flat_map(|(row, value)| words(row, value)).collect()
    }
}

fn words(row: &InputRow, value: Value<'_>) -> Vec<String> {
    let flag = format!("--{}", row.name);
    match (row.kind, value) {
        (InputKind::Truth, Value::Text(text)) => vec![format!("{flag}={text}")],
        (InputKind::Text | InputKind::Line, Value::Text(text)) if !text.contains('\n') => {
            vec![flag, text.to_owned()]
        }
        _ => vec![flag, UNSHOWN.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_said_again_and_nothing_secret() {
        let inputs = Inputs::given(&[
            ("stable", "11.5.1"),
            ("release", "11.6.0"),
            ("nodes", "3"),
            ("only", "posts"),
            ("skip", "cloud"),
            ("keep", "true"),
            ("license", "licence-text"),
            ("variables", "DB_PASSWORD=hunter2"),
            ("suite-command", "run --password hunter2"),
            ("report-dir", "elsewhere"),
        ]);
        let words = inputs.again().join(" ");
        for part in [
            "--stable 11.5.1 --release 11.6.0",
            "--keep=true",
            "--skip cloud",
            "--license …",
            "--variables …",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        for part in ["hunter2", "licence-text", "--nodes", "--only", "--report-dir"] {
            assert!(!words.contains(part), "{part}: {words}");
        }
    }
}
