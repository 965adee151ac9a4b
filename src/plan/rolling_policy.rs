//! Which upgrades are allowed to roll.
//!
//! Source: Mattermost's documentation on high availability: nodes of one cluster may be at most one minor apart while
//! an upgrade rolls; everything else has to stop all nodes first.

use super::types::Mode;
use crate::versions::Distance::{self, AtLeast, Exactly};
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
    let distance = distance(stable, release, apart);
    match (wanted, apart) {
        ("stop-start", _) => Ok((Mode::StopStart, "the input mode says so".into())),
        ("rolling", Some(Exactly(2..) | AtLeast(2..))) => Err((
            format!("is not supported: {distance}, and nodes of one cluster may differ by one minor at most"),
            "Write \"auto\" or \"stop-start\", or choose a stable version one minor below the release."
                .into(),
        )),
        ("rolling", _) => Ok((Mode::Rolling, format!("the input mode says so; {distance}"))),
        (_, Some(Exactly(0 | 1))) => Ok((Mode::Rolling, distance)),
        (_, Some(Exactly(_) | AtLeast(2..))) => {
            Ok((Mode::StopStart, format!("{distance}, and Mattermost supports rolling over one minor only")))
        }
        (_, None | Some(AtLeast(_))) => {
            Ok((Mode::StopStart, format!("{distance}, and stopping all nodes is always supported")))
        }
    }
}

/// What is known of how far they are apart, as a clause.
fn distance(stable: &Version, release: &Version, apart: Option<Distance>) -> String {
    let majors = stable.line().zip(release.line()).map(|(from, to)| (from.0, to.0));
    match (apart, majors) {
        (Some(Exactly(0)), _) => format!("{stable} → {release} stays within one minor"),
        // The vendor speaks of minors, and all its examples are of one major.
        (Some(Exactly(1)), Some((from, to))) if from != to => format!(
            "{stable} → {release} is one minor apart, if {to}.0 counts as the minor after the last {from}.x: the gate's \
             assumption, Mattermost's documents do not say"
        ),
        (Some(Exactly(1)), _) => format!("{stable} → {release} is one minor apart"),
        (Some(Exactly(n)), _) => format!("{stable} → {release} is {n} minors apart"),
        (Some(AtLeast(n @ 2..)), _) => format!("{stable} → {release} is at least {n} minors apart"),
        (Some(AtLeast(_)), Some((from, _))) => format!(
            "how far {stable} → {release} is apart is not known, because the last minor of {from}.x is not"
        ),
        (Some(AtLeast(_)) | None, _) => {
            "how far the two versions are apart can't be told from their names".to_owned()
        }
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
    fn over_the_end_of_a_major_nothing_is_claimed_that_nobody_knows() {
        let reason = |wanted: &str, stable: &str, release: &str| {
            decide(wanted, &Version::read(stable), &Version::read(release)).unwrap().1
        };
        for (stable, release) in [("12.5.0", "13.0.0"), ("4.10", "5.0")] {
            assert_eq!(decided("auto", stable, release), Ok(Mode::StopStart));
            assert_eq!(decided("rolling", stable, release), Ok(Mode::Rolling));
            let told = reason("rolling", stable, release);
            assert!(
                told.starts_with("the input mode says so; how far") && told.contains("not known"),
                "{told}"
            );
        }
        assert!(decided("rolling", "12.5.0", "13.1.0").unwrap_err().contains("at least 2 minors apart"));
        assert_eq!(decided("auto", "11.11.0", "12.0.0"), Ok(Mode::Rolling));
        assert!(reason("auto", "11.11.0", "12.0.0").contains("assumption"));
        assert!(!reason("auto", "11.10.0", "11.11.0").contains("assumption"));
    }

    #[test]
    fn rolling_over_two_minors_is_refused_and_over_an_unknown_distance_is_the_users_word() {
        assert!(decided("rolling", "11.4.0", "11.6.0").unwrap_err().contains("2 minors apart"));
        assert_eq!(decided("rolling", "11.5.1", "master"), Ok(Mode::Rolling));
        assert_eq!(decided("stop-start", "11.5.1", "11.6.0"), Ok(Mode::StopStart));
    }
}
