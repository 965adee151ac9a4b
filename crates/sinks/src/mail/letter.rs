//! What a mail says: subject, text and links, out of whatever MIME it came in.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{MessageParser, PartType};

use super::dialog::Envelope;

/// A mail that came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// For whom it is, as its sender told the server.
    pub recipients: Vec<String>,
    /// From whom it is, as its sender told the server.
    pub sender: String,
    /// Its subject; empty without one.
    pub subject: String,
    /// What a reader sees: its text parts, or its HTML without marks where they are empty.
    pub text: String,
    /// The links of all parts, in order: those of HTML unescaped, those of text as they stand.
    pub links: Vec<String>,
}

impl Mail {
    /// Reads a mail; what is no MIME at all is an empty mail to its recipients.
    pub(super) fn read(envelope: Envelope) -> Self {
        let mut mail = Self { recipients: envelope.recipients, sender: envelope.sender, ..Self::default() };
        let Some(message) = MessageParser::default().parse(&envelope.data) else { return mail };
        message.subject().unwrap_or_default().clone_into(&mut mail.subject);
        let (mut plain, mut shown) = (String::new(), String::new());
        for part in &message.parts {
            match &part.body {
                PartType::Text(text) => {
                    mail.links.extend(links_in_text(text));
                    plain.push_str(text.trim());
                }
                PartType::Html(html) => {
                    mail.links.extend(links_in_html(html));
                    shown.push_str(html_to_text(html).trim());
                }
                _ => {}
            }
        }
        mail.text = if plain.is_empty() { shown } else { plain };
        mail
    }

    /// Whether it is for this address.
    #[must_use]
    pub fn is_for(&self, recipient: &str) -> bool {
        self.recipients.iter().any(|known| known.eq_ignore_ascii_case(recipient))
    }
}

fn links_in_text(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|letter: char| letter.is_whitespace() || "<>\"".contains(letter));
    words.filter(|word| word.starts_with("http://") || word.starts_with("https://")).map(str::to_owned)
}

/// The values of `href`, with entities such as `&amp;` resolved.
fn links_in_html(html: &str) -> impl Iterator<Item = String> {
    html.split("href=").skip(1).filter_map(|after| {
        let quote = after.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
        let (value, _) = after[1..].split_once(quote)?;
        let link = html_to_text(value).trim().to_owned();
        (link.starts_with("http://") || link.starts_with("https://")).then_some(link)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(data: &str) -> Mail {
        let envelope = Envelope {
            sender: "gate@example.com".into(),
            recipients: vec!["carol@example.com".into()],
            data: data.replace('\n', "\r\n").into_bytes(),
        };
        Mail::read(envelope)
    }

    #[test]
    fn a_link_is_taken_from_the_html_when_the_text_is_empty() {
        // Soft breaks in the middle of the token, entities in the link, an empty text part: as servers of 11.x send it.
        let mail = read(
            "MIME-Version: 1.0\nSubject: =?UTF-8?q?Gr=C3=BC=C3=9Fe?= from the lab\nTo: carol@example.com\n\
             Content-Type: multipart/alternative;\n boundary=0249\n\n--0249\n\
             Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=UTF-8\n\n\n--0249\n\
             Content-Transfer-Encoding: quoted-printable\nContent-Type: text/html; charset=UTF-8\n\n\
             <html><body><p>Come in, f=C3=BCr dich</p><a href=3D\"http://lab.example/join/?d=3D%7B%22name%22%3A%22=\n\
             Lab&#43;One%22%7D&amp;md=3Demail&amp;t=3Dabcdef=\nghij\" style=3D\"margin: 0\">Join</a>\n\
             <a href=3D'mailto:x@y'>mail</a></body></html>\n\n--0249--\n",
        );
        assert_eq!(mail.subject, "Grüße from the lab");
        assert_eq!(
            mail.links,
            ["http://lab.example/join/?d=%7B%22name%22%3A%22Lab+One%22%7D&md=email&t=abcdefghij"]
        );
        assert!(mail.text.contains("Come in, für dich"), "{}", mail.text);
        assert!(mail.is_for("Carol@Example.com") && !mail.is_for("carol@example.org"));
    }

    #[test]
    fn a_plain_mail_is_read_too() {
        let mail = read("Subject: hello\n\nSee <https://lab.example/x?t=1&u=2> and http://lab.example/y .\n");
        assert_eq!(mail.links, ["https://lab.example/x?t=1&u=2", "http://lab.example/y"]);
        assert!(mail.text.starts_with("See"));
    }

    #[test]
    fn rubbish_is_an_empty_mail() {
        assert_eq!(read("").links, [""; 0]);
    }
}
