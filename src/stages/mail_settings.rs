//! Where the servers' mail goes, and that they may send some: settings that the gate changes, as `pointing` says.
//!
//! Invitations and links to new passwords are mailed without `SendEmailNotifications` too (seen on a real 11.6), so that is only
//! good to have: without it nobody is told of messages or welcomed.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::pointing::Pointing;
use super::session::RunSession;
use crate::checks::{Absent, Home};
use crate::sinks::MailSink;

/// Whom mail of the servers is from.
const SENDER: &str = "mattermost@upgrade-gate.example";

/// How long servers try to reach it, in seconds: who makes an account waits for its welcome. Servers have ten by themselves; three were too
/// few on a machine that was short of CPU.
const PATIENCE_S: u64 = 8;

/// The gate's mail server, if the servers send their mail there; else why not.
pub(super) fn mail_of<'s>(session: &'s RunSession<'_>) -> Result<&'s MailSink, Absent> {
    session.mail.clone()?;
    Ok(&session.served()?.mail)
}

/// Points the servers at the gate's mail server.
///
/// # Errors
/// Why their mail does not come there.
pub(super) async fn send_mail_to_the_gate(session: &RunSession<'_>, home: &Home) -> Result<(), Absent> {
    let sinks = session.served()?;
    let licensed = match session.places.first() {
        Some(first) => home.admin.at(&first.client).client_license().await.map_err(|error| {
            Absent::NotMeasured(format!("asking for the servers' licence failed: {}", error.explained()))
        })?,
        None => return Err(Absent::NotMeasured("no node is up".into())),
    };
    let licensed = licensed.get("IsLicensed").is_some_and(|value| value == "true");
    pointing(sinks.mail.address(), licensed).take_effect(session, home).await
}

fn pointing(sink: SocketAddr, licensed: bool) -> Pointing {
    let needed = needed(sink);
    let changed = with_the_rest(needed.clone(), licensed);
    let consequence = |name: &str| match name {
        "ServiceSettings.EnableEmailInvitations" => "nobody can be invited by mail",
        _ => "the gate cannot read that mail",
    };
    Pointing { at: "the gate's mail server", needed, changed, consequence }
}

/// The settings without which no mail reaches the gate.
fn needed(sink: SocketAddr) -> Value {
    json!({
        "EmailSettings": {
            "SMTPServer": sink.ip().to_string(), "SMTPPort": sink.port().to_string(),
            "EnableSMTPAuth": false, "ConnectionSecurity": "",
        },
        "ServiceSettings": { "EnableEmailInvitations": true },
    })
}

/// The same with what is good to have: a sender's address that is none of the user's, mail of messages, people who may go
/// themselves, whom servers take leave of by mail, and guests where a licence has them.
fn with_the_rest(mut settings: Value, licensed: bool) -> Value {
    settings["EmailSettings"]["FeedbackEmail"] = json!(SENDER);
    settings["EmailSettings"]["ReplyToAddress"] = json!(SENDER);
    settings["EmailSettings"]["SendEmailNotifications"] = json!(true);
    settings["EmailSettings"]["SMTPServerTimeout"] = json!(PATIENCE_S);
    settings["TeamSettings"] = json!({ "EnableUserDeactivation": true });
    if licensed {
        settings["GuestAccountsSettings"] = json!({ "Enable": true });
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Value {
        json!({
            "EmailSettings": {
                "SMTPServer": "mail.example", "SMTPPort": "25", "EnableSMTPAuth": false, "ConnectionSecurity": "",
            },
            "ServiceSettings": { "EnableEmailInvitations": false },
        })
    }

    #[test]
    fn only_a_setting_of_the_environment_that_is_otherwise_is_in_the_way() {
        let pointing = pointing("10.0.0.1:2525".parse().unwrap(), false);
        let none = json!({ "EmailSettings": { "SendEmailNotifications": true } });
        assert_eq!(pointing.in_the_way(&config(), &none), None);
        let owned = json!({ "EmailSettings": { "SMTPServer": true, "EnableSMTPAuth": true } });
        insta::assert_snapshot!(
            pointing.in_the_way(&config(), &owned).unwrap(),
            @r#"EmailSettings.SMTPServer is set by the environment to "mail.example": the gate cannot read that mail"#
        );
        let owned = json!({ "ServiceSettings": { "EnableEmailInvitations": true } });
        insta::assert_snapshot!(
            pointing.in_the_way(&config(), &owned).unwrap(),
            @"ServiceSettings.EnableEmailInvitations is set by the environment to false: nobody can be invited by mail"
        );
    }

    #[test]
    fn guests_are_switched_on_only_with_a_licence() {
        let needed = needed("10.0.0.1:2525".parse().unwrap());
        assert!(with_the_rest(needed.clone(), false).get("GuestAccountsSettings").is_none());
        assert_eq!(with_the_rest(needed, true)["GuestAccountsSettings"]["Enable"], true);
    }
}
