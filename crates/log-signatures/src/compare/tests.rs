//! Logs of three nodes, on paper.

use super::*;

fn line(second: u32, level: &str, message: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-11-22 15:{:02}:{:02}.000 Z","level":"{level}","msg":"{message}","caller":"app/x.go:{second}"}}"#,
        second / 60,
        second % 60
    )
}

fn begins(second: u32, version: &str) -> String {
    line(second, "info", &format!("Current version is {version} ({version}/date/hash/none)"))
}

/// node1 changes its version at 20 s, node2 at 40 s; `more` are further lines of one of them.
fn logs(more: &[(&str, String)]) -> Vec<NodeLog> {
    let of = |node: &str, changes| {
        let mut lines = vec![begins(1, "11.6.0"), begins(changes, "11.7.0"), line(60, "info", "end")];
        lines.extend(more.iter().filter(|(of, _)| *of == node).map(|(_, line)| line.clone()));
        lines.sort_by_key(|line| line.get(..40).map(str::to_owned));
        NodeLog { node: node.into(), lines }
    };
    vec![of("node1", 20), of("node2", 40)]
}

fn compared(more: &[(&str, String)]) -> LogComparison {
    compare(&logs(more), "11.6.0", "11.7.0").unwrap()
}

#[test]
fn a_panic_since_the_roll_began_names_node_version_and_time() {
    let found = compared(&[("node2", line(30, "error", "http: panic serving 10.0.0.1:5: nil map"))]);
    let [panic] = &found.panics[..] else { panic!("{found:?}") };
    // node2 still ran stable: the schema of the release is what it met.
    assert_eq!((panic.node.as_str(), panic.version.as_deref()), ("node2", Some("11.6.0")));
    assert_eq!(panic.at.as_deref(), Some("2026-11-22 15:00:30.000 Z"));
    assert_eq!((found.before, found.since), (2, 5));
}

#[test]
fn a_process_that_died_is_a_panic_of_that_moment() {
    let mut all = logs(&[]);
    all[0].lines.insert(2, "panic: runtime error: index out of range [3] with length 3".into());
    let found = compare(&all, "11.6.0", "11.7.0").unwrap();
    assert_eq!(found.panics.len(), 1);
    assert_eq!(found.panics[0].version.as_deref(), Some("11.7.0"));
    all[0].lines.swap(1, 2);
    assert_eq!(compare(&all, "11.6.0", "11.7.0").unwrap().panics, []);
}

#[test]
fn what_stable_logged_too_is_nothing_new() {
    for message in ["http: panic serving 10.0.0.1:5: nil map", "Failed to send mail to 7"] {
        let found = compared(&[("node1", line(5, "error", message)), ("node2", line(50, "error", message))]);
        assert_eq!(
            (found.panics.len(), found.new_errors.len(), found.more_errors.len()),
            (0, 0, 0),
            "{message}"
        );
    }
}

#[test]
fn an_error_that_is_new_is_a_question_once_for_its_kind() {
    let found = compared(&[
        ("node1", line(50, "error", "Failed to index post 9")),
        ("node2", line(45, "error", "Failed to index post 8")),
        ("node2", line(45, "warn", "slow query 8")),
    ]);
    let [error] = &found.new_errors[..] else { panic!("{found:?}") };
    assert_eq!(
        (error.since, error.node.as_str(), error.says.as_str()),
        (2, "node2", "Failed to index post 8")
    );
    assert_eq!(found.panics, []);
}

#[test]
fn errors_that_come_far_more_often_are_a_question() {
    let with = |count| {
        let mut lines = vec![("node1", line(5, "error", "cache miss"))];
        lines.extend((0..count).map(|n| ("node1", line(21 + n % 30, "error", "cache miss"))));
        compared(&lines).more_errors.len()
    };
    assert_eq!((with(49), with(400)), (0, 1));
}

#[test]
fn logs_that_do_not_tell_are_told() {
    let plain = vec![NodeLog { node: "node1".into(), lines: vec!["info [2026] started".into()] }];
    assert_eq!(compare(&plain, "11.6.0", "11.7.0"), Err(Unreadable::Silent));
    assert_eq!(compare(&logs(&[]), "11.6.0", "11.6.0"), Err(Unreadable::Alike("11.6.0".into())));
    let mut cut = logs(&[]);
    cut[1].lines.remove(1);
    assert_eq!(compare(&cut, "11.6.0", "11.7.0"), Err(Unreadable::NoRelease(vec!["node2".into()])));
}
