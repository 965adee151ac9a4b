//! Boards, the plugin `focalboard`: boards, their columns, the cards in them, and their files.
//!
//! A column is one option of a board's property of type `select`; a card is in the column that its own value of that
//! property names, and moving it changes that value.

use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::error::ApiError;

/// Where the plugin's API is.
const BASE: &str = "/plugins/focalboard/api/v2";

/// Boards refuses whatever lacks this header with 400, reads too.
const OF_A_BROWSER: (&str, &str) = ("X-Requested-With", "XMLHttpRequest");

/// A board.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Board {
    /// `b` and 26 characters.
    pub id: String,
    /// What people see.
    pub title: String,
    /// What its cards may say, columns included.
    #[serde(rename = "cardProperties", default)]
    pub properties: Vec<BoardProperty>,
}

/// Something that the cards of a board may say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BoardProperty {
    /// As it was given when the board was made.
    pub id: String,
    /// What may be chosen; for `select` these are the columns.
    #[serde(default)]
    pub options: Vec<BoardOption>,
}

/// A choice of a property.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BoardOption {
    /// As it was given when the board was made.
    pub id: String,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Card {
    /// `c` and 26 characters.
    pub id: String,
    /// What people see.
    pub title: String,
    /// Values by the id of their property.
    #[serde(default)]
    pub properties: BTreeMap<String, Value>,
}

impl Client {
    /// Creates an open board in a team. `properties` is what its cards may say, in the product's own shape.
    pub async fn create_board(&self, team: &str, title: &str, properties: &Value) -> Result<Board, ApiError> {
        let body = json!({ "teamId": team, "type": "O", "title": title, "cardProperties": properties });
        self.boards(Method::POST, "/boards", Some(&body)).await?.json()
    }

    /// A board by id; 404 once it is deleted.
    pub async fn board(&self, id: &str) -> Result<Board, ApiError> {
        self.boards(Method::GET, &format!("/boards/{id}"), None).await?.json()
    }

    /// Makes this client's account a member of an open board of its team: others may not touch the cards.
    pub async fn join_board(&self, id: &str) -> Result<(), ApiError> {
        self.boards(Method::POST, &format!("/boards/{id}/join"), Some(&json!({}))).await.map(drop)
    }

    /// Makes this client's account, which is a system admin's, a member of any board.
    pub async fn join_board_as_admin(&self, id: &str) -> Result<(), ApiError> {
        let path = format!("/boards/{id}/join?allow_admin=true");
        self.boards(Method::POST, &path, Some(&json!({}))).await.map(drop)
    }

    /// Deletes a board with its cards.
    pub async fn delete_board(&self, id: &str) -> Result<(), ApiError> {
        self.boards(Method::DELETE, &format!("/boards/{id}"), None).await.map(drop)
    }

    /// Creates a card; nobody is notified.
    pub async fn create_card(
        &self,
        board: &str,
        title: &str,
        properties: &BTreeMap<String, Value>,
    ) -> Result<Card, ApiError> {
        let path = format!("/boards/{board}/cards?disable_notify=true");
        let body = json!({ "title": title, "properties": properties });
        self.boards(Method::POST, &path, Some(&body)).await?.json()
    }

    /// The cards of a board, a hundred at most.
    pub async fn cards(&self, board: &str) -> Result<Vec<Card>, ApiError> {
        self.boards(Method::GET, &format!("/boards/{board}/cards?page=0&per_page=100"), None).await?.json()
    }

    /// A card by id.
    pub async fn card(&self, id: &str) -> Result<Card, ApiError> {
        self.boards(Method::GET, &format!("/cards/{id}"), None).await?.json()
    }

    /// Changes what a card says, which moves it. The product replaces *all* properties by these.
    pub async fn change_card(
        &self,
        id: &str,
        properties: &BTreeMap<String, Value>,
    ) -> Result<Card, ApiError> {
        let body = json!({ "updatedProperties": properties });
        self.boards(Method::PATCH, &format!("/cards/{id}"), Some(&body)).await?.json()
    }

    /// Uploads a file to a board of a team and gives the name that it has there: `7`, 26 characters, and its extension.
    pub async fn upload_to_board(
        &self,
        team: &str,
        board: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<String, ApiError> {
        #[derive(Deserialize)]
        struct Uploaded {
            #[serde(rename = "fileId")]
            file_id: String,
        }
        let path = format!("{BASE}/teams/{team}/{board}/files");
        let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
        let request =
            self.request(Method::POST, &path).header(OF_A_BROWSER.0, OF_A_BROWSER.1).multipart(form);
        Ok(self.finish("POST", &path, request, &[200]).await?.json::<Uploaded>()?.file_id)
    }

    /// Creating answers 200.
    async fn boards(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Reply, ApiError> {
        let path = format!("{BASE}{path}");
        let name = method.to_string();
        let mut request = self.request(method, &path).header(OF_A_BROWSER.0, OF_A_BROWSER.1);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.finish(&name, &path, request, &[200]).await
    }
}
