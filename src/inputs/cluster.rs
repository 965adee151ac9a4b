//! The inputs about the cluster that the gate builds, and what it is built of.

use serde::{Deserialize, Serialize};

use super::dump_file;
use super::images;
use super::lock::{self, GivenLock};
use super::problems::Problems;
use super::row::family;
use super::values::{choice, node_count, truth};
use crate::cluster::DatabaseDump;
use crate::compose::PullPolicy;
use crate::policy::major_of_image;
use crate::shown::Shown;

family! {
    /// What cluster is built, as given.
    ClusterInputs, "Cluster";
    /// How the nodes are upgraded: `auto`, `rolling` (one at a time) or `stop-start` (all at once).
    mode: String = "mode" "MODE", Text, Any, "auto";
    /// How many Mattermost nodes the cluster has, 1 to 9.
    nodes: String = "nodes" "N", Text, Any, "3";
    /// Who migrates the database: `first-node` (when it starts at the release) or `job` (the release's image beside the nodes, before any is replaced, as Mattermost's operator does).
    migrate: String = "migrate" "WHO", Text, Any, "first-node";
    /// Whether nodes go back to stable on the way: `mid` (the first one, after the first mixed stage, and forward again), `full` (all of them, after the release) or `none`; `auto` is `mid` where nodes are replaced one by one.
    rollback: String = "rollback" "WHEN", Text, Any, "auto";
    /// Restart each node once on stable before the roll, as a control: what that costs users is no fault of the release. The check `flags` restarts them anyway.
    control: String = "control" "BOOL", Truth, Built, "false";
    /// Compose files of your own, one a line; later ones are merged over earlier ones. Default: the built-in cluster.
    compose_file: String = "compose-file" "FILES", Lines, Built, "";
    /// Profiles of the compose file that are on, separated by commas or blanks. Default: those of `COMPOSE_PROFILES` in `variables` or `.env`.
    profiles: String = "profiles" "NAMES", Text, Any, "";
    /// Variables for the compose file, one `KEY=VALUE` a line.
    variables: String = "variables" "LINES", Variables, Built, "";
    /// What becomes of data from before the run that the compose file reaches: `protected` (refused) or `disposable`.
    data: String = "data" "WHICH", Text, Built, "protected";
    /// Image of the built-in cluster's PostgreSQL.
    database_image: String = "database-image" "IMAGE", Text, Built, "";
    /// Image of the built-in cluster's S3 store.
    store_image: String = "store-image" "IMAGE", Text, Built, "";
    /// Image of the built-in cluster's haproxy.
    balancer_image: String = "balancer-image" "IMAGE", Text, Built, "";
    /// When images are pulled that the engine has: `auto` (the servers' where their names move), `always` or `missing` (never).
    pull: String = "pull" "WHEN", Text, Built, "auto";
    /// A `lock.json` of an earlier run: exactly its images are taken, whatever their names lead to today.
    lock: String = "lock" "FILE", Text, Built, "";
}

/// What cluster is built.
#[derive(Debug, Clone)]
pub struct ClusterSettings {
    /// How its nodes are to be upgraded.
    pub mode: WantedMode,
    /// How many nodes the built-in cluster has.
    pub nodes: usize,
    /// When nodes are to go back to stable.
    pub rollback: WantedRollback,
    /// Who migrates the database.
    pub migrate: MigrateBy,
    /// Whether nodes are restarted on stable where no check does it.
    pub control: bool,
    /// The compose files of the user; without one it is the built-in cluster.
    pub compose_files: Vec<String>,
    /// Their profiles that are on.
    pub profiles: Vec<String>,
    /// The lines of variables for them.
    pub variables: String,
    /// Whether data from before the run may be lost, where the compose file reaches some.
    pub disposable: bool,
    /// The images of the built-in cluster's parts that are given: input, variable, image.
    pub images: Vec<(&'static str, &'static str, String)>,
    /// When images are pulled; nothing where compose file and names decide.
    pub pull: Option<PullPolicy>,
    /// The images of an earlier run.
    pub lock: Option<GivenLock>,
}

/// How the nodes are to be upgraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedMode {
    /// As the two versions allow.
    Auto,
    /// One node at a time.
    Rolling,
    /// All at once.
    StopStart,
}

impl WantedMode {
    const WORDS: [(&'static str, Self); 3] =
        [("auto", Self::Auto), ("rolling", Self::Rolling), ("stop-start", Self::StopStart)];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Rolling => "rolling",
            Self::StopStart => "stop-start",
        }
    }
}

/// Who migrates the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MigrateBy {
    /// The first node that starts at the release.
    #[default]
    FirstNode,
    /// The release's image beside the nodes, before any of them is replaced.
    Job,
}

impl MigrateBy {
    const WORDS: [(&'static str, Self); 2] = [("first-node", Self::FirstNode), ("job", Self::Job)];
}

/// When nodes are to go back to stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WantedRollback {
    /// As the kind of upgrade allows.
    #[default]
    Auto,
    /// The first node, after the first mixed stage.
    Mid,
    /// All nodes, after the release.
    Full,
    /// Never.
    None,
}

impl WantedRollback {
    const WORDS: [(&'static str, Self); 4] =
        [("auto", Self::Auto), ("mid", Self::Mid), ("full", Self::Full), ("none", Self::None)];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Mid => "mid",
            Self::Full => "full",
            Self::None => "none",
        }
    }
}

impl ClusterSettings {
    /// How many nodes the built-in cluster has where nobody says a number.
    pub const NODES: usize = 3;
    /// The input that is the image of the built-in database.
    pub const DATABASE_IMAGE: &'static str = "database-image";

    /// The image of the built-in cluster's database, if one is given.
    #[must_use]
    pub fn database_image(&self) -> Option<&str> {
        let given = self.images.iter().find(|(input, ..)| *input == Self::DATABASE_IMAGE);
        given.map(|(.., image)| image.as_str())
    }
}

impl ClusterInputs {
    /// Whether the database's image can read an archive, as far as the image tells its version.
    pub(super) fn judge_archive(&self, dump: &DatabaseDump, problems: &mut Problems) {
        /// The built-in file's own default.
        const BUILT_IN: u32 = 16;
        let told = match self.database_image.as_str() {
            "" if self.variables.contains("DATABASE_IMAGE=") => None,
            "" => Some(BUILT_IN),
            image => major_of_image(image),
        };
        if let (Some(least), Some(has)) = (dump_file::least_major(&dump.path), told)
            && has < least
        {
            let wrong = format!("was made by pg_dump {least} or later, and PostgreSQL {has} cannot read it");
            let remedy = format!("Give database-image: postgres:{least}-alpine, or dump as plain SQL.");
            problems.add("database-dump", Shown::plain(&dump.path.display().to_string()), wrong, remedy);
        }
    }

    /// The lock, which says what is not given of the releases: it is judged before them.
    pub(super) fn lock(&self, problems: &mut Problems) -> Option<GivenLock> {
        lock::read(&self.lock, problems)
    }

    /// What is built, with this lock.
    pub(super) fn judge(&self, lock: Option<GivenLock>, problems: &mut Problems) -> ClusterSettings {
        let images = [
            (ClusterSettings::DATABASE_IMAGE, "DATABASE_IMAGE", &self.database_image),
            ("store-image", "STORE_IMAGE", &self.store_image),
            ("balancer-image", "BALANCER_IMAGE", &self.balancer_image),
        ];
        let images = images.into_iter().filter(|(.., image)| !image.is_empty());
        let images: Vec<_> =
            images.map(|(input, variable, image)| (input, variable, image.clone())).collect();
        for (input, _, image) in &images {
            images::judge_image(input, Shown::plain(image), "", image, problems);
        }
        let pull =
            [("auto", None), ("always", Some(PullPolicy::Always)), ("missing", Some(PullPolicy::Missing))];
        let pull = choice("pull", &self.pull, &pull, problems);
        let nodes = node_count(&self.nodes, problems);
        let data = [("protected", false), ("disposable", true)];
        let disposable = choice("data", &self.data, &data, problems);
        let lines = self.compose_file.lines().map(str::trim).filter(|line| !line.is_empty());
        let compose_files: Vec<String> = lines.map(str::to_owned).collect();
        if !self.profiles.is_empty() && compose_files.is_empty() {
            let wrong = "is given without a compose file";
            let remedy = "Name the file under `compose-file`, or leave `profiles` out.";
            problems.add("profiles", Shown::plain(&self.profiles), wrong, remedy);
        }
        let profiles = self.profiles.split([',', ' ', '\t', '\r', '\n']).map(str::trim);
        ClusterSettings {
            mode: choice("mode", &self.mode, &WantedMode::WORDS, problems),
            nodes,
            migrate: choice("migrate", &self.migrate, &MigrateBy::WORDS, problems),
            control: truth("control", &self.control, problems),
            rollback: choice("rollback", &self.rollback, &WantedRollback::WORDS, problems),
            compose_files,
            profiles: profiles.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            variables: self.variables.clone(),
            disposable,
            images,
            pull,
            lock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inputs;
    use super::*;

    fn judged(given: &[(&str, &str)]) -> (ClusterSettings, String) {
        let mut problems = Problems::default();
        let cluster = Inputs::given(given).cluster.judge(None, &mut problems);
        (cluster, problems.to_string())
    }

    #[test]
    fn only_a_word_for_all_images_is_an_order() {
        let pull = |word: &str| judged(&[("pull", word)]);
        let read = ["auto", "always", "missing"].map(|word| pull(word).0.pull);
        assert_eq!(read, [None, Some(PullPolicy::Always), Some(PullPolicy::Missing)]);
        let (cluster, told) = pull("never");
        assert_eq!(cluster.pull, None);
        assert!(told.contains("pull: \"never\" is no such choice"), "{told}");
    }

    #[test]
    fn every_input_that_is_an_image_is_judged() {
        let (_, told) = judged(&[
            ("database-image", "a b"),
            ("store-image", "https://u:hunter2@minio/minio"),
            ("balancer-image", "u:hunter2@ghcr.io/haproxy"),
        ]);
        for input in ["database-image", "store-image", "balancer-image"] {
            assert!(told.contains(&format!("- {input}: ")), "{told}");
        }
        assert!(!told.contains("hunter2"), "{told}");
    }
}
