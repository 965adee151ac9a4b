//! The thing to do in a run of a playbook, where Playbooks runs: ticked, and begun anew.
//!
//! A run for each: Playbooks reads a run, changes one item and writes all of its lists back without a lock (`ModifyCheckedState` in
//! server/app/playbook_run_service.go, to 2.9.1 at least), so that of two items that are ticked at once one is lost on any version.

use futures_util::future::{join_all, try_join_all};
use mattermost_client::{ApiError, Client};
use serde_json::json;

use crate::act::{Done, ON, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::{Fingerprint, RowId};

/// How many runs there are.
const RUNS: usize = 6;

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
            let premises = &*premises;
            if let Err(reason) = &premises.playbooks {
                return Ok(PreparedWrite::NotHere(reason.clone()));
            }
            let author = premises.author.client.at(node);
            let (team, owner) = (&premises.team, &premises.author.id);
            let runs = async {
                let name = premises.name("playbook");
                let playbook = author.create_playbook(team, &name, &["To do"]).await?;
                let started = (0..RUNS).map(|n| {
                    let (author, playbook, name) = (&author, &playbook, premises.name(&format!("run-{n}")));
                    async move { author.start_run(team, playbook, owner, &name).await }
                });
                try_join_all(started).await
            };
            match PreparedWrite::by_product(runs.await)? {
                Ok(runs) => {
                    Ok(PreparedWrite::Ready(runs.iter().filter_map(|run| RowId::of(&run.id)).collect()))
                }
                Err(not_here) => Ok(not_here),
            }
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let path = format!("/plugins/playbooks/api/v0/runs/{}/checklists/0/item/0/state", act.row());
            let state = if act.on { TICKED } else { "" };
            act.changed(&act.author().put(&path, &json!({ "new_state": state })).await?)
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        act.switched()
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let author = reading.author();
            let asked =
                reading.wanted.iter().map(async |row| Ok((row, is_ticked(&author, row.as_str()).await?)));
            let seen = join_all(asked).await.into_iter().collect::<Result<Vec<_>, ApiError>>()?;
            let ticked = seen.into_iter().filter(|(_, is_ticked)| *is_ticked);
            Ok(reading.sightings(ticked.map(|(row, _)| (row.as_str(), ON))))
        })
    }
}

/// Of a run that is gone nothing is ticked.
async fn is_ticked(author: &Client, run: &str) -> Result<bool, ApiError> {
    match author.playbook_run(run).await {
        Ok(run) => Ok(run.items().first() == Some(&TICKED)),
        Err(error) if error.status() == Some(404) => Ok(false),
        Err(error) => Err(error),
    }
}
