//! `checks`: the catalogue, and the lines of the case that it covers.

use serde_json::{Value, json};

use super::arguments::Format;
use super::say::say;
use crate::case::LINES;
use crate::checks::catalogue::CHECKS;
use crate::verdict::ExitCode;

pub(super) fn checks(format: Format) -> ExitCode {
    match format {
        Format::Text => say(&text()),
        Format::Json => say(&listing().to_string()),
    }
    ExitCode::PASSED
}

/// The ids of the checks that cover a line.
fn covering(line: &str) -> Vec<&'static str> {
    CHECKS.iter().filter(|check| check.lines.contains(&line)).map(|check| check.id).collect()
}

fn listing() -> Value {
    let check = |check: &crate::checks::Check| {
        json!({
            "id": check.id, "title": check.title, "lines": check.lines, "stages": check.stages.words(),
            "alone": check.alone,
            "needs": check.needs.iter().map(|need| need.words()).collect::<Vec<_>>(),
        })
    };
    json!({
        "checks": CHECKS.iter().map(check).collect::<Vec<_>>(),
        "lines": LINES.iter().map(|line| json!({
            "id": line.id, "title": line.title, "checks": covering(line.id),
        })).collect::<Vec<_>>(),
    })
}

fn text() -> String {
    let mut out = String::new();
    for check in CHECKS {
        out += &format!(
            "{:<18} {}\n{:<18} lines {}; stages {}\n",
            check.id,
            check.title,
            "",
            check.lines.join(", "),
            check.stages.words()
        );
    }
    out += "\nThe case MM-T5392, line by line\n";
    for line in LINES {
        let checks = covering(line.id);
        let checks = if checks.is_empty() { "no check yet".into() } else { checks.join(", ") };
        out += &format!("{:<6} {} — {checks}\n", line.id, line.title);
    }
    out
}
