//! The action in its container, started as GitHub's runner and as act start it, on a real engine with stand-in images.
//!
//! [`Job`] issues the runner's own `docker run` (actions/runner: `ContainerActionHandler.cs`) for the main step and the post
//! step, and reads log and files by the runner's rules. A test that plays a cancel takes the [`Step`] that
//! [`Job::main`] returns: it waits for a line, sends a signal, waits for the end.
//!
//! Skipped with a line on standard error where no engine answers, unless `UPGRADE_GATE_REQUIRE_DOCKER` is set.

mod command_files;
mod image;
mod job;
mod log;
mod place;
mod step;
mod world;

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use job::Job;
use log::Log;
use serde_json::json;
use step::Ended;
use upgrade_gate::report::REPORTS;
use world::World;

use crate::gate::Gate;
use crate::gate_on_docker::images;

/// Sixteen random hexadecimal digits.
fn token() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

const LICENCE: &str = "licence-that-nobody-may-see";
const TOKEN: &str = "token-that-nobody-may-see";
/// Whoever calls it, or goes through it, fails at once: nothing listens there.
const DEAD_PROXY: &str = "http://127.0.0.1:9";

/// How a job reaches GitHub, and the store for its reports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Directly,
    /// Only through the proxy that the environment names.
    ByProxy,
    Never,
}

/// Rolls good images, main step and post step, and holds what is promised on every kind of runner: where GitHub answers,
/// one comment, and where it does not, a notice and no other verdict.
///
/// Returns how many objects had the runner's label while it was at work.
fn rolls(job: Job, reach: Reach) -> usize {
    let world = World::with_token(TOKEN);
    let here = world.url(&job.machine());
    let (url, proxy) = match reach {
        Reach::Directly => (here.as_str(), DEAD_PROXY),
        Reach::ByProxy => ("http://github.invalid", here.as_str()),
        Reach::Never => (DEAD_PROXY, DEAD_PROXY),
    };
    let event = json!({"pull_request": {"number": 7, "head": {"repo": {"full_name": "acme/chat"}}}});
    let mut job =
        job.input("github-token", TOKEN).event("pull_request", &event).variable("GITHUB_API_URL", url);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"] {
        job = job.variable(name, proxy);
    }
    if reach == Reach::ByProxy {
        job = job.input("report-bucket", "reports").input("report-endpoint", "http://store.invalid");
        job = job.input("report-access-key", "key").input("report-secret-key", "secret-of-the-store");
    }
    if reach == Reach::Directly {
        let machine = job.machine();
        job = job.variable("NO_PROXY", &machine);
    }
    let step = job.main();
    step.wait_for("stage stable");
    let labelled = job.labelled().len();
    let ended = job.end(step);
    assert_eq!(ended.code, Some(0), "{}", ended.output());
    let log = says_only_what_it_may(&ended);
    assert_eq!(log.before_masks, 0, "{}", log.text());
    // What the day and the stand-in's database bring: stable's line may be out of support, and no PostgreSQL is there to ask.
    let of_this_place =
        |text: &str| text.contains("support of the stable") || text.contains("which PostgreSQL");
    let notices: Vec<_> = log
        .annotations
        .iter()
        .filter(|(_, _, text)| !of_this_place(text))
        .map(|(level, title, _)| (level.as_str(), title.as_str()))
        .collect();
    let promised: &[_] = if reach == Reach::Never { &[("notice", "no pull request comment")] } else { &[] };
    assert_eq!(notices, promised, "{:?}\n{}", log.annotations, log.text());
    assert_eq!(job.outputs["verdict"], "passed");
    assert_eq!(job.outputs["junit"], "upgrade-gate-report/junit.xml");
    assert!(job.summary.contains("| S1.2b |"), "{}", job.summary);
    for name in REPORTS.iter().map(|report| report.name).chain(["events.jsonl"]) {
        assert!(!job.report(name).contains(LICENCE), "{name} shows the licence");
    }
    let (owners, owner) = job.owners();
    assert_eq!(owners, [owner], "{}", ended.output());
    assert_eq!(job.left(), [""; 0]);
    let post = job.post();
    assert_eq!(post.code, Some(0), "{}", post.output());
    says_only_what_it_may(&post);
    let (comments, report) = (world.comments(), job.report("comment.md"));
    let expected = if reach == Reach::Never { 0 } else { 1 };
    assert_eq!(comments.len(), expected, "{comments:?}");
    for comment in comments {
        // The comment has where the reports are as well, at the end of a line.
        assert!(report.lines().all(|line| comment.contains(line)), "{comment}");
        assert!(!comment.contains(LICENCE) && !comment.contains(TOKEN), "{comment}");
    }
    if reach == Reach::ByProxy {
        let folder = format!("http://store.invalid/reports/{}/", job.run);
        assert_eq!(job.outputs["report-url"], folder);
        assert!(world.files().contains(&format!("{}/junit.xml", job.run)), "{:?}", world.files());
    }
    labelled
}

/// Nothing on standard error, and no secret in what is shown.
fn says_only_what_it_may(ended: &Ended) -> Log {
    assert_eq!(ended.err, "");
    let log = Log::read(ended.out.iter().map(String::as_str));
    for secret in [LICENCE, TOKEN, "runtime-token-that-nobody-may-see"] {
        assert!(!log.text().contains(secret), "{}", log.text());
    }
    log
}

#[test]
fn what_is_quoted_of_wrong_inputs_is_no_command() {
    let ended = Gate::of(&[])
        .envs(&[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")])
        .input("license", LICENCE)
        .input("compose-file", &format!("{LICENCE}\n::error::forged"))
        .run();
    assert_eq!(ended.code, Some(2));
    let out = ended.stdout;
    let log = Log::read(out.lines());
    assert_eq!(log.before_masks, 0, "{out}");
    assert!(log.annotations.iter().all(|(_, _, message)| message != "forged"), "{out}");
    assert!(!out.lines().any(|line| line.starts_with("::error::forged")), "{out}");
    assert!(out.contains("::error::forged") && !log.text().contains(LICENCE), "{out}");
}

/// Few checks: nodes and gate call each other, files go to the store, connections are counted at the balancer.
fn short(job: Job) -> Job {
    job.input("only", "startup,posts,files,invites,topology").input("nodes", "2").input("license", LICENCE)
}

#[test]
fn a_job_on_a_runner_is_green_and_leaves_nothing() {
    let Some(job) = Job::plain() else { return };
    // Its own container, and more: what a runner finds before its next job, it removes.
    assert!(rolls(short(job), Reach::Directly) > 5);
}

#[test]
fn so_is_one_beside_services() {
    let Some(job) = Job::with_services() else { return };
    rolls(short(job), Reach::ByProxy);
}

#[test]
fn so_is_one_of_acts() {
    let Some(job) = Job::act() else { return };
    rolls(short(job), Reach::Never);
}

#[test]
fn so_is_one_of_real_servers() {
    let Some(job) = Job::real() else { return };
    rolls(job, Reach::Directly);
}

#[test]
fn a_release_that_fails_is_told_to_the_runner() {
    let Some(job) = Job::plain() else { return };
    let mut job = job.input("release", images::CORRUPT).input("nodes", "2").input("only", "startup,files");
    let main = job.main();
    let ended = job.end(main);
    assert_eq!(ended.code, Some(1), "{}", ended.output());
    assert_eq!((job.outputs["verdict"].as_str(), job.outputs["exit-code"].as_str()), ("failed", "1"));
    assert!(job.outputs["failed"].contains("release/files"), "{}", job.outputs["failed"]);
    let log = Log::read(ended.out.iter().map(String::as_str));
    assert!(log.annotations.iter().any(|(level, ..)| level == "error"), "{}", log.text());
    let (owners, owner) = job.owners();
    assert_eq!(owners, [owner], "the evidence is not the workspace's owner's");
    assert_eq!(job.post().code, Some(0));
    assert_eq!(job.left(), [""; 0]);
}

#[test]
fn a_cancelled_one_has_told_what_it_knew() {
    let Some(job) = Job::plain() else { return };
    let mut job = job.input("nodes", "1");
    let step = job.main();
    step.wait_for("stage stable");
    step.signal("INT");
    let ended = job.end(step);
    assert_eq!(ended.code, Some(130), "{}", ended.output());
    assert_eq!(job.outputs["verdict"], "interrupted");
    assert!(job.report("junit.xml").contains("<testsuites"));
    assert_eq!(job.post().code, Some(0));
    assert_eq!(job.left(), [""; 0]);
}

/// Kills the main step in the middle of its work, as a runner does that has lost its patience, and lets the post step tidy up.
fn is_tidied_up_after_a_kill(job: Option<Job>) {
    let Some(job) = job else { return };
    let mut job = job.input("nodes", "1");
    let step = job.main();
    step.wait_for("stage stable");
    let killed = std::process::Command::new("docker").args(["kill", step.container()]).output().unwrap();
    assert!(killed.status.success());
    let ended = job.end(step);
    assert_eq!(ended.code, Some(137), "{}", ended.output());
    assert_ne!(job.left(), [""; 0]);
    let post = job.post();
    assert_eq!(post.code, Some(0), "{}", post.output());
    assert_eq!(job.left(), [""; 0], "{}", post.output());
    let (owners, owner) = job.owners();
    assert_eq!(owners, [owner], "{}", post.output());
}

#[test]
fn the_post_step_removes_what_a_killed_one_left() {
    is_tidied_up_after_a_kill(Job::plain());
}

#[test]
fn it_finds_it_without_being_told_too() {
    is_tidied_up_after_a_kill(Job::act());
}
