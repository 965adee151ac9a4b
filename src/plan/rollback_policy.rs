//! Whether nodes go back to stable on the way, and when, and whether the schema is migrated beside them: what was asked for in
//! the light of the kind of upgrade.

use super::types::{Mode, Plan, Rollback};
use crate::inputs::{MigrateBy, WantedRollback};
use crate::policy;
use crate::versions::Version;

/// What an upgrade is, as far as a way back hangs on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Upgrade<'a> {
    pub(super) mode: Mode,
    pub(super) nodes: usize,
    pub(super) is_attached: bool,
    pub(super) stable: &'a Version,
    pub(super) release: &'a Version,
}

impl<'a> Upgrade<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let (stable, release) = (&plan.stable.version, &plan.release.version);
        let is_attached = plan.attached.is_some();
        Self { mode: plan.mode, nodes: plan.order.len(), is_attached, stable, release }
    }
}

/// Decides it, with the reason as a clause, or says why what is wanted cannot be.
///
/// # Errors
/// What is wrong with what is wanted, and the remedy.
pub(super) fn decide(
    wanted: WantedRollback,
    upgrade: Upgrade<'_>,
) -> Result<(Rollback, String), (String, String)> {
    let asked = match wanted {
        WantedRollback::None => return Ok((Rollback::None, "the input rollback says so".into())),
        WantedRollback::Auto | WantedRollback::Mid => Rollback::Mid,
        WantedRollback::Full => Rollback::Full,
    };
    if let Some(why) = impossible(asked, upgrade) {
        if wanted == WantedRollback::Auto {
            return Ok((Rollback::None, why.into()));
        }
        let remedy = "Leave it out, or write \"none\".";
        return Err((format!("cannot be done: {why}"), remedy.into()));
    }
    let known = policy::no_way_back(upgrade.stable, upgrade.release);
    match known.first() {
        Some(known) if wanted == WantedRollback::Auto => Ok((Rollback::None, known.told())),
        _ => Ok((asked, on_the_way(asked))),
    }
}

/// Whether the database can be migrated as was asked for.
///
/// # Errors
/// What is wrong with that, and the remedy.
pub(super) fn judge_migration(wanted: MigrateBy, upgrade: Upgrade<'_>) -> Result<(), (String, String)> {
    let why = match wanted {
        MigrateBy::FirstNode => return Ok(()),
        MigrateBy::Job if upgrade.is_attached => {
            "the gate runs no image beside the nodes of an attached cluster"
        }
        MigrateBy::Job if upgrade.mode == Mode::StopStart => {
            "all nodes stop before the release comes, and none would serve meanwhile"
        }
        MigrateBy::Job => return Ok(()),
    };
    Err((format!("cannot be done: {why}"), "Leave it out, or write \"first-node\".".into()))
}

/// Why there can be no such way back.
fn impossible(asked: Rollback, upgrade: Upgrade<'_>) -> Option<&'static str> {
    if upgrade.is_attached {
        Some("the gate has no stable image for the nodes of an attached cluster")
    } else if upgrade.mode == Mode::StopStart {
        Some("all nodes stop before the release starts, and none is replaced by itself")
    } else if asked == Rollback::Mid && upgrade.nodes < 2 {
        Some("a single node has no mixed stage to go back from")
    } else {
        None
    }
}

/// What the way back is, and what the vendor says of it.
fn on_the_way(asked: Rollback) -> String {
    let what = match asked {
        Rollback::Mid => "the first node goes back to stable after mixed-1, and forward again",
        Rollback::Full => "all nodes go back to stable after release",
        Rollback::None => "no node goes back",
    };
    format!("{what}; the schema stays the release's, while {}", policy::DOWNGRADE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(wanted: WantedRollback, change: impl Fn(&mut Upgrade<'_>)) -> Result<Rollback, String> {
        let (stable, release) = (Version::read("11.5.1"), Version::read("11.6.0"));
        let mut upgrade =
            Upgrade { mode: Mode::Rolling, nodes: 3, is_attached: false, stable: &stable, release: &release };
        change(&mut upgrade);
        decide(wanted, upgrade).map(|(decided, _)| decided).map_err(|(wrong, _)| wrong)
    }

    #[test]
    fn by_itself_a_roll_goes_back_half_way_and_what_cannot_does_not() {
        use WantedRollback::{Auto, Full, Mid, None};
        type Change = fn(&mut Upgrade<'_>);
        assert_eq!(decided(Auto, |_| ()), Ok(Rollback::Mid));
        assert_eq!(decided(Full, |_| ()), Ok(Rollback::Full));
        assert_eq!(decided(None, |_| ()), Ok(Rollback::None));
        let cannot: [(Change, &str); 3] = [
            (|upgrade| upgrade.mode = Mode::StopStart, "all nodes stop"),
            (|upgrade| upgrade.nodes = 1, "a single node"),
            (|upgrade| upgrade.is_attached = true, "no stable image"),
        ];
        for (change, why) in cannot {
            assert_eq!(decided(Auto, change), Ok(Rollback::None));
            assert!(decided(Mid, change).unwrap_err().contains(why), "{why}");
        }
        assert_eq!(decided(Full, |upgrade| upgrade.nodes = 1), Ok(Rollback::Full));
    }

    #[test]
    fn a_migration_beside_the_nodes_is_of_a_roll_that_the_gate_makes() {
        let (stable, release) = (Version::read("11.5.1"), Version::read("11.6.0"));
        let rolled =
            Upgrade { mode: Mode::Rolling, nodes: 1, is_attached: false, stable: &stable, release: &release };
        assert_eq!(judge_migration(MigrateBy::Job, rolled), Ok(()));
        for cannot in [Upgrade { mode: Mode::StopStart, ..rolled }, Upgrade { is_attached: true, ..rolled }] {
            assert!(judge_migration(MigrateBy::Job, cannot).is_err());
            assert_eq!(judge_migration(MigrateBy::FirstNode, cannot), Ok(()));
        }
    }

    #[test]
    fn a_way_back_that_is_known_to_fail_is_gone_only_where_somebody_asks_for_it() {
        let (stable, release) = (Version::read("10.12.0"), Version::read("11.0.0"));
        let upgrade =
            Upgrade { mode: Mode::Rolling, nodes: 2, is_attached: false, stable: &stable, release: &release };
        let (decided, why) = decide(WantedRollback::Auto, upgrade).unwrap();
        assert_eq!(decided, Rollback::None);
        assert!(why.contains("password") && why.contains("https://"), "{why}");
        assert_eq!(decide(WantedRollback::Mid, upgrade).unwrap().0, Rollback::Mid);
    }
}
