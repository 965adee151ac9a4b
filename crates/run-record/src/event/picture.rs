//! What a page looked like.

use serde::{Deserialize, Serialize};

use crate::outcome::Stage;

/// A picture of a page, as a browser showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// When.
    pub stage: Stage,
    /// The check that looked.
    pub check: String,
    /// The node that the page was loaded from.
    pub node: String,
    /// The version that it ran.
    pub version: String,
    /// What page: "the login page".
    pub page: String,
    /// What was wrong with it; nothing where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<String>,
    /// A PNG, in base64.
    pub png: String,
}
