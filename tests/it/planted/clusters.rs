//! A cluster that is there already: its admin, and the commands that replace its nodes.

use super::call::{CLOSED, Call};
use crate::attached::site::{ADMIN, PASSWORD, Site};

fn attached(nodes: &str, balancer: &str) -> Call {
    Call::of(&["run"])
        .without(&["license", "registry-password", "registry-username"])
        .input("cluster", "attached")
        .input("stable", "11.5.1")
        .input("release", "11.6.0")
        .input("node-urls", nodes)
        .input("balancer-url", balancer)
        .input("only", "startup,identity")
        .variable("NO_PROXY", "127.0.0.1")
}

#[test]
fn one_that_does_not_answer() {
    let closed = format!("http://{CLOSED}");
    let mut call = attached(&closed, &closed).without_upload().input("timeout", "30s").on_github();
    let (password, token) = (call.planted.plant_odd("admin-password"), call.planted.plant("replace-command"));
    let (code, told) = call
        .input("admin-username", "root")
        .input("admin-password", &password)
        .input("replace-command", &format!("deploy --token {token}"))
        .judged();
    assert_eq!(code, 3, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replace_command_that_fails() {
    let site = Site::on("11.5.1").await;
    let balancer = format!("http://{}", site.balancer.address());
    let mut call = attached(&site.nodes.join("\n"), &balancer).on_github().input("admin-username", ADMIN);
    let token = call.planted.plant("replace-command");
    // The password of the site is not planted, so it is looked for here.
    call = call
        .input("admin-password", PASSWORD)
        .input("replace-command", &format!("set -x; echo deploy --token {token}; env; exit 1"))
        .input("drain-command", &format!("true --token {token}"));
    let (code, told) = tokio::task::spawn_blocking(move || call.judged()).await.unwrap();
    assert_eq!(code, 1, "{told}");
    let shown = told.lines().filter(|line| line.contains(PASSWORD)).collect::<Vec<_>>();
    assert_eq!(shown, [format!("::add-mask::{PASSWORD}")]);
}
