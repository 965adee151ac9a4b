//! Judges the inputs that say what becomes of reports, for a run and for a stored report alike.

use super::authorities;
use super::problems::Problems;
use crate::inputs::Publishing;
use crate::shown::Shown;

/// Adds what is wrong with them.
pub fn judge_publishing(publishing: &Publishing, problems: &mut Problems) {
    let Publishing { comment, pull_request, ca_bundle, .. } = publishing;
    authorities::judge(ca_bundle, problems);
    if !["auto", "always", "never"].contains(&comment.as_str()) {
        let remedy = "Write \"auto\", \"always\" or \"never\".";
        problems.add("comment", Shown::plain(comment), "is no such choice", remedy);
    }
    if !pull_request.is_empty() && publishing.given_pull_request().is_none() {
        let remedy = "Write its number, such as \"123\", or nothing.";
        problems.add("pull-request", Shown::plain(pull_request), "is no number of a pull request", remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;

    #[test]
    fn a_number_may_have_its_mark() {
        for (given, right) in [("", true), ("7", true), ("#7", true), ("seven", false), ("-7", false)] {
            let mut publishing = Inputs::defaults().publishing;
            publishing.pull_request = given.into();
            let mut problems = Problems::default();
            judge_publishing(&publishing, &mut problems);
            assert_eq!(problems.0.is_empty(), right, "{given}");
        }
    }
}
