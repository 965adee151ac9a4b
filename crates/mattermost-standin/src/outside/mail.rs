//! The mail that a node sends: one by one, over plain SMTP, in the shape that real servers of 11.x give it (a multipart
//! with an empty text part and quoted-printable HTML).
//!
//! Simpler than the product: no TLS, no log-in, no pictures.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::node::core::NodeCore;
use crate::node::settings::NodeSettings;

/// A mail that is to be sent.
pub(crate) struct Letter<'a> {
    pub(crate) to: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) html: &'a str,
}

/// A mail that nobody waits for.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) html: String,
}

/// Sends mails, each by itself. Nobody waits for it: what goes wrong is only logged.
pub(crate) fn post(node: &Arc<NodeCore>, notes: impl IntoIterator<Item = Note>) {
    if node.world.is_copy() {
        return;
    }
    for note in notes {
        let sending = Arc::clone(node);
        node.tasks.spawn(async move {
            let letter = Letter { to: &note.to, subject: &note.subject, html: &note.html };
            if let Err(why) = send(&sending.settings(), &letter).await {
                let what = json!({"err": why.to_string()});
                sending.log.info("Error while sending the email", "app/notification_email.go:1", what);
            }
        });
    }
}

/// Sends a mail to the server in `EmailSettings`; without a server nothing is sent, and that is fine with the product.
///
/// # Errors
/// When the server can't be reached, is silent for too long, or refuses.
pub(crate) async fn send(settings: &NodeSettings, letter: &Letter<'_>) -> io::Result<()> {
    let server = settings.text("EmailSettings", "SMTPServer");
    if server.is_empty() {
        return Ok(());
    }
    let address = format!("{server}:{}", settings.text("EmailSettings", "SMTPPort"));
    let patience = settings.document["EmailSettings"]["SMTPServerTimeout"].as_u64().unwrap_or(10);
    let sender = settings.text("EmailSettings", "FeedbackEmail");
    let dialogue = talk(&address, sender, letter);
    tokio::time::timeout(Duration::from_secs(patience), dialogue).await?
}

async fn talk(address: &str, sender: &str, letter: &Letter<'_>) -> io::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    hear(&mut stream, '2').await?;
    for (line, wanted) in [
        ("EHLO standin".to_owned(), '2'),
        (format!("MAIL FROM:<{sender}> BODY=8BITMIME"), '2'),
        (format!("RCPT TO:<{}>", letter.to), '2'),
        ("DATA".to_owned(), '3'),
        (format!("{}\r\n.", text(sender, letter)), '2'),
        ("QUIT".to_owned(), '2'),
    ] {
        stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        hear(&mut stream, wanted).await?;
    }
    Ok(())
}

/// Reads an answer to its last line; it must begin with this digit.
async fn hear(stream: &mut BufReader<TcpStream>, wanted: char) -> io::Result<()> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.as_bytes().get(3) == Some(&b'-') {
            continue;
        }
        return if line.starts_with(wanted) { Ok(()) } else { Err(io::Error::other(line.trim().to_owned())) };
    }
}

fn text(sender: &str, letter: &Letter<'_>) -> String {
    let Letter { to, subject, html } = letter;
    let boundary = "0249e31195ccd323302f1d2385d7ce0c";
    let part = |kind: &str, body: &str| {
        format!(
            "--{boundary}\r\nContent-Transfer-Encoding: quoted-printable\r\n\
             Content-Type: {kind}; charset=UTF-8\r\n\r\n{body}\r\n"
        )
    };
    let head = format!(
        "MIME-Version: 1.0\r\nSubject: {subject}\r\nContent-Transfer-Encoding: 8bit\r\n\
         Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\nFrom: <{sender}>\r\nTo: {to}\r\n\
         Content-Type: multipart/alternative;\r\n boundary={boundary}\r\n\r\n"
    );
    let whole = head
        + &part("text/plain", "")
        + &part("text/html", &quoted_printable(html))
        + &format!("--{boundary}--");
    // A line that begins with a dot gets a second one.
    whole.replace("\r\n.", "\r\n..")
}

/// Quoted-printable (RFC 2045) with soft breaks wherever a line is full, in the middle of a link too.
fn quoted_printable(text: &str) -> String {
    let mut encoded = String::new();
    let mut column = 0;
    for byte in text.bytes() {
        let plain = (b' '..=b'~').contains(&byte) && byte != b'=';
        let width = if plain { 1 } else { 3 };
        if byte != b'\n' && column + width > 75 {
            encoded.push_str("=\r\n");
            column = 0;
        }
        match byte {
            b'\n' => {
                encoded.push_str("\r\n");
                column = 0;
                continue;
            }
            _ if plain => encoded.push(char::from(byte)),
            _ => {
                let _ = write!(encoded, "={byte:02X}");
            }
        }
        column += width;
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_and_what_is_no_ascii_is_escaped() {
        let encoded = quoted_printable(&format!("ä=\n{}", "x".repeat(80)));
        assert_eq!(encoded, format!("=C3=A4=3D\r\n{}=\r\nxxxxx", "x".repeat(75)));
    }
}
