//! Fits a document into a limit by leaving out whole rows or whole sections, the least important first.
//!
//! GitHub refuses a comment over 65,536 characters and drops a step summary over 1 MiB altogether; half a
//! table row would be worse than none.

use std::collections::HashSet;

/// The verdict, the stages, the case and the failures; these lose rows at most.
pub(crate) const VITAL: u8 = 2;

/// One part of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    /// Its name, for the line that tells what was left out.
    pub(crate) title: &'static str,
    /// 0 is the most important; up to [`VITAL`] a section is never left out as a whole.
    pub(crate) weight: u8,
    /// What stands above the rows: heading, table head.
    pub(crate) head: String,
    /// Rows; whole lines or blocks.
    pub(crate) rows: Vec<String>,
    /// What stands below the rows.
    pub(crate) foot: String,
}

/// How many characters of one foreign text are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room(pub(crate) usize);

/// What is left out first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Rows at the end of the least important sections.
    Rows,
    /// The least important sections as a whole, and rows of the vital ones after that.
    Sections,
}

impl Section {
    /// A section without a foot; nothing when it has no rows.
    pub(crate) fn of(title: &'static str, weight: u8, head: &str, rows: Vec<String>) -> Option<Self> {
        (!rows.is_empty()).then(|| Self { title, weight, head: head.to_owned(), rows, foot: String::new() })
    }
}

/// The sections one after another, at most `limit` bytes (and so at most as many characters).
pub(crate) fn fit(mut sections: Vec<Section>, limit: usize, cut: Cut) -> String {
    let mut left_out: Vec<&'static str> = Vec::new();
    // Room for the lines that tell what was left out.
    let budget = limit.saturating_sub(600);
    let size = |sections: &[Section]| sections.iter().map(|section| section.text(0).len() + 1).sum::<usize>();
    if size(&sections) > limit {
        if cut == Cut::Sections {
            while size(&sections) > budget
                && let Some(index) = least_important(&sections)
            {
                left_out.push(sections.remove(index).title);
            }
        }
        return cut_rows(sections, budget, limit, left_out);
    }
    let texts: Vec<String> = sections.iter().map(|section| section.text(0)).collect();
    texts.join("\n")
}

fn cut_rows(
    mut sections: Vec<Section>,
    budget: usize,
    limit: usize,
    mut left_out: Vec<&'static str>,
) -> String {
    let mut dropped = vec![0; sections.len()];
    let mut size: usize = sections.iter().map(|section| section.text(0).len() + 1).sum();
    while size > budget {
        let candidates = (0..sections.len()).filter(|&index| !sections[index].rows.is_empty());
        let Some(index) = candidates.max_by_key(|&index| (sections[index].weight, index)) else { break };
        // The first row dropped brings the line that says so.
        if dropped[index] == 0 {
            size += note(usize::MAX).len();
        }
        if let Some(row) = sections[index].rows.pop() {
            size = size.saturating_sub(row.len() + 1);
        }
        dropped[index] += 1;
        if sections[index].rows.is_empty() {
            size = size.saturating_sub(sections[index].text(dropped[index]).len());
        }
    }
    let mut texts = Vec::new();
    for (section, &dropped) in sections.iter().zip(&dropped) {
        if dropped > 0 && section.rows.is_empty() {
            left_out.push(section.title);
        } else {
            texts.push(section.text(dropped));
        }
    }
    if !left_out.is_empty() {
        // Of a matrix, several sections have the same name.
        let mut told = HashSet::new();
        left_out.retain(|title| told.insert(*title));
        texts.push(format!(
            "_Left out to stay below GitHub's limit: {}. record.json has everything._\n",
            left_out.join(", ")
        ));
    }
    let mut text = texts.join("\n");
    // Heads are bounded by their makers; should they grow, a cut document is better than a refused one.
    text.truncate(text.floor_char_boundary(limit));
    text
}

/// The section to go next; none when only vital ones are left.
fn least_important(sections: &[Section]) -> Option<usize> {
    let candidates = (0..sections.len()).filter(|&index| sections[index].weight > VITAL);
    candidates.max_by_key(|&index| (sections[index].weight, index))
}

fn note(dropped: usize) -> String {
    format!("\n_… and {dropped} more, in record.json_\n")
}

impl Section {
    fn text(&self, dropped: usize) -> String {
        let mut text = String::new();
        for part in std::iter::once(&self.head).chain(&self.rows).filter(|part| !part.is_empty()) {
            text.push_str(part);
            text.push('\n');
        }
        if dropped > 0 {
            text.push_str(&note(dropped));
        }
        if !self.foot.is_empty() {
            text.push_str(&self.foot);
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(title: &'static str, weight: u8, rows: usize) -> Section {
        let rows = (0..rows).map(|row| format!("{title} row {row} of the table")).collect();
        Section { title, weight, head: format!("## {title}"), rows, foot: String::new() }
    }

    #[test]
    fn what_fits_is_left_alone() {
        let text = fit(vec![section("one", 0, 1), section("two", 1, 0)], 1000, Cut::Rows);
        assert_eq!(text, "## one\none row 0 of the table\n\n## two\n");
    }

    #[test]
    fn rows_of_the_least_important_go_first() {
        let text = fit(vec![section("main", 0, 10), section("side", 5, 100)], 2000, Cut::Rows);
        assert!(text.len() <= 2000);
        assert!(text.contains("main row 9") && text.contains("side row 0") && !text.contains("side row 99"));
        let kept = text.matches("side row").count();
        assert!(text.contains(&format!("_… and {} more, in record.json_", 100 - kept)), "{text}");
    }

    #[test]
    fn sections_go_as_a_whole_and_are_named() {
        let text = fit(
            vec![section("main", 0, 10), section("side", 5, 100), section("last", 6, 1)],
            2000,
            Cut::Sections,
        );
        assert!(text.contains("main row 9") && !text.contains("row 0 of the table\nside"), "{text}");
        assert!(text.contains("Left out to stay below GitHub's limit: last, side."), "{text}");
    }

    #[test]
    fn a_single_section_that_is_too_long_loses_rows() {
        let text = fit(vec![section("main", 0, 1000)], 2000, Cut::Sections);
        assert!(text.len() <= 2000 && text.contains("main row 0"), "{text}");
    }

    proptest! {
        #[test]
        fn the_limit_always_holds(
            parts in proptest::collection::vec((any::<u8>(), 0..200_usize, 0..80_usize), 0..6),
            limit in 700..5000_usize,
            rows in any::<bool>(),
        ) {
            let sections = parts.into_iter().map(|(weight, rows, length)| Section {
                title: "part", weight, head: "ü".repeat(length), rows: vec!["ü".repeat(length); rows], foot: String::new(),
            }).collect();
            let cut = if rows { Cut::Rows } else { Cut::Sections };
            prop_assert!(fit(sections, limit, cut).len() <= limit);
        }
    }
}
