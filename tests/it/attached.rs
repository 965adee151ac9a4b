//! The gate visits a cluster that is there already: the binary itself, as a site would call it.

pub(crate) mod site;

use upgrade_gate::event::{Blame, Outcome, Stage};
use upgrade_gate::storage::{Bucket, Reach, StorageOptions};

use super::steps;
use site::{ADMIN, KEYS, PASSWORD, Site};

use crate::gate::Gate;

/// A call of the gate, with reports in the folder `report` of the site.
fn visit(site: &Site) -> Gate {
    Gate::of(&["run", "--cluster", "attached", "--stable", "11.5.1", "--release", "11.6.0"])
        .within(site.dir.path())
        .arg("--node-urls", &site.nodes.join("\n"))
        .arg("--balancer-url", &format!("http://{}", site.balancer.address()))
        .arg("--replace-command", &site.replace())
        .arg("--admin-username", ADMIN)
        .arg("--timeout", "5m")
        .arg("--report-dir", "report")
        .input("admin-password", PASSWORD)
        // Whoever needs Docker must fail here.
        .env("DOCKER_HOST", "unix:///no/such/engine.sock")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sites_own_roll_is_gated_by_the_same_checks_and_left_clean() {
    let site = Site::on("11.5.1").await;
    let file = |name: &str| site.dir.path().join(name).to_str().unwrap().to_owned();
    let ended = visit(&site)
        .arg("--drain-command", &site.traffic("drain"))
        .arg("--undrain-command", &site.traffic("undrain"))
        .arg("--report-bucket", "mattermost")
        .arg("--report-prefix", "reports/gate")
        .arg("--report-endpoint", &site.store)
        .env("AWS_ACCESS_KEY_ID", KEYS.0)
        .env("AWS_SECRET_ACCESS_KEY", KEYS.1)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "push")
        .env("GITHUB_REPOSITORY", "acme/site")
        .env("GITHUB_OUTPUT", &file("outputs"))
        .env("GITHUB_STEP_SUMMARY", &file("step-summary"))
        .run_beside()
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let told = site.text("told");
    let image = "becomes mattermost/mattermost-enterprise-edition:11.6.0";
    let expected = format!(
        "drain node1\nmixed-1: node1 {image}\nundrain node1\ndrain node2\nrelease: node2 {image}\nundrain node2\n"
    );
    assert_eq!(told, expected);

    let report = site.dir.path().join("report");
    let steps = steps::begun(&report);
    assert_eq!(steps, steps::planned(&report));
    assert!(
        steps.contains(
            &"replace node2: drain-command, replace-command, ready, sanity, undrain-command".into()
        )
    );
    let record = ended.record();
    let header = record.header.as_ref().unwrap();
    assert_eq!(header.provider, "attached");
    assert!(site.text("report/summary.md").contains("2 nodes, attached"));
    let flags = record.results().filter(|result| result.check == "flags");
    let reasons: Vec<_> = flags.map(|result| &result.outcome).collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|outcome| matches!(outcome, Outcome::NotApplicable { reason }
        if reason == "attached: the gate cannot restart its nodes with another environment")));
    let reasons = [
        "the gate cannot look into its bucket",
        "the gate cannot look into its images",
        "its servers have no way to the gate",
    ];
    for reason in reasons {
        assert!(
            site.text("report/summary.md").contains(&format!("Attached: {reason}")),
            "{reason}\n{}",
            ended.output
        );
    }

    // The site's own are as before, the gate's are put away.
    let run = &header.run_id;
    let names = ["alice", "bob"].map(|who| format!("{who}-{run}"));
    let more = format!("user-{run}-stable-users-0");
    let users = site.admin.users_by_names(&[ADMIN, &names[0], &names[1], &more]).await.unwrap();
    let active: Vec<_> = users.iter().filter(|user| user.delete_at == 0).map(|user| &user.username).collect();
    assert_eq!((users.len(), active), (4, vec![&ADMIN.to_owned()]));
    let home = site.admin.get(&format!("/api/v4/teams/name/home-{run}")).await;
    let archived = home.map_or(true, |team| team.json::<serde_json::Value>().unwrap()["delete_at"] != 0);
    assert!(archived, "the gate's team is still there");

    // And the reports are where everybody was told.
    let url = format!("{}/mattermost/reports/gate/{run}/", site.store);
    assert!(site.text("outputs").contains(&url), "{}", site.text("outputs"));
    assert!(site.text("step-summary").contains(&url), "{}", site.text("step-summary"));
    let bucket = Bucket::open(StorageOptions {
        endpoint: Some(site.store.clone()),
        region: "us-east-1".into(),
        bucket: "mattermost".into(),
        access_key: KEYS.0.into(),
        secret: KEYS.1.into(),
        session_token: None,
        prefix: format!("reports/gate/{run}/"),
        path_style: true,
        reach: Reach::default(),
    });
    let uploaded = bucket.get("junit.xml").await.unwrap();
    assert_eq!(uploaded, site.text("report/junit.xml").into_bytes());
    // The runner alone is told, so that it hides it.
    let shown = ended.output.lines().filter(|line| line.contains(PASSWORD));
    assert_eq!(shown.collect::<Vec<_>>(), [format!("::add-mask::{PASSWORD}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_and_one_that_does_nothing_are_failed_upgrades() {
    let site = Site::on("11.5.1").await;
    let some = || visit(&site).arg("--only", "startup,identity");
    let ended = some().arg("--replace-command", "echo no such pod; exit 1").run_beside().await;
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    let failed = ended.record();
    let broken = &failed.breakages[0];
    assert_eq!((broken.trouble.part.as_str(), broken.blame), ("node1", Blame::Release));
    assert_eq!(broken.trouble.message, "the replace-command for it ended with exit code 1");
    assert!(site.text("report/evidence/node1.log").contains("no such pod"), "{}", ended.output);

    let ended = some().arg("--replace-command", "true").run_beside().await;
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    let stayed = ended.record();
    let startup = stayed.results().find(|result| result.stage == Stage::Mixed(1)).unwrap();
    assert_eq!(startup.check, "startup");
    let why = startup.outcome.why().unwrap();
    assert!(why.contains("version 11.6.0") && why.contains("version 11.5.1"), "{why}");
    assert!(
        stayed.breakages[0].trouble.message.starts_with("it was replaced by 11.6.0 and its sanity failed")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_admin_and_nodes_that_are_not_on_stable_are_told_before_anything_is_replaced() {
    let site = Site::on("11.5.1").await;
    site.admin.create_user("somebody", PASSWORD).await.unwrap();
    let ended = visit(&site).arg("--admin-username", "somebody").run_beside().await;
    assert_eq!(ended.code, Some(3), "{}", ended.output);
    assert!(ended.output.contains("the account somebody is no system admin"), "{}", ended.output);
    let ended = visit(&site).arg("--stable", "11.5.0").run_beside().await;
    assert_eq!(ended.code, Some(3), "{}", ended.output);
    assert_eq!(site.text("told"), "");
    assert!(ended.output.contains("it should run 11.5.0 and its sanity failed"), "{}", ended.output);
}

#[test]
fn wrong_inputs_end_before_anything_happens() {
    let call = |more: &[&str]| {
        let ended = Gate::of(&["run", "--stable", "11.5.1", "--release", "11.6.0"]).args(more).run();
        assert!(!ended.reports().exists());
        ended
    };
    let ended = call(&["--cluster", "attached"]);
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    for input in ["node-urls", "balancer-url", "replace-command", "admin-username"] {
        assert!(ended.stdout.contains(&format!("- {input}: ")), "{input}: {}", ended.output);
    }
    let ended = call(&["--replace-command", "true"]);
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    assert!(ended.stdout.contains("replace-command: \"\" is for an attached cluster"), "{}", ended.output);
}
