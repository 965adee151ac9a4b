//! Sections behind `<details>`, so that a comment has one screen.

use super::super::fit::Section;

/// Each group behind a line that opens it; a group without sections has none.
///
/// Between two of them stands no empty line: they are one block of HTML, and nothing of them is a line of the comment. The lines that
/// open and close are sections without rows, which are never left out: whatever is cut, each fold is closed.
pub(super) fn folds(groups: Vec<(String, Vec<Section>)>) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut before = "";
    for (summary, group) in groups.into_iter().filter(|(_, group)| !group.is_empty()) {
        sections.push(line(format!("{before}<details><summary>{summary}</summary>")));
        sections.extend(group);
        before = "</details>\n";
    }
    sections.extend((!before.is_empty()).then(|| line(before.trim_end().to_owned())));
    sections
}

fn line(head: String) -> Section {
    Section { title: "", weight: 0, head, ..Section::default() }
}

/// The lines of a comment that are seen before anything is opened.
#[cfg(test)]
pub(super) fn seen(comment: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut seen = Vec::new();
    for line in comment.lines() {
        let (opens, closes) = (line.matches("<details>").count(), line.matches("</details>").count());
        if depth == 0 && opens + closes == 0 {
            seen.push(line);
        }
        depth = (depth + opens).saturating_sub(closes);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{Cut, fit};

    #[test]
    fn every_fold_is_closed_however_much_is_cut() {
        let group = |name: &'static str, rows: usize| {
            let rows = (0..rows).map(|row| format!("- {name} {row} of many rows")).collect();
            Section { title: name, weight: 3, head: format!("### {name}\n"), rows, foot: String::new() }
        };
        let groups = || {
            vec![
                ("a".to_owned(), vec![group("one", 100), group("two", 100)]),
                ("b".to_owned(), vec![group("three", 100)]),
                ("c".to_owned(), Vec::new()),
            ]
        };
        for limit in [900, 2_000, 5_000, 100_000] {
            let text = fit(folds(groups()), limit, Cut::Rows);
            assert_eq!(text.matches("<details>").count(), 2, "{text}");
            assert_eq!(text.matches("</details>").count(), 2, "{text}");
            assert!(
                seen(&text).iter().all(|line| line.is_empty() || line.starts_with("_Left out")),
                "{text}"
            );
        }
    }
}
