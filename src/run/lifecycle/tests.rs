//! A run that the gate itself breaks, on the stand-in: nothing else can be made to break at will.

use std::path::Path;

use secrecy::SecretString;

use super::*;
use crate::cluster::StandInOptions;
use crate::fault::Faults;
use crate::inputs::Inputs;
use crate::mattermost::Http;
use crate::outcome::Stage;
use crate::plan::{self, Plan};
use crate::report::{Names, stored};
use crate::run::provider::Provider;
use crate::verdict::ExitCode;

fn planned() -> Plan {
    let inputs = Inputs::given(&[
        ("stable", "11.5.1"),
        ("release", "11.6.0"),
        ("image", "standin"),
        ("nodes", "2"),
        ("only", "identity"),
    ]);
    plan::make(&inputs, None).unwrap()
}

fn a_run(plan: Plan, dir: &Path) -> Run {
    let nodes = plan.order.clone();
    let options = StandInOptions {
        nodes,
        clustered: true,
        cloud: false,
        apps: false,
        below: String::new(),
        faults: Faults::none(),
    };
    Run {
        id: "ug-0123456789".into(),
        plan,
        warnings: Vec::new(),
        again: Vec::new(),
        provider: Provider::StandIn(options),
        folder: dir.to_owned(),
        names: Names::Plain,
        secrets: vec!["hunter22".into()],
        password: SecretString::from("Password-of-a-test-1"),
        job: None,
        http: Http::new(Duration::from_secs(20)).unwrap(),
        site_bucket: None,
    }
}

/// What is noted of bugs is one for the process, and so is the provider of TLS.
async fn turn() -> tokio::sync::MutexGuard<'static, ()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    bugs::TURN.lock().await
}

#[test]
fn a_panic_on_the_line_costs_neither_results_nor_the_teardown() {
    // A whole run, on a thread with the stack that the program's main thread has: a test's is a quarter of it.
    let thread = std::thread::Builder::new().stack_size(8 * 1024 * 1024);
    let play = thread.spawn(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(panics_on_the_line());
    });
    assert!(play.unwrap().join().is_ok());
}

async fn panics_on_the_line() {
    let _turn = turn().await;
    let dir = tempfile::tempdir().unwrap();
    let mut plan = planned();
    // No plan gives a check longer than clocks count: the deadline after the first stage's checks cannot be made.
    plan.budgets.check_s = u64::MAX;
    let end = execute(&a_run(plan, dir.path()), &mut Interrupts::none(), None).await;
    assert_eq!(end.verdict.exit_code, ExitCode::GATE_BUG);
    let record = stored(dir.path()).unwrap();
    assert_eq!(record, end.record);
    assert!(record.results().any(|result| result.stage == Stage::Stable), "what was measured is there");
    let down = record.phases.iter().find(|phase| phase.phase == Phase::Teardown).unwrap();
    assert!(down.took_ms.is_some() && record.finished);
    let told = &record.breakages[0];
    assert!(
        told.blame == Blame::Gate && told.trouble.message.contains("overflow when adding duration"),
        "{told:?}"
    );
    assert!(std::fs::read_to_string(dir.path().join("junit.xml")).unwrap().contains("GateBug"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_before_there_is_a_cluster_is_reported_without_its_secrets() {
    let _turn = turn().await;
    let dir = tempfile::tempdir().unwrap();
    let run = a_run(planned(), dir.path());
    let build = |_| -> Boxed<'_, _> { Box::pin(async { panic!("the value hunter22 is odd") }) };
    let end = live(&run, &mut Interrupts::none(), None, build).await;
    assert_eq!(end.verdict.exit_code, ExitCode::GATE_BUG);
    let comment = std::fs::read_to_string(dir.path().join("comment.md")).unwrap();
    assert!(comment.contains("is odd"), "{comment}");
    assert!(!comment.contains("hunter22"), "{comment}");
}
