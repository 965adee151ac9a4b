//! docs/policy.md: release lines, the oldest PostgreSQL of a release, upgrades and ways back that are known to fail.

use upgrade_gate::policy;

use super::region::{hold, table};

#[test]
fn every_release_line_is_listed_with_its_days() {
    let rows = policy::release_lines().iter().rev().map(|line| {
        let kind = if line.extended { "extended (ESR)" } else { "" };
        [line.line.to_string(), line.first.to_string(), line.last.to_string(), kind.to_owned()]
    });
    let table = table(["release line", "first day", "last day", "support"], rows);
    hold(
        "docs/policy.md",
        "release-lines",
        &format!("{table}\n[source]({})", policy::release_lines_source()),
    );
}

#[test]
fn every_minimum_of_the_database_is_listed_with_its_source() {
    let rows = policy::minimums().iter().map(|minimum| {
        let source = format!("[source]({})", minimum.source);
        [format!("{} and later", minimum.since), format!("{} or later", minimum.postgres), source]
    });
    hold("docs/policy.md", "databases", &table(["Mattermost", "PostgreSQL", "says who"], rows));
}

#[test]
fn every_way_back_that_is_known_to_fail_is_listed_with_its_source() {
    let rows = policy::no_ways_back().iter().map(|known| {
        let release: Vec<String> = known.release.iter().map(ToString::to_string).collect();
        let what = format!("{} ([source]({}))", known.what, known.source);
        [format!("`{}`", known.id), format!("{} → {}", release.join(" or "), known.stable), what]
    });
    hold("docs/policy.md", "no-way-back", &table(["way back", "release → stable", "what happens"], rows));
}

#[test]
fn every_upgrade_that_is_known_to_fail_is_listed_with_its_source() {
    let rows = policy::known().iter().map(|known| {
        let release: Vec<String> = known.release.iter().map(ToString::to_string).collect();
        let release = release.join(" or ");
        let fixed: Vec<String> = known.fixed.iter().map(ToString::to_string).collect();
        let what = format!("{} ([source]({}))", known.what, known.source);
        [format!("`{}`", known.id), format!("{} → {release}", known.stable), what, fixed.join(", ")]
    });
    hold(
        "docs/policy.md",
        "known",
        &table(["upgrade", "stable → release", "what happens", "fixed in"], rows),
    );
}
