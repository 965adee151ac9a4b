//! Which edition a server is, and what that edition limits.
//!
//! Source: server/public/model/license.go (short names of the SKUs) and limits.go; an Enterprise build from 11.0 on gives itself
//! the licence of Mattermost Entry where it has no other (channels/app/platform/license.go).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::error::ApiError;
use super::shapes::Config;

/// What a server says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edition {
    /// The open source build.
    Team,
    /// The Enterprise build without any licence.
    Unlicensed,
    /// The Enterprise build with the licence that it gives itself.
    Entry,
    /// Professional.
    Professional,
    /// Enterprise.
    Enterprise,
    /// Enterprise Advanced.
    Advanced,
    /// A licence with another name.
    Other(String),
}

impl Edition {
    /// Reads it from the client configuration and the client licence.
    #[must_use]
    pub fn read(config: &Config, licence: &Config) -> Self {
        let says = |from: &Config, key: &str| from.get(key).is_some_and(|value| value == "true");
        if !says(config, "BuildEnterpriseReady") {
            return Self::Team;
        }
        if !says(licence, "IsLicensed") {
            return Self::Unlicensed;
        }
        match licence.get("SkuShortName").map_or("", String::as_str) {
            "entry" => Self::Entry,
            "professional" | "E10" => Self::Professional,
            "enterprise" | "E20" => Self::Enterprise,
            "advanced" => Self::Advanced,
            other => Self::Other(other.to_owned()),
        }
    }

    /// How much it can, among editions of the Enterprise build; nothing where that is not known.
    fn rank(&self) -> Option<u8> {
        match self {
            Self::Team | Self::Other(_) => None,
            Self::Unlicensed => Some(0),
            Self::Entry => Some(1),
            Self::Professional => Some(2),
            Self::Enterprise => Some(3),
            Self::Advanced => Some(4),
        }
    }

    /// Whether an upgrade from this edition to `now` took something away: the build was swapped, or the licence is less.
    #[must_use]
    pub fn is_lost_with(&self, now: &Self) -> bool {
        match (self.rank(), now.rank()) {
            (Some(before), Some(now)) => now < before,
            // A licence of an unknown name may be anything, but not none and not another build.
            _ => self != now && (self.rank().is_none() || matches!(now, Self::Team)),
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Team => "Team edition",
            Self::Unlicensed => "Enterprise edition without a licence",
            Self::Entry => "Mattermost Entry",
            Self::Professional => "Professional",
            Self::Enterprise => "Enterprise",
            Self::Advanced => "Enterprise Advanced",
            Self::Other(name) => return write!(f, "Enterprise edition with the licence \"{name}\""),
        })
    }
}

/// What an edition limits, as the server tells it; zero is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// How many active users there may be.
    pub users: i64,
    /// How many messages of the past are shown.
    pub messages: i64,
    /// Messages before this moment (milliseconds since 1970) are hidden.
    pub hidden_before: i64,
}

impl Limits {
    fn of(told: &Value) -> Self {
        let number = |key: &str| told[key].as_i64().unwrap_or_default();
        Self {
            users: number("maxUsersHardLimit").max(number("maxUsersLimit")),
            messages: number("postHistoryLimit"),
            hidden_before: number("lastAccessiblePostTime"),
        }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.users > 0 {
            parts.push(format!("at most {} users", self.users));
        }
        if self.messages > 0 {
            parts.push(format!("the last {} messages are shown", self.messages));
        }
        if self.hidden_before > 0 {
            parts.push("older messages are hidden already".to_owned());
        }
        f.write_str(&if parts.is_empty() { "no limits".to_owned() } else { parts.join(", ") })
    }
}

/// How many users a server may have without a licence, at least: the limit of 11.0 and later.
const FEWEST_USERS: i64 = 250;

impl Client {
    /// Which edition the server is.
    pub async fn edition(&self) -> Result<Edition, ApiError> {
        Ok(Edition::read(&self.client_config().await?, &self.client_license().await?))
    }

    /// What the edition limits; nothing from a server that does not know the question (before 9.9).
    pub async fn limits(&self) -> Result<Option<Limits>, ApiError> {
        Ok(self.told_limits().await?.as_ref().map(Limits::of))
    }

    /// How many more users there may be until the server, or one that it is upgraded to, takes no more; nothing where it has no such limit.
    ///
    /// Without a licence 10.x takes 5,000 and 11.0 and later take 250, which who comes from 10.x learns on the release.
    pub async fn room_for_users(&self) -> Result<Option<i64>, ApiError> {
        let Some(told) = self.told_limits().await? else { return Ok(None) };
        let number = |key: &str| told[key].as_i64().unwrap_or_default();
        let most = number("maxUsersLimit").min(FEWEST_USERS);
        Ok((most > 0).then(|| most - number("activeUserCount")))
    }

    async fn told_limits(&self) -> Result<Option<Value>, ApiError> {
        match self.get("/api/v4/limits/server").await {
            Err(error) if error.status() == Some(404) => Ok(None),
            answer => answer?.json().map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(enterprise: &str, licence: &[(&str, &str)]) -> Edition {
        let of = |pairs: &[(&str, &str)]| -> Config {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        Edition::read(&of(&[("BuildEnterpriseReady", enterprise)]), &of(licence))
    }

    #[test]
    fn each_edition_is_told_by_build_and_licence() {
        let sku = |name| read("true", &[("IsLicensed", "true"), ("SkuShortName", name)]);
        assert_eq!(read("false", &[("IsLicensed", "true")]), Edition::Team);
        assert_eq!(read("true", &[("IsLicensed", "false")]), Edition::Unlicensed);
        let skus = ["entry", "professional", "enterprise", "advanced"].map(sku);
        let wanted = [Edition::Entry, Edition::Professional, Edition::Enterprise, Edition::Advanced];
        assert_eq!(skus, wanted);
        assert_eq!(sku("gov").to_string(), "Enterprise edition with the licence \"gov\"");
    }

    #[test]
    fn a_swapped_build_and_a_lesser_licence_are_a_loss_and_entry_of_nothing_is_none() {
        let (team, entry, none) = (Edition::Team, Edition::Entry, Edition::Unlicensed);
        assert!(!none.is_lost_with(&entry), "11.0 gives an Enterprise build Entry");
        assert!(entry.is_lost_with(&none));
        assert!(team.is_lost_with(&none) && none.is_lost_with(&team));
        assert!(Edition::Advanced.is_lost_with(&Edition::Enterprise));
        assert!(!Edition::Professional.is_lost_with(&Edition::Advanced));
        let other = Edition::Other("gov".into());
        assert!(other.is_lost_with(&none) && !other.is_lost_with(&other));
    }

    #[test]
    fn limits_are_what_the_server_tells() {
        let entry =
            Limits::of(&json!({"maxUsersLimit": 0, "postHistoryLimit": 10000, "lastAccessiblePostTime": 0}));
        assert_eq!(entry.to_string(), "the last 10000 messages are shown");
        let team = Limits::of(&json!({"maxUsersLimit": 200, "maxUsersHardLimit": 250, "activeUserCount": 1}));
        assert_eq!(team.to_string(), "at most 250 users");
        assert_eq!(Limits::of(&json!({})).to_string(), "no limits");
    }
}
