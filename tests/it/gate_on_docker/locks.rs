//! The lock of one run, given to another one after a tag has moved.

use super::call::{built_in, docker, gone};
use super::images::{DATABASE, NO_START, RELEASE, STABLE, images};
use crate::gate::Gate;

/// Tags of this test's own.
const MOVING: &str = "upgrade-gate-test/mattermost:moving";
const GONE: &str = "upgrade-gate-test/database:gone";

#[test]
fn a_lock_gives_the_images_of_its_run_after_their_tags_have_moved() {
    let Some(images) = images() else { return };
    docker(&["tag", RELEASE, MOVING]);
    docker(&["tag", DATABASE, GONE]);
    let quick = |call: Gate| {
        let call = call.nodes(1).arg("--only", "startup").arg("--mode", "rolling");
        call.arg("--database-image", GONE).run()
    };
    let first = quick(built_in(images, STABLE, MOVING));
    assert_eq!(first.code, Some(0), "{}", first.output);
    let lock = first.folder().join("lock.json");
    let written: serde_json::Value = serde_json::from_str(&first.report("lock.json")).unwrap();
    assert_eq!(
        written["images"].as_object().unwrap().len(),
        5,
        "nodes, database, store and balancer: {written}"
    );
    let id = docker(&["image", "inspect", "--format", "{{.Id}}", RELEASE]).trim().to_owned();
    assert_eq!(written["images"][MOVING]["id"], id.as_str());

    docker(&["tag", NO_START, MOVING]);
    let moved = quick(built_in(images, STABLE, MOVING));
    assert_eq!(moved.code, Some(1), "{}", moved.output);
    // What PostgreSQL an image has is asked of the one that is taken, whatever became of its name.
    docker(&["rmi", GONE]);
    let again = quick(built_in(images, "", "").arg("--lock", lock.to_str().unwrap()));
    assert_eq!(again.code, Some(0), "{}", again.output);
    assert!(again.output.contains("lock     5 images, as they were on 20"), "{}", again.output);
    let taken = again.record().images.into_iter().find(|image| image.image == MOVING).unwrap();
    assert_eq!(taken.identity.unwrap().id, id);
    docker(&["rmi", MOVING]);
    for call in [first, moved, again] {
        assert_eq!(gone(&call.run_id()), "");
    }
}
