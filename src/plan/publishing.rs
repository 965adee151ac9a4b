//! Judges the inputs that say what becomes of reports, for a run and for a stored report alike.

use super::ca_bundle;
use super::problems::Problems;
use super::values::one_of;
use crate::inputs::Publishing;
use crate::shown::Shown;

/// Adds what is wrong with them.
pub fn judge_publishing(publishing: &Publishing, problems: &mut Problems) {
    let Publishing { comment, pull_request, ca_bundle, junit_names, .. } = publishing;
    ca_bundle::judge(ca_bundle, problems);
    one_of("comment", comment, &["auto", "always", "never"], problems);
    one_of("junit-names", junit_names, &["plain", "zephyr"], problems);
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
    fn names_are_plain_or_zephyrs() {
        for (given, right) in
            [("plain", true), ("zephyr", true), ("", true), ("Zephyr", false), ("xray", false)]
        {
            let mut publishing = Inputs::defaults().publishing;
            publishing.junit_names = given.into();
            let mut problems = Problems::default();
            judge_publishing(&publishing.with_defaults(), &mut problems);
            assert_eq!(problems.0.is_empty(), right, "{given}");
        }
    }

    #[test]
    fn a_number_may_have_its_mark() {
        for (given, right) in [
            ("", true),
            ("7", true),
            ("#7", true),
            ("##7", false),
            ("+7", false),
            ("0", false),
            ("seven", false),
            ("-7", false),
            ("99999999999999999999", false),
        ] {
            let mut publishing = Inputs::defaults().publishing;
            publishing.pull_request = given.into();
            let mut problems = Problems::default();
            judge_publishing(&publishing, &mut problems);
            assert_eq!(problems.0.is_empty(), right, "{given}");
        }
    }
}
