//! Somebody's place in a team, given and taken away.

use mattermost_client::Client;
use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::members;
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::{Fingerprint, RowId};

/// How many teams; each brings two channels of its own.
const TEAMS: usize = 3;

pub(super) struct TeamMembership;

impl WriteKind for TeamMembership {
    fn name(&self) -> &'static str {
        "team membership"
    }

    fn share(&self) -> u32 {
        1
    }

    fn touches(&self) -> Touches {
        Touches::Switches
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async {
            let mut teams = Vec::new();
            for n in 0..TEAMS {
                let name = premises.name(&format!("team{n}"));
                teams.extend(RowId::of(&premises.admin.at(node).create_team(&name, &name).await?.id));
            }
            Ok(PreparedWrite::Ready(teams))
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let body = json!({ "team_id": act.row(), "user_id": act.premises.other.id });
            members::turn(act, &format!("/api/v4/teams/{}/members", act.row()), &body).await
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        act.switched()
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(members::sightings(reading, "teams"))
    }
}
