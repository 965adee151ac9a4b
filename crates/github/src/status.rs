//! The name of a commit status, in the form that Mattermost's own rolling upgrade tests have:
//! `e2e-test/upgrade-gate/enterprise/upgrade-from-release-11.7-esr`.
//!
//! Whatever a record says, a name is made of our words and of numbers alone. A part that is not known is left out, and
//! without the version there is no name.
//! Source: mattermost/mattermost, .github/workflows/e2e-tests-playwright-rolling-upgrades-template.yml.

use basics::reference;
use basics::versions::Version;
use reports::{Runs, edition};
use run_record::record::Record;

/// What all names begin with.
const HEAD: &str = "e2e-test/upgrade-gate";

/// The name of a run's commit status, or of a matrix what the names of its runs have in common, part by part; `is_esr` knows the
/// extended support releases.
#[must_use]
pub fn status_context(runs: &Runs, is_esr: impl Fn(&Version) -> bool) -> Option<String> {
    let names = runs.all().iter().filter_map(|run| of_run(&run.record, &is_esr));
    let parts = names.map(|name| name.split('/').map(str::to_owned).collect::<Vec<_>>());
    let shared = |one: Vec<String>, other: Vec<String>| {
        let equal = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
        one[..equal].to_vec()
    };
    parts.reduce(shared).map(|parts| parts.join("/"))
}

fn of_run(record: &Record, is_esr: impl Fn(&Version) -> bool) -> Option<String> {
    let version = stable(record);
    let (major, minor) = version.line()?;
    let edition = edition_of(record).map_or_else(String::new, |edition| format!("/{edition}"));
    let esr = if is_esr(&version) { "-esr" } else { "" };
    Some(format!("{HEAD}{edition}/upgrade-from-release-{major}.{minor}{esr}"))
}

/// The stable version as it was given, else as its first node reported it.
fn stable(record: &Record) -> Version {
    let Some(header) = &record.header else { return Version::Unknown };
    let tag = reference::parse(&header.stable.image).ok().and_then(|image| image.tag);
    match tag.map_or(Version::Unknown, Version::read) {
        // Nodes of stable are ready before any of the release is there.
        Version::Unknown => {
            record.ready.first().map_or(Version::Unknown, |node| Version::read(&node.version))
        }
        known => known,
    }
}

/// The edition in Mattermost's word: what the nodes said they are, else what the image's name says. Only the name tells a
/// FIPS build from another one.
fn edition_of(record: &Record) -> Option<&'static str> {
    let header = record.header.as_ref()?;
    let said = edition(record);
    let images = [&header.release.image, &header.stable.image];
    let named = |word: &str| {
        let name = |image: &str| reference::parse(image).map(|image| image.repository.to_owned());
        images.iter().any(|image| {
            name(image).is_ok_and(|path| path.rsplit('/').next().is_some_and(|name| name.contains(word)))
        })
    };
    match said.as_deref() {
        Some(said) if said.starts_with("Team edition") => Some("team"),
        _ if named("fips") => Some("fips"),
        Some(_) => Some("enterprise"),
        None if named("team-edition") => Some("team"),
        None if named("enterprise") => Some("enterprise"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reports::Run;
    use run_record::event::{EventKind, Outcome, Stage};
    use run_record::samples::{header, record, result};

    fn run(stable: &str, edition: &str, ready: &str) -> Record {
        let mut about = header(&[]);
        about.stable.image = stable.into();
        about.release.image = stable.into();
        let mut identity = result(Stage::Stable, "identity", Outcome::Passed);
        if !edition.is_empty() {
            identity.facts.insert("node1 edition".into(), edition.into());
        }
        record([
            EventKind::RunStarted(about),
            EventKind::NodeReady { node: "node1".into(), version: ready.into(), took_ms: 1 },
            EventKind::CheckFinished(identity),
        ])
    }

    fn name(record: &Record) -> String {
        status_context(&Runs::of(record.clone()), is_esr).unwrap_or_default()
    }

    fn is_esr(version: &Version) -> bool {
        version.line() == Some((11, 7))
    }

    #[test]
    fn the_edition_is_what_the_nodes_are_and_fips_what_the_image_is_called() {
        let enterprise = "mattermost/mattermost-enterprise-edition:release-11.9";
        let told = |image: &str, said: &str| name(&run(image, said, "11.9.0"));
        assert_eq!(told(enterprise, ""), "e2e-test/upgrade-gate/enterprise/upgrade-from-release-11.9");
        assert_eq!(
            told(enterprise, "Team edition: at most 250 users"),
            "e2e-test/upgrade-gate/team/upgrade-from-release-11.9"
        );
        let team = "mattermostdevelopment/mattermost-team-edition:11.9.1-rc2";
        assert_eq!(told(team, ""), "e2e-test/upgrade-gate/team/upgrade-from-release-11.9");
        let fips = "mattermost/mattermost-enterprise-fips-edition:11.9.1";
        assert_eq!(told(fips, "Mattermost Entry"), "e2e-test/upgrade-gate/fips/upgrade-from-release-11.9");
        assert_eq!(
            told("ghcr.io/me/mm:11.9.0", "Enterprise"),
            "e2e-test/upgrade-gate/enterprise/upgrade-from-release-11.9"
        );
        assert_eq!(told("ghcr.io/me/mm:11.9.0", ""), "e2e-test/upgrade-gate/upgrade-from-release-11.9");
    }

    #[test]
    fn the_version_is_the_tags_or_the_nodes() {
        let esr = "mattermost/mattermost-enterprise-edition:11.7.4";
        assert_eq!(
            name(&run(esr, "", "11.7.4")),
            "e2e-test/upgrade-gate/enterprise/upgrade-from-release-11.7-esr"
        );
        assert_eq!(name(&run("mm:master", "", "11.9.0")), "e2e-test/upgrade-gate/upgrade-from-release-11.9");
        assert_eq!(name(&run("mm:master", "", "soon")), "");
        assert_eq!(status_context(&Runs::of(Record::default()), is_esr), None);
    }

    #[test]
    fn a_matrix_has_what_its_runs_share() {
        let enterprise = |version: &str| run(&format!("mm-enterprise:{version}"), "", version);
        let (one, other) = (enterprise("11.9.0"), enterprise("11.7.0"));
        let shared = |records: &[&Record]| {
            let runs = records.iter().map(|&record| Run::of(record.clone())).collect();
            status_context(&Runs::matrix(runs), is_esr).unwrap_or_default()
        };
        assert_eq!(shared(&[&one, &other, &Record::default()]), "e2e-test/upgrade-gate/enterprise");
        assert_eq!(shared(&[&one, &one]), name(&one));
        assert_eq!(shared(&[&one, &run("mm-team-edition:11.9.0", "", "")]), "e2e-test/upgrade-gate");
        assert_eq!(shared(&[]), "");
    }
}
