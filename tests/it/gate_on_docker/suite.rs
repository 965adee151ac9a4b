//! The user's own suite in a container on the cluster's network.

use super::call::{built_in, gone};
use super::images::{RELEASE, STABLE, images};
use crate::gate::Gate;

/// An image with a shell and nothing else: Debian's static busybox.
pub(super) const BUSYBOX: &str = "upgrade-gate-test/busybox:1";

/// Reaches the servers by the balancer's name and by every node's address, and reports one test.
pub(super) const GREEN: &str = r#"
set -e
busybox mkdir -p /results/deep
for url in "$UPGRADE_GATE_URL" $(echo "$UPGRADE_GATE_NODE_URLS" | busybox tr , ' '); do
  busybox wget -q -O - "$url/api/v4/system/ping"
done
echo "password $UPGRADE_GATE_ADMIN_PASSWORD"
printf '<testsuite name="box"><testcase name="pings"/></testsuite>' > /results/deep/junit.xml
"#;

/// Whether the image is there; it is made if need be.
pub(super) fn busybox() -> bool {
    let engine = crate::docker_engine::engine();
    tokio::runtime::Runtime::new().unwrap().block_on(engine).is_some()
}

fn call(command: &str) -> Option<Gate> {
    let images = images().filter(|_| busybox())?;
    let call = built_in(images, STABLE, RELEASE).nodes(2).arg("--only", "startup,suite");
    Some(call.arg("--suite-image", BUSYBOX).arg("--suite-command", command))
}

#[test]
fn it_reaches_every_server_and_its_results_are_read() {
    let Some(call) = call(GREEN) else { return };
    let call = call.arg("--suite-results", "/results").run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert!(call.report("junit.xml").contains("name=\"your suite: box\""));
    assert!(call.report("evidence/suite.log").contains("password ***"));
    assert!(call.folder().join("evidence/suite/results_deep_junit.xml").exists());
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn its_exit_code_counts() {
    let Some(call) = call("echo no browser; exit 3") else { return };
    let call = call.run();
    assert_eq!(call.code, Some(1), "{}", call.output);
    assert!(call.output.contains("exit code 3; it said: no browser"), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn one_that_will_not_end_is_stopped() {
    let Some(call) = call("sleep 300") else { return };
    let call = call.arg("--suite-timeout", "2s").run();
    assert_eq!(call.code, Some(4), "{}", call.output);
    assert!(call.output.contains("did not end within 2 s"), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_missing_image_is_told_before_anything_is_upgraded() {
    let Some(call) = call("true") else { return };
    let call = call.arg("--suite-image", "upgrade-gate-test/no-such-suite:1").run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(call.output.contains("upgrade-gate-test/no-such-suite:1"), "{}", call.output);
    assert!(!call.output.contains("stage stable"), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn an_interrupt_ends_it_and_removes_its_container() {
    let Some(call) = call("sleep 300") else { return };
    let call = call.signal_at("evidence/suite.log", "-INT").run();
    assert_eq!(call.code, Some(130), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}
