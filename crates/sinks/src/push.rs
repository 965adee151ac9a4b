//! A server of push notifications that keeps what it gets and passes nothing on.
//!
//! A Mattermost server posts each as JSON to `/api/v1/send_push`, one for each session of a device, and wants `{"status": "OK"}`
//! (`app/notification_push.go` of 11.x).

use std::net::{IpAddr, SocketAddr};

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::http::{CannedAnswer, HttpSink};

/// Where servers post.
const PATH: &str = "/api/v1/send_push";

/// A notification that a server sent to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// `message`, or what tells an app to clear or count.
    pub kind: String,
    /// `android` or `apple_rn`, what stood before the colon of the device's id.
    pub platform: String,
    /// What stood behind it.
    pub device: String,
    /// The message that it is about.
    pub post: String,
    /// Where that was written.
    pub channel: String,
}

impl Push {
    fn read(told: &Value) -> Self {
        let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
        Self {
            kind: text("type"),
            platform: text("platform"),
            device: text("device_id"),
            post: text("post_id"),
            channel: text("channel_id"),
        }
    }
}

/// A server of push notifications that keeps what it gets. It ends when this is dropped.
#[derive(Debug)]
pub struct PushSink {
    http: HttpSink,
}

impl PushSink {
    /// Listens on a port of the system's choice.
    ///
    /// # Errors
    /// When nothing can listen on this address.
    pub async fn start(address: IpAddr) -> std::io::Result<Self> {
        let http = HttpSink::start(address).await?;
        http.serve(PATH, |_| CannedAnswer::json(&json!({ "status": "OK" })));
        Ok(Self { http })
    }

    /// Where it listens, as the servers reach it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// What a server is told, as `EmailSettings.PushNotificationServer`.
    #[must_use]
    pub fn url(&self) -> String {
        self.http.url("")
    }

    /// Whether a push that `wanted` accepts came, or comes until the deadline.
    pub async fn comes(&self, deadline: Instant, wanted: impl Fn(&Push) -> bool) -> bool {
        self.http.wait(PATH, deadline, |request| wanted(&Push::read(&request.json()))).await.is_some()
    }

    /// All that came so far.
    #[must_use]
    pub fn all(&self) -> Vec<Push> {
        self.http.requests(PATH).iter().map(|request| Push::read(&request.json())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    #[tokio::test]
    async fn a_push_is_answered_and_kept() {
        let sink = PushSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap();
        let sent = json!({"type": "message", "platform": "android", "device_id": "d", "post_id": "p",
            "channel_id": "c", "ack_id": "a"})
        .to_string();
        let mut stream = TcpStream::connect(sink.address()).await.unwrap();
        let length = sent.len();
        let head = "Host: x\r\nConnection: close";
        let request = format!("POST {PATH} HTTP/1.1\r\n{head}\r\nContent-Length: {length}\r\n\r\n{sent}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"status":"OK"}"#), "{answer}");
        let soon = Instant::now() + Duration::from_secs(5);
        assert!(sink.comes(soon, |push| push.device == "d").await);
        let kept = Push {
            kind: "message".into(),
            platform: "android".into(),
            device: "d".into(),
            post: "p".into(),
            channel: "c".into(),
        };
        assert_eq!(sink.all(), [kept]);
    }
}
