//! What was seen of a page, beside what stable's showed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chromium::{Chromium, PageError, PageOrder, SeenPage};

use super::super::files::bytes::digest;
use super::super::prelude::*;
use super::pages::{BEFORE_ITS_SCRIPTS, ViewedPage};
use super::pictures;
use super::way::BrowserWay;

/// How long a page may take; a web app of 30 MB on a busy machine takes ten seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the others may take once one did not come: the check is red already.
const AFTER_A_LATE_ONE: Duration = Duration::from_secs(6);
/// Errors that a failure names.
const NAMED: usize = 5;

/// What stable's page was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Whether it showed what it should.
    shown: bool,
    /// What it said.
    said: BTreeSet<String>,
}

/// Of each page, by its name.
pub(super) type Before = BTreeMap<&'static str, Known>;

/// What stable's pages were.
pub(super) const BEFORE: Entry<Before> = Entry::new("what its pages show and say");

/// That, in later stages; on stable what is known so far, which a check that is asked again adds to. Nothing where stable left none.
pub(super) fn before(cx: &Context<'_>) -> Option<Before> {
    if cx.stage == Stage::Stable { Some(BEFORE.kept(cx).unwrap_or_default()) } else { BEFORE.old(cx) }
}

/// Both looks at stable's pages as one.
pub(super) fn joined(mut before: Before, looked: Vec<(&'static str, Known)>) -> Before {
    for (page, known) in looked {
        let whole = before.entry(page).or_default();
        whole.shown |= known.shown;
        whole.said.extend(known.said);
    }
    before
}

/// Looks at a page of a node and judges it; what it was.
pub(super) async fn look(
    cx: &Context<'_>,
    chromium: &mut Chromium,
    place: &Place,
    way: &BrowserWay,
    (page, before): (&ViewedPage, &Before),
) -> Option<(&'static str, Known)> {
    let (name, stable) = (page.name, before.get(page.name));
    let seen = cx.step(format!("load {name} on {place}"), seen(cx, chromium, way, page)).await.ok()?;
    let said: Vec<String> = seen.said.iter().map(|error| told(error, cx.restored.is_some())).collect();
    let is_stable = cx.stage == Stage::Stable;
    let there = judge_there(place, page, &seen, &said, stable.filter(|_| !is_stable));
    let anew: Vec<&String> = match stable {
        Some(known) if !is_stable => said.iter().filter(|text| !known.said.contains(*text)).collect(),
        // Stable is what others are compared with; a page that it had not is compared with nothing.
        _ => Vec::new(),
    };
    let quiet = if anew.is_empty() {
        Ok(())
    } else {
        let first: Vec<&str> = anew.iter().take(NAMED).map(|text| text.as_str()).collect();
        let more = anew.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        Err(place.failed("no error that stable's page had not", format!("{}{more}", first.join("; "))))
    };
    let wrong = [&there, &quiet].iter().find_map(|verdict| match verdict {
        Err(StepError::Failed(failure)) => Some(failure.got.clone()),
        _ => None,
    });
    pictures::keep(cx, place, name, wrong, seen.picture.as_deref()).await;
    let is_there = there.is_ok();
    cx.judge(format!("{name} on {place} shows {}", page.shows), there);
    if stable.is_some() && !is_stable {
        cx.judge(format!("{name} on {place} says nothing that stable's did not"), quiet);
    }
    tell(cx, place, name, &said);
    Some((name, Known { shown: is_there, said: said.into_iter().collect() }))
}

async fn seen(
    cx: &Context<'_>,
    chromium: &mut Chromium,
    way: &BrowserWay,
    page: &ViewedPage,
) -> Result<SeenPage, StepError> {
    let patience = if cx.late() { AFTER_A_LATE_ONE } else { PATIENCE };
    let url = format!("{}{}", way.base, page.path);
    let order = PageOrder {
        url: &url,
        origin: &way.origin,
        is_there: &page.is_there,
        before: BEFORE_ITS_SCRIPTS,
        patience,
    };
    let has_picture = pictures::are_kept(cx);
    let mut seen = chromium.look(&order, has_picture).await.map_err(StepError::from)?;
    // Engines that start containers meanwhile change this machine's network, which a browser cuts what it loads for.
    if seen.disturbed {
        seen = chromium.look(&order, has_picture).await.map_err(StepError::from)?;
    }
    if !seen.there {
        cx.mark_late();
    }
    Ok(seen)
}

/// Whether a page shows what it should.
fn judge_there(
    place: &Place,
    page: &ViewedPage,
    seen: &SeenPage,
    said: &[String],
    stable: Option<&Known>,
) -> Result<(), StepError> {
    if seen.there {
        return Ok(());
    }
    // A web app asks the server for its configuration before all else.
    let is_none = seen.asked.is_empty() && seen.said.is_empty();
    if is_none && !stable.is_some_and(|known| known.shown) {
        let reason =
            "these servers' page is no web app: its scripts show nothing and ask the server for nothing";
        return Err(StepError::NotApplicable(reason.into()));
    }
    let loads = if seen.loaded { "" } else { ", and it is still being loaded" };
    let why = said.first().map_or_else(String::new, |first| format!("; it said {first}"));
    Err(place.failed(page.shows, format!("a page without it{loads}{why}")))
}

/// What is said of an error. On a copy of a site its text may have a word of that in it.
fn told(error: &PageError, is_copy: bool) -> String {
    if is_copy { format!("{} ({:.8})", error.kind, digest(error.text.as_bytes())) } else { error.to_string() }
}

fn tell(cx: &Context<'_>, place: &Place, name: &str, said: &[String]) {
    if said.is_empty() {
        return;
    }
    let shown: Vec<&str> = said.iter().take(NAMED).map(String::as_str).collect();
    let more = said.len().saturating_sub(shown.len());
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    cx.fact(format!("{name} of {} says", place.facts.version), format!("{}{more}", shown.join("; ")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::stage_set::StageSet;

    fn page() -> ViewedPage {
        ViewedPage::login()
    }

    fn verdict(seen: &SeenPage, stable: Option<&Known>) -> &'static str {
        let set = StageSet::new();
        let scene = set.scene(Stage::Release, &[Side::Release]);
        match judge_there(&scene.places[0], &page(), seen, &[], stable) {
            Ok(()) => "there",
            Err(StepError::NotApplicable(_)) => "no web app",
            Err(_) => "failed",
        }
    }

    #[test]
    fn an_empty_page_is_red_unless_there_never_was_a_web_app() {
        let shown = Known { shown: true, ..Known::default() };
        let empty = SeenPage { loaded: true, ..SeenPage::default() };
        let asks = SeenPage { asked: vec!["/api/v4/config/client".into()], ..empty.clone() };
        let there = SeenPage { there: true, ..empty.clone() };
        assert_eq!(verdict(&there, None), "there");
        assert_eq!(verdict(&empty, None), "no web app");
        assert_eq!(verdict(&empty, Some(&Known::default())), "no web app");
        assert_eq!(verdict(&empty, Some(&shown)), "failed");
        assert_eq!(verdict(&asks, None), "failed");
        let throws = PageError { kind: "an uncaught error".into(), text: "x".into() };
        assert_eq!(verdict(&SeenPage { said: vec![throws], ..empty }, None), "failed");
    }

    #[test]
    fn both_looks_at_stable_count() {
        let known = |said: &str| Known { shown: said == "a", said: [said.to_owned()].into() };
        let whole = joined(Before::from([("x", known("b"))]), vec![("x", known("a")), ("y", known("c"))]);
        assert_eq!(whole["x"], Known { shown: true, said: ["a".to_owned(), "b".to_owned()].into() });
        assert!(!whole["y"].shown);
    }

    #[test]
    fn of_a_copy_no_word_is_told() {
        let error = PageError { kind: "an error on the console".into(), text: "planted".into() };
        assert_eq!(told(&error, false), "an error on the console: planted");
        let hushed = told(&error, true);
        assert!(hushed.starts_with("an error on the console (") && !hushed.contains("planted"), "{hushed}");
    }
}
