//! Pictures of pages: one of each page of each version, and of every page that was wrong, at most a handful.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::prelude::*;
use crate::event::{EventKind, Picture};

/// Pictures of a run: four pages of two versions, and some that are wrong.
const MOST: usize = 14;

/// What there are pictures of: a version, a page, and what was wrong with it.
type Kept = BTreeSet<(String, &'static str, Option<String>)>;

/// Under what that is kept for later stages: it is nothing that crosses the upgrade.
const KEPT: &str = "pictures";

/// Whether pictures are kept. Those of a copy of somebody's site would show who is there.
pub(super) fn are_kept(cx: &Context<'_>) -> bool {
    cx.restored.is_none() && cx.shelf.is_some()
}

/// Keeps a picture, if there is one and it tells something that no other does.
pub(super) async fn keep(
    cx: &Context<'_>,
    place: &Place,
    page: &'static str,
    wrong: Option<String>,
    png: Option<&[u8]>,
) {
    let (Some(png), Some(shelf)) = (png, cx.shelf) else { return };
    let mut kept: Kept = cx.carried.get(cx.check, KEPT).unwrap_or_default();
    let version = place.facts.version.clone();
    // The same page that is wrong in the same way, on another node or asked again, tells nothing more.
    let is_new = kept.insert((version.clone(), page, wrong.clone()));
    if !are_kept(cx) || kept.len() > MOST || !is_new {
        return;
    }
    let number = kept.len();
    cx.carried.set(cx.check, KEPT, kept);
    let about = format!("{page} of {version} on {} in {}", place.name, cx.stage);
    let file = format!("look/{number:02}-{}-{}-{}.png", cx.stage, place.name, slug(page));
    shelf.keep_picture(&file, &about, png, cx.events).await;
    cx.events.send(EventKind::Pictured(Box::new(Picture {
        stage: cx.stage,
        check: cx.check.to_owned(),
        node: place.name.clone(),
        version,
        page: page.to_owned(),
        wrong,
        png: STANDARD.encode(png),
    })));
}

/// "the login page" → "login-page".
fn slug(page: &str) -> String {
    let words = page.split(' ').filter(|word| !["the", "a"].contains(word));
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_page() {
        assert_eq!((slug("the login page"), slug("Boards")), ("login-page".into(), "boards".into()));
    }
}
