//! docs/own-compose.md shows the files of tests/fixtures/official, with which a test rolls.

use super::region::{hold, text};

/// What the page promises.
const LINES: usize = 25;

#[test]
fn the_override_is_short_and_is_the_one_that_is_tested() {
    for (part, file, language) in [
        ("override", "upgrade-gate.yml", "yaml"),
        ("haproxy", "haproxy.cfg", "text"),
        ("s3", "upgrade-gate.s3.yml", "yaml"),
        ("nginx-override", "upgrade-gate.nginx.yml", "yaml"),
        ("nginx-conf", "nginx/upgrade-gate.conf", "text"),
    ] {
        let content = text(&format!("tests/fixtures/official/{file}"));
        if language == "yaml" {
            assert!(content.lines().count() <= LINES, "{file} has more than {LINES} lines");
        }
        hold("docs/own-compose.md", part, &format!("```{language}\n{}\n```", content.trim_end()));
    }
}
