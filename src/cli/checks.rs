//! `checks`: the catalogue, and the lines of the case that it covers.

use serde_json::{Value, json};

use super::arguments::Format;
use crate::case::{CaseStep, LINES};
use crate::checks::catalogue::CHECKS;
use crate::publish::print;
use crate::verdict::ExitCode;

pub(super) fn checks(format: Format) -> ExitCode {
    match format {
        Format::Text => print(&text()),
        Format::Json => print(&listing().to_string()),
    }
    ExitCode::PASSED
}

/// The ids of the checks that cover a line.
fn covering(line: &str) -> Vec<&'static str> {
    CHECKS.iter().filter(|check| check.lines.contains(&line)).map(|check| check.id).collect()
}

/// The part of the case that a line belongs to.
fn part(step: CaseStep) -> &'static str {
    match step {
        CaseStep::Stable => "stable",
        CaseStep::Release => "release",
        CaseStep::Expected => "expected",
    }
}

fn listing() -> Value {
    let check = |check: &crate::checks::Check| {
        json!({
            "id": check.id, "title": check.title, "lines": check.lines, "stages": check.stage_words(),
            "alone": check.alone,
            "needs": check.needs.iter().map(|need| need.words()).collect::<Vec<_>>(),
            "environment": check.environment.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>(),
        })
    };
    json!({
        "checks": CHECKS.iter().map(check).collect::<Vec<_>>(),
        "lines": LINES.iter().map(|line| json!({
            "id": line.id, "title": line.title, "step": part(line.step), "checks": covering(line.id),
        })).collect::<Vec<_>>(),
    })
}

fn text() -> String {
    let mut out = String::new();
    for check in CHECKS {
        let mut facts =
            vec![format!("lines {}", check.lines.join(", ")), format!("stages {}", check.stage_words())];
        facts.extend(check.alone.then(|| "alone".to_owned()));
        if !check.needs.is_empty() {
            let needs: Vec<String> = check.needs.iter().map(|need| need.words()).collect();
            facts.push(format!("needs {}", needs.join(", ")));
        }
        if !check.environment.is_empty() {
            let words: Vec<String> =
                check.environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
            facts.push(format!("restarts the nodes with {}", words.join(", ")));
        }
        out += &format!("{:<18} {}\n{:<18} {}\n", check.id, check.title, "", facts.join("; "));
    }
    out += "\nThe case MM-T5392, line by line\n";
    for line in LINES {
        let checks = covering(line.id);
        let checks = if checks.is_empty() { "no check yet".into() } else { checks.join(", ") };
        out += &format!("{:<6} {} — {checks}\n", line.id, line.title);
    }
    out
}
