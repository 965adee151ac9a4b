//! What users would have felt, in words, and without secrets.

use availability::{NotWatched, Observation, RouteFigures, UserPath};
use basics::redact::Redactor;
use run_record::record::together;

use super::words::plural;

/// How it goes just now: `212 requests/s, 0 failed, worst gap 340 ms`.
pub(crate) fn users(requests_per_s: u64, failed: u64, worst_gap_ms: u64) -> String {
    let gap = match worst_gap_ms {
        0 => "no gap".into(),
        ms => format!("worst gap {}", availability::told(ms)),
    };
    format!("{requests_per_s} requests/s, {failed} failed, {gap}")
}

/// What was seen, on a line or two.
pub(crate) fn lines(seen: &Observation) -> Vec<String> {
    let of_users = || seen.routes.iter().filter(|figures| figures.route.is_of_users());
    let asked = |figures: &RouteFigures| together(figures.stages.iter().map(|stage| stage.figure.sent));
    let requests = together(of_users().map(asked));
    let failed = together(of_users().map(|figures| figures.failed_since_roll));
    let paths = of_users().filter(|figures| figures.route.path != UserPath::Socket).count();
    let mut lines = vec![format!(
        "users: {requests} requests on {}, {failed} failed since the first node was replaced",
        plural(paths, "path")
    )];
    lines.extend(seen.worst_gap().map(|gap| format!("worst gap: {gap}")));
    lines
}

/// The observation with every text of others masked.
pub(crate) fn redacted(mut seen: Observation, redactor: &Redactor) -> Observation {
    let not_watched = std::mem::take(&mut seen.not_watched).into_iter();
    seen.not_watched = not_watched
        .map(|NotWatched { path, why }| NotWatched { path, why: redactor.redact(&why).into_owned() })
        .collect();
    seen
}
