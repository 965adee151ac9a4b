//! Records of others, through all reports.

use super::*;
use crate::github::{annotations, merged_annotations, outputs};
use crate::record::Record;
use crate::record::pace::paces;
use crate::verdict::Verdict;
use crate::verdict::worst::worst;

/// Makes every report of a record, and of a matrix of it.
fn rendered(record: &Record) {
    let verdict = Verdict::of(record);
    for names in [Names::Plain, Names::Zephyr] {
        let xml = junit(record, &verdict, names).unwrap();
        assert!(roxmltree::Document::parse(&xml).is_ok(), "junit.xml is not well-formed");
    }
    let json: serde_json::Value = serde_json::from_str(&playwright(record, &verdict).unwrap()).unwrap();
    let red = json["stats"]["unexpected"].as_u64().is_some_and(|count| count > 0);
    assert!(red || verdict.passed(), "a red run without a red test in results.json");
    assert!(brief(record, &verdict).text(&[]).chars().count() <= BRIEF_LIMIT);
    assert!(
        summary(record, &verdict).len() <= SUMMARY_LIMIT && comment(record, &verdict).len() <= COMMENT_LIMIT
    );
    let (told, dir) = (annotations(record, &verdict), std::path::Path::new("reports"));
    assert!(verdict.passed() || !told.is_empty(), "a red run without an annotation");
    let _ = (outputs([("", record)], &verdict, dir), paces(record));
    let mut console = Console::new(Vec::new(), Look::default());
    console.finish(record, &verdict, &[]).unwrap();

    let runs = Run::numbered(vec![Run::of(record.clone()), Run::of(record.clone()), Run::missing("x")]);
    let all = worst(runs.iter().map(|run| (run.name.as_str(), &run.verdict)));
    assert!(!all.passed(), "one is missing");
    assert!(roxmltree::Document::parse(&merged_junit(&runs, Names::Zephyr).unwrap()).is_ok());
    let _ = (merged_summary(&runs, &all), merged_comment(&runs, &all), merged_console(&runs, &all, &[]));
    let _ = (merged_annotations(&runs), merged_playwright(&runs).unwrap());
    assert!(merged_brief(&runs, &all).text(&[]).chars().count() <= BRIEF_LIMIT);
    assert_eq!(
        read_record(&record_json(record).unwrap()).as_ref(),
        Ok(record),
        "what is stored is read back"
    );
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
        if let Ok(record) = stored::judged(text) {
            rendered(&record);
        }
    });
}

#[test]
fn numbers_at_their_end_are_rendered() {
    let golden = include_str!("../../tests/golden/report/worse.record.json");
    for extreme in ["0", "1", "9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        let numbers = |line: &str| match line.trim_end_matches(',').rsplit_once(": ") {
            Some((key, number)) if number.parse::<u64>().is_ok() && !key.ends_with("\"format\"") => {
                format!("{key}: {extreme}{}", if line.ends_with(',') { "," } else { "" })
            }
            _ => line.to_owned(),
        };
        let text = golden.lines().map(numbers).collect::<Vec<_>>().join("\n");
        rendered(&stored::judged(&text).unwrap());
    }
}
