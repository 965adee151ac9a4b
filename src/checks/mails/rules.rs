//! What servers mail, by their settings.

use crate::checks::prelude::*;

/// Why nobody is told of messages at once where mails are held back.
pub(super) const HELD: &str =
    "EmailSettings.EnableEmailBatching is on: mails of messages are held back and sent together";

/// What is not mailed here, and why.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    /// Why nobody is told of messages or welcomed, where it is so.
    pub(super) messages: Option<&'static str>,
    /// Why nobody can deactivate themselves.
    pub(super) leaving: Option<&'static str>,
}

impl Rules {
    /// What the settings of a node say of mail.
    ///
    /// # Errors
    /// Not applicable where nobody is mailed before they prove their address.
    pub(super) async fn of(place: &Place) -> Result<Self, StepError> {
        let config = place.admin().config().await.expecting("the configuration")?;
        let on = |section: &str, key: &str| config[section][key] == true;
        if on("EmailSettings", "RequireEmailVerification") {
            let reason = "EmailSettings.RequireEmailVerification is on: nobody is mailed before they prove their address";
            return Err(StepError::NotApplicable(reason.into()));
        }
        let messages = if !on("EmailSettings", "SendEmailNotifications") {
            Some("EmailSettings.SendEmailNotifications is off")
        } else if on("EmailSettings", "EnableEmailBatching") {
            Some(HELD)
        } else {
            None
        };
        let leaving = (!on("TeamSettings", "EnableUserDeactivation"))
            .then_some("TeamSettings.EnableUserDeactivation is off: nobody can deactivate themselves");
        Ok(Self { messages, leaving })
    }
}
