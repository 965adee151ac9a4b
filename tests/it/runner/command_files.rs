//! What a step wrote into the runner's files, read by the rules of `FileCommandManager.cs`.

use std::collections::BTreeMap;

/// The pairs of `GITHUB_OUTPUT` and `GITHUB_STATE`. A malformed line fails the step on a runner, and the test here.
pub(super) fn pairs(text: &str) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let line = line.trim_end_matches('\n');
        if line.is_empty() {
            continue;
        }
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        match (equals, heredoc) {
            (Some(at), other) if other.is_none_or(|other| at < other) => {
                pairs.insert(line[..at].to_owned(), line[at + 1..].to_owned());
            }
            (_, Some(at)) => {
                let (name, delimiter) = (&line[..at], &line[at + 2..]);
                assert!(!name.is_empty() && !delimiter.is_empty(), "unable to process file command: {line}");
                let mut value = Vec::new();
                loop {
                    let next = lines.next().unwrap_or_else(|| panic!("no line {delimiter} ends {name}"));
                    assert!(next.ends_with('\n'), "{name}: the last line has no end");
                    let next = next.trim_end_matches('\n');
                    if next == delimiter {
                        break;
                    }
                    value.push(next);
                }
                pairs.insert(name.to_owned(), value.join("\n"));
            }
            _ => panic!("unable to process file command: {line}"),
        }
    }
    pairs
}

#[test]
fn pairs_are_read_as_the_runner_reads_them() {
    let read = pairs("a=1<<2\n\nb<<EOF\nx\n\ny=z\nEOF\n");
    assert_eq!(read["a"], "1<<2");
    assert_eq!(read["b"], "x\n\ny=z");
    for malformed in ["no pair\n", "a<<EOF\nx\n", "a<<EOF\nEOF"] {
        assert!(std::panic::catch_unwind(|| pairs(malformed)).is_err(), "{malformed}");
    }
}
