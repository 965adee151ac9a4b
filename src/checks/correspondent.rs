//! Somebody of a check's own who is written to: by name in the check's channel, and in a direct channel with alice.

use super::prelude::*;

/// The password of accounts that nobody but the check uses.
pub(super) const PASSWORD: &str = "Upgrade-Gate-1234";

/// Somebody who is written to.
#[derive(Debug, Clone)]
pub(super) struct Correspondent {
    pub(super) id: String,
    pub(super) name: String,
    /// The direct channel with alice.
    pub(super) direct: String,
}

impl Correspondent {
    /// Makes one, in the team and in a channel. `who` is what the name begins with.
    ///
    /// # Errors
    /// What could not be made.
    pub(super) async fn make(cx: &Context<'_>, who: &str, channel: &str) -> Result<Self, StepError> {
        let (actor, home) = (cx.actor(), cx.home);
        let (admin, name) = (actor.admin(), format!("{who}-{}", cx.nonce));
        let id = admin.create_user(&name, PASSWORD).await.expecting("a new user")?.id;
        admin.add_to_team(&home.team_id, &id).await.expecting("the new member")?;
        admin.add_to_channel(channel, &id).await.expecting("the new member")?;
        let direct = actor.alice().converse(&[&home.alice_id, &id]).await.expecting("the direct channel")?.id;
        Ok(Self { id, name, direct })
    }
}
