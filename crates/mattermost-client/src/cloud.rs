//! The calls about a cloud workspace: what the server tells of its Customer Web Server.

use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use super::error::ApiError;

impl Client {
    /// A part of what the Customer Web Server knows: `subscription`, `products`, `customer`, `limits`. Needs an admin.
    /// 500 when the Customer Web Server did not answer.
    pub async fn cloud(&self, part: &str) -> Result<Value, ApiError> {
        self.get(&format!("/api/v4/cloud/{part}")).await?.json()
    }

    /// Whether the server reaches its Customer Web Server: `available` or `unavailable`.
    pub async fn cloud_connection(&self) -> Result<String, ApiError> {
        #[derive(Deserialize)]
        struct Connection {
            status: String,
        }
        let connection: Connection = self.get("/api/v4/cloud/check-cws-connection").await?.json()?;
        Ok(connection.status)
    }
}
