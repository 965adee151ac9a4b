//! Writes HTML: markup is constant and ours, everything else is text.
//!
//! [`Html::raw`] takes nothing but `&'static str`, so no name, message or log line can become markup: the only other way in
//! escapes. Text goes through the gate that XML and the console have ([`crate::sanitise`]) and is cut to the page's room first.

use crate::sanitise;
use crate::words::cut;

/// Characters of a picture: 100 kB in base64.
const PICTURE: usize = 140_000;

/// A part of a page while it is written.
#[derive(Debug, Clone)]
pub(super) struct Html {
    out: String,
    room: usize,
}

impl Html {
    /// An empty part, in which a text of others has room for `room` characters.
    pub(super) fn new(room: usize) -> Self {
        Self { out: String::new(), room }
    }

    /// How many characters a text of others has.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    /// Anybody's text, on one line; it may stand between tags and between the quotes of an attribute.
    pub(super) fn text(&mut self, raw: &str) -> &mut Self {
        self.short(raw, self.room)
    }

    /// The same with less room.
    pub(super) fn short(&mut self, raw: &str, max: usize) -> &mut Self {
        let max = max.min(self.room);
        let line = cut(&sanitise::one_line(beginning(raw, max)), max);
        self.escaped(&line);
        self
    }

    /// A line of a log: its blanks stay, and every occurrence of one of these words is marked.
    pub(super) fn log_line(&mut self, raw: &str, marked: &[&str]) -> &mut Self {
        let line = cut(&sanitise::text(beginning(raw, self.room)).replace('\n', " "), self.room);
        let mut rest = line.as_str();
        while let Some((at, word)) = first_of(rest, marked) {
            self.escaped(&rest[..at]);
            self.raw("<mark>").escaped(word);
            self.raw("</mark>");
            rest = &rest[at + word.len()..];
        }
        self.escaped(rest);
        self.raw("\n")
    }

    /// A number.
    pub(super) fn num(&mut self, number: u64) -> &mut Self {
        self.out.push_str(&number.to_string());
        self
    }

    /// How many there are of something.
    pub(super) fn count(&mut self, count: usize) -> &mut Self {
        self.num(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// A share of a whole, in percent with three digits behind the point: the way by which things of the time axis are placed.
    pub(super) fn percent(&mut self, part: u64, whole: u64) -> &mut Self {
        let thousandths = u128::from(part.min(whole)) * 100_000 / u128::from(whole.max(1));
        self.out.push_str(&format!("{}.{:03}%", thousandths / 1000, thousandths % 1000));
        self
    }

    /// An element with nothing but a text.
    pub(super) fn el(&mut self, tag: &'static str, text: &str) -> &mut Self {
        self.raw("<").raw(tag).raw(">").text(text).raw("</").raw(tag).raw(">")
    }

    /// The same with a class.
    pub(super) fn classed(&mut self, tag: &'static str, class: &'static str, text: &str) -> &mut Self {
        self.raw("<").raw(tag).raw(" class=\"").raw(class).raw("\">").text(text).raw("</").raw(tag).raw(">")
    }

    /// A picture of somebody's in base64; nothing where it is none.
    pub(super) fn picture(&mut self, base64: &str) -> &mut Self {
        if is_picture(base64) {
            self.out.push_str(base64);
        }
        self
    }

    /// What another writer wrote.
    pub(super) fn add(&mut self, other: Self) -> &mut Self {
        self.out.push_str(&other.out);
        self
    }

    /// Data for the page's script, which no `<` can end.
    pub(super) fn json(&mut self, data: &serde_json::Value) -> &mut Self {
        self.out.push_str(&data.to_string().replace('<', "\\u003c"));
        self
    }

    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn escaped(&mut self, clean: &str) {
        for c in clean.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                c => self.out.push(c),
            }
        }
    }
}

/// Whether this is a PNG in base64, and not too large for a page: none of its characters can end an attribute.
pub(super) fn is_picture(base64: &str) -> bool {
    // The first eight bytes of every PNG.
    let begins = base64.starts_with("iVBORw0KGgo");
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    begins && base64.len() <= PICTURE && base64.bytes().all(is_base64)
}

/// As much of a text as can fill `max` characters, whatever is taken out of it: a line of a log may have a megabyte, and a page
/// may be tried several times.
fn beginning(raw: &str, max: usize) -> &str {
    &raw[..raw.floor_char_boundary(max.saturating_mul(40).saturating_add(4_096))]
}

/// Where the first of these words stands.
fn first_of<'w>(text: &str, words: &[&'w str]) -> Option<(usize, &'w str)> {
    words.iter().filter_map(|word| Some((text.find(word)?, *word))).min_by_key(|(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_and_never_markup() {
        let mut html = Html::new(40);
        html.raw("<p title=\"").text("\" onload='x'").raw("\">").text("</script><b>&amp;\u{202e}\u{1b}[31m");
        html.raw("</p>");
        assert_eq!(
            html.finish(),
            "<p title=\"&quot; onload=&#39;x&#39;\">&lt;/script&gt;&lt;b&gt;&amp;amp;\\u{202e}</p>"
        );
        let mut long = Html::new(5);
        long.text(&"x".repeat(1_000_000));
        assert_eq!(long.finish(), "xxxx…");
    }

    #[test]
    fn request_ids_are_marked_in_a_log() {
        let mut html = Html::new(80);
        html.log_line("a <id1> b id2  id1", &["id1", "id2"]);
        assert_eq!(html.finish(), "a &lt;<mark>id1</mark>&gt; b <mark>id2</mark>  <mark>id1</mark>\n");
    }

    #[test]
    fn data_does_not_end_its_script() {
        let mut html = Html::new(80);
        html.json(&serde_json::json!(["</script>"]));
        assert_eq!(html.finish(), r#"["\u003c/script>"]"#);
    }

    #[test]
    fn shares_are_percents_and_never_beyond_the_whole() {
        let mut html = Html::new(80);
        html.percent(1, 3).raw(" ").percent(9, 3).raw(" ").percent(u64::MAX, u64::MAX).raw(" ").percent(0, 0);
        assert_eq!(html.finish(), "33.333% 100.000% 100.000% 0.000%");
    }
}
