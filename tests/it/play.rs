//! A whole run on the stand-in, in this process: what it recorded and what it comes to.

use std::sync::Arc;
use std::time::Duration;

use upgrade_gate::cluster::evidence::EvidenceFolder;
use upgrade_gate::cluster::{Cluster, StandInCluster, StandInOptions};
use upgrade_gate::day::Day;
use upgrade_gate::event::{Breakage, EventKind, Events, ReleaseName, RunHeader};
use upgrade_gate::fault::Faults;
use upgrade_gate::inputs::Inputs;
use upgrade_gate::mattermost::Http;
use upgrade_gate::plan::{self, Plan};
use upgrade_gate::record::Record;
use upgrade_gate::stages;
use upgrade_gate::versions::Version;

/// What is played.
pub(crate) struct Play {
    pub(crate) inputs: Inputs,
    pub(crate) clustered: bool,
    pub(crate) faults: Faults,
}

impl Play {
    /// Two nodes, one minor apart, clustered, healthy.
    pub(crate) fn healthy() -> Self {
        let inputs = Inputs {
            stable: "11.5.1".into(),
            release: "11.6.0".into(),
            nodes: "2".into(),
            image: "standin".into(),
            ..Inputs::defaults()
        };
        Self { inputs, clustered: true, faults: Faults::none() }
    }

    /// Plays it to its end, on a thread with the stack that a program's main thread has: a test's is a quarter of it.
    pub(crate) async fn record(self) -> Record {
        let (done, ended) = tokio::sync::oneshot::channel();
        let thread = std::thread::Builder::new().stack_size(8 * 1024 * 1024);
        let play = thread.spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let _ = done.send(runtime.unwrap().block_on(self.play()));
        });
        drop(play.unwrap());
        ended.await.expect("the play ended without a record")
    }

    async fn play(self) -> Record {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let apps = plan::has_apps(&Version::read(&self.inputs.release));
        let inputs = Inputs { apps: apps.to_string(), ..self.inputs };
        let mut plan = plan::make(&inputs, None).unwrap();
        plan.waivers.today = Some(Day::try_from("2026-11-26".to_owned()).unwrap());
        let cluster = StandInCluster::new(StandInOptions {
            nodes: plan.order.clone(),
            clustered: self.clustered,
            cloud: true,
            apps,
            faults: self.faults,
        });
        let cluster = Cluster::StandIn(Box::new(cluster.await.unwrap()));
        let (events, mut receiver) = Events::stream();
        events.send(EventKind::RunStarted(header(&plan)));
        let http = Http::new(Duration::from_secs(20)).unwrap();
        let password = "Upgrade-Gate-1234".to_owned().into();
        let ended: Result<(), Breakage> = {
            let dir = tempfile::tempdir().unwrap();
            let shelf = EvidenceFolder::new(dir.path(), Arc::default());
            stages::run(&plan, &cluster, &http, &events, "it", &password, &shelf).await
        };
        if let Err(breakage) = ended {
            events.send(EventKind::RunBroken(breakage));
        }
        cluster.down(tokio::time::Instant::now() + std::time::Duration::from_secs(60)).await.unwrap();
        events.send(EventKind::RunFinished);
        drop(events);
        let mut record = Record::default();
        while let Some(event) = receiver.recv().await {
            record.fold(&event);
        }
        record
    }
}

fn header(plan: &Plan) -> RunHeader {
    let name =
        |release: &plan::Release| ReleaseName { given: release.given.clone(), image: release.image.clone() };
    RunHeader {
        run_id: "it".into(),
        gate_version: "0".into(),
        stable: name(&plan.stable),
        release: name(&plan.release),
        compose_file: plan.compose_file.clone(),
        nodes: plan.order.len(),
        mode: plan.mode.to_string(),
        mode_reason: plan.mode_reason.clone(),
        provider: "stand-in".into(),
        order: plan.order.clone(),
        planned: plan.stages.iter().map(|stage| (stage.stage, stage.checks.clone())).collect(),
        steps: plan.steps.iter().map(plan::Step::words).collect(),
        left_out: Vec::new(),
    }
}
