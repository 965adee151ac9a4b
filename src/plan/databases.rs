//! Whether a database that is known beforehand is new enough for both releases.

use super::types::Release;
use crate::inputs::{Cluster, Problems, Settings};
use crate::policy::{Needs, Unmet, major_of_image};
use crate::shown::Shown;

/// Judges the input `database-image` by its tag. One that does not tell is looked at when it is there.
pub(super) fn judge(settings: &Settings, problems: &mut Problems) {
    // An attached cluster has no use for the input, and that is what is told then.
    let Some(image) = settings.cluster.database_image().filter(|_| settings.attached.is_none()) else {
        return;
    };
    let (stable, release) = (&settings.releases.stable, &settings.releases.release);
    let needs = Needs::of(&stable.version, &release.version);
    if let Some(unmet) = major_of_image(image).and_then(|found| needs.unmet(found)) {
        let wrong = format!("is {}", unmet.told);
        problems.add(Cluster::DATABASE_IMAGE, Shown::plain(image), wrong, remedy(&unmet));
    }
}

/// What to write in place of an image of a PostgreSQL that is too old.
#[must_use]
pub(crate) fn remedy(unmet: &Unmet) -> String {
    let least = unmet.least;
    format!("Write an image of PostgreSQL {least} or later, such as \"postgres:{least}-alpine\".")
}

/// What is to be said of a cluster that is there already, whose database nobody asks. Where the release needs no more than
/// stable, stable runs on what it needs.
pub(super) fn of_attached(stable: &Release, release: &Release) -> Option<String> {
    let rise = Needs::rise(&stable.version, &release.version);
    let told = Needs::of(&stable.version, &release.version).told().filter(|_| rise)?;
    Some(format!("which PostgreSQL the attached cluster has is not asked, and {told}"))
}

#[cfg(test)]
mod tests {
    use super::super::make;
    use crate::inputs::Inputs;

    fn told(image: &str, stable: &str, release: &str) -> Vec<String> {
        let inputs = Inputs::given(&[("stable", stable), ("release", release), ("database-image", image)]);
        make(&inputs, None).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_image_that_is_too_old_is_refused_with_the_minimum_its_source_and_what_to_write() {
        insta::assert_snapshot!(told("postgres:14", "11.11", "12.0.0")[0], @r#"database-image: "postgres:14" is PostgreSQL 14, and the release version 12.0.0 needs 15 or later (https://github.com/mattermost/mattermost/pull/37285). Write an image of PostgreSQL 15 or later, such as "postgres:15-alpine"."#);
        assert!(
            told("bitnami/postgresql:13.9.0", "11.7.9", "11.11.0")[0]
                .contains("stable version 11.7.9 needs 14")
        );
        assert!(
            told("postgres:14-alpine", "12.0.1", "my/mm:latest")[0]
                .contains("stable version 12.0.1 needs 15")
        );
    }

    #[test]
    fn what_is_new_enough_or_not_told_is_left_to_the_run() {
        for (image, stable, release) in [
            ("postgres:15", "11.11", "12.0"),
            ("postgres:14", "11.7", "11.11"),
            ("postgres", "11.11", "12.0"),
            ("postgres:latest", "11.11", "12.0"),
            ("my/database:14", "11.11", "12.0"),
            ("postgres:13", "10.5.0", "10.11.4"),
        ] {
            assert_eq!(told(image, stable, release), Vec::<String>::new(), "{image} {stable} {release}");
        }
    }
}
