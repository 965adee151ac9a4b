//! `playbooks`: runs are started, worked on, finished and restored across nodes, and one of stable outlives the upgrade.

use super::ledger::Entry;
use serde::{Deserialize, Serialize};

use super::check::{Check, Need, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::product;
use super::scene::Place;
use crate::mattermost::{Client, PlaybookRun};
use crate::outcome::Stage;

/// The plugin's id.
const PLUGIN: &str = "playbooks";

pub(super) const CHECK: Check = Check {
    id: "playbooks",
    title: "playbook runs are started, ticked, updated, finished and restored across nodes; one goes on from stable to release",
    lines: &["S2.6"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Plugin(PLUGIN)],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

const RUNNING: &str = "InProgress";
const FINISHED: &str = "Finished";
/// The items of a run whose first one is ticked.
const TICKED: [&str; 2] = ["closed", ""];

/// A run, and the playbook that it is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Made {
    playbook: String,
    title: String,
    run: String,
    name: String,
    /// What was said about it.
    message: String,
}

/// The run of stable, and its playbook.
const OLD: Entry<Made> = Entry::new("old", "a playbook run");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    if !product::runs(cx, PLUGIN).await? {
        return Ok(());
    }
    // Before anything new: what the upgrade broke is named first.
    let mut halted = old(cx).await;
    for (actor, others) in product::actors(cx) {
        let other = others.first().copied().unwrap_or(actor);
        halted = halted.and(life(cx, actor, other).await);
    }
    halted
}

/// One whole cycle: what is done on one node and on another is seen on all.
async fn life(cx: &Context<'_>, actor: &Place, other: &Place) -> Result<(), Halt> {
    let made = started(cx, actor, "run").await?;
    let here = cx.home.alice.at(&actor.anyone);
    let there = cx.home.alice.at(&other.anyone);
    let mut halted = worked_on(cx, actor, other, &made).await;
    let finish = async { here.finish_run(&made.run).await.expecting("the end of the run") };
    halted = halted.and(cx.step(format!("the run is finished on {}", actor.label()), finish).await);
    halted = halted.and(everywhere(cx, &made, FINISHED, "shows it finished").await);
    let restore = async { there.restore_run(&made.run).await.expecting("the run to go on") };
    halted = halted.and(cx.step(format!("it is restored on {}", other.label()), restore).await);
    halted = halted.and(everywhere(cx, &made, RUNNING, "shows it running again").await);
    let finish = async { there.finish_run(&made.run).await.expecting("the end of the run") };
    halted = halted.and(cx.step(format!("it is finished again on {}", other.label()), finish).await);
    if OLD.is_wanted(cx) {
        let lasting = started(cx, actor, "lasting").await?;
        halted = halted.and(worked_on(cx, actor, other, &lasting).await);
        OLD.keep(cx, &lasting);
    }
    halted
}

/// A new playbook and a run of it.
async fn started(cx: &Context<'_>, actor: &Place, word: &str) -> Result<Made, Halt> {
    let home = cx.home;
    let alice = home.alice.at(&actor.anyone);
    let title = format!("playbook-{}-{}-{word}", cx.nonce, actor.name);
    let name = format!("{word}-{}-{}", cx.nonce, actor.name);
    cx.step(format!("a playbook is made and a run of it started on {} ({word})", actor.label()), async {
        let playbook = alice.create_playbook(&home.team_id, &title, &["first", "second"]).await;
        let playbook = playbook.expecting("a new playbook")?;
        let run = alice.start_run(&home.team_id, &playbook, &home.alice_id, &name).await;
        let run = run.expecting("a new run")?;
        is_at(&actor.name, &run, &name, RUNNING, ["", ""])?;
        let message = format!("said on {} in {} — äöü", actor.name, cx.stage);
        Ok(Made { playbook, title, run: run.id, name, message })
    })
    .await
}

/// An item is ticked on one node, the status updated on the other.
async fn worked_on(cx: &Context<'_>, actor: &Place, other: &Place, made: &Made) -> Result<(), Halt> {
    let here = cx.home.alice.at(&actor.anyone);
    let there = cx.home.alice.at(&other.anyone);
    cx.step(
        format!("an item is ticked on {}, the status updated on {}", actor.label(), other.label()),
        async {
            here.tick(&made.run, 0).await.expecting("the item to be ticked")?;
            there.update_status(&made.run, &made.message).await.expecting("the new status")
        },
    )
    .await?;
    everywhere(cx, made, RUNNING, "shows the run with item and status").await
}

async fn everywhere(cx: &Context<'_>, made: &Made, status: &str, what: &str) -> Result<(), Halt> {
    let mut halted = Ok(());
    for reader in cx.places {
        let bob = cx.home.bob.at(&reader.anyone);
        let name = format!("{} {what}", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || shows(&bob, made, status))).await);
    }
    halted
}

async fn shows(reader: &Client, made: &Made, status: &str) -> Result<(), Stop> {
    let run = reader.playbook_run(&made.run).await.expecting("the run by its id")?;
    is_at(reader.node(), &run, &made.name, status, TICKED)?;
    let said = reader.status_updates(&made.run).await.expecting("the status updates of the run")?;
    if said.contains(&made.message) {
        return Ok(());
    }
    Err(Stop::failed_at(
        reader.node(),
        format!("the status update \"{}\"", made.message),
        format!("{said:?}"),
    ))
}

fn is_at(node: &str, run: &PlaybookRun, name: &str, status: &str, items: [&str; 2]) -> Result<(), Stop> {
    let ended = status == FINISHED;
    if run.name == name && run.current_status == status && (!ended || run.end_at > 0) && run.items() == items
    {
        return Ok(());
    }
    let words = |name: &str, status: &str, items: &[&str], end: &str| {
        format!("the run \"{name}\" {status} with the items {items:?}, {end}")
    };
    let expected = words(name, status, &items, if ended { "its end noted" } else { "whenever it ended" });
    let got = words(&run.name, &run.current_status, &run.items(), &format!("end_at {}", run.end_at));
    Err(Stop::failed_at(node, expected, got))
}

/// The run of stable goes on in every stage, and is finished on release.
async fn old(cx: &Context<'_>) -> Result<(), Halt> {
    let Some(made) = OLD.old(cx) else { return Ok(()) };
    let mut halted = everywhere(cx, &made, RUNNING, "still has the run of stable, its item ticked").await;
    for reader in cx.places {
        let alice = cx.home.alice.at(&reader.anyone);
        let name = format!("{} still has its playbook", reader.label());
        let read = cx.crossed(reader, || async {
            let title = alice.playbook_title(&made.playbook).await.expecting("the playbook by its id")?;
            if title == made.title {
                return Ok(());
            }
            Err(Stop::failed_at(&reader.name, format!("\"{}\"", made.title), format!("\"{title}\"")))
        });
        halted = halted.and(cx.step(name, read).await);
    }
    if cx.stage != Stage::Release || halted.is_err() {
        return halted;
    }
    let last = &cx.places[cx.places.len() - 1];
    let alice = cx.home.alice.at(&last.anyone);
    let finish = async { alice.finish_run(&made.run).await.expecting("the end of the run") };
    cx.step(format!("the run of stable is finished on {}", last.label()), finish).await?;
    everywhere(cx, &made, FINISHED, "shows the run of stable finished").await
}
