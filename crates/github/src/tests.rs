//! Records of others, through all reports and all that GitHub is told.

use reports::{
    BRIEF_LIMIT, COMMENT_LIMIT, Console, Look, Names, Run, Runs, SUMMARY_LIMIT, brief, comment, judged,
    junit, playwright, read_record, record_json, summary,
};
use run_record::record::Record;
use run_record::record::pace::paces;

use super::{annotations, outputs};

/// Makes every report of a record, and of a matrix of it.
fn rendered(record: &Record) {
    let alone = Runs::of(record.clone());
    let runs = [Run::of(record.clone()), Run::of(record.clone()), Run::missing("x")];
    let matrix = Runs::matrix(runs.into());
    assert!(!matrix.verdict().passed(), "one is missing");
    for runs in [&alone, &matrix] {
        every_report(runs);
    }
    let _ = paces(record);
    assert_eq!(
        read_record(&record_json(record).unwrap()).as_ref(),
        Ok(record),
        "what is stored is read back"
    );
}

fn every_report(runs: &Runs) {
    let passed = runs.verdict().passed();
    for names in [Names::Plain, Names::Zephyr] {
        let xml = junit(runs, names).unwrap();
        assert!(roxmltree::Document::parse(&xml).is_ok(), "junit.xml is not well-formed");
    }
    let json: serde_json::Value = serde_json::from_str(&playwright(runs).unwrap()).unwrap();
    let red = json["stats"]["unexpected"].as_u64().is_some_and(|count| count > 0);
    assert!(red || passed, "a red run without a red test in results.json");
    assert!(brief(runs).text(&[]).chars().count() <= BRIEF_LIMIT);
    assert!(summary(runs).len() <= SUMMARY_LIMIT && comment(runs).len() <= COMMENT_LIMIT);
    assert!(passed || !annotations(runs).is_empty(), "a red run without an annotation");
    let _ = outputs(runs, std::path::Path::new("reports"));
    Console::new(Vec::new(), Look::default()).finish(runs, &[]).unwrap();
}

#[test]
fn fuzzed() {
    let tokens = [
        "\"took_ms\": 18446744073709551615",
        "\"nodes\": 18446744073709551615",
        "{\"is\": \"failed\", \"expected\": \"\", \"got\": \"\"}",
        "{\"is\": \"passed\"}",
        "{\"is\": \"not-measured\", \"reason\": \"\"}",
        "\"mixed-18446744073709551615\"",
        "\"release\"",
        "\"stable\"",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "\"format\": 1",
        "\"interrupted\": \"SIGTERM\"",
        "\"finished\": true",
        "null",
        "\\u0000",
        "\\ud800",
        "]]>",
    ];
    let more = ["golden/report/*.record.json"];
    let target = fuzz::Target { name: "record", more: &more, tokens: &tokens, part: b'\n' };
    target.texts(|text| {
        if let Ok(record) = judged(text) {
            rendered(&record);
        }
    });
}

#[test]
fn numbers_at_their_end_are_rendered() {
    let golden = include_str!("../../../tests/golden/report/worse.record.json");
    for extreme in ["0", "1", "9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        let numbers = |line: &str| match line.trim_end_matches(',').rsplit_once(": ") {
            Some((key, number)) if number.parse::<u64>().is_ok() && !key.ends_with("\"format\"") => {
                format!("{key}: {extreme}{}", if line.ends_with(',') { "," } else { "" })
            }
            _ => line.to_owned(),
        };
        let text = golden.lines().map(numbers).collect::<Vec<_>>().join("\n");
        rendered(&judged(&text).unwrap());
    }
}
