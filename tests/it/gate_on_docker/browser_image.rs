//! A browser out of an image, in a container on the cluster's network: a played one, which looks by whether it reaches the node.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use upgrade_gate::event::{CheckResult, Outcome, Stage};

use super::call::{built_in, docker, gone};
use super::images::{RELEASE, STABLE, build, images};
use super::suite::BUSYBOX;
use crate::gate::{Ended, Gate};

/// Where Playwright's images have theirs.
const PLACE: &str = "/ms-playwright/chromium-1200/chrome-linux64";

/// A run of two nodes that looks with the browser of an image, which is this one that does what the words of `does` say.
fn call(does: &str) -> Option<Gate> {
    let call = bare()?;
    let script = BASE64.encode(include_str!("fake-chromium.sh"));
    let put = format!(
        "/bin/busybox mkdir -p {PLACE} /tmp && /bin/busybox --install -s /bin && echo {script} | base64 -d > {PLACE}/chrome && chmod 755 {PLACE}/chrome && chmod 1777 /tmp"
    );
    let image = format!("upgrade-gate-test/browser:{does}");
    let dockerfile = format!(
        "FROM {BUSYBOX}\nRUN [\"/bin/sh\", \"-c\", \"{put}\"]\nENV DOES={does} PATH=/bin\nUSER 1000\n"
    );
    build(&image, &dockerfile).unwrap();
    Some(call.arg("--browser-image", &image))
}

/// The run, without a browser.
fn bare() -> Option<Gate> {
    let images = images().filter(|_| super::suite::busybox())?;
    Some(built_in(images, STABLE, RELEASE).nodes(2).arg("--rollback", "none").arg("--only", "startup,look"))
}

fn looks(call: &Ended) -> Vec<CheckResult> {
    call.record().results().filter(|result| result.check == "look").cloned().collect()
}

#[test]
fn it_looks_at_each_node_and_leaves_nothing() {
    let Some(call) = call("looks") else { return };
    let call = call.run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    let looks = looks(&call);
    let stages: Vec<Stage> = looks.iter().map(|look| look.stage).collect();
    assert_eq!(stages, [Stage::Stable, Stage::Mixed(1), Stage::Release]);
    for look in &looks {
        assert_eq!(look.outcome, Outcome::Passed, "{look:?}");
        assert_eq!(look.facts["browser"], "Chromium 1.0 of the tests, of upgrade-gate-test/browser:looks");
    }
    assert!(call.folder().join("evidence/look").is_dir(), "{}", call.output);
    assert!(call.report("lock.json").contains("upgrade-gate-test/browser:looks"));
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn one_that_does_not_come_up_is_not_measured_with_its_last_words() {
    let Some(call) = call("ends") else { return };
    let call = call.run();
    assert_eq!(call.code, Some(4), "{}", call.output);
    let Outcome::NotMeasured { reason } = looks(&call)[0].outcome.clone() else { panic!("{}", call.output) };
    assert!(reason.contains("it ended before it came up; its last words: No usable sandbox!"), "{reason}");
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn an_image_without_a_browser_or_none_at_all_is_told_before_anything_is_upgraded() {
    let (Some(without), Some(shell), Some(missing)) = (bare(), bare(), bare()) else { return };
    let without = without.arg("--browser-image", BUSYBOX).run();
    assert_eq!(without.code, Some(3), "{}", without.output);
    let told = "browser-image: the image upgrade-gate-test/busybox:1 has no Chromium and no Chrome";
    assert!(without.output.contains(told), "{}", without.output);
    let shell = shell.arg("--browser-image", super::images::STORE).run();
    assert_eq!(shell.code, Some(3), "{}", shell.output);
    assert!(
        shell.output.contains("browser-image: the image upgrade-gate-test/store:1 has no shell"),
        "{}",
        shell.output
    );
    let missing = missing.arg("--browser-image", "upgrade-gate-test/no-such-browser:1").run();
    assert_eq!(missing.code, Some(3), "{}", missing.output);
    assert!(missing.output.contains("upgrade-gate-test/no-such-browser:1"), "{}", missing.output);
    for call in [without, shell, missing] {
        assert!(!call.output.contains("stage stable"), "{}", call.output);
        assert_eq!(gone(&call.run_id()), "");
    }
}

#[test]
fn an_interrupt_while_it_looks_removes_its_container() {
    let Some(call) = call("hangs") else { return };
    // The first page of it was kept, and for the second one it never answers.
    let call = call.signal_at("evidence/look/01", "-INT").run();
    assert_eq!(call.code, Some(130), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
    let left = docker(&["ps", "-aq", "--filter", "ancestor=upgrade-gate-test/browser:hangs"]);
    assert_eq!(left, "");
}
