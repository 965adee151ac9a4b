//! The gate leaves a cluster that is not its own: what it made there is put away.
//!
//! Mattermost removes neither users nor teams for an admin over the API: users are deactivated, bots disabled, teams
//! archived with all that is in them. docs/attached.md says what remains.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use crate::cluster::{Cluster, SiteAdmin};
use crate::event::Events;
use crate::mattermost::{ApiError, Client, Http};

/// How long all of it may take; somebody may be waiting for an end.
const LIMIT: Duration = Duration::from_secs(20);
/// How much of it at the same time.
const AT_ONCE: usize = 8;

/// Puts away what was made through `http` in an attached cluster; any other cluster goes as a whole. What stays behind is
/// a warning.
pub(crate) async fn clean_up(cluster: &Cluster, http: &Http, events: &Events) {
    let Some(site) = cluster.site_admin() else { return };
    let made = http.made();
    // Nobody logged in, so nothing was made.
    let Some(token) = &made.admin else { return };
    let count = made.users.len() + made.bots.len() + made.teams.len() + made.emojis.len();
    let all = async {
        let balancer = cluster.balancer().await?;
        let admin = Client::new(http, "balancer", balancer.url()).with_token(token);
        // Emojis first: those who made them go after that.
        let emojis = made.emojis.iter().map(|id| Put::Emoji(id));
        let teams = made.teams.iter().map(|id| Put::Team(id));
        let bots = made.bots.iter().map(|id| Put::Bot(id));
        let users = made.users.iter().map(|id| Put::User(id));
        let work = emojis.chain(teams).chain(bots).chain(users).map(|put| put.away(&admin));
        let ended: Vec<Result<(), ApiError>> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        if matches!(site, SiteAdmin::Password { .. }) {
            let _ = admin.logout().await;
        }
        let left: Vec<ApiError> = ended.into_iter().filter_map(Result::err).collect();
        left.first().map_or(Ok(()), |first| {
            Err(format!("{} of {count} are left, the first one: {first}", left.len()))
        })
    };
    let ended = tokio::time::timeout(LIMIT, all).await;
    let ended = ended.unwrap_or_else(|_| Err(format!("it took longer than {} s", LIMIT.as_secs())));
    if let Err(why) = ended {
        events.warn(format!("not everything that the gate made in the attached cluster was put away: {why}"));
    }
}

/// One thing to put away.
enum Put<'a> {
    Emoji(&'a str),
    Team(&'a str),
    Bot(&'a str),
    User(&'a str),
}

impl Put<'_> {
    async fn away(self, admin: &Client) -> Result<(), ApiError> {
        let ended = match self {
            Self::Emoji(id) => admin.delete(&format!("/api/v4/emoji/{id}")).await.map(drop),
            Self::Team(id) => admin.archive_team(id).await,
            Self::Bot(id) => admin.disable_bot(id).await,
            Self::User(id) => admin.set_active(id, false).await,
        };
        match ended {
            // The check that made it removed it again.
            Err(error) if error.status() == Some(404) => Ok(()),
            other => other,
        }
    }
}
