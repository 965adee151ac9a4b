//! A run that the gate itself breaks, on the stand-in: nothing else can be made to break at will.

use super::*;
use crate::cluster::{StandInCluster, StandInOptions};
use crate::fault::Faults;
use crate::inputs::Inputs;
use crate::outcome::Stage;
use crate::plan;
use crate::report::stored;
use crate::verdict::ExitCode;

fn planned() -> Plan {
    let inputs = Inputs {
        stable: "11.5.1".into(),
        release: "11.6.0".into(),
        image: "standin".into(),
        nodes: "2".into(),
        only: "identity".into(),
        ..Inputs::defaults()
    };
    plan::make(&inputs, None).unwrap()
}

fn stand(dir: &Path) -> Stand {
    Stand {
        run_id: "ug-0123456789".into(),
        report_dir: dir.to_owned(),
        names: Names::Plain,
        secrets: vec!["hunter22".into()],
        password: SecretString::from("Password-of-a-test-1"),
        context: None,
        http: Http::new(Duration::from_secs(20)).unwrap(),
    }
}

async fn conducted<F>(plan: &Plan, dir: &Path, build: impl FnOnce(Events) -> F) -> Ending
where
    F: Future<Output = Result<Cluster, crate::cluster::Error>>,
{
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut interrupts = Interrupts::listen().unwrap();
    conduct(plan, "stand-in", stand(dir), &mut interrupts, &Surroundings::default(), build).await
}

/// On a thread with the stack that a program's main thread has: a test's is a quarter of it.
fn played<F: Future<Output = ()>>(run: impl FnOnce() -> F + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 * 1024 * 1024);
    let play = thread.spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let _turn = bugs::TURN.lock().await;
            run().await;
        });
    });
    if let Err(panic) = play.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn a_panic_on_the_line_costs_neither_results_nor_the_teardown() {
    played(on_the_line);
}

async fn on_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut plan = planned();
    // No plan gives a check longer than clocks count: the deadline after the first stage's checks cannot be made.
    plan.budgets.check_s = u64::MAX;
    let nodes = plan.order.clone();
    let ending = conducted(&plan, dir.path(), |_| async {
        let options =
            StandInOptions { nodes, clustered: true, cloud: false, apps: false, faults: Faults::none() };
        Ok(Cluster::StandIn(Box::new(StandInCluster::new(options).await.unwrap())))
    })
    .await;
    assert_eq!(ending.verdict.exit_code, ExitCode::GATE_BUG);
    let record = stored(dir.path()).unwrap();
    assert_eq!(record, ending.record);
    assert!(record.results().any(|result| result.stage == Stage::Stable), "what was measured is there");
    let down = record.phases.iter().find(|phase| phase.phase == Phase::Teardown).unwrap();
    assert!(down.took_ms.is_some() && record.finished);
    let told = &record.breakages[0];
    assert!(told.blame == Blame::Gate && told.message.contains("overflow when adding duration"), "{told:?}");
    assert!(std::fs::read_to_string(dir.path().join("junit.xml")).unwrap().contains("GateBug"));
}

#[test]
fn a_panic_before_there_is_a_cluster_is_reported_without_its_secrets() {
    played(before_there_is_a_cluster);
}

async fn before_there_is_a_cluster() {
    let dir = tempfile::tempdir().unwrap();
    let plan = planned();
    let ending = conducted(&plan, dir.path(), |_| async { panic!("the value hunter22 is odd") }).await;
    assert_eq!(ending.verdict.exit_code, ExitCode::GATE_BUG);
    let comment = std::fs::read_to_string(dir.path().join("comment.md")).unwrap();
    assert!(comment.contains("is odd"), "{comment}");
    assert!(!comment.contains("hunter22"), "{comment}");
}
