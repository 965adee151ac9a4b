//! What becomes of a row, stage by stage: made on stable, as it was in all that come, changed and deleted on release.

use std::collections::BTreeSet;
use std::time::SystemTime;

use futures_util::future::join_all;

use super::compare::{Sight, told};
use super::doing;
use super::ground::{Common, OldGround};
use super::kind::{Act, CONCERNED, EVERYBODY, Kind, Who};
use super::looking::{Snapshot, Volatile, snapshot};
use super::unmade::not_here;
use super::words::Words;
use crate::checks::prelude::*;
use crate::wait;

/// The row of stable.
const ROW: Entry<OldRow> = Entry::new("a row");

/// How long from now scheduled things are due: longer than any run.
const LATER_MS: u128 = 24 * 3_600_000;

/// How often stable is asked again for what it did not show, or not twice alike.
const AGAIN: usize = 3;

/// A row, and what it looked like when it was made.
#[derive(Debug, Clone)]
struct OldRow {
    words: Words,
    seen: Snapshot,
    volatile: Volatile,
    /// Why stable would not change or delete one of the kind: then the release need not either.
    refused: [Option<String>; 2],
    progress: Progress,
}

impl OldRow {
    fn known(&self) -> (&Words, &Volatile) {
        (&self.words, &self.volatile)
    }
}

/// How far the release came with a row: whoever asks again goes on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    Whole,
    /// Changed on one node; not all others were seen to know.
    Changing,
    Changed,
    Deleting,
    Deleted,
}

/// What stable's nodes show of a row that was just made.
struct FirstLook {
    seen: Snapshot,
    volatile: Volatile,
    /// The routes by which nobody sees it.
    unasked: Vec<String>,
}

/// A row of a kind, and the node that makes, changes and deletes it.
pub(super) struct RowLife<'c, 'a> {
    pub(super) cx: &'c Context<'a>,
    pub(super) common: &'c Common,
    pub(super) kind: &'static Kind,
    pub(super) actor: &'c Place,
}

impl RowLife<'_, '_> {
    /// What is to be done with the row in this stage.
    pub(super) async fn stage(&self) -> Result<(), Reported> {
        let Self { cx, kind, .. } = *self;
        let what = kind.what;
        if self.older().await? {
            return Ok(());
        }
        if ROW.is_wanted(cx) {
            let ground =
                cx.prepare("accounts and a team for what is to be old", self.common.ground(cx)).await?;
            let name = format!("make {what} on {}", self.actor);
            let (words, refused) = cx.step(name, self.make(&ground)).await?;
            let shown = self.shown(&ground, &words).await;
            if let Err(StepError::NotApplicable(reason)) = &shown {
                ROW.none(cx, reason);
            }
            let (seen, volatile) = cx.step(format!("each node shows {what}"), async { shown }).await?;
            ROW.put(cx, OldRow { words, seen, volatile, refused, progress: Progress::Whole });
            self.look_anew(&ground).await;
            return Ok(());
        }
        let row = if cx.stage == Stage::Stable { ROW.kept(cx) } else { ROW.old(cx) };
        let Some(row) = row else { return Ok(()) };
        let ground = cx.prepare("accounts and a team of stable", self.common.ground(cx)).await?;
        if row.progress == Progress::Whole {
            let nodes = cx.places.iter().map(async |place| {
                let name = format!("{place} shows {what} as stable did");
                cx.step(name, self.same(&ground, place, row.known(), (&row.seen, "stable said"), EVERYBODY))
                    .await
            });
            // All are asked, whatever one of them says.
            join_all(nodes).await.into_iter().collect::<Result<Vec<()>, Reported>>()?;
        } else if cx.stage != Stage::Release {
            cx.not_applicable(format!("{what} is as it was"), "the release changed and deleted it meanwhile");
        }
        if cx.stage == Stage::Release { self.end(&ground, row).await } else { Ok(()) }
    }

    /// Makes one, changes and deletes it to know what stable allows, and makes the one that stays.
    async fn make(&self, ground: &OldGround) -> Result<(Words, [Option<String>; 2]), StepError> {
        let mut first = self.one_if_there_can_be(ground, "first").await?;
        let mut refused = [const { None }; 2];
        for (acts, why) in [self.kind.changed, self.kind.deleted].into_iter().zip(&mut refused) {
            let done = doing::all(self.cx, ground, self.actor, acts, &mut first).await;
            *why = done.err().map(|error| error.got_and_why());
        }
        Ok((self.one(ground, "old").await?, refused))
    }

    /// One of the kind, where the servers have it switched on.
    pub(super) async fn one_if_there_can_be(
        &self,
        ground: &OldGround,
        prefix: &str,
    ) -> Result<Words, StepError> {
        doing::is_on(self.cx, self.actor, self.kind).await?;
        self.one(ground, prefix).await
    }

    async fn one(&self, ground: &OldGround, prefix: &str) -> Result<Words, StepError> {
        let mut words = ground.words.clone();
        let run = self.cx.nonce.split(&format!("-{}-", self.cx.stage)).next().unwrap_or_default();
        let check = self.cx.check.trim_start_matches("old.");
        words.set("word", format!("{prefix}{check}{}", run.replace('-', "")));
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        words.set("later", (now + LATER_MS).to_string());
        words.set("later_s", ((now + LATER_MS) / 1000).to_string());
        for acts in self.kind.made {
            let done = doing::all(self.cx, ground, self.actor, acts, &mut words).await;
            if let Some(reason) = done.as_ref().err().and_then(not_here) {
                return Err(StepError::NotApplicable(reason));
            }
            done.expecting(&format!("{} to be made", self.kind.what))?;
        }
        Ok(words)
    }

    /// A look on each node, one after the other: what differs between two of them changes by itself.
    pub(super) async fn shown(
        &self,
        ground: &OldGround,
        words: &Words,
    ) -> Result<(Snapshot, Volatile), StepError> {
        let cx = self.cx;
        // A node can remember what was before the row was made: that is no change by itself.
        let afresh = || async {
            if !cx.clustered() {
                for place in cx.places {
                    cx.refresh(place).await?;
                }
            }
            self.look(ground, words).await
        };
        let mut seen = self.look(ground, words).await;
        // What a file says is read after it is acknowledged: a search finds it a moment later.
        for _ in 0..AGAIN {
            match &seen {
                Ok(first) if !(first.volatile.is_empty() && first.unasked.is_empty()) => {
                    seen = afresh().await
                }
                _ => break,
            }
        }
        if let Err(StepError::Failed(_)) = seen {
            seen = cx.in_time(wait::until_ok(cx.event_deadline(), afresh)).await;
        }
        let FirstLook { seen, volatile, unasked } = seen?;
        let count: usize = volatile.values().map(BTreeSet::len).sum();
        if count > 0 {
            cx.fact("not compared", format!("{count} fields that differ between two looks on stable"));
        }
        if !unasked.is_empty() {
            cx.fact("not asked", format!("stable does not show it by {}", unasked.join(", ")));
        }
        Ok((seen, volatile))
    }

    async fn look(&self, ground: &OldGround, words: &Words) -> Result<FirstLook, StepError> {
        let Self { cx, kind, actor, .. } = *self;
        let first = snapshot(ground, actor, kind, words, EVERYBODY).await?;
        if let Some(sight) = first.shown_to_nobody() {
            let told = told(sight);
            return Err(match sight {
                Sight::Refused(403 | 404 | 501, _) | Sight::Missing(_) => {
                    StepError::NotApplicable(format!("stable shows it to nobody: {told}"))
                }
                _ => actor.failed(format!("{} to be shown to somebody", kind.what), told),
            });
        }
        let (seen, unasked) = first.seen_by_somebody(kind);
        let mut volatile = Volatile::new();
        let others = match self.others() {
            // With one node it is looked at twice, and the second time afresh: what it remembers of before goes with its next start.
            others if others.is_empty() => {
                cx.refresh(actor).await?;
                vec![actor]
            }
            others => others,
        };
        for other in others {
            let second = snapshot(ground, other, kind, words, EVERYBODY).await?;
            let differing = seen.volatile(kind, &second);
            let differing = differing.map_err(|finding| finding.at(other, &format!("{actor} said")))?;
            differing.into_iter().for_each(|(eye, paths)| volatile.entry(eye).or_default().extend(paths));
        }
        Ok(FirstLook { seen, volatile, unasked })
    }

    /// What the acting node shows now, of what is asked for.
    async fn as_asked(&self, ground: &OldGround, row: &OldRow) -> Result<Snapshot, StepError> {
        Ok(snapshot(ground, self.actor, self.kind, &row.words, CONCERNED).await?.like(&row.seen))
    }

    /// All nodes but the acting one.
    fn others(&self) -> Vec<&Place> {
        self.cx.places.iter().filter(|place| place.name != self.actor.name).collect()
    }

    /// What these see on a node is what `before` shows.
    pub(super) async fn same(
        &self,
        ground: &OldGround,
        place: &Place,
        (words, volatile): (&Words, &Volatile),
        (before, like): (&Snapshot, &str),
        by: &[Who],
    ) -> Result<(), StepError> {
        let now = snapshot(ground, place, self.kind, words, by).await?;
        let found = before.first_difference(self.kind, &now, volatile);
        found.map_or(Ok(()), |finding| Err(finding.at(place, like)))
    }

    /// Does it, and looks there: what was acknowledged has to be seen, and gives what it looks like then.
    async fn act(
        &self,
        ground: &OldGround,
        acts: &[Act],
        row: &OldRow,
        before: &Snapshot,
    ) -> Result<Snapshot, StepError> {
        let Self { cx, kind, actor, .. } = *self;
        let acted = doing::all(cx, ground, actor, acts, &mut row.words.clone()).await;
        acted.expecting("what stable did as well")?;
        // What goes with it may go a moment later.
        let looks_otherwise = || async {
            let after = self.as_asked(ground, row).await?;
            let shows = before.first_difference(kind, &after, &row.volatile).is_some();
            let expected = format!("{} to look otherwise afterwards", kind.what);
            let must = acts.iter().any(|act| act.shows);
            actor.ensure(shows || !must, expected, "it was acknowledged, and looks as before")?;
            Ok(after)
        };
        cx.in_time(wait::until_ok(cx.event_deadline(), looks_otherwise)).await
    }

    /// The release changes the row, then deletes it, and all nodes see it.
    async fn end(&self, ground: &OldGround, mut row: OldRow) -> Result<(), Reported> {
        let Self { cx, kind, actor, .. } = *self;
        let parts = [
            ("change", "changed", kind.changed, (Progress::Changing, Progress::Changed)),
            ("delete", "deleted", kind.deleted, (Progress::Deleting, Progress::Deleted)),
        ];
        let mut before = match row.progress {
            Progress::Whole => row.seen.clone(),
            _ => cx.prepare("what the release left of it", self.as_asked(ground, &row)).await?,
        };
        for ((act, done, acts, (begun, ended)), refused) in parts.into_iter().zip(row.refused.clone()) {
            if acts.is_empty() || row.progress >= ended {
                continue;
            }
            let name = format!("{act} {} on {actor}", kind.what);
            if let Some(reason) = refused {
                cx.not_applicable(name, format!("stable refused it as well: {reason}"));
                continue;
            }
            let after = match row.progress < begun {
                true => cx.step(name, self.act(ground, acts, &row, &before)).await?,
                false => before.clone(),
            };
            row.progress = begun;
            ROW.set(cx.carried, cx.check, row.clone());
            let like = format!("{actor} says");
            let sees =
                async |place| match self.same(ground, place, row.known(), (&after, &like), CONCERNED).await {
                    Ok(()) => Ok(()),
                    Err(_) => {
                        let now = self.as_asked(ground, &row).await?;
                        self.same(ground, place, row.known(), (&now, &like), CONCERNED).await
                    }
                };
            let name = format!("sees {} {done} on {actor}", kind.what);
            if kind.remembered && !cx.clustered() {
                let reason =
                    format!("nodes remember it until they hear of a change ({})", cx.why_not_clustered());
                cx.not_applicable(format!("each other node {name}"), reason);
            } else {
                cx.on_all(self.others(), &name, sees).await?;
            }
            row.progress = ended;
            ROW.set(cx.carried, cx.check, row.clone());
            before = after;
        }
        Ok(())
    }
}
