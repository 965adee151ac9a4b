//! Several runs on one engine, and things of others: nobody gets in anybody's way.
//!
//! `UPGRADE_GATE_NEIGHBOURS=8 cargo test --test it neighbours:: -- --nocapture` starts as many runs at once.

use std::process::Command;
use std::time::Instant;

use super::call::{built_in, docker, gone};
use super::images::{RELEASE, STABLE, images};
use super::suite::{BUSYBOX, busybox};
use crate::gate::Ended;

/// A container, a network and a volume of somebody else; the labels of another run, which is not over, do not matter.
struct Foreign {
    name: String,
}

impl Foreign {
    fn new(name: &str, labels: &[&str]) -> Self {
        let name = format!("foreign-{name}-{}", std::process::id());
        let labels: Vec<&str> = labels.iter().flat_map(|&label| ["--label", label]).collect();
        let volume = format!("{name}:/data");
        let place = ["--name", &name, "--network", &name, "--volume", &volume];
        docker(&[&["network", "create"], &labels[..], &[&name]].concat());
        docker(&[&["volume", "create"], &labels[..], &[&name]].concat());
        docker(&[&["run", "--detach"], &labels[..], &place, &[BUSYBOX, "sleep", "3600"]].concat());
        Self { name }
    }

    /// Everything about it that somebody could have touched.
    fn looks(&self) -> String {
        let name = &self.name;
        let format = "{{.Id}} {{.State.StartedAt}} {{.State.Status}} {{json .NetworkSettings.Networks}}";
        docker(&["inspect", "--format", format, name])
            + &docker(&["network", "inspect", name])
            + &docker(&["volume", "inspect", name])
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        for what in [vec!["rm", "--force", "--volumes"], vec!["network", "rm"], vec!["volume", "rm"]] {
            let _ = Command::new("docker").args(what).arg(&self.name).output();
        }
    }
}

#[test]
fn runs_at_once_do_not_meet_and_leave_others_alone() {
    let Some(images) = images().filter(|_| busybox()) else { return };
    let count = super::cancels::number("UPGRADE_GATE_NEIGHBOURS", 2);
    let ours =
        ["upgrade-gate.run=other", "upgrade-gate.owner=other", "upgrade-gate.expires=2999-01-01T00:00:00Z"];
    let foreign = [Foreign::new("plain", &[]), Foreign::new("other-run", &ours)];
    let before: Vec<_> = foreign.iter().map(Foreign::looks).collect();
    let began = Instant::now();
    let calls: Vec<Ended> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..count)
            .map(|_| {
                let call = built_in(images, STABLE, RELEASE).nodes(2).arg("--timeout", "9m");
                scope.spawn(|| call.run())
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    eprintln!("{count} runs at once took {:.1?}", began.elapsed());
    for call in &calls {
        assert_eq!(call.code, Some(0), "{}", call.output);
        assert_eq!(gone(&call.run_id()), "");
    }
    let after: Vec<_> = foreign.iter().map(Foreign::looks).collect();
    assert_eq!(before, after);
}
