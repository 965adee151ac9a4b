//! Versions that no name tells: asked of the images, by a real engine.

use super::call::{built_in, gone};
use super::images::{BEHIND, LABELLED, MASTER, RELEASE, SILENT, STABLE, images, images_that_tell};
use crate::gate::Ended;

/// Mode and stages that were planned in the end.
fn planned(call: &Ended) -> (String, usize) {
    let header = call.record().header.unwrap();
    (header.mode, header.planned.len())
}

#[test]
fn a_branch_rolls_when_its_image_says_that_it_is_one_minor_ahead() {
    let Some(images) = images_that_tell() else { return };
    let call = built_in(images, STABLE, MASTER).nodes(2).arg("--only", "startup,identity").run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert_eq!(planned(&call), ("rolling".to_owned(), 4), "{}", call.output);
    assert!(
        call.output.contains("version  of release: asked of the image when the run starts"),
        "{}",
        call.output
    );
    assert!(call.output.contains("by their images 11.5.1 → 11.6.0: rolling, because"), "{}", call.output);
    assert!(call.report("summary.md").contains("mixed-1"), "{}", call.report("summary.md"));
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn an_image_that_says_nothing_is_upgraded_as_an_unknown_one_and_why_is_told() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, SILENT).nodes(2).arg("--only", "startup").run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert_eq!(planned(&call), ("stop-start".to_owned(), 2), "{}", call.output);
    let warnings = call.record().warnings;
    let told = format!("Image {SILENT} does not tell its version: ");
    assert!(warnings.iter().any(|warning| warning.contains(&told)), "{warnings:?}");
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn where_no_server_answers_the_label_of_its_version_counts() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, LABELLED).nodes(2).arg("--only", "startup").run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert_eq!(planned(&call), ("rolling".to_owned(), 4), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_branch_that_is_behind_is_refused_and_not_called_a_failed_upgrade() {
    let Some(images) = images_that_tell() else { return };
    let call = built_in(images, STABLE, BEHIND).nodes(1).arg("--only", "startup").run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(
        call.output.contains("the release is 11.4.0, older than stable, which is 11.5.1"),
        "{}",
        call.output
    );
    let two = built_in(images, BEHIND, RELEASE).nodes(1).arg("--mode", "rolling").run();
    assert_eq!(two.code, Some(3), "{}", two.output);
    assert!(two.output.contains("the mode rolling is not supported"), "{}", two.output);
    for call in [call, two] {
        assert_eq!(gone(&call.run_id()), "");
    }
}
