//! The page around the parts: its policy, its style, its contents, and the runs of a matrix below each other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::body::body;
use super::html::Html;
use super::{data, first_screen, rows};
use crate::runs::{RecordedRun, Runs};
use crate::words::{duration, headline, matrix_headline};

const STYLE: &str =
    concat!(include_str!("colours.css"), include_str!("style.css"), include_str!("timeline/marks.css"));
const SCRIPT: &str = include_str!("page.js");

/// Runs of a matrix that have a row; GitHub runs 256 jobs of one at most.
const RUNS: usize = 300;

/// The page with what weighs no more than `most`, and `room` characters for each text of others.
pub(super) fn page(runs: &Runs, room: usize, most: u8) -> String {
    let mut html = Html::new(room);
    let title = match runs.alone() {
        Some(run) => headline(&run.record, &run.verdict),
        None => matrix_headline(runs.all()),
    };
    html.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"");
    html.short(&policy(runs), 400);
    html.raw("\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>");
    html.text(&title).raw("</title><style>").raw(STYLE).raw("</style></head><body>\n");
    html.raw("<a class=\"skip\" href=\"#main\">to the verdict</a><header class=\"bar\"><p>upgrade-gate <span>MM-T5392</span></p><div class=\"needs-script\"><button type=\"button\" id=\"theme\" aria-pressed=\"false\">dark</button></div></header>\n<main id=\"main\">");
    let mut moments = Vec::new();
    match runs.alone() {
        Some(run) => {
            first_screen::of_run(run, "h1", &mut html);
            body(run, 0, most, &mut html);
            moments.push(moment(run, most));
        }
        None => {
            first_screen::of_matrix(runs.all(), runs.verdict(), &mut html);
            matrix(runs.all(), most, &mut html, &mut moments);
        }
    }
    html.raw("</main>\n<footer><p>Made by upgrade-gate from record.json. This file asks nothing of any network.</p></footer>\n");
    html.raw("<script type=\"application/json\" id=\"moments\">").json(&Value::Array(moments));
    html.raw("</script>\n<script>").raw(SCRIPT).raw("</script></body></html>\n");
    html.finish()
}

/// What the page may do: show itself. The two texts that run or colour it are named by their hashes; pictures stand in it.
fn policy(runs: &Runs) -> String {
    let shows_pictures = runs.all().iter().any(|run| !run.record.pictures.is_empty());
    let pictures = if shows_pictures { " img-src data:;" } else { "" };
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none';{pictures} style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// A row for each run, and each run below, folded.
fn matrix(runs: &[RecordedRun], most: u8, html: &mut Html, moments: &mut Vec<Value>) {
    rows::table("Upgrades", html, |html| {
        rows::head(&["upgrade", "verdict", "first cause", "passed", "took", "mode"], html);
        html.raw("<tbody>");
        for (number, run) in (1..).zip(runs).take(RUNS) {
            let (counts, header) = (run.verdict.counts, run.record.header.as_ref());
            html.raw("<tr><th scope=\"row\"><a href=\"#run-").count(number).raw("\">").short(&run.name, 120);
            html.raw("</a></th><td class=\"slim\"><span class=\"tag ");
            html.raw(first_screen::tone(&run.verdict)).raw("\">").raw(run.verdict.word.for_people());
            html.raw("</span></td><td class=\"last\">");
            html.short(run.verdict.reasons.first().map_or("", String::as_str), 300);
            html.raw("</td><td class=\"n\">").count(counts.passed).raw(" of ").count(counts.planned);
            html.raw("</td><td class=\"n\">").text(&duration(run.record.took_ms()));
            html.raw("</td><td class=\"slim\">").short(header.map_or("–", |header| &header.mode), 40);
            html.raw("</td></tr>");
        }
        html.raw("</tbody>");
    });
    if runs.len() > RUNS {
        html.raw("<p>… and ").count(runs.len() - RUNS).raw(" more</p>");
    }
    for (number, run) in (1..).zip(runs).take(RUNS).filter(|_| most > 0) {
        html.raw("\n<details class=\"run\" id=\"run-")
            .count(number)
            .raw("\"><summary>")
            .short(&run.name, 120);
        html.raw(" <span class=\"tag ").raw(first_screen::tone(&run.verdict)).raw("\">");
        html.raw(run.verdict.word.for_people()).raw("</span></summary>");
        first_screen::of_run(run, "h2", html);
        body(run, number, most, html);
        html.raw("</details>");
        moments.push(moment(run, most));
    }
}

/// The moments of a run, where its timeline stays.
fn moment(run: &RecordedRun, most: u8) -> Value {
    let timeline_stays = most >= 5;
    timeline_stays.then(|| data::of(run)).flatten().unwrap_or(Value::Null)
}
