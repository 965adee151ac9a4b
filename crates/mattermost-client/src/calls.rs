//! Calls, the plugin `com.mattermost.calls`: joined and left over the websocket, looked at and ended over REST.
//!
//! The first who joins starts the call, the last who leaves ends it. Who joins and sends no media is dropped after ten
//! seconds (measured on 1.11.5); a call is named by its channel everywhere in the API, whatever the paths say.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::error::ApiError;
use super::socket::{Frame, Socket};

/// Where the plugin's API is.
const BASE: &str = "/plugins/com.mattermost.calls";

/// How the names of its websocket actions and events begin.
const PREFIX: &str = "custom_com.mattermost.calls_";

/// What Calls knows about a channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallsChannel {
    /// Whether everybody may start a call there.
    #[serde(default)]
    pub enabled: bool,
    /// The call that runs there.
    #[serde(default)]
    pub call: Option<Call>,
}

/// A running call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Call {
    /// 26 characters.
    pub id: String,
    /// Who is in it.
    #[serde(default)]
    pub sessions: Vec<CallSession>,
}

/// One who is in a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallSession {
    /// Who.
    pub user_id: String,
}

impl Client {
    /// The version that the plugin says it is; anybody may ask.
    pub async fn calls_version(&self) -> Result<String, ApiError> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        Ok(self.get(&format!("{BASE}/version")).await?.json::<Version>()?.version)
    }

    /// Whether calls in channels are allowed, not only between two; versions that do not say so allow them.
    pub async fn group_calls_allowed(&self) -> Result<bool, ApiError> {
        let config: Value = self.get(&format!("{BASE}/config")).await?.json()?;
        Ok(config["GroupCallsAllowed"].as_bool().unwrap_or(true))
    }

    /// Lets everybody start calls in a channel. Needs an admin.
    pub async fn enable_calls(&self, channel: &str) -> Result<(), ApiError> {
        self.post(&format!("{BASE}/{channel}"), &json!({ "enabled": true })).await.map(drop)
    }

    /// What Calls knows about a channel, its running call included; 429 for more than one request a second after the
    /// first ten.
    pub async fn calls_channel(&self, channel: &str) -> Result<CallsChannel, ApiError> {
        self.get(&format!("{BASE}/{channel}")).await?.json()
    }

    /// Tells everybody in a channel's call to leave; who is still in it after five seconds is thrown out. 400 without
    /// a call, and for everybody but its host and admins.
    pub async fn end_call(&self, channel: &str) -> Result<(), ApiError> {
        // The older of two paths: the newer one asks for a licence with host controls.
        let path = format!("{BASE}/calls/{channel}/end");
        match self.send(Method::POST, &path, None, &[200]).await {
            Err(error) if error.status() == Some(404) => {
                let path = format!("{BASE}/calls/{channel}/host/end");
                self.send(Method::POST, &path, None, &[200]).await.map(drop)
            }
            other => other.map(drop),
        }
    }
}

impl Socket {
    /// Joins the call of a channel, or starts it. The answer is the event `join`, or `error` with the reason.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn join_call(&mut self, channel: &str) -> Result<(), ApiError> {
        self.act(&format!("{PREFIX}join"), &json!({ "channelID": channel, "title": "upgrade gate" })).await
    }

    /// Leaves the call that this connection is in.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn leave_call(&mut self) -> Result<(), ApiError> {
        self.act(&format!("{PREFIX}leave"), &json!({})).await
    }
}

impl Frame {
    /// The name of an event of Calls, without its long beginning: `call_start`, `user_joined`.
    #[must_use]
    pub fn call_event(&self) -> Option<&str> {
        self.event.strip_prefix(PREFIX)
    }
}
