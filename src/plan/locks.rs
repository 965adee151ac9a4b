//! Whether a lock has all the images of a plan.

use super::types::Plan;
use crate::inputs::{GivenLock, Problems};
use crate::shown::Shown;

/// Judges whether the lock of a plan has all its images; `others` are those of parts that are no node.
pub(crate) fn judge_lock<'a>(
    lock: Option<&GivenLock>,
    plan: &'a Plan,
    others: impl IntoIterator<Item = &'a str>,
    problems: &mut Problems,
) {
    let Some(GivenLock { file, lock }) = lock else { return };
    let all = [plan.stable.image.as_str(), plan.release.image.as_str()]
        .into_iter()
        .chain(plan.images_beside())
        .chain(others);
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
        problems.add("lock", Shown::plain(file), wrong, remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;
    use crate::lock::{FORMAT, Lock, LockedImage};
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
        (Inputs::given(&[("lock", &path.display().to_string())]), dir)
    }

    fn told(inputs: &Inputs, others: &[&str]) -> String {
        let mut problems = Problems::default();
        match make(inputs, None) {
            Ok(plan) => {
                let lock = inputs.judge(&mut Problems::default()).cluster.lock;
                judge_lock(lock.as_ref(), &plan, others.iter().copied(), &mut problems);
            }
            Err(wrong) => problems = wrong,
        }
        problems.iter().map(|problem| format!("{}: {}\n", problem.input, problem.wrong)).collect()
    }

    #[test]
    fn a_lock_alone_is_its_pair_again() {
        let (inputs, _dir) = given(&lock(&["mm:11.5.1", "mm:master", "postgres:16"]));
        let plan = make(&inputs, None).unwrap();
        assert_eq!((plan.stable.image.as_str(), plan.release.image.as_str()), ("mm:11.5.1", "mm:master"));
        assert_eq!(told(&inputs, &["postgres:16"]), "");
        let mut looked_at = inputs.clone();
        looked_at.browser.browser_image = "browser:1".into();
        assert_eq!(told(&looked_at, &[]), "lock: lacks what this run needs: browser:1\n");
        let mut same = inputs;
        (same.releases.stable, same.releases.release) = ("mm:11.5.1".into(), "mm:master".into());
        assert_eq!(told(&same, &[]), "");
    }

    #[test]
    fn another_pair_and_every_image_that_it_lacks_are_named() {
        let (inputs, _dir) = given(&lock(&["mm:11.5.1"]));
        let mut other = inputs.clone();
        (other.releases.stable, other.releases.release) = ("mm:11.5.0".into(), "mm:master".into());
        assert_eq!(
            told(&other, &[]),
            "lock: is of another pair, mm:11.5.1 → mm:master: this one is mm:11.5.0 → mm:master\n"
        );
        let lacks = told(&inputs, &["postgres:16", "haproxy:3", "postgres:16"]);
        assert_eq!(lacks, "lock: lacks what this run needs: mm:master, postgres:16, haproxy:3\n");
    }

    #[test]
    fn a_file_that_is_none_is_told_and_the_pair_is_missing_then() {
        let inputs = |file: &str| Inputs::given(&[("lock", file)]);
        let wrong = told(&inputs("/no/such/lock.json"), &[]);
        assert!(wrong.starts_with("lock: cannot be read: No such file"), "{wrong}");
        assert!(wrong.contains("stable: is not given"), "{wrong}");
        assert!(
            told(&inputs("/dev/zero"), &[]).starts_with("lock: cannot be read: it is a device, not a file")
        );
    }
}
