//! `playbooks`: runs are started, worked on, finished and restored across nodes, and one of stable outlives the upgrade.

use super::prelude::*;
use super::product;
use crate::mattermost::PlaybookRun;

/// The plugin's id.
const PLUGIN: &str = "playbooks";

pub(super) const CHECK: Check = Check::new(
    "playbooks",
    "playbook runs are started, ticked, updated, finished and restored across nodes; one goes on from stable to release",
    &["S2.6"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Plugin(PLUGIN)]);

const RUNNING: &str = "InProgress";
const FINISHED: &str = "Finished";
/// The items of a run whose first one is ticked.
const TICKED: [&str; 2] = ["closed", ""];

/// A run, and the playbook that it is of.
#[derive(Debug, Clone)]
struct SampleRun {
    playbook: String,
    title: String,
    run: String,
    name: String,
    /// What was said about it.
    message: String,
}

/// The run of stable, and its playbook.
const OLD: Entry<SampleRun> = Entry::new("a playbook run");

async fn run(cx: &Context<'_>) {
    if !product::runs(cx, PLUGIN).await {
        return;
    }
    // Before anything new: what the upgrade broke is named first.
    cx.part(old(cx)).await;
    cx.each_version(async |walk| life(cx, &walk).await).await;
}

/// One whole cycle: what is done on one node and on another is seen on all.
async fn life(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let made = started(cx, walk, "run").await?;
    let other = walk.remote_reader();
    let (here, there) = (walk.alice(), other.alice());
    cx.part(worked_on(cx, walk, &made)).await;
    let finish = async { here.finish_run(&made.run).await.expecting("the end of the run") };
    walk.verify("the run is finished on {node}", finish).await;
    cx.on_each(cx.places, "shows it finished", |place| shows(place, &made, FINISHED)).await;
    let restore = async { there.restore_run(&made.run).await.expecting("the run to go on") };
    cx.verify(format!("it is restored on {other}"), restore).await;
    cx.on_each(cx.places, "shows it running again", |place| shows(place, &made, RUNNING)).await;
    let finish = async { there.finish_run(&made.run).await.expecting("the end of the run") };
    cx.verify(format!("it is finished again on {other}"), finish).await;
    if OLD.is_wanted(cx) {
        let lasting = started(cx, walk, "lasting").await?;
        cx.part(worked_on(cx, walk, &lasting)).await;
        OLD.keep(cx, &lasting);
    }
    Ok(())
}

/// A new playbook and a run of it.
async fn started(cx: &Context<'_>, walk: &Walk<'_>, word: &str) -> Result<SampleRun, Reported> {
    let (home, actor, alice) = (cx.home, walk.actor, walk.alice());
    let title = format!("playbook-{}-{}-{word}", cx.nonce, actor.name);
    let name = format!("{word}-{}-{}", cx.nonce, actor.name);
    let step = format!("a playbook is made and a run of it started on {actor} ({word})");
    cx.step(step, async {
        let playbook = alice.create_playbook(&home.team_id, &title, &["first", "second"]).await;
        let playbook = playbook.expecting("a new playbook")?;
        let run = alice.start_run(&home.team_id, &playbook, &home.alice_id, &name).await;
        let run = run.expecting("a new run")?;
        is_at(actor, &run, &name, RUNNING, ["", ""])?;
        let message = format!("said on {} in {} — äöü", actor.name, cx.stage);
        Ok(SampleRun { playbook, title, run: run.id, name, message })
    })
    .await
}

/// An item is ticked on one node, the status updated on the other.
async fn worked_on(cx: &Context<'_>, walk: &Walk<'_>, made: &SampleRun) -> Result<(), Reported> {
    let (actor, other) = (walk.actor, walk.remote_reader());
    cx.step(format!("an item is ticked on {actor}, the status updated on {other}"), async {
        actor.alice().tick(&made.run, 0).await.expecting("the item to be ticked")?;
        other.alice().update_status(&made.run, &made.message).await.expecting("the new status")
    })
    .await?;
    cx.on_each(cx.places, "shows the run with item and status", |place| shows(place, made, RUNNING)).await;
    Ok(())
}

async fn shows(reader: &Place, made: &SampleRun, status: &str) -> Result<(), StepError> {
    let run = reader.bob().playbook_run(&made.run).await.expecting("the run by its id")?;
    is_at(reader, &run, &made.name, status, TICKED)?;
    let said = reader.bob().status_updates(&made.run).await.expecting("the status updates of the run")?;
    let expected = format!("the status update \"{}\"", made.message);
    reader.ensure(said.contains(&made.message), expected, format!("{said:?}"))
}

fn is_at(
    reader: &Place,
    run: &PlaybookRun,
    name: &str,
    status: &str,
    items: [&str; 2],
) -> Result<(), StepError> {
    let ended = status == FINISHED;
    let right = run.name == name
        && run.current_status == status
        && (!ended || run.end_at > 0)
        && run.items() == items;
    let words = |name: &str, status: &str, items: &[&str], end: &str| {
        format!("the run \"{name}\" {status} with the items {items:?}, {end}")
    };
    let expected = words(name, status, &items, if ended { "its end noted" } else { "whenever it ended" });
    let got = words(&run.name, &run.current_status, &run.items(), &format!("end_at {}", run.end_at));
    reader.ensure(right, expected, got)
}

/// The run of stable goes on in every stage, and is finished on release.
async fn old(cx: &Context<'_>) -> Result<(), Reported> {
    let Some(made) = OLD.old(cx) else { return Ok(()) };
    let name = "still has the run of stable, its item ticked";
    let runs = cx.on_all(cx.places, name, |place| shows(place, &made, RUNNING)).await;
    cx.on_all(cx.places, "still has its playbook", async |place| {
        let title = place.alice().playbook_title(&made.playbook).await.expecting("the playbook by its id")?;
        place.ensure(title == made.title, format!("\"{}\"", made.title), format!("\"{title}\""))
    })
    .await?;
    runs?;
    if cx.stage != Stage::Release {
        return Ok(());
    }
    let last = &cx.places[cx.places.len() - 1];
    let finish = async { last.alice().finish_run(&made.run).await.expecting("the end of the run") };
    cx.step(format!("the run of stable is finished on {last}"), finish).await?;
    cx.on_each(cx.places, "shows the run of stable finished", |place| shows(place, &made, FINISHED)).await;
    Ok(())
}
