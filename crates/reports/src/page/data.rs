//! What the script shows of a moment: how each path went second by second, and what was being done. Everything else that is
//! hovered stands in the drawing itself.

use super::timeline::axis::Axis;
use super::timeline::paths;
use crate::runs::RecordedRun;
use crate::sanitise::one_line;
use crate::words::cut;
use serde_json::{Value, json};

/// Points of a path; a series has 600 at most, unless somebody made it up.
const POINTS: usize = 600;
/// Paths.
const PATHS: usize = 16;

/// The moments of a run; none where nothing was watched.
pub(super) fn of(run: &RecordedRun) -> Option<Value> {
    let axis = Axis::of(&run.record)?;
    let paths: Vec<Value> = paths::shown(&run.record)
        .take(PATHS)
        .map(|figures| {
            let series = &figures.series;
            let of = |column: &[u64]| column.iter().take(POINTS).copied().collect::<Vec<_>>();
            json!({
                "name": cut(&one_line(&paths::name(figures)), 60),
                "step": series.seconds.saturating_mul(1000),
                "good": of(&series.good),
                "failed": of(&series.failed),
                "worst": of(&series.worst_ms),
            })
        })
        .collect();
    (!paths.is_empty()).then(|| json!({ "watch": axis.watch_ms, "paths": paths }))
}
