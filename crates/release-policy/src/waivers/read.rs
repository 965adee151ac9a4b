//! The file: YAML with one entry per waiver, read strictly and within limits.

use serde::Deserialize;
use serde_json::Value;

use super::waiver::Waiver;
use basics::day::Day;
use basics::versions::Range;

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 256 * 1024;
/// The most entries.
const MOST: usize = 500;
/// The longest text of one entry, in characters.
const LONGEST: usize = 500;
/// The shortest text that a failure can be told by, in characters.
const SHORTEST: usize = 4;

/// Something wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where: `entry 2 (baseline)`, or nothing for the file as a whole.
    pub entry: String,
    /// What is wrong, as a predicate: `has no owner`.
    pub wrong: String,
    /// What to write instead.
    pub remedy: String,
}

/// An entry as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    check: Option<String>,
    step: Option<String>,
    text: Option<String>,
    stable: Option<String>,
    release: Option<String>,
    reason: Option<String>,
    owner: Option<String>,
    expires: Option<String>,
}

const KEYS: &str = "The keys are check, step, text, stable, release, reason, owner and expires; texts and versions stand in quotes.";

/// Reads the waivers; `checks` are the ids that there are.
///
/// # Errors
/// Everything that is wrong with any entry, at once.
pub fn read(text: &str, checks: &[&str]) -> Result<Vec<Waiver>, Vec<Wrong>> {
    let whole = |wrong: String, remedy: &str| {
        Err(vec![Wrong { entry: String::new(), wrong, remedy: remedy.to_owned() }])
    };
    if text.len() > MOST_BYTES {
        let wrong = format!("is larger than {} KiB", MOST_BYTES / 1024);
        return whole(wrong, "Remove the waivers that are over.");
    }
    // YAML's own value first: a key that stands twice in one entry is an error there.
    let value = yaml_serde::from_str::<yaml_serde::Value>(text).map_err(|error| error.to_string());
    let value = match value.and_then(|value| serde_json::to_value(value).map_err(|error| error.to_string())) {
        Ok(value) => value,
        Err(error) => return whole(format!("is no YAML that can be read ({error})"), "See docs/waivers.md."),
    };
    let entries = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(entries) if entries.len() <= MOST => entries,
        Value::Array(entries) => {
            let wrong = format!("has {} entries, and {MOST} are the most", entries.len());
            return whole(wrong, "Remove the waivers that are over.");
        }
        _ => return whole("is no list of waivers".into(), "Begin each waiver with \"- check:\"."),
    };
    let (mut waivers, mut wrong) = (Vec::new(), Vec::new());
    for (number, entry) in (1..).zip(entries) {
        let check = entry["check"].as_str().map(|check| format!(" ({check})")).unwrap_or_default();
        match waiver(entry, checks) {
            Ok(waiver) => waivers.push(waiver),
            Err(all) => wrong.extend(all.into_iter().map(|(wrong, remedy)| Wrong {
                entry: format!("entry {number}{check}"),
                wrong,
                remedy,
            })),
        }
    }
    if wrong.is_empty() { Ok(waivers) } else { Err(wrong) }
}

fn waiver(entry: Value, checks: &[&str]) -> Result<Waiver, Vec<(String, String)>> {
    let raw: Raw = serde_path_to_error::deserialize(entry)
        .map_err(|error| vec![(format!("cannot be read: {}", error.inner()), KEYS.to_owned())])?;
    let mut wrong: Vec<(String, String)> = Vec::new();
    let check = given(
        "check",
        raw.check,
        "Write the id of a check, as `upgrade-gate checks` lists them.",
        &mut wrong,
    );
    if !check.is_empty() && !checks.contains(&check.as_str()) {
        wrong.push(("names no check that there is".into(), format!("The checks are {}.", checks.join(", "))));
    }
    let reason = given("reason", raw.reason, "Write why this failure may be.", &mut wrong);
    let owner = given("owner", raw.owner, "Write who answers for it: a person or a team.", &mut wrong);
    let day = "Write the last day on which it holds: \"2026-12-31\".";
    let expires = given("expires", raw.expires, day, &mut wrong);
    let expires = if expires.is_empty() { None } else { judged(Day::try_from(expires), day, &mut wrong) };
    let part = "Write a part of the step's name (step) or of the failure's words (text).";
    if raw.step.is_none() && raw.text.is_none() {
        wrong.push(("has neither step nor text, and so would cover all of the check".into(), part.into()));
    }
    let (step, text) =
        (matched("step", raw.step, part, &mut wrong), matched("text", raw.text, part, &mut wrong));
    let versions =
        "Write a version (\"11.7.2\"), a minor (\"12.0\") or a range (\">=11.7.0, <12.0.0\"), in quotes.";
    let mut range =
        |text: Option<String>| text.and_then(|text| judged(Range::read(&text), versions, &mut wrong));
    let (stable, release) = (range(raw.stable), range(raw.release));
    match expires.filter(|_| wrong.is_empty()) {
        Some(expires) => Ok(Waiver { check, step, text, stable, release, reason, owner, expires }),
        None => Err(wrong),
    }
}

/// A text that must be there.
fn given(key: &str, text: Option<String>, remedy: &str, wrong: &mut Vec<(String, String)>) -> String {
    let text = text.map(|text| text.trim().to_owned()).unwrap_or_default();
    if text.is_empty() {
        wrong.push((format!("has no {key}"), remedy.to_owned()));
    } else if text.chars().count() > LONGEST {
        wrong.push((format!("has a {key} of more than {LONGEST} characters"), remedy.to_owned()));
    }
    text
}

/// A text that something is told by.
fn matched(
    key: &str,
    text: Option<String>,
    remedy: &str,
    wrong: &mut Vec<(String, String)>,
) -> Option<String> {
    let text = text?.trim().to_owned();
    match text.chars().count() {
        SHORTEST..=LONGEST => {}
        length => wrong.push((
            format!(
                "has a {key} of {length} characters, and {SHORTEST} to {LONGEST} tell a failure from others"
            ),
            remedy.to_owned(),
        )),
    }
    Some(text)
}

fn judged<T>(result: Result<T, String>, remedy: &str, wrong: &mut Vec<(String, String)>) -> Option<T> {
    result.map_err(|error| wrong.push((format!("is wrong: {error}"), remedy.to_owned()))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKS: [&str; 2] = ["baseline", "posts"];
    const GOOD: &str = "- check: baseline\n  text: MaxUsersPerTeam\n  release: \">=12.0.0, <12.2.0\"\n  reason: we set it ourselves\n  owner: ops\n  expires: 2026-12-31\n";

    fn wrong(text: &str) -> Vec<String> {
        let wrong = read(text, &CHECKS).unwrap_err();
        wrong.into_iter().map(|wrong| format!("{} {}", wrong.entry, wrong.wrong)).collect()
    }

    #[test]
    fn a_whole_entry_is_read_and_an_empty_file_is_none() {
        let waivers = read(GOOD, &CHECKS).unwrap();
        assert_eq!(waivers[0].to_string(), "baseline \"MaxUsersPerTeam\" (ops, until 2026-12-31)");
        assert_eq!(read("# nothing yet\n", &CHECKS), Ok(Vec::new()));
        let json = serde_json::to_string(&waivers).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Waiver>>(&json).unwrap(), waivers);
    }

    #[test]
    fn everything_wrong_is_named_with_its_entry() {
        let text = format!(
            "{GOOD}- check: pots\n  text: Max\n  stable: soon\n  reason: \" \"\n  expires: 31.12.2026\n"
        );
        assert_eq!(
            wrong(&text),
            [
                "entry 2 (pots) names no check that there is",
                "entry 2 (pots) has no reason",
                "entry 2 (pots) has no owner",
                "entry 2 (pots) is wrong: \"31.12.2026\" is no day such as 2026-12-31 (the 'year' component could not be parsed)",
                "entry 2 (pots) has a text of 3 characters, and 4 to 500 tell a failure from others",
                "entry 2 (pots) is wrong: \"soon\" is no version and no range of versions (unexpected character 's' while parsing major version number)",
            ]
        );
    }

    #[test]
    fn a_waiver_of_a_whole_check_is_refused() {
        let all = GOOD.replace("  text: MaxUsersPerTeam\n", "");
        assert_eq!(
            wrong(&all),
            ["entry 1 (baseline) has neither step nor text, and so would cover all of the check"]
        );
    }

    #[test]
    fn unknown_and_doubled_keys_and_other_shapes_are_refused() {
        for (text, part) in [
            (GOOD.replace("owner", "ownr"), "unknown field `ownr`"),
            (GOOD.replace("\">=12.0.0, <12.2.0\"", "12.0"), "expected a string"),
            (format!("{GOOD}  owner: others\n"), "duplicate"),
            ("check: baseline".into(), "is no list of waivers"),
            ("- [".into(), "no YAML that can be read"),
            ("- baseline".into(), "cannot be read"),
            (GOOD.repeat(501), "has 501 entries"),
            (format!("#{}", "x".repeat(MOST_BYTES)), "larger than 256 KiB"),
            ("a: &a [x]\nb: !tag {c: *a}".into(), "is no list"),
        ] {
            let found = wrong(&text);
            assert!(found[0].contains(part), "{part}: {found:?}");
        }
    }

    #[test]
    fn a_day_must_exist() {
        assert!(wrong(&GOOD.replace("2026-12-31", "2026-02-30"))[0].contains("is no day"));
    }
}
