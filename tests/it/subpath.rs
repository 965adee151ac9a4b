//! A site below a path: whoever asks it, asks it there. On Docker a balancer with TLS is in front of one (gate_on_docker/tls.rs).

use std::collections::BTreeSet;

use upgrade_gate::event::Outcome;
use upgrade_gate::fault::{Faults, find};
use upgrade_gate::record::Record;
use upgrade_gate::verdict::Verdict;

use crate::play::Play;

fn below(only: &str) -> Play {
    let mut play = Play { below: "/company".into(), ..Play::healthy() };
    play.inputs.checks.only = only.into();
    play
}

fn red(record: &Record) -> BTreeSet<&str> {
    record.results().filter(|result| result.outcome.is_red()).map(|result| result.check.as_str()).collect()
}

#[tokio::test]
async fn a_healthy_site_below_a_path_is_green_in_all_checks() {
    let record = below("").record().await;
    assert!(Verdict::of(&record).passed(), "{:?}", Verdict::of(&record).reasons);
    for check in
        ["webapp", "browser", "sessions", "posts", "files.links", "boards", "playbooks", "availability"]
    {
        let mut results = record.results().filter(|result| result.check == check);
        assert!(results.any(|result| result.outcome == Outcome::Passed), "{check}");
    }
}

#[tokio::test]
async fn a_release_that_forgets_the_path_is_red_where_it_does() {
    for (fault, check, told) in [
        ("files-elsewhere", "webapp", "/static/css/main."),
        ("cookies-elsewhere", "browser", "one for \"/elsewhere\""),
    ] {
        let rules = find(fault).unwrap().rules.clone();
        let play = Play { faults: Faults::new(rules, "11.5.1", "11.6.0"), ..below("webapp, browser, posts") };
        let record = play.record().await;
        assert_eq!(red(&record), [check].into(), "{fault}");
        let mut results = record.results().filter(|result| result.outcome.is_red());
        let failed = results.next().unwrap().outcome.clone();
        let Outcome::Failed(failure) = failed else { panic!("{failed:?}") };
        assert!(failure.got.contains(told) && failure.expected.contains("/company"), "{failure:?}");
    }
}
