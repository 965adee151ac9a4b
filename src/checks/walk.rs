//! How a check walks over the nodes: once per version on one node of it (`acting.rs` says which), and over a list of nodes, each
//! a step of its own.
//!
//! Each of these goes on where a step failed: what ends is the walk that the step was part of. In the name of a step `{node}`
//! stands for the node with its version and `{name}` for the node alone; a name with neither begins with the node.

use futures_util::future::BoxFuture;

use super::context::{Context, Work};
use super::scene::{Place, Side};
use super::step::{Reported, StepError};
use crate::mattermost::Client;

/// One walk of a check: a node of one version acts, and all the others look on.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    /// Its number among the walks of this run: makes names unique.
    pub n: usize,
    /// The node that acts.
    pub actor: &'a Place,
    /// All the others, in the order of replacement.
    pub others: Vec<&'a Place>,
    cx: &'a Context<'a>,
}

/// What is done in one walk, whatever its type.
type OnWalk<'c> = Box<dyn Fn(Walk<'c>) -> Work<'c, (), Reported> + Send + Sync + 'c>;

/// What is done on one node, whatever its type.
type OnPlace<'f, 'p, T> = Box<dyn Fn(&'p Place) -> Work<'f, T, StepError> + Send + Sync + 'f>;

impl<'a> Walk<'a> {
    /// The system admin on the acting node.
    #[must_use]
    pub fn admin(&self) -> &'a Client {
        self.actor.admin()
    }

    /// A plain member on the acting node.
    #[must_use]
    pub fn alice(&self) -> &'a Client {
        self.actor.alice()
    }

    /// All the other nodes.
    pub fn others(&self) -> impl Iterator<Item = &'a Place> + use<'a> {
        self.others.clone().into_iter()
    }

    /// All nodes, the acting one last: there nothing has to cross.
    pub fn readers(&self) -> impl Iterator<Item = &'a Place> + use<'a> {
        self.others().chain([self.actor])
    }

    /// Where an effect is looked for: on a node of the other version if there is one, else on any other, else on the
    /// acting node itself.
    #[must_use]
    pub fn remote_reader(&self) -> &'a Place {
        self.cx.reader_beside(self.actor)
    }

    /// A step on the acting node that the rest of the walk stands on.
    ///
    /// # Errors
    /// [`Reported`] where it did not pass.
    pub fn step<'f, T: Send + 'f>(
        &'f self,
        name: &str,
        work: impl Future<Output = Result<T, StepError>> + Send + 'f,
    ) -> Work<'f, T, Reported> {
        self.cx.step(named(name, self.actor), work)
    }

    /// A step on the acting node that nothing stands on.
    pub fn verify<'f, T: Send + 'f>(
        &'f self,
        name: &str,
        work: impl Future<Output = Result<T, StepError>> + Send + 'f,
    ) -> BoxFuture<'f, ()> {
        self.cx.verify(named(name, self.actor), work)
    }
}

impl<'a> Context<'a> {
    /// For each version one node that acts, and all the others: the least that covers every writer version.
    #[must_use]
    pub fn walks(&self) -> Vec<Walk<'_>> {
        let newest_first = [Side::Release, Side::Stable];
        let actors = newest_first.into_iter().filter_map(|side| self.acting(side));
        let others = |actor: &Place| self.places.iter().filter(|p| p.name != actor.name).collect();
        let walk = |(n, actor)| Walk { n, actor, others: others(actor), cx: self };
        actors.enumerate().map(walk).collect()
    }

    /// Walks once per version; a step that fails ends its own walk.
    pub fn each_version<'c, F>(&'c self, walk: impl Fn(Walk<'c>) -> F + Send + Sync + 'c) -> BoxFuture<'c, ()>
    where
        F: Future<Output = Result<(), Reported>> + Send + 'c,
    {
        Box::pin(self.walked(Box::new(move |one| Box::pin(walk(one)))))
    }

    async fn walked<'c>(&'c self, walk: OnWalk<'c>) {
        for one in self.walks() {
            self.part(walk(one)).await;
        }
    }

    /// On each of these nodes a step: what was changed elsewhere is there, within the time that it may take to cross.
    pub fn on_each<'f, 'p: 'f, T: Send + 'f, F>(
        &'f self,
        places: impl IntoIterator<Item = &'p Place>,
        name: &str,
        sees: impl Fn(&'p Place) -> F + Send + Sync + 'f,
    ) -> BoxFuture<'f, ()>
    where
        F: Future<Output = Result<T, StepError>> + Send + 'f,
    {
        self.part(self.on_all(places, name, sees))
    }

    /// The steps of [`Context::on_each`], where what follows needs every one of them.
    ///
    /// # Errors
    /// [`Reported`] where one did not pass; the others were done all the same.
    pub fn on_all<'f, 'p: 'f, T: Send + 'f, F>(
        &'f self,
        places: impl IntoIterator<Item = &'p Place>,
        name: &str,
        sees: impl Fn(&'p Place) -> F + Send + Sync + 'f,
    ) -> Work<'f, (), Reported>
    where
        F: Future<Output = Result<T, StepError>> + Send + 'f,
    {
        let places = places.into_iter().collect();
        Box::pin(self.seen_on_all(places, name.to_owned(), Box::new(move |place| Box::pin(sees(place)))))
    }

    async fn seen_on_all<'f, 'p: 'f, T: Send + 'f>(
        &'f self,
        places: Vec<&'p Place>,
        name: String,
        sees: OnPlace<'f, 'p, T>,
    ) -> Result<(), Reported> {
        let mut all = Ok(());
        for place in places {
            let seen = self.until_replicated(place, || sees(place));
            if self.step(named(&name, place), seen).await.is_err() {
                all = Err(Reported);
            }
        }
        all
    }

    /// On each of these nodes a step that must pass at once: nothing has to cross first.
    pub fn on_each_at_once<'f, 'p: 'f, T: Send + 'f, F>(
        &'f self,
        places: impl IntoIterator<Item = &'p Place>,
        name: &str,
        does: impl Fn(&'p Place) -> F + Send + Sync + 'f,
    ) -> BoxFuture<'f, ()>
    where
        F: Future<Output = Result<T, StepError>> + Send + 'f,
    {
        let places = places.into_iter().collect();
        Box::pin(self.done_on_each(places, name.to_owned(), Box::new(move |place| Box::pin(does(place)))))
    }

    async fn done_on_each<'f, 'p: 'f, T: Send + 'f>(
        &'f self,
        places: Vec<&'p Place>,
        name: String,
        does: OnPlace<'f, 'p, T>,
    ) {
        for place in places {
            self.verify(named(&name, place), does(place)).await;
        }
    }
}

/// The name of a step on a node.
fn named(name: &str, place: &Place) -> String {
    if name.contains("{node}") || name.contains("{name}") {
        name.replace("{node}", &place.to_string()).replace("{name}", &place.name)
    } else {
        format!("{place} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::scene::Side::{Release, Stable};
    use crate::checks::stage_set::{StageSet, context, steps};
    use crate::outcome::Stage;

    fn names(steps: Vec<(String, &str)>) -> Vec<String> {
        steps.into_iter().map(|(name, word)| format!("{name}: {word}")).collect()
    }

    #[tokio::test]
    async fn each_version_acts_on_one_node_and_a_failing_walk_ends_alone() {
        let set = StageSet::new();
        let scene = set.scene(Stage::Mixed(1), &[Release, Stable, Stable]);
        let cx = context(&scene);
        cx.each_version(async |walk| {
            let made = async { walk.actor.ensure(walk.n == 1, "a team", "none") };
            walk.step("make a team on {node}", made).await?;
            walk.step("rename it on {node}", async { Ok(()) }).await
        })
        .await;
        let expected = [
            "make a team on node1 (11.6.0): failed",
            "make a team on node2 (11.5.1): passed",
            "rename it on node2 (11.5.1): passed",
        ];
        assert_eq!(names(steps(&cx)), expected);
    }

    #[tokio::test]
    async fn one_node_that_fails_does_not_keep_the_others_from_being_asked() {
        let set = StageSet::new();
        let scene = set.scene(Stage::Stable, &[Stable, Stable]);
        let cx = context(&scene);
        // Late already: what does not come is not waited for as long.
        cx.mark_late();
        let seen = cx.on_all(cx.places, "sees it", async |place| {
            place.ensure(place.name == "node2", "the team", "404")
        });
        assert_eq!(seen.await, Err(Reported));
        assert_eq!(names(steps(&cx)), ["node1 (11.5.1) sees it: failed", "node2 (11.5.1) sees it: passed"]);
    }

    #[tokio::test]
    async fn a_step_is_named_after_its_node() {
        let set = StageSet::new();
        let scene = set.scene(Stage::Stable, &[Stable]);
        let cx = context(&scene);
        for name in ["reads it", "bob reads it on {node}", "{name}: the session works"] {
            cx.on_each_at_once(cx.places, name, async |_| Ok(())).await;
        }
        let expected = [
            "node1 (11.5.1) reads it: passed",
            "bob reads it on node1 (11.5.1): passed",
            "node1: the session works: passed",
        ];
        assert_eq!(names(steps(&cx)), expected);
    }

    #[test]
    fn an_effect_is_looked_for_on_the_other_version_first() {
        let set = StageSet::new();
        let of = |sides: &[_]| {
            let scene = set.scene(Stage::Mixed(1), sides);
            context(&scene).walks().iter().map(|walk| walk.remote_reader().name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of(&[Release, Release, Stable]), ["node3", "node1"]);
        assert_eq!(of(&[Stable, Stable]), ["node2"]);
        assert_eq!(of(&[Stable]), ["node1"]);
    }
}
