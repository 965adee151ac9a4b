//! Pointing the servers at something that the gate serves: settings that are changed once, on stable, through the first node, and
//! that every node has then.
//!
//! The settings are in the database and outlive the roll. A setting that the environment owns stays as it is; if what is to
//! come then goes elsewhere, that is said with the setting's name, and nothing is changed.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::session::RunSession;
use crate::checks::{Absent, Home};
use crate::event::Clustering;
use crate::mattermost::{ApiError, Client};
use crate::wait;

/// How long a setting may take to every node of a cluster.
const CROSSING: Duration = Duration::from_secs(5);

/// What the servers are pointed at, and by which settings.
pub(super) struct Pointing {
    /// As a sentence has it: "the gate's mail server".
    pub(super) at: &'static str,
    /// The settings without which nothing comes.
    pub(super) needed: Value,
    /// What is changed: the same, with what is good to have.
    pub(super) changed: Value,
    /// What it means that the environment has this setting otherwise.
    pub(super) consequence: fn(&str) -> &'static str,
}

/// Why nothing comes. A call that fails ends the pointing too, and `?` tells that it did.
struct NotPointed(Absent);

impl From<ApiError> for NotPointed {
    fn from(error: ApiError) -> Self {
        Self(Absent::NotMeasured(error.explained()))
    }
}

impl Pointing {
    /// Changes the settings and waits until every node has them.
    ///
    /// # Errors
    /// Why what is to come does not.
    pub(super) async fn take_effect(&self, session: &RunSession<'_>, home: &Home) -> Result<(), Absent> {
        self.through_all(session, home).await.map_err(|NotPointed(why)| match why {
            Absent::NotMeasured(why) => {
                Absent::NotMeasured(format!("pointing the servers at {} failed: {why}", self.at))
            }
            other @ Absent::NotApplicable(_) => other,
        })
    }

    async fn through_all(&self, session: &RunSession<'_>, home: &Home) -> Result<(), NotPointed> {
        let Some((first, others)) = session.places.split_first() else {
            return Err(NotPointed(Absent::NotMeasured("no node is up".into())));
        };
        let admin = home.admin.at(&first.client);
        let owned = admin.config_environment().await?;
        let before = admin.config().await?;
        if let Some(reason) = self.in_the_way(&before, &owned) {
            return Err(NotPointed(Absent::NotApplicable(reason)));
        }
        let after = admin.patch_config(&self.changed).await?;
        if let Some((name, wanted, is)) = differing(&self.needed, &after).next() {
            let why = format!("{name} was set to {wanted} and is still {is}");
            return Err(NotPointed(Absent::NotMeasured(why)));
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
                let Some(what) = other_than(&self.needed, &admin).await? else { return Ok(()) };
                let what = format!("{}: {what}, set through {}", place.name, first.name);
                Err(NotPointed(if clustered {
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

    /// Why it cannot come: the first setting that is otherwise and that the environment owns.
    pub(super) fn in_the_way(&self, config: &Value, owned: &Value) -> Option<String> {
        let found = differing(&self.needed, config).find(|(name, ..)| {
            let (section, key) = name.split_once('.').unwrap_or_default();
            owned[section][key] == json!(true)
        });
        found.map(|(name, _, is)| {
            format!("{name} is set by the environment to {is}: {}", (self.consequence)(&name))
        })
    }
}

/// What a node has in place of these settings; nothing where it has them.
async fn other_than(wanted: &Value, admin: &Client) -> Result<Option<String>, ApiError> {
    let config = admin.config().await?;
    let other = differing(wanted, &config).next();
    Ok(other.map(|(name, wanted, is)| format!("{name} is {is} and not {wanted}")))
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
