//! A thing to do in a run of a playbook, where Playbooks runs: ticked, and begun anew.

use mattermost_client::Client;
use serde_json::json;

use crate::act::{Done, ON, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::{Fingerprint, RowId};

/// How many things there are to do.
const ITEMS: usize = 8;

/// What an item says that is ticked.
const TICKED: &str = "closed";

pub(super) struct PlaybookItem;

impl WriteKind for PlaybookItem {
    fn name(&self) -> &'static str {
        "playbook item"
    }

    fn share(&self) -> u32 {
        2
    }

    fn touches(&self) -> Touches {
        Touches::Switches
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async {
            if let Err(reason) = &premises.playbooks {
                return Ok(PreparedWrite::NotHere(reason.clone()));
            }
            let author = premises.author.client.at(node);
            let items: Vec<String> = (0..ITEMS).map(|n| n.to_string()).collect();
            let titles: Vec<&str> = items.iter().map(String::as_str).collect();
            let run = async {
                let team = &premises.team;
                let playbook = author.create_playbook(team, &premises.name("playbook"), &titles).await?;
                author.start_run(team, &playbook, &premises.author.id, &premises.name("run")).await
            };
            match PreparedWrite::by_product(run.await)? {
                Ok(run) => premises.run = run.id,
                Err(not_here) => return Ok(not_here),
            }
            Ok(PreparedWrite::Ready(items.iter().filter_map(|item| RowId::of(item)).collect()))
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let run = &act.premises.run;
            let path = format!("/plugins/playbooks/api/v0/runs/{run}/checklists/0/item/{}/state", act.row());
            let state = if act.on { TICKED } else { "" };
            act.changed(&act.author().put(&path, &json!({ "new_state": state })).await?)
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        act.switched()
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let run = reading.author().playbook_run(&reading.premises.run).await?;
            let items = run.items();
            let ticked = items.iter().enumerate().filter(|(_, state)| **state == TICKED);
            let rows: Vec<String> = ticked.map(|(n, _)| n.to_string()).collect();
            Ok(reading.sightings(rows.iter().map(|row| (row.as_str(), ON))))
        })
    }
}
