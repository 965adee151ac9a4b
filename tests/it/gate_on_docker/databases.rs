//! A PostgreSQL that is too old for a release, told before the first node: by its image, and by its server.

use super::call::{built_in, clean_up, docker, gone};
use super::images::{self, RELEASE, STABLE, build, images};
use crate::gate::Ended;

/// 11.x needs 14.
const BY_IMAGE: &str = "upgrade-gate-test/database:old-image";
const BY_SERVER: &str = "upgrade-gate-test/database:server13";
const NEW_ENOUGH: &str = "upgrade-gate-test/database:server14";

/// The containers that the run has ever made are gone; its events tell which there were.
fn started(call: &Ended) -> String {
    let events = call.report("events.jsonl");
    events.lines().filter(|line| line.contains("container-state") && line.contains("\"started\"")).collect()
}

#[test]
fn an_image_of_an_old_postgresql_ends_the_run_before_anything_is_started() {
    let Some(images) = images() else { return };
    build(BY_IMAGE, &format!("FROM {}\nENV PG_MAJOR=13\n", images::DATABASE)).unwrap();
    let call = built_in(images, STABLE, RELEASE).arg("--database-image", BY_IMAGE).nodes(1).run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    for part in
        ["database: its image", "is PostgreSQL 13", "needs 14 or later (https://", "Give it PostgreSQL 14"]
    {
        assert!(call.output.contains(part), "{part}: {}", call.output);
    }
    assert_eq!(started(&call), "");
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn the_server_is_asked_before_the_first_node_starts() {
    let Some(images) = images() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if runtime.block_on(crate::docker_engine::engine()).is_none() {
        return;
    }
    for (image, number) in [(BY_SERVER, 130_014), (NEW_ENOUGH, 140_005)] {
        // Its psql knows one answer, and what it is asked is in the log of its container.
        let psql = format!(
            "printf '#!/bin/sh\\necho \"$@\" > /proc/1/fd/1\\necho {number}\\n' > /usr/bin/psql && busybox chmod 755 /usr/bin/psql"
        );
        let lines = format!(
            "COPY --from=upgrade-gate-test/busybox:1 /bin/ /bin/\nRUN [\"/bin/sh\", \"-c\", {psql:?}]\nENV PATH=/usr/bin:/bin"
        );
        build(image, &format!("FROM {}\n{lines}\n", images::DATABASE)).unwrap();
    }
    let old = built_in(images, STABLE, RELEASE).arg("--database-image", BY_SERVER).nodes(1).run();
    assert_eq!(old.code, Some(3), "{}", old.output);
    assert!(old.output.contains("database: its server is PostgreSQL 13, and"), "{}", old.output);
    assert!(started(&old).contains("database-1") && !started(&old).contains("node1-1"), "{}", started(&old));
    assert_eq!(gone(&old.run_id()), "");

    let told = |call: &Ended| {
        assert_eq!(call.code, Some(0), "{}", call.output);
        call.record().warnings.iter().any(|told| told.contains("does not tell which PostgreSQL it is"))
    };
    let built_in = |image: &str| {
        built_in(images, STABLE, RELEASE).arg("--database-image", image).nodes(1).arg("--only", "startup")
    };
    let kept = built_in(NEW_ENOUGH).arg("--keep", "true").run();
    assert!(!told(&kept));
    let asked = docker(&["logs", &format!("{}-database-1", kept.run_id())]);
    assert_eq!(clean_up(&kept.run_id()).code, Some(0));
    assert_eq!(gone(&kept.run_id()), "");
    // Nobody is a member of anything in a new database, and its servers are told so.
    assert!(asked.contains("migration_advanced_permissions_phase_2"), "{asked}");

    // The stand-in's own database is none: nothing is claimed, and that is told.
    let unasked = built_in(images::DATABASE).run();
    assert!(told(&unasked));
    assert_eq!(gone(&unasked.run_id()), "");
}
