//! Wrong inputs and compose files that would do harm: `plan` and `run` say the same, end with 2, and leave nothing behind.

use std::path::Path;

use crate::gate::{Ended, Gate};

/// A cluster with everything, for changes by a test.
const WHOLE: &str = "
services:
  db:
    image: postgres:16
    labels: { upgrade-gate.role: database }
  store: { image: 'minio/minio:1', labels: { upgrade-gate.role: store } }
  lb: { image: 'haproxy:3.0', labels: { upgrade-gate.role: balancer, upgrade-gate.haproxy: '9999' } }
  n: &n
    image: x
    labels: { upgrade-gate.role: node }
    environment:
      MM_CONFIG: postgres://mm:${DATABASE_PASSWORD}@db:5432/mm
      MM_FILESETTINGS_DRIVERNAME: amazons3
      MM_FILESETTINGS_AMAZONS3ENDPOINT: store:9000
      MM_FILESETTINGS_AMAZONS3BUCKET: mm
      MM_FILESETTINGS_AMAZONS3ACCESSKEYID: key
      MM_FILESETTINGS_AMAZONS3SECRETACCESSKEY: ${S3_SECRET_KEY}
  m: *n
";

/// A command in an empty folder beside the compose file; nothing else may be there after a refusal.
fn call(command: &str, compose: Option<&str>, arguments: &[&str]) -> Ended {
    let gate = Gate::of(&[command, "--stable", "11.5.1", "--release", "11.6.0"])
        // Whatever an engine would say is not asked for: wrong inputs come before it.
        .env("DOCKER_HOST", "tcp://127.0.0.1:9");
    let gate = match compose {
        Some(text) => gate.file("compose.yaml", text).args(&["--compose-file", "compose.yaml"]),
        None => gate,
    };
    let ended = gate.args(arguments).run();
    let left: Vec<_> =
        std::fs::read_dir(ended.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    if ended.code == Some(2) {
        assert!(
            left.iter().all(|name| Path::new(name) == Path::new("compose.yaml")),
            "{left:?} after {arguments:?}"
        );
    }
    ended
}

fn refused(compose: Option<&str>, arguments: &[&str], parts: &[&str]) {
    for command in ["plan", "run"] {
        let Ended { code, output, .. } = &call(command, compose, arguments);
        assert_eq!(*code, Some(2), "{command} {arguments:?}: {output}");
        assert!(output.contains("nothing was created"), "{command} {arguments:?}: {output}");
        for part in parts {
            assert!(output.contains(part), "{command} {arguments:?} lacks {part}: {output}");
        }
        assert!(!output.contains("hunter2"), "{command} {arguments:?}: {output}");
    }
}

#[test]
fn inputs_that_are_wrong_by_themselves() {
    let long = format!("mm:{}", "x".repeat(129));
    let deep = "x".repeat(300);
    for (arguments, part) in [
        (&["--image", "mm:tag"][..], "image: \"mm:tag\" has a tag"),
        (&["--image", "https://u:hunter2@ghcr.io/x"], "image: \"\" is an address"),
        (&["--database-image", "a b"], "database-image: \"a b\" has a blank"),
        (&["--store-image", "u:hunter2@ghcr.io/x"], "store-image: \"\" has an @ that no digest follows"),
        (&["--balancer-image", "Haproxy:3"], "upper-case"),
        (&["--suite-image", &long], "more than 128"),
        (&["--nodes", "1e3"], "nodes:"),
        (&["--timeout", "9999999999h"], "timeout: \"9999999999h\" is too long"),
        (&["--timeout", "8d"], "Write at most \"7days\""),
        (&["--suite-command", "x", "--suite-timeout", "99999d"], "suite-timeout:"),
        (&["--report-prefix", "../../x", "--report-bucket", "b-1"], "report-prefix:"),
        (&["--report-prefix", "/x", "--report-bucket", "b-1"], "begins with a slash"),
        (&["--report-bucket", "reports"], "report-access-key: \"\" is not given"),
        (&["--report-dir", "/dev/null/x"], "report-dir:"),
        (&["--report-dir", &deep], "report-dir:"),
        (&["--variables", "9A=hunter2"], "no ${…} can have"),
        (&["--pull-request", "0"], "pull-request:"),
        (&["--data", "mine"], "data: \"mine\" is no such choice"),
        (&["--pairs", "11.5..11.6"], "pairs:"),
        (&["--plugins", "/"], "it is a folder, not a file"),
        (&["--only", "identity", "--suite-command", "make"], "leaves out the suite"),
        (&["--compose-file", "a.yml,b.yml"], "Write one file a line."),
        (&["--compose-file", "/"], "compose-file:"),
        (&["--registry", "u:hunter2@ghcr.io", "--registry-username", "me"], "registry: \"\" is no host"),
    ] {
        refused(None, arguments, &[part]);
    }
}

#[test]
fn compose_files_that_would_mislead_or_do_harm() {
    let with = |from: &str, to: &str| {
        assert!(WHOLE.contains(from), "{from}");
        WHOLE.replace(from, to)
    };
    for (text, part) in [
        (
            with("role: balancer, upgrade-gate.haproxy", "role: balancer, upgrade-gate.haprxy"),
            "write upgrade-gate.haproxy",
        ),
        (with("'9999'", "'0'"), "no port"),
        (with("role: store", "role: balancer"), "are both balancers"),
        (with("postgres:16", "'postgres:'"), "the service db, whose image has an empty tag"),
        (with("@db:5432", "@live.example:5432"), "asks live.example by its MM_CONFIG"),
        (
            with("role: database }", "role: database }\n    volumes: ['./pg:/var/lib/postgresql']"),
            "service db mounts",
        ),
        (
            with("MM_FILESETTINGS_DRIVERNAME: amazons3", "A: b"),
            "upgrade-gate.role: store, and files are kept",
        ),
        (with("    image: x\n", "    image: x\n    scale: 40\n"), "write 1 to 9"),
    ] {
        refused(Some(&text), &[], &["compose.yaml", part][1..]);
    }
    refused(Some(WHOLE), &["--license", "hunter2"], &["license: \"\" is given, and no node"]);
    refused(Some(WHOLE), &["--database-image", "postgres:17"], &["database-image:"]);
}

#[test]
fn what_is_right_is_planned_with_what_it_lacks() {
    let Ended { code, output: plan, .. } = call("plan", Some(WHOLE), &[]);
    // Nothing but that 11.5 is out of support, since 2026-06-15.
    let notes: Vec<&str> = plan.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!((code, notes.len()), (Some(0), 1), "{plan}");
    assert!(notes[0].contains("line 11.5 ended on 2026-06-15 (https://"), "{plan}");
    assert!(plan.contains("n: drain, stop, release image, ready, sanity, undrain"), "{plan}");
    let bare = "services: { db: { image: postgres, volumes: ['./pg:/x'] }, n: { image: x, labels: { upgrade-gate.role: node }, environment: { MM_CONFIG: 'postgres://mm@db/mm', A: $GONE } } }";
    let Ended { code, output: plan, .. } = call("plan", Some(bare), &["--data", "disposable"]);
    assert_eq!(code, Some(0), "{plan}");
    for part in [
        "note: services.n.environment.A: the variable GONE is not set",
        "note: no service has the label upgrade-gate.role: balancer: n's own address takes its place",
        "note: files are kept on the nodes' own disk",
        "note: service db mounts",
        "1. prepare networks, images, db\n",
    ] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    assert!(!plan.contains("drain"), "{plan}");
    let json = call("plan", Some(bare), &["--data", "disposable", "--format", "json"]).output;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["warnings"].as_array().unwrap().len(), &json["built"]["others"][0]), (5, &"db".into()));
}

#[test]
fn a_typing_error_is_no_clean_engine() {
    let ended = Gate::of(&["cleanup", "--run", "typo"]).env("DOCKER_HOST", "tcp://127.0.0.1:9").run();
    assert_eq!(ended.code, Some(2));
    assert!(ended.stdout.contains("run: \"typo\" is no id of a run"));
}
