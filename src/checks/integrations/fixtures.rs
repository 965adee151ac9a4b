//! What the checks of integrations share: how the servers are set for them, the gate's endpoint, and looking for an effect.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::checks::prelude::*;
use crate::mattermost::Post;
use crate::sinks::{HttpSink, Request};

/// How long a server may take to call an integration; real ones need milliseconds.
const CALLING: Duration = Duration::from_secs(5);

/// What decides whether integrations can be measured here.
pub(super) struct Fixtures<'a> {
    /// `ServiceSettings` as the first node has them.
    settings: Value,
    /// Where servers call the gate, or why they can't.
    sink: Result<&'a HttpSink, String>,
}

impl<'a> Fixtures<'a> {
    /// Reads the settings.
    ///
    /// # Errors
    /// When the configuration can't be read.
    pub(super) async fn of(cx: &'a Context<'_>) -> Result<Self, Reported> {
        let place = cx.actor();
        let name = format!("{} tells how integrations are set", place.name);
        let settings = async {
            let config = place.admin().config().await;
            Ok(config.expecting("the configuration")?["ServiceSettings"].clone())
        };
        let settings = cx.prepare(name, settings).await?;
        let sink = match cx.sinks {
            Ok(sinks) => match may_not_call(&settings, sinks.http.address().ip()) {
                None => Ok(sinks.http.as_ref()),
                Some(reason) => Err(reason),
            },
            Err(reason) => Err(reason.clone()),
        };
        Ok(Self { settings, sink })
    }

    /// Why something does not apply that this switch of `ServiceSettings` turns off, if it does.
    pub(super) fn off(&self, key: &str) -> Option<String> {
        let off = self.settings[key] == Value::Bool(false);
        off.then(|| format!("ServiceSettings.{key} is off; switch it on to have this measured"))
    }

    /// The gate's endpoint, or why servers can't call it.
    pub(super) fn sink(&self) -> Result<&'a HttpSink, String> {
        self.sink.clone()
    }
}

/// Why the servers would refuse to call this address, if so: private ones must be listed.
pub(crate) fn may_not_call(settings: &Value, address: IpAddr) -> Option<String> {
    let IpAddr::V4(own) = address else { return None };
    let private = own.is_private() || own.is_loopback() || own.is_link_local();
    let listed = settings["AllowedUntrustedInternalConnections"].as_str().unwrap_or_default();
    let covers = |entry: &str| {
        let (network, length) = entry.split_once('/').unwrap_or((entry, "32"));
        let (Ok(IpAddr::V4(network)), Ok(length)) = (network.parse(), length.parse::<u32>()) else {
            return false;
        };
        let mask = u32::MAX.checked_shl(32 - length.min(32)).unwrap_or(0);
        network.to_bits() & mask == own.to_bits() & mask
    };
    let mut entries = listed.split(|c: char| c == ',' || c.is_whitespace());
    (private && !entries.any(covers)).then(|| {
        format!(
            "the servers may not call the gate at {own}: ServiceSettings.AllowedUntrustedInternalConnections is \"{listed}\"; add {own} to it"
        )
    })
}

/// Waits until a channel has a message of exactly this text on a node.
///
/// Integrations write after they are called, so it may take a moment on any cluster; without clustering the node is
/// made to forget its caches before it is blamed.
///
/// # Errors
/// A failure with the channel's newest messages.
pub(super) async fn wait_for_message(
    cx: &Context<'_>,
    reader: &Place,
    channel: &str,
    message: &str,
) -> Result<Post, StepError> {
    let look = async || {
        let posts = reader.bob().channel_posts(channel).await.expecting("the posts of a channel")?;
        let others = posts.len();
        posts.into_iter().find(|post| post.message == message).ok_or_else(|| {
            let got = format!("{others} other messages in the channel");
            reader.failed(format!("the message \"{message}\" within five seconds"), got)
        })
    };
    cx.until_replicated(reader, look).await
}

/// Waits until a server calls the gate.
///
/// # Errors
/// A failure that names the node, and what came to the gate instead.
pub(super) async fn called(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    by: &Place,
    wanted: impl Fn(&Request) -> bool,
) -> Result<Request, StepError> {
    let patience = if cx.late() { CALLING / 10 } else { CALLING };
    if let Some(request) = sink.wait(endpoint, Instant::now() + patience, wanted).await {
        return Ok(request);
    }
    cx.mark_late();
    let strangers = sink.strangers();
    let got = match strangers.last() {
        Some(request) => format!("none; the last one that nobody expected was {}", request.told()),
        None => "none".to_owned(),
    };
    Err(by.failed(format!("a call of {} within five seconds", sink.url(endpoint)), got))
}

/// Compares a field that a server sent with what it should be.
///
/// # Errors
/// A failure that names the field and the node.
pub(super) fn same(by: &Place, field: &str, expected: &str, got: Option<&str>) -> Result<(), StepError> {
    let right = got == Some(expected);
    let got = got.map_or("none".into(), |got| format!("\"{got}\""));
    by.ensure(right, format!("{field} \"{expected}\" in the call"), got)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_private_address_must_be_listed() {
        let with = |list: &str| {
            let settings = json!({"AllowedUntrustedInternalConnections": list});
            may_not_call(&settings, "172.18.0.1".parse().unwrap())
        };
        assert!(with("").unwrap().contains("add 172.18.0.1 to it"));
        assert!(with("10.0.0.0/8 localhost").is_some());
        for list in ["0.0.0.0/0", "localhost,172.16.0.0/12", "172.18.0.1"] {
            assert_eq!(with(list), None, "{list}");
        }
        assert_eq!(may_not_call(&json!({}), "93.184.216.34".parse().unwrap()), None);
    }
}
