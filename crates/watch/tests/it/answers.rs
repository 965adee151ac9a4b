//! Every path on a server that does one thing wrong, and what that is called.

use std::collections::BTreeMap;
use std::time::Duration;

use availability::{Harm, Route, Through, UserPath};
use watch::Rates;

use crate::site::{Site, ask_on, calm};

/// Each from its fifth call on: the watch itself needs them at its start.
const FAULTS: &str = r#"
- when: { node: all, from_call: 5 }
  match: { method: GET, path: /api/v4/users/me }
  effect: { answer: { status: 401 } }
- when: { node: all, from_call: 5 }
  match: { method: POST, path: /api/v4/posts }
  effect: { patch: { merge: { message: "another one" } } }
- when: { node: all, from_call: 5 }
  match: { method: GET, path: "/api/v4/files/*" }
  effect: { damage: first-byte }
- when: { node: all, from_call: 5 }
  match: { method: POST, path: "/api/v4/teams/*/posts/search" }
  effect: { patch: { merge: { order: [] } } }
- when: { node: all, from_call: 5 }
  match: { method: GET, path: "/api/v4/channels/*/posts" }
  effect: hang
- when: { node: all, from_call: 5 }
  match: { method: POST, path: /api/v4/files }
  effect: reset
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_answer_is_told() {
    let site = Site::new(true, &["node1"], FAULTS).await;
    let rates = Rates { login: Duration::from_millis(500), timeout: Duration::from_secs(2), ..calm() };
    let watch = site.watch(false, rates).await;
    ask_on(&watch, 300).await;
    let seen = watch.finish().await;

    let mut harms: BTreeMap<UserPath, Vec<Harm>> = BTreeMap::new();
    for gap in
        seen.gaps.iter().filter(|gap| gap.route.through == Through::EachInTurn && gap.stretch.failed > 0)
    {
        harms.entry(gap.route.path).or_default().extend(gap.stretch.harms.iter().map(|count| count.harm));
    }
    let wanted = [
        (UserPath::Session, Harm::Status(401)),
        (UserPath::Post, Harm::WrongBody),
        (UserPath::ReadPosts, Harm::TimedOut),
        (UserPath::Search, Harm::WrongBody),
        (UserPath::Upload, Harm::Reset),
        (UserPath::Download, Harm::WrongBody),
    ];
    for (path, harm) in wanted {
        assert!(harms.get(&path).is_some_and(|harms| harms.contains(&harm)), "{path}: {harms:?}");
    }
    let login = Route { path: UserPath::Login, through: Through::EachInTurn };
    let figure = seen.route(&login).and_then(|figures| figures.rest.clone()).unwrap();
    assert!(figure.sent > figure.failed, "{figure:?}");
}

/// A server that closes every third connection in the moment in which it is used.
const CLOSES: &str = r#"
- when: { node: all, from_call: 5, every: 3 }
  match: { method: POST, path: /api/v4/files }
  effect: reset
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_closed_when_it_is_used_again_is_no_failure() {
    let site = Site::new(true, &["node1"], CLOSES).await;
    let watch = site.watch(false, calm()).await;
    ask_on(&watch, 300).await;
    let seen = watch.finish().await;
    let upload = Route { path: UserPath::Upload, through: Through::EachInTurn };
    let figure = seen.route(&upload).and_then(|figures| figures.rest.clone()).unwrap();
    assert!(figure.sent > 10 && figure.failed == 0, "{figure:?}");
}
