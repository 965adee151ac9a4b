//! What differs between stable and release: what got worse, what is a question, what was announced or waived, what nodes tell of
//! themselves, and how long checks took.

use super::html::Html;
use super::part::PagePart;
use super::rows::{head, numbers, row, table};
use crate::explained;
use crate::words::{duration, times};
use run_record::event::Stage;
use run_record::record::Record;
use run_record::record::history::{History, tally};
use run_record::record::pace::paces;

/// Rows of each kind.
const ROWS: usize = 60;
/// Checks whose facts are counts of the run itself, which differ in any case.
const COUNTS: [&str; 4] = ["availability", "ledger", "matrix", "logs"];

/// All of it; nothing where the two do not differ.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let mut html = Html::new(room);
    outcomes(record, &mut html);
    facts(record, &mut html);
    slower(record, &mut html);
    PagePart::of("What differs between stable and release", "differs", 3, html)
}

/// Regressions and other failures beside stable, and what is explained.
fn outcomes(record: &Record, html: &mut Html) {
    let told = explained::all(record);
    let tally = tally(record);
    if told.is_empty() && tally.is_empty() {
        return;
    }
    table("Outcomes that differ", html, |html| {
        head(&["what it is", "where", "what"], html);
        html.raw("<tbody>");
        for (word, _) in &tally {
            let of_word = record.results().filter_map(|result| {
                let history = History::of(record, result).filter(|history| history.word() == *word)?;
                Some((history, format!("{}/{}", result.stage, result.check)))
            });
            for (history, place) in of_word.take(ROWS) {
                let tone = if history.is_regression() { "tag bad" } else { "tag odd" };
                html.raw("<tr><th scope=\"row\"><span class=\"").raw(tone).raw("\">").raw(word);
                html.raw("</span></th><td>")
                    .text(&place)
                    .raw("</td><td>")
                    .raw(history.predicate())
                    .raw("</td></tr>");
            }
        }
        for one in told.iter().take(ROWS) {
            html.raw("<tr><th scope=\"row\"><span class=\"tag told\">").raw(one.word).raw("</span></th><td>");
            html.text(&one.places()).raw("</td><td>").text(&one.what).raw("</td></tr>");
        }
        html.raw("</tbody>");
    });
}

/// What nodes and servers tell of themselves, where the release tells something else.
fn facts(record: &Record, html: &mut Html) {
    let of = |stage| record.stages.iter().find(|known| known.stage == stage);
    let (Some(stable), Some(release)) = (of(Stage::Stable), of(Stage::Release)) else { return };
    // Nodes mostly tell the same: one row for all of them.
    let mut rows: Vec<(String, &String, &String)> = Vec::new();
    for before in stable.results.iter().filter(|result| !COUNTS.contains(&result.check.as_str())) {
        let Some(after) = release.results.iter().find(|result| result.check == before.check) else {
            continue;
        };
        for (name, was) in &before.facts {
            if let Some(is) = after.facts.get(name).filter(|is| *is != was) {
                let about = format!("{}: ", before.check);
                let same = rows.iter_mut().take(ROWS).find(|(known, known_was, known_is)| {
                    (*known_was, *known_is) == (was, is) && known.starts_with(&about)
                });
                match same {
                    Some((known, ..)) => known.extend([", ", name]),
                    None => rows.push((about + name, was, is)),
                }
            }
        }
    }
    if rows.is_empty() {
        return;
    }
    table("Facts that differ", html, |html| {
        head(&["fact", "on stable", "on release"], html);
        html.raw("<tbody>");
        for (about, was, is) in rows.iter().take(ROWS) {
            row(about, &[was, is], html);
        }
        html.raw("</tbody>");
    });
}

/// Checks that took clearly longer: information, no verdict.
fn slower(record: &Record, html: &mut Html) {
    let slower: Vec<_> = paces(record).into_iter().filter(|pace| pace.is_slower()).take(ROWS).collect();
    if slower.is_empty() {
        return;
    }
    html.raw("<p class=\"muted\">Checks that took more than three times as long and more than 1 s more; information, no verdict.</p>");
    table("Checks that took longer", html, |html| {
        html.raw("<thead><tr><th scope=\"col\">check</th><th scope=\"col\" class=\"n\">stable</th><th scope=\"col\" class=\"n\">release</th><th scope=\"col\" class=\"n\">factor</th></tr></thead>");
        html.raw("<tbody>");
        for pace in slower {
            numbers(pace.check, &[&duration(pace.stable_ms), &duration(pace.release_ms), &times(pace)], html);
        }
        html.raw("</tbody>");
    });
}
