//! Rows that are older than stable: made on each version of the database's history, and never changed.
//!
//! What a version of years ago said of a row, in all its fields, no server need say today. So stable is asked first: who saw the row then
//! must see it on stable, and what stable says of it is what all later stages have to say.

use futures_util::future::join_all;

use super::ground::OldGround;
use super::kind::EVERYBODY;
use super::life::RowLife;
use super::looking::{Snapshot, Volatile};
use super::words::Words;
use crate::checks::prelude::*;

/// The rows of the versions before stable.
const ROWS: Entry<Vec<OlderRow>> = Entry::new("rows older than stable");

/// A row, by whom it was made, and what stable says of it once it was asked.
#[derive(Debug, Clone)]
struct OlderRow {
    version: String,
    words: Words,
    seen: Option<(Snapshot, Volatile)>,
}

impl RowLife<'_, '_> {
    /// Makes one on a version before stable; later, looks at those that were made so. Whether that was all.
    pub(super) async fn older(&self) -> Result<bool, Reported> {
        let cx = self.cx;
        let mut rows = ROWS.get(cx.carried, cx.check).unwrap_or_default();
        if let Stage::History(n) = cx.stage {
            rows.push(self.make_older(n).await?);
            ROWS.set(cx.carried, cx.check, rows);
            return Ok(true);
        }
        if !rows.is_empty() {
            self.look_at(&mut rows).await?;
            ROWS.set(cx.carried, cx.check, rows);
        }
        Ok(false)
    }

    /// Stable made one of its own: of kinds of which an account or a team has only one, that stands in the older one's place now, and in
    /// lists of all kinds there is one more. What is to stay is what is seen after that.
    pub(super) async fn look_anew(&self, ground: &OldGround) {
        let cx = self.cx;
        let mut rows = ROWS.get(cx.carried, cx.check).unwrap_or_default();
        for row in &mut rows {
            row.seen = self.shown(ground, &row.words).await.ok();
            if row.seen.is_none() {
                cx.fact(format!("made by {}", row.version), "stable's own stands in its place");
            }
        }
        rows.retain(|row| row.seen.is_some());
        ROWS.set(cx.carried, cx.check, rows);
    }

    async fn make_older(&self, n: usize) -> Result<OlderRow, Reported> {
        let Self { cx, kind, actor, .. } = *self;
        let ground = cx.prepare("accounts and a team for what is to be old", self.common.ground(cx)).await?;
        let name = format!("make {} on {actor}", kind.what);
        let words = cx.step(name, self.one_if_there_can_be(&ground, &format!("h{n}"))).await?;
        // Who does not see it here need not see it later.
        cx.step(format!("{actor} shows it"), self.shown(&ground, &words)).await?;
        Ok(OlderRow { version: actor.facts.version.clone(), words, seen: None })
    }

    async fn look_at(&self, rows: &mut [OlderRow]) -> Result<(), Reported> {
        let Self { cx, kind, .. } = *self;
        let ground = cx.prepare("accounts and a team of before", self.common.ground(cx)).await?;
        for OlderRow { version, words, seen } in rows {
            let what = format!("{} made by {version}", kind.what);
            let Some((before, volatile)) = seen else {
                let shown = async {
                    self.shown(&ground, words).await.map_err(|error| match error {
                        StepError::NotApplicable(reason) => {
                            StepError::failed(format!("{what} to be shown, as {version} did"), reason)
                        }
                        other => other,
                    })
                };
                *seen = cx.step(format!("each node shows {what}"), shown).await.ok();
                continue;
            };
            let nodes = cx.places.iter().map(async |place| {
                let name = format!("{place} shows {what} as stable did");
                let same = self.same(&ground, place, (words, volatile), (before, "stable said"), EVERYBODY);
                cx.verify(name, same).await;
            });
            join_all(nodes).await;
        }
        Ok(())
    }
}
