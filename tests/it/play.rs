//! A whole run on the stand-in, in this process: what it recorded and what it comes to.

use std::path::Path;
use std::time::Duration;

use upgrade_gate::Inputs;
use upgrade_gate::cluster::{DatabaseDump, DumpForm, StandInOptions};
use upgrade_gate::day::Day;
use upgrade_gate::fault::Faults;
use upgrade_gate::mattermost::Http;
use upgrade_gate::record::Record;
use upgrade_gate::report::Names;
use upgrade_gate::versions::Version;
use upgrade_gate::{Interrupts, Provider, Run, SiteCopy, execute, has_apps, make_plan, random};

/// What is played.
pub(crate) struct Play {
    pub(crate) inputs: Inputs,
    pub(crate) clustered: bool,
    /// What every path of the site begins with.
    pub(crate) below: String,
    pub(crate) faults: Faults,
    /// The stand-in's own dump of a site, which is restored before stable starts.
    pub(crate) site: Option<String>,
}

impl Play {
    /// Two nodes, one minor apart, clustered, healthy.
    pub(crate) fn healthy() -> Self {
        let inputs = Inputs::given(&[
            ("stable", "11.5.1"),
            ("release", "11.6.0"),
            ("nodes", "2"),
            ("image", "standin"),
        ]);
        Self { inputs, clustered: true, below: String::new(), faults: Faults::none(), site: None }
    }

    /// Plays it to its end, as the program does, on a thread with the stack that its main thread has: a test's is a quarter of it.
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
        let mut inputs = self.inputs;
        let apps = has_apps(&Version::read(&inputs.releases.release));
        inputs.run.apps = apps.to_string();
        let mut plan = make_plan(&inputs, None).unwrap();
        plan.waivers.today = Some(Day::try_from("2026-11-26".to_owned()).unwrap());
        let dir = tempfile::tempdir().unwrap();
        if let Some(site) = &self.site {
            plan = plan.restoring(restored(dir.path(), site));
        }
        let run = Run {
            id: Run::new_id().unwrap(),
            provider: Provider::StandIn(StandInOptions {
                nodes: plan.order.clone(),
                clustered: self.clustered,
                cloud: true,
                apps,
                below: self.below,
                faults: self.faults,
            }),
            plan,
            warnings: Vec::new(),
            again: Vec::new(),
            folder: dir.path().to_owned(),
            names: Names::Plain,
            secrets: Vec::new(),
            password: random::password().unwrap(),
            job: None,
            http: Http::new(Duration::from_secs(20)).unwrap(),
            site_bucket: None,
        };
        execute(&run, &mut Interrupts::none(), None).await.record
    }
}

/// A site whose dump is in a file beside the reports.
fn restored(dir: &Path, site: &str) -> SiteCopy {
    let path = dir.join("site.json");
    std::fs::write(&path, site).unwrap();
    let database = DatabaseDump { path, bytes: site.len() as u64, form: DumpForm::Plain, packed: false };
    SiteCopy { database, store: None }
}
