//! Planted secrets, and how they are found again.

/// A secret, by the place that it was planted in.
#[derive(Debug, Clone)]
struct Secret {
    place: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

/// All secrets of a situation.
#[derive(Debug, Clone, Default)]
pub(super) struct Planted(Vec<Secret>);

impl Planted {
    /// A new secret for a place; its text can stand in addresses and headers.
    pub(super) fn plant(&mut self, place: &str) -> String {
        // No number is a part of another one.
        let text = format!("Pl4nted{:04}zQx", self.0.len());
        self.add(place, &text);
        text
    }

    /// One with characters that each encoding writes in another way.
    pub(super) fn plant_odd(&mut self, place: &str) -> String {
        let text = format!("Pl4nted{:04}\"z/%ü<&", self.0.len());
        self.add(place, &text);
        text
    }

    fn add(&mut self, place: &str, text: &str) {
        let json = serde_json::to_string(text).unwrap();
        let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut forms = vec![
            ("plain", text.as_bytes().to_vec()),
            ("JSON", json.as_bytes()[1..json.len() - 1].to_vec()),
            ("percent", percent_encoded(text).into_bytes()),
            ("percent, all of it", percent.into_bytes()),
            ("XML", text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").into_bytes()),
        ];
        forms.extend((0..3).map(|before| ("base64", base64_inside(text.as_bytes(), before))));
        self.0.push(Secret { place: place.to_owned(), forms });
    }

    /// The places of those that are in these bytes.
    pub(super) fn found_in(&self, bytes: &[u8]) -> Vec<String> {
        let is_there = |form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
        // All of them begin alike, in whatever form: most texts need no closer look.
        let begins = [&b"Pl4nted"[..], b"UGw0bnRlZ", b"bDRudGVk", b"w0bnRlZ", b"%50%6C%34"];
        if !begins.iter().any(|begin| is_there(begin)) {
            return Vec::new();
        }
        let found = |secret: &Secret| {
            let (how, _) = secret.forms.iter().find(|(_, form)| is_there(form))?;
            Some(format!("{} ({how})", secret.place))
        };
        self.0.iter().filter_map(found).collect()
    }
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Base64 of the bytes after some others, as far as these alone make it.
fn base64_inside(bytes: &[u8], before: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<bool> = std::iter::repeat_n(0, before)
        .chain(bytes.iter().copied())
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect();
    let letters =
        bits.chunks_exact(6).map(|six| LETTERS[six.iter().fold(0, |sum, bit| sum << 1 | usize::from(*bit))]);
    letters.skip((before * 8).div_ceil(6)).collect()
}

#[test]
fn each_form_is_found() {
    let mut planted = Planted::default();
    let (plain, odd) = (planted.plant("a"), planted.plant_odd("b"));
    assert_eq!(planted.found_in(b"nothing Pl4nted"), Vec::<String>::new());
    assert_eq!(planted.found_in(format!("x{plain}y").as_bytes()), ["a (plain)"]);
    assert_eq!(planted.found_in(serde_json::to_string(&odd).unwrap().as_bytes()), ["b (JSON)"]);
    // "user:Pl4nted0000zQx", as basic authentication sends it.
    assert_eq!(planted.found_in(b"Basic dXNlcjpQbDRudGVkMDAwMHpReA=="), ["a (base64)"]);
    assert_eq!(planted.found_in(percent_encoded(&odd).as_bytes()), ["b (percent)"]);
}
