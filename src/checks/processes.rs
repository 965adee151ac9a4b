//! `processes`: no server died, or was started again, without anybody asking for it.
//!
//! A server that dies under some request is back in seconds, by its restart policy or by hand, and whoever asked meanwhile sees a refusal
//! that says nothing. Its machine knows. This check looks there when all others of a stage have ended, and notes what each server uses.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::prelude::*;
use crate::cluster::ServerProcess;
use crate::outcome::{PROCESSES, Stage};

/// What the step proves.
const STEP: &str = "has run on since it was put into traffic";

pub(super) const CHECK: Check = Check::new(
    PROCESSES,
    "no server died or was started again by itself; memory and CPU of each are told",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA)
.alone();

/// What was seen, by stage and node: what is told once is not told again in the next stage.
type Seen = BTreeMap<(String, String), ServerProcess>;
const SEEN: Entry<Seen> = Entry::new("the processes of the servers");
/// Bytes of memory of the servers of stable.
const MEMORY: Entry<u64> = Entry::new("the memory of a server");

async fn run(cx: &Context<'_>) {
    let Some(nodes) = cx.nodes else { return cx.not_applicable(STEP, "there is no cluster") };
    let mut seen = SEEN.get(cx.carried, PROCESSES).unwrap_or_default();
    // An engine measures once a second, and whoever asks waits for that.
    let asked = join_all(cx.places.iter().map(|place| nodes.process(&place.name))).await;
    for (place, answer) in cx.places.iter().zip(asked) {
        let name = format!("{place} {STEP}");
        let now = match answer {
            Ok(now) => now,
            Err(absent) => {
                cx.judge(name, Err((&absent).into()));
                continue;
            }
        };
        tell(cx, place, &now);
        cx.judge(name, went_on(place, &now, before(cx.stage, place, &seen)));
        seen.insert((cx.stage.to_string(), place.name.clone()), now);
    }
    SEEN.set(cx.carried, PROCESSES, seen);
}

/// What it was like in the stage before, where it is the same one; else what it was like when it came up.
fn before<'s>(stage: Stage, place: &'s Place, seen: &'s Seen) -> Option<&'s ServerProcess> {
    let joined = place.process.as_ref().ok();
    let stage = stage.to_string();
    let of_node = seen.iter().filter(|((other, node), _)| *other != stage && *node == place.name);
    let same = of_node
        .map(|(_, process)| process)
        .filter(|process| joined.is_none_or(|joined| joined.container == process.container));
    same.chain(joined).max_by_key(|process| (process.restarts, process.started_at))
}

fn went_on(place: &Place, now: &ServerProcess, before: Option<&ServerProcess>) -> Result<(), StepError> {
    let ended = now.ended_since(before.unwrap_or(now));
    ended.map_or(Ok(()), |how| {
        Err(StepError::failed_at(&place.name, "a server that runs until it is stopped", how))
    })
}

/// What it uses, and how much more that is than what a server of stable used.
fn tell(cx: &Context<'_>, place: &Place, now: &ServerProcess) {
    let Some(bytes) = now.memory_bytes else { return };
    if cx.stage == Stage::Stable {
        let most = MEMORY.get(cx.carried, PROCESSES).unwrap_or(0).max(bytes);
        MEMORY.set(cx.carried, PROCESSES, most);
    }
    let usual = MEMORY.get(cx.carried, PROCESSES).filter(|_| place.side == Side::Release);
    let more = usual.filter(|usual| bytes > usual * 2).map_or_else(String::new, |usual| {
        format!(", more than twice what a server of stable used ({} MiB)", usual >> 20)
    });
    cx.fact(format!("memory of {}", place.name), format!("{} MiB{more}", bytes >> 20));
    if let Some(ns) = now.cpu_ns {
        cx.fact(format!("CPU of {}", place.name), format!("{} s since its start", ns / 1_000_000_000));
    }
}
