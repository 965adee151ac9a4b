//! Releases that a stand-in node can run: a version and what goes with it.

use crate::db::ids;

/// A version, and what a server of this version reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandInRelease {
    /// `11.6.0`.
    pub version: String,
    /// The build number; the version itself on release images.
    pub build_number: String,
    /// The commit it was built from, 40 hex digits.
    pub build_hash: String,
    /// Migrations in the image, oldest first: number and name.
    pub schema: Vec<(u32, String)>,
    /// Plugins in the image: id and version.
    pub plugins: Vec<(String, String)>,
}

/// A plausible release for any `x.y.z`: the same version gives the same values, and a later one has more migrations
/// and newer plugins. Numbers follow the real ones (159 migrations in 11.6), they are not them.
#[must_use]
pub fn known(version: &str) -> StandInRelease {
    let mut parts = version.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor, patch) =
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    StandInRelease {
        version: version.to_owned(),
        build_number: version.to_owned(),
        build_hash: ids::digest(&[b"commit of ", version.as_bytes()])[..40].to_owned(),
        schema: schema(newest_migration(major, minor)),
        plugins: vec![
            ("playbooks".into(), format!("{}.{minor}.{patch}", major.saturating_sub(9))),
            ("focalboard".into(), format!("{}.{minor}.{patch}", major.saturating_sub(2))),
            ("com.mattermost.calls".into(), format!("{}.{minor}.{patch}", major.saturating_sub(10))),
        ],
    }
}

fn newest_migration(major: u32, minor: u32) -> u32 {
    match major {
        0..=9 => 13 + 10 * major + minor + u32::from(major == 9) * 10,
        10 => 125 + minor,
        _ => 141 + 40 * (major - 11) + 3 * minor,
    }
}

fn schema(newest: u32) -> Vec<(u32, String)> {
    const VERBS: [&str; 5] = ["create", "add_index_to", "add_column_to", "backfill", "update_keys_of"];
    const TABLES: [&str; 7] = ["teams", "channels", "posts", "users", "sessions", "fileinfo", "roles"];
    // Real servers skipped a number once: the count is one below the highest.
    (1..=newest)
        .filter(|number| *number != 110)
        .map(|number| {
            let index = number as usize;
            (number, format!("{}_{}_{number}", VERBS[index % VERBS.len()], TABLES[index % TABLES.len()]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_version_is_the_same_release() {
        assert_eq!(known("11.6.0"), known("11.6.0"));
        assert_ne!(known("11.6.0").build_hash, known("11.6.1").build_hash);
    }

    #[test]
    fn later_minors_have_more_migrations_and_newer_plugins() {
        let versions =
            ["9.7.0", "9.8.0", "9.11.0", "10.0.0", "10.12.0", "11.0.0", "11.6.0", "11.7.0", "12.0.0"];
        for pair in versions.windows(2) {
            let (before, after) = (known(pair[0]), known(pair[1]));
            assert!(before.schema.last().unwrap().0 < after.schema.last().unwrap().0, "{pair:?}");
            assert!(before.schema.iter().all(|row| after.schema.contains(row)), "{pair:?}");
            assert_ne!(before.plugins, after.plugins);
        }
        assert_eq!(known("11.6.0").schema.last().unwrap().0, 159);
    }
}
