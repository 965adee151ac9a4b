//! `growth`: no server of the release uses more and more, as long as it runs, than stable's did in the same run.
//!
//! Through the whole run each server is measured every few seconds ([`Lives`]): its memory as the engine tells it, and where the server
//! has a port for profiles, what of its heap is in use and how much it has under way. What grows is told by its slope and not by its
//! level: a release may need more than stable, and a server that has just come up needs more with every second. So what is judged is
//! the last time of eight measurements, by the slowest of its parts, and compared with the steepest such time of stable's servers.

mod curve;
mod lives;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::prelude::*;
use crate::unpoisoned::lock;
use curve::{Growth, USES, steepest};
pub(crate) use lives::Lives;
use lives::ServerLife;

/// The check's id: what is measured for it is kept under it.
pub(crate) const GROWTH: &str = "growth";

pub(super) const CHECK: Check = Check::new(
    GROWTH,
    "no server of the release uses more and more memory or begins more than it ends, beyond what stable's do in the same run",
    &["E1"],
    |cx| Box::pin(async move { run(cx) }),
)
.alone();

/// What is measured, for as long as the run goes on.
pub(crate) const LIVES: Entry<Arc<Mutex<Lives>>> = Entry::new("what the servers use");
/// The containers of servers of stable that were in traffic.
const OF_STABLE: Entry<BTreeSet<String>> = Entry::new("the servers of stable");

fn run(cx: &Context<'_>) {
    let Some(lives) = LIVES.get(cx.carried, GROWTH) else {
        return cx.not_applicable("the servers are measured", "nobody measures what they use");
    };
    let lives = lock(&lives);
    let mut of_stable = OF_STABLE.get(cx.carried, GROWTH).unwrap_or_default();
    for place in cx.places.iter().filter(|place| place.side == Side::Stable) {
        of_stable.extend(place.process.iter().map(|process| process.container.clone()));
    }
    for place in cx.places {
        let judged = place.side == Side::Release;
        let name = format!("{place} {}", if judged { "does not keep growing" } else { "is measured" });
        let life = match &place.process {
            Ok(process) => lives.newest(&place.name, &process.container),
            Err(absent) => {
                cx.judge(name, Err(absent.into()));
                continue;
            }
        };
        let Some(life) = life else {
            cx.not_applicable(name, "nobody told what it uses while it ran");
            continue;
        };
        tell(cx, place, life);
        cx.judge(name, if judged { grows_no_more(place, life, &lives, &of_stable) } else { Ok(()) });
    }
    OF_STABLE.set(cx.carried, GROWTH, of_stable);
}

/// Whether nothing of what it uses grew all the while.
fn grows_no_more(
    place: &Place,
    life: &ServerLife,
    lives: &Lives,
    of_stable: &BTreeSet<String>,
) -> Result<(), StepError> {
    let mut compared = false;
    for of in USES {
        let Some(now) = Growth::last(of, &life.curve(of)) else { continue };
        let Some(usual) = steepest(lives.of(of_stable).map(|life| life.curve(of))) else { continue };
        compared = true;
        if now.slowest > of.most(usual) {
            let (usual, most) = (of.rate(usual), of.rate(of.most(usual)));
            let expected =
                format!("{of} that grows by {most} at most all the while, as stable's grew by up to {usual}");
            let got = format!("{} in the slowest part of that time: {}", of.rate(now.slowest), of.told(&now));
            return Err(StepError::failed_at(&place.name, expected, got));
        }
    }
    let reason = "for a slope nobody told for long enough what stable's servers and this one use: it takes nine measurements, and the first of a server does not count";
    if compared { Ok(()) } else { Err(StepError::NotApplicable(reason.into())) }
}

fn tell(cx: &Context<'_>, place: &Place, life: &ServerLife) {
    for of in USES {
        if let Some(now) = Growth::last(of, &life.curve(of)) {
            cx.fact(format!("growth of {of} of {}", place.name), of.told(&now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::scene::RunningNode;
    use crate::checks::stage_set::{StageSet, context, steps};
    use crate::cluster::{ServerProcess, ServerUsage};

    fn process(container: &str) -> ServerProcess {
        let container = container.to_owned();
        let (ended, started_at, memory_bytes, cpu_ns) = (None, None, None, None);
        ServerProcess { container, ended, started_at, restarts: 0, memory_bytes, cpu_ns }
    }

    /// Twelve measurements, 2.5 s apart: MiB of memory by the time.
    fn measured(lives: &mut Lives, container: &str, memory: impl Fn(u64) -> u64) {
        for n in 0..12 {
            let memory_bytes = Some(memory(n) << 20);
            let usage = ServerUsage { container: container.into(), memory_bytes, ..ServerUsage::default() };
            lives.take_at(n * 2500, "node1", &usage);
        }
    }

    /// What is said of a server of the release in a run in which stable's was measured so.
    fn said(stable: impl Fn(u64) -> u64, release: impl Fn(u64) -> u64) -> Vec<(String, &'static str)> {
        let set = StageSet::new();
        let lives = Arc::<Mutex<Lives>>::default();
        measured(&mut lock(&lives), "old", stable);
        measured(&mut lock(&lives), "new", release);
        let (mut before, mut after) =
            (set.scene(Stage::Stable, &[Side::Stable]), set.scene(Stage::Release, &[Side::Release]));
        for (scene, container) in [(&mut before, "old"), (&mut after, "new")] {
            let node = (*scene.places[0]).clone();
            scene.places =
                vec![Place::new(&RunningNode { process: Ok(process(container)), ..node }, scene.home)];
        }
        LIVES.set(before.carried, GROWTH, lives);
        let (before, after) = (context(&before), context(&after));
        run(&before);
        run(&after);
        assert_eq!(steps(&before), [("node1 (11.5.1) is measured".to_owned(), "passed")]);
        steps(&after)
    }

    #[test]
    fn a_server_that_levels_out_is_well_and_one_that_never_does_is_not() {
        let levels_out = |n: u64| 120 + 5 * n.min(6);
        let fine = [("node1 (11.6.0) does not keep growing".to_owned(), "passed")];
        assert_eq!(said(levels_out, levels_out), fine);
        assert_eq!(said(levels_out, |n| 300 + 5 * n.min(6)), fine, "a higher level is no slope");
        let leaks = said(levels_out, |n| 120 + 14 * n);
        assert_eq!(leaks, [("node1 (11.6.0) does not keep growing".to_owned(), "failed")]);
        assert_eq!(said(|n| 120 + 14 * n, |n| 120 + 14 * n), fine, "stable grew so too");
    }

    #[test]
    fn where_nothing_is_measured_nothing_is_judged() {
        let set = StageSet::new();
        let scene = set.scene(Stage::Release, &[Side::Release]);
        let lives: Arc<Mutex<Lives>> = Arc::default();
        LIVES.set(scene.carried, GROWTH, lives);
        let cx = context(&scene);
        run(&cx);
        assert_eq!(steps(&cx), [("node1 (11.6.0) does not keep growing".to_owned(), "not applicable")]);
    }
}
