//! What stable refuses to make without being at fault.

use crate::mattermost::ApiError;

/// The product's 404 for a path that is no route, as an older one answers it; a plugin's has no id.
const NO_ROUTE: &str = "api.context.404.app_error";

/// Why stable makes none, where that is no fault: a licence, a setting, a limit, a right or a route that is not there.
pub(in crate::checks) fn not_here(error: &ApiError) -> Option<String> {
    let unknown = error.status() == Some(404) && (error.id().is_empty() || error.id() == NO_ROUTE);
    let refusal = ["license", "disabled", "limit"].iter().any(|word| error.id().contains(word));
    (refusal || unknown || matches!(error.status(), Some(403 | 501))).then(|| error.got_and_why())
}
