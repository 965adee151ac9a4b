//! Inputs of the upload of reports: judged here, used when the run is over.

use secrecy::ExposeSecret as _;

use super::problems::Problems;
use crate::inputs::UploadInputs;
use crate::mattermost::judge_address;
use crate::shown::{Shown, visible};

/// The longest prefix: a key has 1024 bytes at most, and names of files follow.
const LONGEST_PREFIX: usize = 512;

/// Names every wrong one.
pub(super) fn judge(inputs: &UploadInputs, problems: &mut Problems) {
    let bucket = inputs.report_bucket.as_str();
    let keys = [
        ("report-access-key", inputs.report_access_key.is_some()),
        ("report-secret-key", inputs.report_secret_key.is_some()),
    ];
    if bucket.is_empty() {
        let texts = [
            ("report-prefix", &inputs.report_prefix),
            ("report-endpoint", &inputs.report_endpoint),
            ("report-region", &inputs.report_region),
        ];
        let texts = texts.map(|(name, value)| (name, value.as_str(), !value.is_empty()));
        // What is given and secret is not shown.
        let all = texts.into_iter().chain(keys.map(|(name, given)| (name, "", given)));
        for (name, value, _) in all.filter(|(.., given)| *given) {
            let remedy = "Give report-bucket as well, or leave it out.";
            problems.add(name, Shown::plain(value), "has no bucket that it is about", remedy);
        }
        return;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !(3..=255).contains(&bucket.len()) || !bucket.chars().all(plain) {
        let remedy = "Write its name alone, 3 to 255 letters, digits and ._-; folders go into report-prefix, the store into report-endpoint.";
        problems.add("report-bucket", Shown::plain(bucket), "is no name of a bucket", remedy);
    }
    if let Some(wrong) = wrong_prefix(&inputs.report_prefix) {
        let remedy = "Write folders with slashes between them, such as \"gate/staging\".";
        problems.add("report-prefix", Shown::plain(&inputs.report_prefix), wrong, remedy);
    }
    let region = inputs.report_region.as_str();
    if !region.chars().all(plain) {
        let remedy = "Write a region such as \"eu-central-1\".";
        problems.add("report-region", Shown::plain(region), "is no name of a region", remedy);
    }
    let secrets =
        [("report-access-key", &inputs.report_access_key), ("report-secret-key", &inputs.report_secret_key)];
    for (name, key) in secrets {
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if key.as_ref().is_some_and(|key| key.expose_secret().trim().contains(odd)) {
            let wrong = "has a blank, a line break or another control character in it";
            problems.add(name, Shown::nothing(), wrong, "Copy the key alone.");
        }
    }
    if !inputs.report_endpoint.is_empty()
        && let Err(wrong) = judge_address(&inputs.report_endpoint)
    {
        let remedy = "Write the store's URL, such as \"https://minio.example:9000\".";
        problems.add("report-endpoint", Shown::plain(&inputs.report_endpoint), wrong, remedy);
    }
    if let [(_, true), (missing, false)] | [(missing, false), (_, true)] = keys {
        problems.add(
            missing,
            Shown::nothing(),
            "is not given and the other key is",
            "Give both keys, or neither.",
        );
    }
}

/// What keeps a prefix from being the beginning of keys that every tool can name.
fn wrong_prefix(prefix: &str) -> Option<&'static str> {
    let parts = prefix.strip_suffix('/').unwrap_or(prefix);
    if prefix.is_empty() {
        None
    } else if prefix.starts_with('/') {
        Some("begins with a slash")
    } else if parts.contains('\\') || visible(parts) != parts {
        Some("has a line break, a backslash or another control character in it")
    } else if parts.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("has a part that is empty, `.` or `..`")
    } else if prefix.len() > LONGEST_PREFIX {
        Some("is longer than 512 bytes")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;

    fn named(change: impl Fn(&mut UploadInputs)) -> Vec<String> {
        let (mut inputs, mut problems) = (Inputs::defaults().upload, Problems::default());
        change(&mut inputs);
        judge(&inputs, &mut problems);
        problems.0.into_iter().map(|problem| problem.input).collect()
    }

    #[test]
    fn nothing_and_everything_are_well() {
        assert!(named(|_| ()).is_empty());
        let whole = named(|inputs| {
            inputs.report_bucket = "reports".into();
            inputs.report_prefix = "gate/".into();
            inputs.report_endpoint = "http://127.0.0.1:9000".into();
            inputs.report_access_key = Some("key".into());
            inputs.report_secret_key = Some("secret".into());
        });
        assert!(whole.is_empty(), "{whole:?}");
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let orphans = named(|inputs| {
            inputs.report_prefix = "gate/".into();
            inputs.report_secret_key = Some("secret".into());
        });
        assert_eq!(orphans, ["report-prefix", "report-secret-key"]);
        let wrong = named(|inputs| {
            inputs.report_bucket = "s3://reports".into();
            inputs.report_endpoint = "minio:9000".into();
            inputs.report_access_key = Some("key".into());
        });
        assert_eq!(wrong, ["report-bucket", "report-endpoint", "report-secret-key"]);
        let keys = named(|inputs| {
            inputs.report_bucket = "reports".into();
            inputs.report_region = "eu central".into();
            inputs.report_access_key = Some("a b".into());
            inputs.report_secret_key = Some("a\nb".into());
        });
        assert_eq!(keys, ["report-region", "report-access-key", "report-secret-key"]);
    }

    #[test]
    fn a_prefix_leads_to_one_place_below_the_bucket() {
        for right in ["gate", "gate/", "gate/staging", "a b/ü..x/.y"] {
            assert_eq!(wrong_prefix(right), None, "{right}");
        }
        let long = "x".repeat(513);
        for wrong in
            ["/gate", "/", "../../x", "a/../b", "a/./b", "a//b", "a//", "a\nb", "a\\b", "a/..", ".", &long]
        {
            assert!(wrong_prefix(wrong).is_some(), "{wrong}");
        }
    }
}
