//! One SMTP dialogue (RFC 5321), from the greeting to QUIT or the end of the connection.

use std::time::Duration;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};
use tokio::time::timeout;

/// The longest line of a command; RFC 5321 promises senders 512 bytes.
const LINE: u64 = 4096;
/// The longest mail, in bytes.
const SIZE: usize = 16 * 1024 * 1024;
/// The most recipients of one mail; RFC 5321 promises senders 100.
const RECIPIENTS: usize = 200;
/// How long a sender may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// A mail as it was handed over.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    /// Whom the sender named as himself.
    pub(super) sender: String,
    /// For whom it is.
    pub(super) recipients: Vec<String>,
    /// Headers and body, as they were before dots were doubled.
    pub(super) data: Vec<u8>,
}

/// Holds one dialogue and hands every mail to `take` before it is confirmed.
///
/// # Errors
/// When the connection breaks, or nothing is said for a minute.
pub(super) async fn hold(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    take: impl Fn(Envelope),
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut mail: Option<Envelope> = None;
    say(&mut stream, "220 upgrade-gate ESMTP").await?;
    loop {
        let Some(line) = line(&mut stream, LINE).await? else { return Ok(()) };
        let Some(line) = line else {
            say(&mut stream, "500 5.5.2 the line is too long").await?;
            continue;
        };
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "HELO" => "250 upgrade-gate".to_owned(),
            "EHLO" => {
                mail = None;
                format!("250-upgrade-gate\r\n250-8BITMIME\r\n250 SIZE {SIZE}")
            }
            "MAIL" => begin(&mut mail, rest),
            "RCPT" => add(&mut mail, rest),
            "DATA" => match mail.take() {
                Some(mut envelope) if !envelope.recipients.is_empty() => {
                    say(&mut stream, "354 end with a dot on a line of its own").await?;
                    match data(&mut stream).await? {
                        Some(data) => {
                            envelope.data = data;
                            take(envelope);
                            "250 2.0.0 kept".to_owned()
                        }
                        None => "552 5.3.4 the mail is too long".to_owned(),
                    }
                }
                unfinished => {
                    mail = unfinished;
                    "503 5.5.1 name a sender and a recipient first".to_owned()
                }
            },
            "RSET" => {
                mail = None;
                "250 2.0.0 forgotten".to_owned()
            }
            "NOOP" => "250 2.0.0 still here".to_owned(),
            "QUIT" => return say(&mut stream, "221 2.0.0 goodbye").await,
            _ => "502 5.5.1 this command is not known here".to_owned(),
        };
        say(&mut stream, &answer).await?;
    }
}

fn begin(mail: &mut Option<Envelope>, rest: &str) -> String {
    let Some(sender) = path(rest, "FROM:") else {
        return "501 5.5.4 MAIL FROM:<address>".to_owned();
    };
    *mail = Some(Envelope { sender, ..Envelope::default() });
    "250 2.1.0 noted".to_owned()
}

fn add(mail: &mut Option<Envelope>, rest: &str) -> String {
    let Some(mail) = mail else { return "503 5.5.1 MAIL comes first".to_owned() };
    match path(rest, "TO:") {
        Some(recipient) if !recipient.is_empty() && mail.recipients.len() < RECIPIENTS => {
            mail.recipients.push(recipient);
            "250 2.1.5 noted".to_owned()
        }
        Some(recipient) if !recipient.is_empty() => "452 4.5.3 too many recipients".to_owned(),
        _ => "501 5.5.4 RCPT TO:<address>".to_owned(),
    }
}

/// The address of `FROM:<a@b> BODY=8BITMIME`; the null sender `<>` is an empty one.
fn path(rest: &str, keyword: &str) -> Option<String> {
    let rest = rest.trim_start();
    let named = rest.get(..keyword.len()).filter(|start| start.eq_ignore_ascii_case(keyword))?;
    let after = rest[named.len()..].trim_start().strip_prefix('<')?;
    after.split_once('>').map(|(address, _)| address.to_owned())
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), answer: &str) -> std::io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// A line without its end; nothing at the end of the stream, `Some(None)` for one that is too long.
async fn line(
    stream: &mut (impl AsyncBufRead + Unpin),
    limit: u64,
) -> std::io::Result<Option<Option<Vec<u8>>>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let mut part = Vec::new();
        let read = timeout(SILENCE, stream.take(limit).read_until(b'\n', &mut part)).await??;
        if read == 0 {
            return Ok(None);
        }
        let ended = part.last() == Some(&b'\n');
        too_long |= !ended || line.len() + part.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if !too_long {
            line = part;
        }
        if ended {
            while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                line.pop();
            }
            return Ok(Some((!too_long).then_some(line)));
        }
    }
}

/// Everything up to the line that is a dot, with doubled dots made single; nothing when it is too long.
async fn data(stream: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut data = Vec::new();
    let mut begins = true;
    let mut too_long = false;
    loop {
        let mut part = Vec::new();
        // Lines of a mail may be as long as they like; they are read in pieces.
        let read = timeout(SILENCE, stream.take(LINE).read_until(b'\n', &mut part)).await??;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if begins && matches!(part.as_slice(), b".\r\n" | b".\n") {
            return Ok((!too_long).then_some(data));
        }
        let stuffed = begins && part.first() == Some(&b'.');
        begins = part.last() == Some(&b'\n');
        too_long |= data.len() + part.len() > SIZE;
        if !too_long {
            data.extend_from_slice(&part[usize::from(stuffed)..]);
        }
    }
}
