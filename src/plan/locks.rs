//! The input `lock`: the images of an earlier run, in place of what their names lead to today.

use std::path::Path;

use super::problems::Problems;
use super::types::{Plan, Release};
use crate::inputs::Inputs;
use crate::limited::{self, Links};
use crate::lock::{self, Lock, MOST_BYTES};
use crate::shown::Shown;

/// Where such a file comes from.
const REMEDY: &str = "Write the path of a lock.json, as runs leave it in their report folder.";

/// The lock that is given, if there is one.
pub(super) fn read(inputs: &Inputs, problems: &mut Problems) -> Option<Lock> {
    let file = inputs.pulling.lock.as_str();
    if file.is_empty() {
        return None;
    }
    let text = limited::read_text(Path::new(file), Links::Followed, MOST_BYTES);
    let read = text.map_err(|error| format!("cannot be read: {error}")).and_then(|text| lock::read(&text));
    read.map_err(|wrong| problems.add("lock", Shown::plain(file), wrong, REMEDY)).ok()
}

/// Judges whether it is a lock of this pair.
pub(super) fn judge_pair(
    inputs: &Inputs,
    lock: &Lock,
    stable: &Release,
    release: &Release,
    problems: &mut Problems,
) {
    // What is no image was told already.
    let right = [(stable, &lock.stable), (release, &lock.release)]
        .iter()
        .all(|(release, locked)| release.image.is_empty() || release.image == **locked);
    if !right {
        let wrong = format!(
            "is of another pair, {} → {}: this one is {} → {}",
            Shown::plain(&lock.stable),
            Shown::plain(&lock.release),
            Shown::plain(&stable.image),
            Shown::plain(&release.image)
        );
        let remedy =
            "Leave stable and release out, and they are those of the lock; or give the lock of this pair.";
        problems.add("lock", Shown::plain(&inputs.pulling.lock), wrong, remedy);
    }
}

/// Judges whether the lock of a plan has all its images; `others` are those of parts that are no node.
pub fn judge_lock<'a>(
    inputs: &Inputs,
    plan: &'a Plan,
    others: impl IntoIterator<Item = &'a str>,
    problems: &mut Problems,
) {
    let Some(lock) = &plan.lock else { return };
    let suite = plan.suite.iter().filter_map(|suite| suite.image.as_deref());
    let all =
        [plan.stable.image.as_str(), plan.release.image.as_str()].into_iter().chain(suite).chain(others);
    let mut lacking: Vec<String> = Vec::new();
    for image in all.filter(|image| !lock.images.contains_key(*image)) {
        let image = Shown::plain(image).to_string();
        if !lacking.contains(&image) {
            lacking.push(image);
        }
    }
    if !lacking.is_empty() {
        let wrong = format!("lacks what this run needs: {}", lacking.join(", "));
        let remedy = "Give the images and the compose file of the run that made it, or make a new lock by a run without one.";
        problems.add("lock", Shown::plain(&inputs.pulling.lock), wrong, remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::{FORMAT, LockedImage};
    use crate::plan::make;

    fn lock(images: &[&str]) -> Lock {
        let image = LockedImage {
            digest: None,
            id: format!("sha256:{}", "0".repeat(64)),
            platform: "linux/amd64".into(),
            created: None,
        };
        Lock {
            format: FORMAT,
            gate: "0.1.0".into(),
            made_at: None,
            stable: "mm:11.5.1".into(),
            release: "mm:master".into(),
            images: images.iter().map(|name| ((*name).to_owned(), image.clone())).collect(),
        }
    }

    fn given(lock: &Lock) -> (Inputs, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock.json");
        std::fs::write(&path, lock.text().unwrap()).unwrap();
        let mut inputs = Inputs::defaults();
        inputs.pulling.lock = path.display().to_string();
        (inputs, dir)
    }

    fn told(inputs: &Inputs, others: &[&str]) -> String {
        let mut problems = Problems::default();
        match make(inputs, None) {
            Ok(plan) => judge_lock(inputs, &plan, others.iter().copied(), &mut problems),
            Err(wrong) => problems = wrong,
        }
        problems.0.iter().map(|problem| format!("{}: {}\n", problem.input, problem.wrong)).collect()
    }

    #[test]
    fn a_lock_alone_is_its_pair_again() {
        let (inputs, _dir) = given(&lock(&["mm:11.5.1", "mm:master", "postgres:16"]));
        let plan = make(&inputs, None).unwrap();
        assert_eq!((plan.stable.image.as_str(), plan.release.image.as_str()), ("mm:11.5.1", "mm:master"));
        assert_eq!(told(&inputs, &["postgres:16"]), "");
        let same = Inputs { stable: "mm:11.5.1".into(), release: "mm:master".into(), ..inputs };
        assert_eq!(told(&same, &[]), "");
    }

    #[test]
    fn another_pair_and_every_image_that_it_lacks_are_named() {
        let (inputs, _dir) = given(&lock(&["mm:11.5.1"]));
        let other = Inputs { stable: "mm:11.5.0".into(), release: "mm:master".into(), ..inputs.clone() };
        assert_eq!(
            told(&other, &[]),
            "lock: is of another pair, mm:11.5.1 → mm:master: this one is mm:11.5.0 → mm:master\n"
        );
        let lacks = told(&inputs, &["postgres:16", "haproxy:3", "postgres:16"]);
        assert_eq!(lacks, "lock: lacks what this run needs: mm:master, postgres:16, haproxy:3\n");
    }

    #[test]
    fn a_file_that_is_none_is_told_and_the_pair_is_missing_then() {
        let mut inputs = Inputs::defaults();
        inputs.pulling.lock = "/no/such/lock.json".into();
        let wrong = told(&inputs, &[]);
        assert!(wrong.starts_with("lock: cannot be read: No such file"), "{wrong}");
        assert!(wrong.contains("stable: is not given"), "{wrong}");
        inputs.pulling.lock = "/dev/zero".into();
        assert!(told(&inputs, &[]).starts_with("lock: cannot be read: it is a device, not a file"));
    }
}
