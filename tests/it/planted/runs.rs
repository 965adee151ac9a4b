//! Runs of the demo: green, red, stopped, without a place for its reports.

use super::call::Call;

fn demo(more: &[&str]) -> Call {
    let arguments = ["demo", "--nodes", "1", "--only", "startup,suite", "--report-dir", "report"];
    let mut call = Call::of(&[&arguments[..], more].concat());
    let token = call.planted.plant("a variable of a telling name");
    call = call.variable("KUBE_TOKEN", &token);
    call
}

#[test]
fn a_suite_has_nothing_of_the_gates_own_and_what_it_prints_is_masked() {
    let suite = "env | sort; echo kube=$KUBE_TOKEN; curl -s http://me:$KUBE_TOKEN@127.0.0.1:9; exit 1";
    let ended = demo(&["--suite-command", suite]).run();
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    let log = ended.report("evidence/suite.log");
    // What the job gave to the step is the suite's as well, an input of the gate's is not.
    assert!(log.contains("kube=***") && log.contains("AWS_SECRET_ACCESS_KEY=***"), "{log}");
    assert!(!log.contains("INPUT_") && !log.contains("ACTIONS_RUNTIME_TOKEN"), "{log}");
}

#[test]
fn a_green_run_and_one_that_cannot_write() {
    let (code, told) = demo(&[]).on_github().judged();
    assert_eq!(code, 0, "{told}");
    let (code, told) = demo(&[]).file("report", "a file in the folder's place").judged();
    assert_eq!(code, 2, "{told}");
}

#[test]
fn an_interrupted_run() {
    let call = demo(&["--suite-command", "env; sleep 60"]).signal_at("stage release", "-INT");
    let (code, told) = call.judged();
    assert_eq!(code, 130, "{told}");
}

#[test]
fn what_tidies_up_without_an_engine() {
    for words in [vec!["cleanup", "--run", "ug-0123456789"], vec!["cleanup", "--expired"]] {
        let (code, told) = Call::of(&words).judged();
        assert_eq!(code, 3, "{told}");
    }
    Call::of(&["post"]).on_github().variable("STATE_run", "ug-0123456789").judged();
    let mut call = Call::of(&[]);
    let until = call.planted.plant("--until");
    let words = ["reap", "--run", "x", "--until", &format!("http://me:{until}@host")].map(str::to_owned);
    let (code, told) = call.with_words(&words).judged();
    assert_eq!(code, 2, "{told}");
}
