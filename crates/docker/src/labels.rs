//! The labels by which we find again what we made.

use std::collections::HashMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Label with the id of the run that made an object; `down` removes by it.
pub const LABEL_RUN: &str = "upgrade-gate.run";
/// Label with the owner of the run: marks an object as ours, for the sweep.
pub const LABEL_OWNER: &str = "upgrade-gate.owner";
/// Label with the moment (RFC 3339) after which an object is a leftover that any run may remove.
pub const LABEL_EXPIRES: &str = "upgrade-gate.expires";
/// Label of the container that tidies up after its run: it goes last.
pub(super) const LABEL_REAPER: &str = "upgrade-gate.reaper";
/// Label with the job of GitHub's that made an object, for a post step that was not told the run's id.
pub const LABEL_GITHUB_JOB: &str = "upgrade-gate.github-job";

/// Label of docker compose: the project. `docker compose -p NAME logs` works on our clusters because of it.
pub(super) const COMPOSE_PROJECT: &str = "com.docker.compose.project";

/// What every object of a run is marked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLabels {
    /// Unique id of the run.
    pub run: String,
    /// Who runs it: repository, runner, person.
    pub owner: String,
    /// When it is certainly over.
    pub expires: OffsetDateTime,
    /// The job of GitHub's whose end is the end of the run.
    pub github_job: Option<String>,
    /// The label by which a runner knows its own containers and removes what an earlier job left.
    pub runner: Option<String>,
}

impl RunLabels {
    /// The labels of an object of `project`: the file's own, compose's, ours. Ours win.
    pub(super) fn on<'a>(
        &self,
        project: &str,
        own: impl IntoIterator<Item = (&'a String, &'a String)>,
        compose: impl IntoIterator<Item = (&'static str, String)>,
    ) -> HashMap<String, String> {
        let mut labels: HashMap<String, String> =
            own.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        labels.insert(COMPOSE_PROJECT.to_owned(), project.to_owned());
        labels.extend(compose.into_iter().map(|(key, value)| (key.to_owned(), value)));
        labels.extend(self.ours());
        labels
    }

    /// Our own alone, for what is no part of the project.
    pub(super) fn ours(&self) -> HashMap<String, String> {
        // Only years beyond 9999 cannot be written; such a run never expires, which an unreadable date says too.
        let expires = self.expires.format(&Rfc3339).unwrap_or_else(|_| "never".to_owned());
        let (run, owner) = (self.run.clone(), self.owner.clone());
        let always = [(LABEL_RUN, run), (LABEL_OWNER, owner), (LABEL_EXPIRES, expires)];
        let mut labels: HashMap<_, _> = always.map(|(key, value)| (key.to_owned(), value)).into();
        labels.extend(self.github_job.iter().map(|job| (LABEL_GITHUB_JOB.to_owned(), job.clone())));
        labels.extend(self.runner.iter().map(|runner| (runner.clone(), String::new())));
        labels
    }
}

/// Whether these labels are ours and expired before `now`. Anything unreadable or incomplete is not.
pub(super) fn is_expired(labels: &HashMap<String, String>, now: OffsetDateTime) -> bool {
    let ours = [LABEL_RUN, LABEL_OWNER].iter().all(|label| labels.contains_key(*label));
    let expires = labels.get(LABEL_EXPIRES).and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    ours && expires.is_some_and(|expires| expires < now)
}

/// The filter of a list call: all of these labels, given as `key` or `key=value`.
pub(super) fn filter(labels: &[String]) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), labels.to_vec())])
}

#[cfg(test)]
impl RunLabels {
    /// Of some run, for tests of this room.
    pub(super) fn example() -> Self {
        Self {
            run: "r1".into(),
            owner: "me".into(),
            expires: time::macros::datetime!(2026-11-22 10:00 UTC),
            github_job: None,
            runner: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn labels() -> HashMap<String, String> {
        RunLabels::example().on("p", [(&"a".to_owned(), &"b".to_owned())], [])
    }

    #[test]
    fn ours_win_over_the_files() {
        let labels = RunLabels::example().on("p", [(&LABEL_RUN.to_owned(), &"forged".to_owned())], []);
        assert_eq!(labels[LABEL_RUN], "r1");
        assert_eq!(labels[LABEL_EXPIRES], "2026-11-22T10:00:00Z");
        assert!(!labels.contains_key(LABEL_GITHUB_JOB));
    }

    #[test]
    fn on_a_runner_its_own_label_and_the_job_come_along() {
        let run = RunLabels {
            github_job: Some("acme/chat 1".into()),
            runner: Some("0a1b2c".into()),
            ..RunLabels::example()
        };
        let labels = run.on("p", [], []);
        assert_eq!((labels["0a1b2c"].as_str(), labels[LABEL_GITHUB_JOB].as_str()), ("", "acme/chat 1"));
    }

    #[test]
    fn only_complete_and_past_labels_are_expired() {
        assert!(is_expired(&labels(), datetime!(2026-11-22 10:00:01 UTC)));
        assert!(!is_expired(&labels(), datetime!(2026-11-22 10:00 UTC)));
        for missing in [LABEL_RUN, LABEL_OWNER, LABEL_EXPIRES] {
            let mut labels = labels();
            labels.remove(missing);
            assert!(!is_expired(&labels, datetime!(2030-01-01 0:00 UTC)), "{missing}");
        }
        let mut unreadable = labels();
        unreadable.insert(LABEL_EXPIRES.into(), "yesterday".into());
        assert!(!is_expired(&unreadable, datetime!(2030-01-01 0:00 UTC)));
    }
}
