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

/// A whole number within bounds, in digits alone.
pub(super) fn number(input: &str, text: &str, least: u64, most: u64, problems: &mut Problems) -> u64 {
    match text.parse() {
        Ok(n) if (least..=most).contains(&n) && text.bytes().all(|b| b.is_ascii_digit()) => n,
        _ => {
            let remedy = format!("Write a whole number from {least} to {most}.");
            problems.add(input, Shown::plain(text), "is no such number", remedy);
            least
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
    meant(text, &[("true", true), ("false", false)]).unwrap_or_else(|words| {
        no_choice(input, text, &words, problems);
        false
    })
}

/// What one of some words means; what the first one means where it is none of them.
pub(super) fn choice<T: Copy, const N: usize>(
    input: &str,
    text: &str,
    words: &[(&str, T); N],
    problems: &mut Problems,
) -> T {
    meant(text, words).unwrap_or_else(|known| {
        no_choice(input, text, &known, problems);
        words[0].1
    })
}

/// What a word means, else the words that mean something.
fn meant<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Vec<String>> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| words.iter().map(|(word, _)| format!("\"{word}\"")).collect())
}

fn no_choice(input: &str, text: &str, quoted: &[String], problems: &mut Problems) {
    let (last, first) = quoted.split_last().map_or(("", &[][..]), |(last, first)| (last.as_str(), first));
    let remedy = format!("Write {} or {last}.", first.join(", "));
    problems.add(input, Shown::plain(text), "is no such choice", remedy);
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
            assert_eq!(problems.is_empty(), right, "{text}");
        }
        for text in ["", "1e3", "3.0", "0x3", "three", "99999999999999999999999", "\u{0663}"] {
            let mut problems = Problems::default();
            node_count(text, &mut problems);
            assert_eq!(problems.iter().count(), 1, "{text}");
        }
    }

    #[test]
    fn numbers_have_bounds_and_are_digits() {
        let judged = |text: &str| {
            let mut problems = Problems::default();
            let judged = number("allowed-slowdown", text, 1, 1_000, &mut problems);
            problems.is_empty().then_some(judged)
        };
        assert_eq!((judged("1"), judged("1000")), (Some(1), Some(1_000)));
        for wrong in ["0", "1001", "+3", "-1", "3.0", "three", "", " 3", "99999999999999999999"] {
            assert_eq!(judged(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn limits_have_limits() {
        let wrong = |text: &str| {
            let mut problems = Problems::default();
            limit("timeout", text, Duration::from_secs(30), &mut problems);
            problems
                .iter()
                .next()
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
        choice("mode", "fast", &[("auto", 0), ("rolling", 1), ("stop-start", 2)], &mut problems);
        let told = problems.iter().next().unwrap();
        insta::assert_snapshot!(told, @r#"mode: "fast" is no such choice. Write "auto", "rolling" or "stop-start"."#);
    }
}
