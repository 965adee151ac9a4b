//! The inputs `stable`, `release` and `image` → two images and what they must report.

use serde::{Deserialize, Serialize};

use super::images::judge_image;
use super::problems::Problems;
use super::row::family;
use crate::lock::Lock;
use crate::shown::Shown;
use crate::versions::{DEFAULT_IMAGE, Version};

family! {
    /// Which versions are upgraded, as given.
    ReleaseInputs, "Versions";
    /// The version that is upgraded from: `12.0.1`, a minor such as `12.0`, or a full image reference.
    stable: String = "stable" "VERSION", Text, Any, "";
    /// The version under test, in the same forms.
    release: String = "release" "VERSION", Text, Any, "";
    /// Versions that the database has been through before stable, oldest first: `10.11.0, 11.1.0`. One node runs each in turn, and what is made there is looked for ever after.
    history: String = "history" "VERSIONS", Text, Built, "";
    /// The image repository that versions are tags of.
    image: String = "image" "REPOSITORY", Text, Any, DEFAULT_IMAGE;
}

/// Versions of a history; each takes a few seconds.
const MOST_HISTORY: usize = 12;

const REMEDY: &str =
    "Write a version such as \"12.0.1\", a minor such as \"11.11\", or an image with tag or digest.";

/// One of the two releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// As given.
    pub given: String,
    /// The image that runs.
    pub image: String,
    /// What it must report, as far as its name tells, or its image when it was asked.
    pub version: Version,
}

/// Both releases.
#[derive(Debug, Clone)]
pub struct Releases {
    /// Upgraded from.
    pub stable: Release,
    /// Under test.
    pub release: Release,
    /// What the database was brought up with before stable, oldest first.
    pub history: Vec<Release>,
    /// What is to be said of the pair.
    pub notes: Vec<String>,
}

impl ReleaseInputs {
    /// Both releases; what is not given is as in the lock.
    pub(crate) fn judge(&self, lock: Option<&Lock>, problems: &mut Problems) -> Releases {
        let or_locked = |given: &str, locked: Option<&String>| match locked {
            Some(locked) if given.is_empty() => locked.clone(),
            _ => given.to_owned(),
        };
        let stable = or_locked(&self.stable, lock.map(|lock| &lock.stable));
        let stable = release("stable", &stable, &self.image, problems);
        let given = or_locked(&self.release, lock.map(|lock| &lock.release));
        let release = release("release", &given, &self.image, problems);
        let history = self.history(&stable, problems);
        self.repository(problems);
        let mut notes = Vec::new();
        if !stable.image.is_empty() && stable.image == release.image {
            notes.push(
                "the two versions are the same: this is a restart of every node, and no upgrade".into(),
            );
        } else if stable.version.is_surely(&release.version) {
            notes.push(format!(
                "both images are version {}: only what else differs in them is tested",
                stable.version
            ));
        }
        Releases { stable, release, history, notes }
    }

    /// The versions before stable: each is older than the next, as far as their names tell.
    fn history(&self, stable: &Release, problems: &mut Problems) -> Vec<Release> {
        let given = self.history.split([',', '\n']).map(str::trim).filter(|given| !given.is_empty());
        let all: Vec<Release> = given.map(|given| release("history", given, &self.image, problems)).collect();
        if all.len() > MOST_HISTORY {
            let wrong = format!("has {} versions, and {MOST_HISTORY} are the most", all.len());
            problems.add("history", Shown::plain(&self.history), wrong, "Leave some out.");
        }
        for (older, newer) in all.iter().zip(all.iter().skip(1).chain([stable])) {
            let known = [older, newer].iter().all(|release| release.version != Version::Unknown);
            if known && !older.version.is_older_than(&newer.version) {
                let wrong = format!("has {} before {}, which is not newer", older.given, newer.given);
                let remedy = "Write them from the oldest to the newest, all older than stable.";
                problems.add("history", Shown::plain(&self.history), wrong, remedy);
            }
        }
        all
    }

    fn repository(&self, problems: &mut Problems) {
        let image = self.image.as_str();
        let read = judge_image("image", Shown::plain(image), "", image, problems);
        if read.is_some_and(|read| read.tag.is_some() || read.digest.is_some()) {
            let wrong = "has a tag or a digest, and is the repository that versions are tags of";
            let remedy = "Leave the tag away, or write the whole image into stable and release.";
            problems.add("image", Shown::plain(image), wrong, remedy);
        }
    }
}

/// `10.11.4` is a tag of `image`, `11.0` its branch tag, anything with a slash, colon or `@` an image of its own.
fn release(input: &str, given: &str, image: &str, problems: &mut Problems) -> Release {
    let made = |image: String, version| Release { given: given.to_owned(), image, version };
    if given.is_empty() {
        problems.add(input, Shown::nothing(), "is not given", REMEDY);
        return made(String::new(), Version::Unknown);
    }
    if given.contains(['/', ':', '@']) {
        return match judge_image(input, Shown::plain(given), "", given, problems) {
            Some(read) => {
                if read.tag.is_none() && read.digest.is_none() {
                    problems.add(input, Shown::plain(given), "is an image without tag or digest", REMEDY);
                }
                made(given.to_owned(), read.tag.map_or(Version::Unknown, Version::read))
            }
            None => made(String::new(), Version::Unknown),
        };
    }
    match Version::read(given) {
        Version::Exact(version) if !version.build.is_empty() => {
            let wrong = "has a `+` in it, and no tag of an image can";
            problems.add(input, Shown::plain(given), wrong, "Write the tag as the registry has it.");
            made(String::new(), Version::Unknown)
        }
        Version::Unknown => {
            problems.add(input, Shown::plain(given), "is no version", REMEDY);
            made(String::new(), Version::Unknown)
        }
        version @ Version::Minor(..) => made(format!("{image}:release-{version}"), version),
        version @ Version::Exact(_) => made(format!("{image}:{version}"), version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(stable: &str, release: &str) -> (Vec<String>, Vec<String>) {
        let inputs = ReleaseInputs {
            stable: stable.into(),
            release: release.into(),
            history: String::new(),
            image: DEFAULT_IMAGE.into(),
        };
        let mut problems = Problems::default();
        let notes = inputs.judge(None, &mut problems).notes;
        (problems.iter().map(ToString::to_string).collect(), notes)
    }

    #[test]
    fn what_no_engine_could_pull_is_refused() {
        let long = format!("11.6.0-{}", "x".repeat(130));
        let wrong = [
            "",
            "11",
            "master",
            "11.6.0+abc",
            "eleven",
            "11.6.0 ",
            "mm:",
            "mm@",
            "mm@sha256:abc",
            "MM/Upper:1",
            "mm:-x",
            "mm:a:b",
            ":11.6.0",
            "mm:1;id",
            "mm:1\u{1b}[1m",
            "registry:5000/mm",
            "my/mm",
            "http://reg/x:1",
            "u:hunter2@ghcr.io/x:1",
            "99999999999999999999.0.0",
            "11.06",
        ];
        for given in wrong {
            let (problems, _) = pair(given, "11.7.0");
            assert_eq!(problems.len(), 1, "{given:?}: {problems:?}");
            assert!(!problems[0].contains("hunter2") && !problems[0].contains('\u{1b}'), "{problems:?}");
        }
        assert!(pair("11.6.0", &format!("mm:{long}")).0[0].contains("more than 128"));
    }

    #[test]
    fn a_history_goes_from_the_oldest_to_stable() {
        let history = |history: &str| {
            let (stable, release) = ("11.6.0".into(), "11.7.0".into());
            let inputs =
                ReleaseInputs { stable, release, history: history.into(), image: DEFAULT_IMAGE.into() };
            let mut problems = Problems::default();
            let releases = inputs.judge(None, &mut problems);
            let images: Vec<String> = releases.history.into_iter().map(|release| release.image).collect();
            (images, problems.iter().map(|problem| problem.wrong.clone()).collect::<Vec<_>>().join("; "))
        };
        let (images, wrong) = history("10.11.0, 11.1.0,\nmy/mm:dev");
        assert_eq!(wrong, "");
        assert_eq!(
            images,
            [&format!("{DEFAULT_IMAGE}:10.11.0"), &format!("{DEFAULT_IMAGE}:11.1.0"), "my/mm:dev"]
        );
        assert_eq!(history(""), (Vec::new(), String::new()));
        for (given, why) in [
            ("11.1.0, 10.11.0", "has 11.1.0 before 10.11.0, which is not newer"),
            ("10.11.0, 11.6.0", "has 11.6.0 before 11.6.0, which is not newer"),
            ("11.7.0", "has 11.7.0 before 11.6.0, which is not newer"),
            ("eleven", "is no version"),
        ] {
            assert!(history(given).1.contains(why), "{given}: {}", history(given).1);
        }
        assert!(history(&["my/mm:dev"; 13].join(",")).1.contains("has 13 versions, and 12 are the most"));
    }

    #[test]
    fn the_same_version_twice_is_told() {
        assert!(pair("11.6.0", "11.6.0").1[0].contains("a restart of every node"));
        assert!(
            pair("11.6", "mattermost/mattermost-enterprise-edition:release-11.6").1[0].contains("restart")
        );
        assert!(pair("my/mm:11.6.0", "11.6.0").1[0].starts_with("both images are version 11.6.0"));
        assert!(pair("11.6.0-rc1", "11.6.0").1.is_empty());
        assert!(pair("11.6", "11.6.0").1.is_empty());
    }
}
