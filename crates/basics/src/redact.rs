//! Keeps secrets out of everything we write.
//!
//! A [`Redactor`] knows the run's secrets and the forms in which they turn up in logs and answers: as they
//! are, line by line, in base64 (also in the middle of a longer text, as in basic authentication), percent-
//! encoded, and escaped for JSON or XML. It also masks two shapes without knowing the secret: bearer tokens
//! and the password of a URL. It is applied at the edge, to every event before anybody shows or stores it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a secret's place.
pub const MASK: &str = "***";

/// Shorter secrets are ignored: masking them would blacken ordinary words.
pub const SHORTEST: usize = 4;

/// The shortest piece of base64 that is looked for; shorter ones are found everywhere by chance.
const SHORTEST_BASE64: usize = 6;

/// What an address leaves as it is.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Masks known secrets and the usual shapes of unknown ones.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
    needles: BTreeSet<String>,
    search: Search,
}

/// How known secrets are found.
#[derive(Clone, Default)]
enum Search {
    /// There are none.
    #[default]
    Nothing,
    /// The longest at each place, so that a secret that contains another one disappears as a whole.
    Needles(AhoCorasick),
    /// They are too many to be looked for: nothing may be shown at all.
    TooMany,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

impl Redactor {
    /// A redactor for these secrets.
    #[must_use]
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.learn(secret.as_ref());
        }
        redactor.prepare();
        redactor
    }

    /// Learns one more secret, such as a generated password. Ignores those shorter than [`SHORTEST`].
    pub fn add(&mut self, secret: &str) {
        if self.learn(secret) {
            self.prepare();
        }
    }

    fn learn(&mut self, secret: &str) -> bool {
        let secret = secret.trim();
        if secret.chars().count() < SHORTEST || self.secrets.iter().any(|known| known == secret) {
            return false;
        }
        self.secrets.push(secret.to_owned());
        self.needles.extend(forms(secret));
        true
    }

    fn prepare(&mut self) {
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&self.needles);
        self.search = match search {
            _ if self.needles.is_empty() => Search::Nothing,
            Ok(search) => Search::Needles(search),
            Err(_) => Search::TooMany,
        };
    }

    /// The text without secrets; borrowed when there were none.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.redact_known(text);
        match redact_shapes(&known) {
            Some(masked) => Cow::Owned(masked),
            None => known,
        }
    }

    fn redact_known<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.search {
            Search::Nothing => Cow::Borrowed(text),
            Search::TooMany => Cow::Borrowed(MASK),
            Search::Needles(search) if !search.is_match(text) => Cow::Borrowed(text),
            Search::Needles(search) => {
                let mut masked = String::with_capacity(text.len());
                search.replace_all_with(text, &mut masked, |_, _, masked| {
                    masked.push_str(MASK);
                    true
                });
                Cow::Owned(masked)
            }
        }
    }
}

/// Every form in which a secret may turn up.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    // A key of several lines is logged line by line.
    if secret.contains('\n') {
        let lines = secret.lines().map(str::trim).filter(|line| line.chars().count() >= SHORTEST);
        forms.extend(lines.map(str::to_owned));
    }
    for whole in forms.clone() {
        forms.extend(base64_forms(whole.as_bytes()));
        let percent = utf8_percent_encode(&whole, &UNRESERVED).to_string();
        forms.push(percent.replace("%20", "+"));
        forms.push(lower_hex(&percent));
        forms.push(percent);
        let json = serde_json::to_string(&whole).unwrap_or_default();
        let json = json.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned();
        // Go, in which the servers are written, also escapes these three.
        forms.push(json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"));
        forms.push(json);
        let xml = whole.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        forms.push(xml.replace('"', "&quot;").replace('\'', "&apos;"));
        forms.push(xml.replace('"', "&#34;").replace('\'', "&#39;"));
        forms.push(xml);
    }
    forms.retain(|form| form.chars().count() >= SHORTEST);
    forms
}

/// The secret in base64 as a whole and as it looks inside a longer text, at each of the three alignments.
fn base64_forms(secret: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        for before in 0..3_usize {
            let mut bytes = vec![0; before];
            bytes.extend_from_slice(secret);
            // Only characters made of the secret's bits alone look the same wherever it stands.
            let from = (before * 8).div_ceil(6);
            let until = bytes.len() * 8 / 6;
            let encoded = alphabet.encode(&bytes);
            if until.saturating_sub(from) >= SHORTEST_BASE64 {
                forms.push(encoded[from..until].to_owned());
            }
        }
        let whole = alphabet.encode(secret);
        forms.push(format!("{whole}{}", "=".repeat((4 - whole.len() % 4) % 4)));
        forms.push(whole);
    }
    forms
}

/// A percent encoding with small hex digits.
fn lower_hex(percent: &str) -> String {
    let mut after_percent = 0;
    percent
        .chars()
        .map(|c| {
            if c == '%' {
                after_percent = 2;
                return c;
            }
            if after_percent == 0 {
                return c;
            }
            after_percent -= 1;
            c.to_ascii_lowercase()
        })
        .collect()
}

/// Masks bearer tokens and passwords of URLs; nothing when there are none.
fn redact_shapes(text: &str) -> Option<String> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let lower = text.to_ascii_lowercase();
    for (at, word) in lower.match_indices("bearer ") {
        let start = at + word.len();
        let token = text[start..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || "._~+/=-".contains(c)))
            .unwrap_or(text.len() - start);
        if token >= SHORTEST {
            spans.push((start, start + token));
        }
    }
    for (at, mark) in text.match_indices("://") {
        let start = at + mark.len();
        let end = text[start..]
            .find(|c: char| c.is_whitespace() || "/?#\"'`<>".contains(c))
            .map_or(text.len(), |length| start + length);
        // A password may hold an @ itself: the last one ends it.
        let Some(user_end) = text[start..end].rfind('@') else { continue };
        let Some(colon) = text[start..start + user_end].find(':') else { continue };
        let password = (start + colon + 1, start + user_end);
        if password.0 < password.1 {
            spans.push(password);
        }
    }
    spans.retain(|&(from, until)| &text[from..until] != MASK);
    if spans.is_empty() {
        return None;
    }
    spans.sort_unstable();
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for (from, until) in spans {
        if from < done {
            continue;
        }
        masked.push_str(&text[done..from]);
        masked.push_str(MASK);
        done = until;
    }
    masked.push_str(&text[done..]);
    Some(masked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "p4ss\"w<rd &/ü";

    #[test]
    fn text_without_a_secret_is_borrowed() {
        let redactor = Redactor::new(["hunter22"]);
        assert!(matches!(redactor.redact("nothing to see, https://host/path:1@2"), Cow::Borrowed(_)));
    }

    #[test]
    fn short_secrets_are_ignored() {
        assert_eq!(Redactor::new(["abc", " x ", ""]).redact("abc x"), "abc x");
    }

    #[test]
    fn each_common_encoding_is_masked() {
        let redactor = Redactor::new([SECRET]);
        let encoded = [
            SECRET.to_owned(),
            "cDRzcyJ3PHJkICYvw7w=".to_owned(),
            "p4ss%22w%3Crd%20%26%2F%C3%BC".to_owned(),
            "p4ss%22w%3crd+%26%2f%c3%bc".replace('+', "%20"),
            "p4ss\\\"w<rd &/ü".to_owned(),
            "p4ss\\\"w\\u003crd \\u0026/ü".to_owned(),
            "p4ss&quot;w&lt;rd &amp;/ü".to_owned(),
        ];
        for text in encoded {
            assert_eq!(redactor.redact(&format!("a {text} b")), "a *** b", "{text}");
        }
    }

    #[test]
    fn a_secret_inside_a_longer_base64_text_is_masked() {
        let redactor = Redactor::new(["correct horse battery"]);
        // "admin:correct horse battery", as basic authentication sends it.
        let header = "Basic YWRtaW46Y29ycmVjdCBob3JzZSBiYXR0ZXJ5";
        assert_eq!(redactor.redact(header), "Basic YWRtaW46***");
    }

    #[test]
    fn the_longer_secret_wins() {
        assert_eq!(Redactor::new(["pass", "password"]).redact("my password"), "my ***");
    }

    #[test]
    fn a_key_of_several_lines_is_masked_line_by_line() {
        let redactor = Redactor::new(["-----BEGIN-----\nMIIBVAIBADANB\n-----END-----\n"]);
        assert_eq!(redactor.redact("line: MIIBVAIBADANB"), "line: ***");
    }

    #[test]
    fn bearer_tokens_and_url_passwords_are_masked_unknown() {
        let redactor = Redactor::default();
        assert_eq!(
            redactor.redact("Authorization: BEARER x7k9pqr8, next"),
            "Authorization: BEARER ***, next"
        );
        assert_eq!(
            redactor.redact("dial postgres://mmuser:s3:cr@et@db:5432/mattermost?sslmode=disable failed"),
            "dial postgres://mmuser:***@db:5432/mattermost?sslmode=disable failed"
        );
        assert_eq!(redactor.redact("https://host:8065/a@b"), "https://host:8065/a@b");
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Redactor::new(["hunter22"])), "Redactor(1 secrets)");
    }

    proptest! {
        #[test]
        fn no_secret_survives_in_any_text(before in ".{0,20}", secret in "[a-z0-9\"<&%ü]{4,20}", after in ".{0,20}") {
            let redactor = Redactor::new([&secret]);
            let redacted = redactor.redact(&format!("{before}{secret}{after}")).into_owned();
            prop_assert!(!redacted.contains(&secret), "{redacted}");
        }

        #[test]
        fn redacting_twice_changes_nothing(text in ".{0,60}", secret in "[a-z0-9]{4,8}") {
            let redactor = Redactor::new([&secret]);
            let once = redactor.redact(&text).into_owned();
            prop_assert_eq!(redactor.redact(&once).into_owned(), once.clone());
        }
    }
}
