//! Which upgrades are allowed to roll.
//!
//! Source: Mattermost's documentation on high availability: nodes of one cluster may be at most one minor apart while
//! an upgrade rolls; everything else has to stop all nodes first.

use super::types::Mode;
use crate::versions::{Version, minors_apart};

/// Decides the mode, or says why the wanted one is refused.
///
/// # Errors
/// What is wrong with the pair, and the remedy.
pub(super) fn decide(
    wanted: &str,
    stable: &Version,
    release: &Version,
) -> Result<(Mode, String), (String, String)> {
    let apart = minors_apart(stable, release);
    let distance = match apart {
        None => "how far the two versions are apart can't be told from their names".to_owned(),
        Some(0) => format!("{stable} → {release} stays within one minor"),
        Some(1) => format!("{stable} → {release} is one minor apart"),
        Some(u64::MAX) => format!("{stable} → {release} is more than one minor apart"),
        Some(n) => format!("{stable} → {release} is {n} minors apart"),
    };
    match (wanted, apart) {
        ("stop-start", _) => Ok((Mode::StopStart, "the input mode says so".into())),
        ("rolling", Some(2..)) => Err((
            format!("is not supported: {distance}, and nodes of one cluster may differ by one minor at most"),
            "Write \"auto\" or \"stop-start\", or choose a stable version one minor below the release."
                .into(),
        )),
        ("rolling", _) => Ok((Mode::Rolling, format!("the input mode says so; {distance}"))),
        (_, Some(0 | 1)) => Ok((Mode::Rolling, distance)),
        (_, Some(_)) => {
            Ok((Mode::StopStart, format!("{distance}, and Mattermost supports rolling over one minor only")))
        }
        (_, None) => Ok((Mode::StopStart, format!("{distance}, and stopping all nodes is always supported"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(wanted: &str, stable: &str, release: &str) -> Result<Mode, String> {
        decide(wanted, &Version::read(stable), &Version::read(release)).map(|d| d.0).map_err(|e| e.0)
    }

    #[test]
    fn auto_rolls_over_one_minor_and_stops_for_more() {
        assert_eq!(decided("auto", "11.5.1", "11.6.0"), Ok(Mode::Rolling));
        assert_eq!(decided("auto", "11.5.1", "11.5.2"), Ok(Mode::Rolling));
        assert_eq!(decided("auto", "10.11.4", "11.7.0"), Ok(Mode::StopStart));
        assert_eq!(decided("auto", "11.5.1", "master"), Ok(Mode::StopStart));
    }

    #[test]
    fn rolling_over_two_minors_is_refused_and_over_an_unknown_distance_is_the_users_word() {
        assert!(decided("rolling", "11.4.0", "11.6.0").unwrap_err().contains("2 minors apart"));
        assert_eq!(decided("rolling", "11.5.1", "master"), Ok(Mode::Rolling));
        assert_eq!(decided("stop-start", "11.5.1", "11.6.0"), Ok(Mode::StopStart));
    }
}
