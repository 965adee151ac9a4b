//! What is to be mailed, what of it came, and what came besides.

use std::sync::Arc;
use std::time::Duration;

use crate::checks::context::SENDING;
use crate::checks::prelude::*;
use crate::sinks::{Mail, MailSink};

/// What was mailed in the stages so far, each once when its check ended.
pub(in crate::checks) const MAILED: Entry<Mailed> = Entry::new("what was mailed");

/// What was mailed.
#[derive(Debug, Clone, Default)]
pub(in crate::checks) struct Mailed {
    messages: Vec<OfMessage>,
    accounts: Vec<OfAccount>,
}

/// A message, and who is to be mailed of it.
#[derive(Debug, Clone)]
struct OfMessage {
    /// The node that it was written on.
    node: String,
    post: String,
    /// The address; none where nobody is told.
    to: Option<String>,
}

/// A mail to an address that nothing else comes to but other mails of this kind.
#[derive(Debug, Clone)]
struct OfAccount {
    /// The node that sent it.
    node: String,
    what: &'static str,
    to: String,
    /// As it came: each kind has its own.
    subject: String,
}

impl Mailed {
    pub(in crate::checks) fn add(&mut self, more: Self) {
        self.messages.extend(more.messages);
        self.accounts.extend(more.accounts);
    }

    /// Whether there is anything to judge.
    pub(in crate::checks) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.accounts.is_empty()
    }

    /// Whether, of all these mails, each that is to come came once, and no other.
    ///
    /// # Errors
    /// The first that is wrong; what did not come at all was said where it was waited for.
    pub(in crate::checks) fn judged(&self, all: &[Arc<Mail>]) -> Result<(), StepError> {
        let words = |list: &[&str]| if list.is_empty() { "no mail".to_owned() } else { list.join(", ") };
        for OfMessage { node, post, to } in &self.messages {
            let about = all.iter().filter(|mail| is_about(mail, post));
            let mut got: Vec<&str> =
                about.flat_map(|mail| mail.recipients.iter().map(String::as_str)).collect();
            got.sort_unstable();
            let wanted: Vec<&str> = to.iter().map(String::as_str).collect();
            if got != wanted {
                let expected = format!("mails of the message {post}: {}", words(&wanted));
                return Err(StepError::failed_at(node, expected, words(&got)));
            }
        }
        for OfAccount { node, what, to, subject } in &self.accounts {
            let same = all.iter().filter(|mail| mail.is_for(to) && mail.subject == *subject).count();
            if same != 1 {
                let expected = format!("{what} to {to}, once");
                return Err(StepError::failed_at(node, expected, format!("{same} times \"{subject}\"")));
            }
            let known = |mail: &&Arc<Mail>| {
                self.accounts.iter().any(|other| other.to == *to && other.subject == mail.subject)
            };
            if let Some(other) = all.iter().filter(|mail| mail.is_for(to)).find(|mail| !known(mail)) {
                let expected = format!("nothing else to {to}");
                return Err(StepError::failed_at(node, expected, format!("\"{}\"", other.subject)));
            }
        }
        Ok(())
    }
}

/// Whether a mail leads to this message.
fn is_about(mail: &Mail, post: &str) -> bool {
    mail.links.iter().any(|link| link.ends_with(&format!("/pl/{post}")))
}

/// What is mailed in one run of the check.
pub(super) struct MailBook<'a> {
    sink: &'a MailSink,
    pub(super) mailed: Mailed,
}

impl<'a> MailBook<'a> {
    pub(super) fn new(sink: &'a MailSink) -> Self {
        Self { sink, mailed: Mailed::default() }
    }

    /// Notes a message, and waits for the mail of it where somebody is to get one.
    pub(super) async fn message(
        &mut self,
        cx: &Context<'_>,
        actor: &Place,
        post: &str,
        to: Option<&str>,
    ) -> Result<(), StepError> {
        let of = OfMessage { node: actor.name.clone(), post: post.to_owned(), to: to.map(str::to_owned) };
        if let Some(to) = to {
            let about = |mail: &Mail| is_about(mail, post);
            if self.sink.wait_for(to, cx.sending_deadline(), about).await.is_none() {
                let others = self.sink.all().iter().filter(|mail| is_about(mail, post)).count();
                let what = format!("a mail of the message {post} to {to}");
                return Err(self.missing(cx, actor, &what, &format!("none; {others} to others")));
            }
        }
        self.mailed.messages.push(of);
        Ok(())
    }

    /// Notes a message that somebody is to be mailed of later.
    pub(super) fn held(&mut self, actor: &Place, post: &str, to: &str) {
        self.mailed.messages.push(OfMessage {
            node: actor.name.clone(),
            post: post.to_owned(),
            to: Some(to.to_owned()),
        });
    }

    /// Waits for the mails of all messages, which are held back as long as that.
    ///
    /// # Errors
    /// The first message that nobody was mailed of.
    pub(super) async fn all_come(&self, cx: &Context<'_>, held: Duration) -> Result<(), StepError> {
        let until = cx.sending_deadline() + held;
        for OfMessage { node, post, to } in &self.mailed.messages {
            let Some(to) = to else { continue };
            if self.sink.wait_for(to, until, |mail| is_about(mail, post)).await.is_none() {
                let expected = format!(
                    "a mail of the message {post} to {to}, within {} s, of which it is held back {} s",
                    SENDING.as_secs() + held.as_secs(),
                    held.as_secs()
                );
                return Err(StepError::failed_at(node, expected, "none"));
            }
        }
        Ok(())
    }

    /// Waits for a mail to an address that `fits` accepts, of another kind than those that came there.
    pub(super) async fn account(
        &mut self,
        cx: &Context<'_>,
        sender: &Place,
        what: &'static str,
        to: &str,
        fits: impl Fn(&Mail) -> bool,
    ) -> Result<Arc<Mail>, StepError> {
        let known: Vec<&str> = self
            .mailed
            .accounts
            .iter()
            .filter(|other| other.to == to)
            .map(|other| other.subject.as_str())
            .collect();
        let new = |mail: &Mail| !known.contains(&mail.subject.as_str()) && fits(mail);
        let Some(mail) = self.sink.wait_for(to, cx.sending_deadline(), new).await else {
            return Err(self.missing(cx, sender, &format!("{what} to {to}"), "no such mail"));
        };
        let (node, subject) = (sender.name.clone(), mail.subject.clone());
        self.mailed.accounts.push(OfAccount { node, what, to: to.to_owned(), subject });
        Ok(mail)
    }

    /// Where mail ever came, the server is to blame for what does not; else the way to the gate may be closed.
    fn missing(&self, cx: &Context<'_>, sender: &Place, what: &str, got: &str) -> StepError {
        cx.mark_late();
        if self.sink.count() > 0 {
            return sender.failed(format!("{what}, within fifteen seconds"), got);
        }
        StepError::NotMeasured(format!(
            "no mail has ever come to the gate's mail server at {}, from {} neither. Can the servers reach that address? A firewall may be between them.",
            self.sink.address(),
            sender.name
        ))
    }

    /// Whether all came once, and nothing else.
    pub(super) fn judged(&self) -> Result<(), StepError> {
        self.mailed.judged(&self.sink.all())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;

    const POST: &str = "kot6rdguq3nj5q8dmhaj7di86r";

    fn mail(to: &str, subject: &str, link: &str) -> Arc<Mail> {
        let links = vec![format!("http://site.example{link}")];
        Arc::new(Mail { recipients: vec![to.into()], subject: subject.into(), links, ..Mail::default() })
    }

    fn why(mailed: &Mailed, all: &[Arc<Mail>]) -> String {
        match mailed.judged(all).map_err(StepError::into_outcome) {
            Ok(()) => "fine".into(),
            Err(Outcome::Failed(failure)) => format!("{} / {}", failure.expected, failure.got),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_message_is_mailed_once_to_whom_it_is_for_alone() {
        let of = |to: Option<&str>| Mailed {
            messages: vec![OfMessage { node: "node1".into(), post: POST.into(), to: to.map(Into::into) }],
            ..Mailed::default()
        };
        let about = |to: &str| mail(to, "Notification", &format!("/landing#/lab/pl/{POST}"));
        let other = mail("bob@x", "Notification", "/landing#/lab/pl/9k6r14dadpnoxrhnn4fkzpo4sc");
        assert_eq!(why(&of(Some("gina@x")), &[about("gina@x"), other.clone()]), "fine");
        let twice = why(&of(Some("gina@x")), &[about("gina@x"), about("gina@x")]);
        insta::assert_snapshot!(twice, @"mails of the message kot6rdguq3nj5q8dmhaj7di86r: gina@x / gina@x, gina@x");
        let more = why(&of(None), &[about("bob@x"), other]);
        insta::assert_snapshot!(more, @"mails of the message kot6rdguq3nj5q8dmhaj7di86r: no mail / bob@x");
    }

    #[test]
    fn an_address_of_somebody_new_gets_one_of_each_kind_and_nothing_else() {
        let account = |what, subject: &str| OfAccount {
            node: "node1".into(),
            what,
            to: "new@x".into(),
            subject: subject.into(),
        };
        let mailed = Mailed {
            accounts: vec![account("a welcome", "You joined"), account("a link", "Reset")],
            ..Mailed::default()
        };
        let to = |subject| mail("new@x", subject, "");
        assert_eq!(why(&mailed, &[to("You joined"), mail("old@x", "Reset", ""), to("Reset")]), "fine");
        let twice = why(&mailed, &[to("You joined"), to("Reset"), to("Reset")]);
        insta::assert_snapshot!(twice, @r#"a link to new@x, once / 2 times "Reset""#);
        let more = why(&mailed, &[to("You joined"), to("Reset"), to("Buy")]);
        insta::assert_snapshot!(more, @r#"nothing else to new@x / "Buy""#);
    }
}
