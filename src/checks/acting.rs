//! Which node acts, where one of several has to: all do in turn.
//!
//! A node that has not acted for what it runs is before those that have. So in a roll each node acts for every check once it
//! runs the release, at no more cost than if the first one always did; where several came up at once, the checks of a
//! stage are spread over them. The same check acts on the same node when it is asked again.

use super::context::Context;
use super::scene::{Place, Side};

impl<'a> Context<'a> {
    /// The node that acts for this side, if one runs it.
    pub(super) fn acting(&self, side: Side) -> Option<&'a Place> {
        let of_side: Vec<&Place> = self.places.iter().filter(|place| place.side == side).collect();
        let fresh: Vec<&Place> =
            of_side.iter().copied().filter(|place| !self.acted.contains(&place.name)).collect();
        self.in_turn(if fresh.is_empty() { &of_side } else { &fresh })
    }

    /// The node where something is done once and not for each version: of the release as soon as one runs it.
    #[must_use]
    pub fn actor(&self) -> &'a Place {
        let newest = self.acting(Side::Release).or_else(|| self.acting(Side::Stable));
        newest.unwrap_or(&self.places[0])
    }

    /// The node where something is done once, and another one where its effect is looked for; the same, where one runs.
    #[must_use]
    pub fn actor_and_reader(&self) -> (&'a Place, &'a Place) {
        let actor = self.actor();
        (actor, self.reader_beside(actor))
    }

    /// Where an effect is looked for: on a node of the other version if there is one, else on any other, else on the
    /// acting node itself.
    pub(super) fn reader_beside(&self, actor: &'a Place) -> &'a Place {
        let others: Vec<&Place> = self.places.iter().filter(|place| place.name != actor.name).collect();
        let strangers: Vec<&Place> =
            others.iter().copied().filter(|other| other.side != actor.side).collect();
        self.in_turn(&strangers).or_else(|| self.in_turn(&others)).unwrap_or(actor)
    }

    /// One of these, another one for another check.
    fn in_turn(&self, places: &[&'a Place]) -> Option<&'a Place> {
        let turn: usize = self.check.bytes().map(usize::from).sum();
        places.get(turn.checked_rem(places.len())?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::scene::Side::{Release, Stable};
    use crate::checks::stage_set::{StageSet, context};
    use crate::outcome::Stage;

    /// The names of who acts: for stable, for release.
    fn who(sides: &[Side], acted: &[&str]) -> (Option<String>, Option<String>) {
        let set = StageSet::new();
        let mut scene = set.scene(Stage::Mixed(1), sides);
        scene.acted = acted.iter().map(|&name| name.to_owned()).collect();
        let cx = context(&scene);
        let name = |side| cx.acting(side).map(|place| place.name.clone());
        (name(Stable), name(Release))
    }

    #[test]
    fn each_node_of_a_roll_acts_once_it_runs_the_release() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(who(&[Release, Stable, Stable], &["node2", "node3"]).1, some("node1"));
        assert_eq!(who(&[Release, Release, Stable], &["node1", "node3"]).1, some("node2"));
        assert_eq!(who(&[Release, Release, Release], &["node1", "node2"]), (None, some("node3")));
    }

    #[test]
    fn a_node_that_went_back_to_stable_acts_before_those_that_stayed() {
        assert_eq!(who(&[Stable, Stable, Stable], &["node2", "node3"]).0, Some("node1".into()));
    }

    #[test]
    fn where_none_or_all_are_new_the_checks_are_spread_over_them() {
        let set = StageSet::new();
        let scene = set.scene(Stage::Release, &[Release, Release, Release]);
        let mut seen = std::collections::BTreeSet::new();
        for check in ["a", "b", "c"] {
            let cx = crate::checks::Context::new(
                check,
                crate::checks::RestartRound::Before,
                &scene,
                "nonce".into(),
            );
            seen.insert(cx.actor().name.clone());
            assert_eq!(cx.actor().name, cx.acting(Release).unwrap().name);
        }
        assert_eq!(seen.len(), 3, "{seen:?}");
        let all = ["node1", "node2", "node3"];
        assert!(who(&[Release, Release, Release], &all).1.is_some());
    }
}
