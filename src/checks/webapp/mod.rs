//! `webapp`: what a browser loads is there, on each node, and alike on all of one version.
//!
//! [`names`] finds what a page names, [`loaded`] loads it from a node, and here both are judged. A page that one node gave is loaded
//! from whichever node the balancer chooses next: of one version every node must have every file. Of two versions that is not so on any
//! release, because names change with builds, so it is told and not judged: who has the page open must load it anew. So it is with a
//! plugin of which two nodes have two versions ([`alike`]).

mod alike;
mod loaded;
mod names;

use std::collections::BTreeMap;

use super::prelude::*;
use crate::mattermost::ApiErrorKind;
use loaded::LoadedPage;

pub(super) const CHECK: Check = Check::new(
    "webapp",
    "the page, and each script, style and font that it or a plugin names, is there and alike on every node of its version",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

/// Headers of the page that protect who looks at it.
const PROTECTING: [&str; 4] =
    ["content-security-policy", "x-frame-options", "x-content-type-options", "referrer-policy"];
/// Those that stable's page had.
const HEADERS: Entry<Vec<String>> = Entry::new("the page's protecting headers");

async fn run(cx: &Context<'_>) {
    if let Some(reason) = none_built_in(cx).await {
        return cx.not_applicable("the page is there", reason);
    }
    let mut pages = Vec::new();
    for place in cx.places {
        let loaded =
            cx.step(format!("{place} has its page and all that it names"), loaded::from(place)).await;
        pages.extend(loaded.ok().map(|page| (place, page)));
    }
    for (n, (place, page)) in pages.iter().enumerate() {
        if let Some((model, one)) = pages[..n].iter().find(|(model, _)| model.side == place.side) {
            let name = format!("{model} and {place} have the same files");
            let difference = alike::difference(one, page);
            cx.judge(
                name,
                difference.map_or(Ok(()), |(path, has)| {
                    Err(place.failed(format!("{path} as {} has it: {}", model.name, has.one), has.other))
                }),
            );
            for (id, versions) in alike::of_two_versions(one, page) {
                let [here, there] = versions;
                cx.fact(format!("{id} on {} and {}", model.name, place.name), format!("{here} and {there}"));
            }
        }
    }
    tell(cx, &pages);
    headers(cx, &pages);
}

/// Why there is no page to ask for, if there is none.
pub(super) async fn none_built_in(cx: &Context<'_>) -> Option<&'static str> {
    let asked = cx.places[0].client.get("/").await;
    let is_unknown = asked.is_err_and(|error| matches!(error.kind, ApiErrorKind::Status { status: 404, .. }));
    is_unknown.then_some("these servers have no web app built in: GET / is 404")
}

/// How much there is, and what a page of one version misses on nodes of the other.
fn tell(cx: &Context<'_>, pages: &[(&Place, LoadedPage)]) {
    let mut told: BTreeMap<&str, &LoadedPage> = BTreeMap::new();
    for (place, page) in pages {
        told.entry(place.facts.version.as_str()).or_insert(page);
    }
    for (version, page) in &told {
        let bytes: usize = page.files.values().map(|file| file.bytes).sum();
        cx.fact(format!("web app of {version}"), format!("{} files, {} KiB", page.files.len(), bytes >> 10));
        for (other, elsewhere) in told.iter().filter(|(other, _)| other != &version) {
            let missing = page.files.keys().filter(|path| !elsewhere.files.contains_key(*path)).count();
            let name = format!("page of {version} on nodes of {other}");
            cx.fact(name, format!("{missing} of {} files have other names there", page.files.len()));
        }
    }
}

/// Whatever protected who looked at stable's page does so on the release.
fn headers(cx: &Context<'_>, pages: &[(&Place, LoadedPage)]) {
    let had = |page: &LoadedPage| -> Vec<String> {
        let there = PROTECTING.iter().filter(|name| page.has_header(name));
        there.map(|name| (*name).to_owned()).collect()
    };
    if HEADERS.is_wanted(cx) {
        if let Some((_, page)) = pages.first() {
            HEADERS.keep(cx, &had(page));
        }
        return;
    }
    let Some(before) = HEADERS.old(cx) else { return };
    for (place, page) in pages {
        let now = had(page);
        let lost = before.iter().find(|name| !now.contains(*name));
        let verdict = lost.map_or(Ok(()), |name| {
            Err(place.failed(format!("the header {name}, which stable's page had"), "none"))
        });
        cx.judge(format!("{place} protects its page as stable did"), verdict);
    }
}
