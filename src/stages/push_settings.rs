//! Where the servers' push notifications go: settings that the gate changes, as `pointing` says.
//!
//! It takes no licence: servers ask for one only before they send to Mattermost's own push servers
//! (`canSendPushNotifications` of 11.x; seen on a real 11.7 without one). What a push says is left as it is set.

use serde_json::json;

use super::pointing::Pointing;
use super::session::RunSession;
use crate::checks::{Absent, Home};
use crate::sinks::PushSink;

/// The gate's server of push notifications, if the servers send theirs there; else why not.
pub(super) fn push_of<'s>(session: &'s RunSession<'_>) -> Result<&'s PushSink, Absent> {
    session.push.clone()?;
    Ok(&session.served()?.push)
}

/// Points the servers at the gate's server of push notifications.
///
/// # Errors
/// Why their push notifications do not come there.
pub(super) async fn send_push_to_the_gate(session: &RunSession<'_>, home: &Home) -> Result<(), Absent> {
    pointing(&session.served()?.push.url()).take_effect(session, home).await
}

fn pointing(url: &str) -> Pointing {
    let needed = json!({ "EmailSettings": { "SendPushNotifications": true, "PushNotificationServer": url } });
    let consequence = |name: &str| match name {
        "EmailSettings.SendPushNotifications" => "no device is told of messages",
        _ => "the gate cannot read those push notifications",
    };
    Pointing { at: "the gate's server of push notifications", changed: needed.clone(), needed, consequence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_environment_has_them_off_or_elsewhere_that_is_said() {
        let pointing = pointing("http://10.0.0.1:80");
        let config = |on: bool, server: &str| json!({ "EmailSettings": { "SendPushNotifications": on, "PushNotificationServer": server } });
        let owned =
            json!({ "EmailSettings": { "SendPushNotifications": true, "PushNotificationServer": true } });
        insta::assert_snapshot!(
            pointing.in_the_way(&config(false, "http://10.0.0.1:80"), &owned).unwrap(),
            @"EmailSettings.SendPushNotifications is set by the environment to false: no device is told of messages"
        );
        insta::assert_snapshot!(
            pointing.in_the_way(&config(true, ""), &owned).unwrap(),
            @r#"EmailSettings.PushNotificationServer is set by the environment to "": the gate cannot read those push notifications"#
        );
        assert_eq!(pointing.in_the_way(&config(false, ""), &json!({})), None);
    }
}
