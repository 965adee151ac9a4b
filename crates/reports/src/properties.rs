//! The facts that programs look for by name: `<properties>` of suites and cases in `junit.xml`, and the metadata of
//! `results.json`. What is not known is left out.

use quick_xml::escape::escape;

use super::cases::Case;
use super::sanitise::{attribute, one_line};
use run_record::case::KEY;
use run_record::record::Record;

/// Names and values, in the order they are written.
pub(crate) type Properties = Vec<(&'static str, String)>;

/// Longer values are somebody else's text.
const VALUE_LIMIT: usize = 300;
/// The check whose facts tell the editions of nodes.
const IDENTITY: &str = "identity";
/// How the names of these facts end; the node's name is before it.
const EDITION: &str = " edition";

/// What a run was about: on every suite of it.
pub(crate) fn of_run(record: &Record) -> Properties {
    let header = record.header.as_ref();
    let known = [
        ("stable", header.map(|header| header.stable.image.clone())),
        ("release", header.map(|header| header.release.image.clone())),
        ("edition", edition(record)),
        ("clustering", record.clustering.as_ref().map(|clustering| clustering.label().to_owned())),
    ];
    told(known.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

/// What a case is about; a test of the user's has its own names for that.
pub(crate) fn of_case(case: &Case) -> Properties {
    let Some(about) = &case.about else { return Properties::new() };
    let known = [
        ("test_key", Some(KEY.to_owned())),
        ("line", (!about.lines.is_empty()).then(|| about.lines.join(", "))),
        ("stage", about.stage.map(|stage| stage.to_string())),
        ("check", about.check.clone()),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
    told(known.chain(about.figures.iter().cloned()))
}

/// The edition that the nodes said they are, as late in the run as one said it; several, if they differed.
pub fn edition(record: &Record) -> Option<String> {
    let mut editions: Vec<&str> = Vec::new();
    for result in record.results().filter(|result| result.check == IDENTITY) {
        let facts = result.facts.iter().filter(|(name, _)| name.ends_with(EDITION));
        // Behind the edition stands what it limits.
        let of_stage = facts.map(|(_, value)| value.split(": ").next().unwrap_or(value));
        let mut of_stage: Vec<&str> = of_stage.collect();
        if !of_stage.is_empty() {
            of_stage.dedup();
            editions = of_stage;
        }
    }
    (!editions.is_empty()).then(|| editions.join(", "))
}

/// The `<properties>` element; nothing where there are none.
pub(crate) fn xml(properties: &Properties) -> String {
    if properties.is_empty() {
        return String::new();
    }
    let of_one = |(name, value): &(&str, String)| {
        format!("<property name=\"{name}\" value=\"{}\"/>", escape(value.as_str()))
    };
    format!("<properties>{}</properties>", properties.iter().map(of_one).collect::<String>())
}

fn told(known: impl Iterator<Item = (&'static str, String)>) -> Properties {
    let known = known.filter(|(_, value)| !one_line(value).is_empty());
    known.map(|(name, value)| (name, attribute(&value, VALUE_LIMIT, "unknown"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::event::{EventKind, Outcome, Stage};
    use run_record::samples::{header, record, result};

    fn identity(stage: Stage, facts: &[(&str, &str)]) -> EventKind {
        let mut found = result(stage, IDENTITY, Outcome::Passed);
        found.facts = facts.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        EventKind::CheckFinished(found)
    }

    #[test]
    fn the_edition_is_what_the_nodes_said_last() {
        let entry = "Mattermost Entry: the last 10000 messages are shown";
        let run = record([
            identity(Stage::Stable, &[("node1 edition", "Enterprise edition without a licence: no limits")]),
            identity(
                Stage::Release,
                &[("node1", "9.9.0"), ("node1 edition", entry), ("node2 edition", entry)],
            ),
        ]);
        assert_eq!(edition(&run).as_deref(), Some("Mattermost Entry"));
        let mixed = record([identity(
            Stage::Mixed(1),
            &[("a edition", "Team edition"), ("b edition", "Enterprise")],
        )]);
        assert_eq!(edition(&mixed).as_deref(), Some("Team edition, Enterprise"));
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(of_run(&Record::default()), Properties::new());
        assert_eq!(xml(&Properties::new()), "");
        let run =
            record([EventKind::RunStarted(header(&[])), identity(Stage::Stable, &[("node1", "9.8.0")])]);
        let names: Vec<_> = of_run(&run).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["stable", "release"]);
    }

    #[test]
    fn values_are_attributes() {
        let mut about = header(&[]);
        about.stable.image = "a\"b<c>&\u{1b}[1m\nd\u{202e}".into();
        let run = record([EventKind::RunStarted(about)]);
        let expected = r#"<properties><property name="stable" value="a&quot;b&lt;c&gt;&amp; d\u{202e}"/>"#;
        assert!(xml(&of_run(&run)).starts_with(expected), "{}", xml(&of_run(&run)));
    }
}
