//! Playbooks: what a team does in a known case, and its runs.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::error::ApiError;

/// Where the plugin's API is.
const BASE: &str = "/plugins/playbooks/api/v0";

/// A run of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PlaybookRun {
    /// 26 characters.
    pub id: String,
    /// What people see.
    pub name: String,
    /// `InProgress` or `Finished`.
    pub current_status: String,
    /// Milliseconds; not 0 once finished.
    #[serde(default)]
    pub end_at: i64,
    /// What is to be done.
    #[serde(default)]
    pub checklists: Vec<Checklist>,
}

/// A list of things to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Checklist {
    /// The things.
    #[serde(default)]
    pub items: Vec<ChecklistItem>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChecklistItem {
    /// Empty, `in_progress`, `closed` or `skipped`.
    #[serde(default)]
    pub state: String,
}

impl PlaybookRun {
    /// The states of the items of the first checklist.
    #[must_use]
    pub fn items(&self) -> Vec<&str> {
        let first = self.checklists.first().map(|list| list.items.as_slice()).unwrap_or_default();
        first.iter().map(|item| item.state.as_str()).collect()
    }
}

#[derive(Deserialize)]
struct MadeRun {
    id: String,
}

impl Client {
    /// Creates a public playbook with one checklist and gives its id; this client's account rules it.
    pub async fn create_playbook(&self, team: &str, title: &str, items: &[&str]) -> Result<String, ApiError> {
        let items: Vec<Value> = items.iter().map(|item| json!({ "title": item })).collect();
        // The time until a reminder must not be 0; a day is longer than any run of the gate.
        let body = json!({
            "title": title, "team_id": team, "public": true, "create_public_playbook_run": true,
            "reminder_timer_default_seconds": 86400, "status_update_enabled": true,
            "checklists": [{ "title": "Steps", "items": items }],
        });
        Ok(self.post(&format!("{BASE}/playbooks"), &body).await?.json::<MadeRun>()?.id)
    }

    /// The title of a playbook.
    pub async fn playbook_title(&self, id: &str) -> Result<String, ApiError> {
        #[derive(Deserialize)]
        struct Playbook {
            title: String,
        }
        Ok(self.get(&format!("{BASE}/playbooks/{id}")).await?.json::<Playbook>()?.title)
    }

    /// Starts a run of a playbook, which makes a channel for it.
    pub async fn start_run(
        &self,
        team: &str,
        playbook: &str,
        owner: &str,
        name: &str,
    ) -> Result<PlaybookRun, ApiError> {
        let body = json!({
            "name": name, "owner_user_id": owner, "team_id": team, "playbook_id": playbook,
            "create_public_run": true,
        });
        self.post(&format!("{BASE}/runs"), &body).await?.json()
    }

    /// A run by id.
    pub async fn playbook_run(&self, id: &str) -> Result<PlaybookRun, ApiError> {
        self.get(&format!("{BASE}/runs/{id}")).await?.json()
    }

    /// Ticks an item of the first checklist; the first item is 0.
    pub async fn tick(&self, run: &str, item: usize) -> Result<(), ApiError> {
        let path = format!("{BASE}/runs/{run}/checklists/0/item/{item}/state");
        self.put(&path, &json!({ "new_state": "closed" })).await.map(drop)
    }

    /// Says how a run goes.
    pub async fn update_status(&self, run: &str, message: &str) -> Result<(), ApiError> {
        let body = json!({ "message": message, "reminder": 86400, "finish_run": false });
        self.post(&format!("{BASE}/runs/{run}/status"), &body).await.map(drop)
    }

    /// What was said about a run.
    pub async fn status_updates(&self, run: &str) -> Result<Vec<String>, ApiError> {
        #[derive(Deserialize)]
        struct Update {
            message: String,
        }
        let updates: Vec<Update> = self.get(&format!("{BASE}/runs/{run}/status-updates")).await?.json()?;
        Ok(updates.into_iter().map(|update| update.message).collect())
    }

    /// Finishes a run.
    pub async fn finish_run(&self, run: &str) -> Result<(), ApiError> {
        self.send(Method::PUT, &format!("{BASE}/runs/{run}/finish"), None, &[200]).await.map(drop)
    }

    /// Takes the finish of a run back.
    pub async fn restore_run(&self, run: &str) -> Result<(), ApiError> {
        self.send(Method::PUT, &format!("{BASE}/runs/{run}/restore"), None, &[200]).await.map(drop)
    }
}
