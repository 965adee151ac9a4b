//! The gate visits a cluster that is there already: the binary itself, as a site would call it.

pub(crate) mod site;

use std::process::Output;

use tokio::process::Command;
use upgrade_gate::event::{Blame, Outcome, Stage};
use upgrade_gate::record::Record;
use upgrade_gate::storage::{Bucket, Reach, StorageOptions};

use super::steps;
use site::{ADMIN, BINARY, KEYS, PASSWORD, Site};

/// A call of the gate, with reports in the folder `report` of the site.
struct Visit {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Visit {
    fn of(site: &Site) -> Self {
        let visit = Self { arguments: vec!["run".into()], variables: Vec::new() };
        visit
            .with("cluster", "attached")
            .with("stable", "11.5.1")
            .with("release", "11.6.0")
            .with("node-urls", &site.nodes.join("\n"))
            .with("balancer-url", &format!("http://{}", site.balancer.address()))
            .with("replace-command", &site.replace())
            .with("admin-username", ADMIN)
            .with("timeout", "5m")
            .with("report-dir", site.dir.path().join("report").to_str().unwrap())
            .variable("INPUT_ADMIN-PASSWORD", PASSWORD)
    }

    fn with(mut self, input: &str, value: &str) -> Self {
        let flag = format!("--{input}");
        match self.arguments.iter().position(|argument| *argument == flag) {
            Some(at) => self.arguments[at + 1] = value.into(),
            None => self.arguments.extend([flag, value.into()]),
        }
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The exit code and what was printed.
    async fn run(self) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = Command::new(BINARY)
            .args(&self.arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            // Whoever needs Docker must fail here.
            .env("DOCKER_HOST", "unix:///no/such/engine.sock")
            .envs(self.variables)
            .output()
            .await
            .unwrap();
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }
}

fn record(site: &Site) -> Record {
    serde_json::from_str(&site.text("report/record.json")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sites_own_roll_is_gated_by_the_same_checks_and_left_clean() {
    let site = Site::on("11.5.1").await;
    let tell = |word: &str| format!("echo {word} $GATE_NODE >> {}/told", site.dir.path().display());
    let file = |name: &str| site.dir.path().join(name).to_str().unwrap().to_owned();
    let (code, output) = Visit::of(&site)
        .with("drain-command", &tell("drain"))
        .with("undrain-command", &tell("undrain"))
        .with("report-bucket", "mattermost")
        .with("report-prefix", "reports/gate")
        .with("report-endpoint", &site.store)
        .variable("AWS_ACCESS_KEY_ID", KEYS.0)
        .variable("AWS_SECRET_ACCESS_KEY", KEYS.1)
        .variable("GITHUB_ACTIONS", "true")
        .variable("GITHUB_EVENT_NAME", "push")
        .variable("GITHUB_REPOSITORY", "acme/site")
        .variable("GITHUB_OUTPUT", &file("outputs"))
        .variable("GITHUB_STEP_SUMMARY", &file("step-summary"))
        .run()
        .await;
    assert_eq!(code, Some(0), "{output}");
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
    let record = record(&site);
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
            "{reason}\n{output}"
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
    assert!(site.text("step-summary").contains(&format!("<{url}>")));
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
    let shown = output.lines().filter(|line| line.contains(PASSWORD));
    assert_eq!(shown.collect::<Vec<_>>(), [format!("::add-mask::{PASSWORD}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_and_one_that_does_nothing_are_failed_upgrades() {
    let site = Site::on("11.5.1").await;
    let some = || Visit::of(&site).with("only", "startup,identity");
    let (code, output) = some().with("replace-command", "echo no such pod; exit 1").run().await;
    assert_eq!(code, Some(1), "{output}");
    let failed = record(&site);
    let broken = &failed.breakages[0];
    assert_eq!((broken.part.as_str(), broken.blame), ("node1", Blame::Release));
    assert_eq!(broken.message, "the replace-command for it ended with exit code 1");
    assert!(site.text("report/evidence/node1.log").contains("no such pod"), "{output}");

    let (code, output) = some().with("replace-command", "true").run().await;
    assert_eq!(code, Some(1), "{output}");
    let stayed = record(&site);
    let startup = stayed.results().find(|result| result.stage == Stage::Mixed(1)).unwrap();
    assert_eq!(startup.check, "startup");
    let why = startup.outcome.why().unwrap();
    assert!(why.contains("version 11.6.0") && why.contains("version 11.5.1"), "{why}");
    assert!(stayed.breakages[0].message.starts_with("it was replaced by 11.6.0 and its sanity failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_admin_and_nodes_that_are_not_on_stable_are_told_before_anything_is_replaced() {
    let site = Site::on("11.5.1").await;
    site.admin.create_user("somebody", PASSWORD).await.unwrap();
    let (code, output) = Visit::of(&site).with("admin-username", "somebody").run().await;
    assert_eq!(code, Some(3), "{output}");
    assert!(output.contains("the account somebody is no system admin"), "{output}");
    let (code, output) = Visit::of(&site).with("stable", "11.5.0").run().await;
    assert_eq!(code, Some(3), "{output}");
    assert_eq!(site.text("told"), "");
    assert!(output.contains("it should run 11.5.0 and its sanity failed"), "{output}");
}

#[tokio::test]
async fn wrong_inputs_end_before_anything_happens() {
    let call = |arguments: &'static [&'static str]| async move {
        let dir = tempfile::tempdir().unwrap();
        let versions = ["run", "--stable", "11.5.1", "--release", "11.6.0"];
        let mut gate = Command::new(BINARY);
        let ended = gate.args(versions).args(arguments).current_dir(&dir).env_clear().output().await.unwrap();
        assert!(!dir.path().join("upgrade-gate-report").exists());
        (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    let (code, output) = call(&["--cluster", "attached"]).await;
    assert_eq!(code, Some(2), "{output}");
    for input in ["node-urls", "balancer-url", "replace-command", "admin-username"] {
        assert!(output.contains(&format!("- {input}: ")), "{input}: {output}");
    }
    let (code, output) = call(&["--replace-command", "true"]).await;
    assert_eq!(code, Some(2), "{output}");
    assert!(output.contains("replace-command: \"\" is for an attached cluster"), "{output}");
}
