//! What the gate changes in the servers' settings, once, on stable: where their mail goes, and that they may send some.
//!
//! The settings are in the database and outlive the roll. A setting that the environment owns stays as it is; if the
//! mail then goes elsewhere, that is said with the setting's name, and nothing is changed. `SendEmailNotifications`
//! is left alone: invitations are mailed without it too (seen on a real 11.6), and without it nobody else gets mail.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::session::Session;
use crate::checks::{Absent, Home};
use crate::event::Clustering;
use crate::mattermost::{ApiError, Client};
use crate::sinks::MailSink;
use crate::wait;

/// How long a setting may take to every node of a cluster.
const CROSSING: Duration = Duration::from_secs(5);

/// Whom mail of the servers is from.
const SENDER: &str = "mattermost@upgrade-gate.example";

/// The gate's mail server, if the servers send their mail there; else why not.
pub(super) fn mail_of<'s>(session: &'s Session<'_>) -> Result<&'s MailSink, Absent> {
    session.mail.clone()?;
    match &session.sinks {
        Ok(sinks) => Ok(&sinks.mail),
        Err(reason) => Err(Absent::NotApplicable(reason.clone())),
    }
}

/// Points the servers at the gate's mail server.
///
/// # Errors
/// Why their mail does not come there.
pub(super) async fn send_mail_to_the_gate(session: &Session<'_>, home: &Home) -> Result<(), Absent> {
    match &session.sinks {
        Ok(sinks) => point_at(&sinks.mail, session, home).await.map_err(|NoMail(why)| why),
        Err(reason) => Err(Absent::NotApplicable(reason.clone())),
    }
}

/// Why mail does not come. A call that fails ends the pointing too, and `?` tells what it was for.
struct NoMail(Absent);

impl From<ApiError> for NoMail {
    fn from(error: ApiError) -> Self {
        let why = error.explained();
        Self(Absent::NotMeasured(format!("pointing the servers at the gate's mail server failed: {why}")))
    }
}

async fn point_at(sink: &MailSink, session: &Session<'_>, home: &Home) -> Result<(), NoMail> {
    let Some((first, others)) = session.places.split_first() else {
        return Err(NoMail(Absent::NotMeasured("no node is up".into())));
    };
    let admin = home.admin.at(&first.client);
    let owned = admin.config_environment().await?;
    let before = admin.config().await?;
    let licensed = admin.client_license().await?;
    let licensed = licensed.get("IsLicensed").is_some_and(|value| value == "true");
    let needed = needed(sink.address());
    if let Some(reason) = in_the_way(&needed, &before, &owned) {
        return Err(NoMail(Absent::NotApplicable(reason)));
    }
    let after = admin.patch_config(&with_the_rest(needed.clone(), licensed)).await?;
    if let Some((name, wanted, is)) = differing(&needed, &after).next() {
        let why = format!("{name} was set to {wanted} and is still {is}");
        return Err(NoMail(Absent::NotMeasured(why)));
    }
    let clustered = matches!(session.clustering, Clustering::Clustered);
    for place in others {
        let admin = home.admin.at(&place.client);
        if !clustered {
            // Nobody tells this node of the change: it has to read its configuration again.
            admin.reload_config().await?;
        }
        let deadline = Instant::now() + CROSSING;
        wait::until_ok(deadline, async || {
            let Some(what) = other_than(&needed, &admin).await? else { return Ok(()) };
            let what = format!("{}: {what}, set through {}", place.name, first.name);
            Err(NoMail(if clustered {
                Absent::NotMeasured(what)
            } else {
                let reason = "its configuration is its own, not in the database (MM_CONFIG)";
                Absent::NotApplicable(format!("{what}: {reason}"))
            }))
        })
        .await?;
    }
    Ok(())
}

/// What a node has in place of these settings; nothing where it has them.
async fn other_than(wanted: &Value, admin: &Client) -> Result<Option<String>, ApiError> {
    let config = admin.config().await?;
    let other = differing(wanted, &config).next();
    Ok(other.map(|(name, wanted, is)| format!("{name} is {is} and not {wanted}")))
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

/// The same with what is good to have: a sender's address that is none of the user's, and guests where a licence has
/// them.
fn with_the_rest(mut settings: Value, licensed: bool) -> Value {
    settings["EmailSettings"]["FeedbackEmail"] = json!(SENDER);
    settings["EmailSettings"]["ReplyToAddress"] = json!(SENDER);
    if licensed {
        settings["GuestAccountsSettings"] = json!({ "Enable": true });
    }
    settings
}

/// Settings that are not as wanted: name, what was wanted, what is.
fn differing<'a>(
    wanted: &'a Value,
    config: &'a Value,
) -> impl Iterator<Item = (String, &'a Value, &'a Value)> + 'a {
    let sections = wanted.as_object().into_iter().flatten();
    let keys = sections.flat_map(|(section, keys)| {
        keys.as_object().into_iter().flatten().map(move |(key, value)| (section, key, value))
    });
    keys.filter_map(|(section, key, value)| {
        let is = &config[section.as_str()][key.as_str()];
        (is != value).then(|| (format!("{section}.{key}"), value, is))
    })
}

/// Why the mail cannot come: the first setting that is otherwise and that the environment owns.
fn in_the_way(wanted: &Value, config: &Value, owned: &Value) -> Option<String> {
    let found = differing(wanted, config).find(|(name, ..)| {
        let (section, key) = name.split_once('.').unwrap_or_default();
        owned[section][key] == json!(true)
    });
    found.map(|(name, _, is)| {
        let consequence = if name == "ServiceSettings.EnableEmailInvitations" {
            "nobody can be invited by mail"
        } else {
            "the gate cannot read that mail"
        };
        format!("{name} is set by the environment to {is}: {consequence}")
    })
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
        let needed = needed("10.0.0.1:2525".parse().unwrap());
        let none = json!({ "EmailSettings": { "SendEmailNotifications": true } });
        assert_eq!(in_the_way(&needed, &config(), &none), None);
        let owned = json!({ "EmailSettings": { "SMTPServer": true, "EnableSMTPAuth": true } });
        insta::assert_snapshot!(
            in_the_way(&needed, &config(), &owned).unwrap(),
            @r#"EmailSettings.SMTPServer is set by the environment to "mail.example": the gate cannot read that mail"#
        );
        let owned = json!({ "ServiceSettings": { "EnableEmailInvitations": true } });
        insta::assert_snapshot!(
            in_the_way(&needed, &config(), &owned).unwrap(),
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
