//! The plan, step by step, and what else a reader should know: warnings, what was left out, evidence.

use super::html::Html;
use super::part::PagePart;
use run_record::event::Outcome;
use run_record::record::Record;

/// Entries of each list.
const ENTRIES: usize = 200;

/// What was to be done, in its order; gates before this was a list told nothing.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let steps = &record.header.as_ref()?.steps;
    let mut html = Html::new(room);
    if !steps.is_empty() {
        html.raw("<ol class=\"plan\">");
        for step in steps.iter().take(ENTRIES) {
            html.el("li", step);
        }
        html.raw("</ol>");
    }
    PagePart::of("The plan", "plan", 8, html)
}

/// Warnings, what was left out or does not apply, and files of evidence.
pub(super) fn notes(record: &Record, room: usize) -> Option<PagePart> {
    let mut html = Html::new(room);
    list("Warnings", record.warnings.iter().map(|text| (String::new(), text.clone())), &mut html);
    let left_out = record.header.iter().flat_map(|header| header.left_out.iter().cloned());
    list("Left out on request", left_out, &mut html);
    list("Not applicable", not_applicable(record).into_iter(), &mut html);
    evidence(record, &mut html);
    PagePart::of("Notes and evidence", "notes", 7, html)
}

fn list(name: &'static str, entries: impl Iterator<Item = (String, String)>, html: &mut Html) {
    let entries: Vec<(String, String)> = entries.take(ENTRIES).collect();
    if entries.is_empty() {
        return;
    }
    html.raw("<h3>").raw(name).raw("</h3><ul>");
    for (what, text) in entries {
        html.raw("<li>");
        if !what.is_empty() {
            html.raw("<code>").text(&what).raw("</code>: ");
        }
        html.text(&text).raw("</li>");
    }
    html.raw("</ul>");
}

/// One reason usually stands for many checks: it is told once, with the first check that gave it.
fn not_applicable(record: &Record) -> Vec<(String, String)> {
    let mut reasons: Vec<(String, String)> = Vec::new();
    for result in record.results() {
        let steps = result.steps.iter().map(|step| &step.outcome);
        for outcome in steps.chain([&result.outcome]) {
            let Outcome::NotApplicable { reason } = outcome else { continue };
            if reasons.len() < ENTRIES && !reasons.iter().any(|(_, known)| known == reason) {
                reasons.push((result.check.clone(), reason.clone()));
            }
        }
    }
    reasons
}

/// Files beside this one: links where the path can only lead there.
fn evidence(record: &Record, html: &mut Html) {
    if record.evidence.is_empty() {
        return;
    }
    html.raw("<h3>Evidence</h3><ul>");
    for file in record.evidence.iter().take(ENTRIES) {
        html.raw("<li>");
        if is_beside(&file.path) {
            html.raw("<a href=\"").text(&file.path).raw("\">").text(&file.path).raw("</a>");
        } else {
            html.classed("code", "path", &file.path);
        }
        html.raw(": ").text(&file.about).raw("</li>");
    }
    html.raw("</ul>");
}

/// Whether a path is of a file below this page's folder: no scheme, no way up, no root.
fn is_beside(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    path.len() <= 200
        && path.starts_with("evidence/")
        && path.bytes().all(plain)
        && !path.split('/').any(|part| part == ".." || part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_beside_the_page_is_a_link() {
        assert!(is_beside("evidence/node1.log"));
        for path in [
            "javascript:alert(1)",
            "//x.example/a",
            "evidence/../x",
            "/etc/passwd",
            "evidence//x",
            "evidence/\"x",
        ] {
            assert!(!is_beside(path), "{path}");
        }
    }
}
