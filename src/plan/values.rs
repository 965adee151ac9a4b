//! Inputs that are a number, a time, a yes or no, or one of some words.

use std::time::Duration;

use super::problems::Problems;
use crate::cluster::MOST_NODES;
use crate::shown::Shown;

/// The longest limit that may be set: longer than any job lives, and short enough to be added to any moment.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The input `nodes`.
pub(super) fn node_count(text: &str, problems: &mut Problems) -> usize {
    match text.parse() {
        // A sign is no digit, though a number may have one.
        Ok(n) if (1..=MOST_NODES as usize).contains(&n) && text.bytes().all(|b| b.is_ascii_digit()) => n,
        _ => {
            let remedy = format!("Write a number from 1 to {MOST_NODES}; 3 is the default.");
            problems.add("nodes", Shown::plain(text), "is no possible number of nodes", remedy);
            1
        }
    }
}

/// A limit that is `shortest` at least.
pub(super) fn limit(input: &str, text: &str, shortest: Duration, problems: &mut Problems) -> Duration {
    let (wrong, remedy) = match humantime::parse_duration(text) {
        Ok(time) if time < shortest => {
            let shortest = humantime::format_duration(shortest);
            ("is too short".to_owned(), format!("Write at least \"{shortest}\"."))
        }
        Ok(time) if time > LONGEST => {
            let longest = humantime::format_duration(LONGEST);
            ("is too long".to_owned(), format!("Write at most \"{longest}\"."))
        }
        Ok(time) => return time,
        Err(error) => {
            (format!("is no duration ({error})"), "Write for example \"90s\", \"30m\" or \"1h\".".into())
        }
    };
    problems.add(input, Shown::plain(text), wrong, remedy);
    Duration::ZERO
}

/// A yes or no.
pub(super) fn truth(input: &str, text: &str, problems: &mut Problems) -> bool {
    one_of(input, text, &["true", "false"], problems);
    text == "true"
}

/// One of some words.
pub(super) fn one_of(input: &str, text: &str, words: &[&str], problems: &mut Problems) {
    if !words.contains(&text) {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let (last, first) = quoted.split_last().map_or(("", &[][..]), |(last, first)| (last.as_str(), first));
        let remedy = format!("Write {} or {last}.", first.join(", "));
        problems.add(input, Shown::plain(text), "is no such choice", remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_nodes_are_digits_from_1_to_9() {
        for (text, right) in
            [("1", true), ("9", true), ("0", false), ("10", false), ("-1", false), ("+3", false)]
        {
            let mut problems = Problems::default();
            node_count(text, &mut problems);
            assert_eq!(problems.0.is_empty(), right, "{text}");
        }
        for text in ["", "1e3", "3.0", "0x3", "three", "99999999999999999999999", "\u{0663}"] {
            let mut problems = Problems::default();
            node_count(text, &mut problems);
            assert_eq!(problems.0.len(), 1, "{text}");
        }
    }

    #[test]
    fn limits_have_limits() {
        let wrong = |text: &str| {
            let mut problems = Problems::default();
            limit("timeout", text, Duration::from_secs(30), &mut problems);
            problems
                .0
                .pop()
                .map(|problem| format!("{} {}", problem.wrong, problem.remedy))
                .unwrap_or_default()
        };
        for right in ["30s", "90m", "7d", "1h 30m"] {
            assert_eq!(wrong(right), "", "{right}");
        }
        for (text, part) in [
            ("29s", "at least \"30s\""),
            ("0", "at least"),
            ("8d", "at most \"7days\""),
            ("9999999999h", "at most"),
            ("18446744073709551615s", "at most"),
            ("99999999999999999999h", "no duration"),
            ("-5m", "no duration"),
            ("soon", "no duration"),
            ("", "no duration"),
        ] {
            assert!(wrong(text).contains(part), "{text}: {}", wrong(text));
        }
    }

    #[test]
    fn words_are_listed() {
        let mut problems = Problems::default();
        one_of("mode", "fast", &["auto", "rolling", "stop-start"], &mut problems);
        insta::assert_snapshot!(problems.0[0], @r#"mode: "fast" is no such choice. Write "auto", "rolling" or "stop-start"."#);
    }
}
