//! What lines of one kind have in common.

use std::fmt;

/// Characters of a message that tell its kind.
const WIDTH: usize = 160;
/// Characters of an id of Mattermost's (`model/utils.go`, `NewId`).
const ID: usize = 26;

/// A line without ids, numbers and addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSignature {
    /// Its level; `panic` for all that is one.
    pub level: String,
    /// What it says, `#` in the places of ids, numbers and addresses.
    pub message: String,
    /// The file that logged it, without the line, which moves from release to release.
    pub caller: Option<String>,
    /// The plugin, where one logged it.
    pub plugin: Option<String>,
}

impl LogSignature {
    /// That of a line.
    #[must_use]
    pub fn new(level: &str, message: &str, caller: Option<&str>, plugin: Option<&str>) -> Self {
        let file = caller.map(|caller| caller.split(':').next().unwrap_or(caller).to_owned());
        Self {
            level: level.to_owned(),
            message: kind_of(message),
            caller: file,
            plugin: plugin.map(str::to_owned),
        }
    }
}

impl fmt::Display for LogSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", self.level, self.message)?;
        match (&self.plugin, &self.caller) {
            (Some(plugin), _) => write!(f, " ({plugin})"),
            (None, Some(file)) => write!(f, " ({file})"),
            (None, None) => Ok(()),
        }
    }
}

/// A message without what differs from one to the next.
fn kind_of(message: &str) -> String {
    let words: Vec<String> = message.split_whitespace().map(without_particulars).collect();
    words.join(" ").chars().take(WIDTH).collect()
}

/// A word of which each stretch with a digit in it, or that is an id, is `#`.
fn without_particulars(word: &str) -> String {
    let is_inner =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '-' | '_' | '@' | '/' | '%' | '+');
    let mut kept = String::new();
    let mut stretch = String::new();
    for c in word.chars().map(Some).chain([None]) {
        if let Some(c) = c.filter(|&c| is_inner(c)) {
            stretch.push(c);
            continue;
        }
        let is_particular = stretch.contains(|c: char| c.is_ascii_digit())
            || stretch.len() == ID && stretch.chars().all(|c| c.is_ascii_lowercase());
        kept.push_str(if is_particular { "#" } else { &stretch });
        // A colon after an address belongs to the sentence.
        if is_particular && stretch.ends_with(':') {
            kept.push(':');
        }
        stretch.clear();
        kept.extend(c);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_of_a_kind_have_one_signature() {
        for (one, other) in [
            ("http: panic serving 10.0.0.2:41130: boom", "http: panic serving 172.17.0.9:5: boom"),
            (
                "Failed to get user zzzzzzzzzzzzzzzzzzzzzzzzzz",
                "Failed to get user abcdefghijklmnopqrstuvwxyz",
            ),
            ("took 12.5ms (limit=3)", "took 1s (limit=30)"),
            ("no row for \"k4r8b1p\"", "no row for \"q3\""),
        ] {
            let of = |text| LogSignature::new("error", text, Some("app/x.go:12"), None);
            assert_eq!(of(one), of(other), "{one}");
        }
    }

    #[test]
    fn two_kinds_have_two() {
        let of = |text| LogSignature::new("error", text, Some("app/x.go:12"), None);
        assert_ne!(of("Failed to get user 1"), of("Failed to get team 1"));
        assert_ne!(of("x"), LogSignature::new("error", "x", Some("app/y.go:12"), None));
        assert_eq!(of("x"), LogSignature::new("error", "x", Some("app/x.go:99"), None));
    }

    #[test]
    fn it_is_shown_with_its_place() {
        let shown = |plugin| LogSignature::new("error", "took 3 s", Some("app/x.go:1"), plugin).to_string();
        assert_eq!(shown(None), "error \"took # s\" (app/x.go)");
        assert_eq!(shown(Some("playbooks")), "error \"took # s\" (playbooks)");
    }
}
