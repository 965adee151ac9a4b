//! A heading in somebody's list of channels.

use mattermost_client::Client;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};

/// How many headings writes share; each more makes each of them dearer.
const HEADINGS: usize = 8;

pub(super) struct SidebarCategoryKind;

#[derive(Deserialize)]
struct Headings {
    categories: Vec<Heading>,
}

#[derive(Deserialize)]
struct Heading {
    id: String,
    display_name: String,
}

fn path(premises: &Premises) -> String {
    format!("/api/v4/users/{}/teams/{}/channels/categories", premises.author.id, premises.team)
}

fn body(premises: &Premises, name: &str) -> Value {
    json!({
        "user_id": premises.author.id, "team_id": premises.team, "display_name": name, "type": "custom",
        "sorting": "", "channel_ids": [], "muted": false, "collapsed": false,
    })
}

impl WriteKind for SidebarCategoryKind {
    fn name(&self) -> &'static str {
        "sidebar category"
    }

    fn share(&self) -> u32 {
        2
    }

    fn touches(&self) -> Touches {
        Touches::Words
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async {
            let author = premises.author.client.at(node);
            let mut rows = Vec::new();
            for n in 0..HEADINGS {
                let body = body(premises, &premises.name(&format!("heading{n}")));
                let made = match author.post(&path(premises), &body).await {
                    Ok(reply) => Done::made(&reply)?,
                    refused => return PreparedWrite::by_attempt(refused, rows),
                };
                rows.push(made.row);
            }
            Ok(PreparedWrite::Ready(rows))
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let mut body = body(act.premises, &act.text);
            body["id"] = json!(act.row());
            let path = format!("{}/{}", path(act.premises), act.row());
            act.changed(&act.author().put(&path, &body).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let all: Headings = reading.get(&path(reading.premises)).await?.json()?;
            let said = all.categories.iter().map(|one| (one.id.as_str(), one.display_name.as_str()));
            Ok(reading.sightings(said))
        })
    }
}
