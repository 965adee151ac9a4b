//! Whole SMTP dialogues over TCP.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::MailSink;

struct Sender {
    stream: BufReader<TcpStream>,
}

impl Sender {
    async fn to(sink: &MailSink) -> Self {
        let mut sender = Self { stream: BufReader::new(TcpStream::connect(sink.address()).await.unwrap()) };
        assert!(sender.answer().await.starts_with("220 "));
        sender
    }

    /// The last line of an answer.
    async fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.stream.read_line(&mut line).await.unwrap(), 0, "the server hung up");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    async fn says(&mut self, line: &str) -> String {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.answer().await
    }

    /// Sends a mail to these recipients; the body's lines must not begin with a dot.
    async fn mails(&mut self, recipients: &[&str], data: &str) {
        assert!(self.says("MAIL FROM:<no-reply@lab.test> BODY=8BITMIME").await.starts_with("250 "));
        for recipient in recipients {
            assert!(self.says(&format!("RCPT TO:<{recipient}>")).await.starts_with("250 "));
        }
        assert!(self.says("DATA").await.starts_with("354 "));
        assert!(self.says(&format!("{data}\r\n.")).await.starts_with("250 "));
    }
}

async fn sink() -> MailSink {
    MailSink::start(IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[tokio::test]
async fn a_mail_is_kept_and_found_by_its_recipient() {
    let sink = sink().await;
    let waiting = sink.wait_for("carol@lab.test", soon(), |mail| mail.subject == "two");
    let sending = async {
        let mut sender = Sender::to(&sink).await;
        assert_eq!(sender.says("EHLO lab").await, format!("250 SIZE {}", 16 * 1024 * 1024));
        sender.mails(&["carol@lab.test", "dave@lab.test"], "Subject: one\r\n\r\nfirst").await;
        sender.mails(&["carol@lab.test"], "Subject: two\r\n\r\nsecond\r\n..dot\r\nlast").await;
        assert!(sender.says("QUIT").await.starts_with("221 "));
    };
    let (mail, ()) = tokio::join!(waiting, sending);
    let mail = mail.unwrap();
    assert_eq!(mail.text.replace('\r', ""), "second\n.dot\nlast");
    assert_eq!(mail.sender, "no-reply@lab.test");
    let other = sink.wait_for("dave@lab.test", soon(), |_| true).await.unwrap();
    assert_eq!((other.subject.as_str(), sink.count()), ("one", 2));
}

#[tokio::test]
async fn what_never_comes_is_not_waited_for_longer_than_asked() {
    let sink = sink().await;
    Sender::to(&sink).await.mails(&["carol@lab.test"], "Subject: one\r\n\r\nfirst").await;
    let deadline = Instant::now() + Duration::from_millis(50);
    assert!(sink.wait_for("erin@lab.test", deadline, |_| true).await.is_none());
    assert!(sink.wait_for("carol@lab.test", deadline, |mail| mail.subject == "two").await.is_none());
}

#[tokio::test]
async fn what_is_out_of_order_or_unknown_is_refused_and_the_dialogue_goes_on() {
    let sink = sink().await;
    let mut sender = Sender::to(&sink).await;
    for (said, code) in [
        ("HELO lab", "250"),
        ("RCPT TO:<carol@lab.test>", "503"),
        ("DATA", "503"),
        ("MAIL carol", "501"),
        ("mail from:<>", "250"),
        ("DATA", "503"),
        ("RCPT TO:<>", "501"),
        ("NOOP", "250"),
        ("STARTTLS", "502"),
        ("AUTH LOGIN", "502"),
        ("", "502"),
        ("RSET", "250"),
        ("RCPT TO:<carol@lab.test>", "503"),
    ] {
        let answer = sender.says(said).await;
        assert!(answer.starts_with(code), "{said}: {answer}");
    }
    assert!(sender.says(&format!("NOOP {}", "x".repeat(10_000))).await.starts_with("500"));
    sender.mails(&["carol@lab.test"], "Subject: after all\r\n\r\n").await;
    assert!(sink.wait_for("carol@lab.test", soon(), |mail| mail.subject == "after all").await.is_some());
}

#[tokio::test]
async fn a_mail_that_breaks_off_was_never_sent() {
    let sink = sink().await;
    let mut sender = Sender::to(&sink).await;
    sender.says("MAIL FROM:<a@lab.test>").await;
    sender.says("RCPT TO:<carol@lab.test>").await;
    assert!(sender.says("DATA").await.starts_with("354"));
    sender.stream.write_all(b"Subject: half\r\n\r\nhal").await.unwrap();
    sender.stream.shutdown().await.unwrap();
    let mut rest = String::new();
    assert_eq!(sender.stream.read_line(&mut rest).await.unwrap(), 0);
    assert_eq!(sink.count(), 0);
}

#[tokio::test]
async fn a_mail_of_too_many_bytes_is_refused_at_its_end() {
    let sink = sink().await;
    let mut sender = Sender::to(&sink).await;
    sender.says("MAIL FROM:<a@lab.test>").await;
    sender.says("RCPT TO:<carol@lab.test>").await;
    sender.says("DATA").await;
    let block = format!("{}\r\n", "x".repeat(1024 * 1024 - 2));
    for _ in 0..17 {
        sender.stream.write_all(block.as_bytes()).await.unwrap();
    }
    assert!(sender.says(".").await.starts_with("552"));
    assert_eq!(sink.count(), 0);
}

#[test]
fn fuzzed() {
    let tokens = [
        "EHLO x\r\n",
        "MAIL FROM:<a@b>\r\n",
        "RCPT TO:<c@d>\r\n",
        "DATA\r\n",
        ".\r\n",
        "..",
        "RSET\r\n",
        "NOOP\r\n",
        "QUIT\r\n",
        "<",
        ">",
        "Content-Type: multipart/mixed; boundary=x\r\n",
        "--x\r\n",
        "--x--\r\n",
        "Subject: =?utf-8?B?",
        "?=",
        "Content-Transfer-Encoding: base64\r\n",
        "=\r\n",
        "=3D",
    ];
    let target = fuzz::Target { name: "smtp", more: &[], tokens: &tokens, part: b'\n' };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    target.bytes(|bytes| {
        let stream = tokio::io::join(bytes, tokio::io::sink());
        let _ = runtime
            .block_on(super::dialog::hold(stream, |envelope| drop(super::letter::Mail::read(envelope))));
    });
}
