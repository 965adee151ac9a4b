//! The inputs of the upload: a bucket of the user's that reports and evidence are copied to.

use secrecy::{ExposeSecret as _, SecretString};

use super::problems::Problems;
use super::row::family;
use crate::mattermost::judge_address;
use crate::shown::{Shown, visible};

family! {
    /// Where reports go besides the report folder, as given.
    UploadInputs, "Reports";
    /// An S3 bucket that reports and evidence are uploaded to, in a folder named by the run.
    report_bucket: String = "report-bucket" "NAME", Text, Any, "";
    /// What the names of uploaded files begin with, such as `gate/staging`.
    report_prefix: String = "report-prefix" "PREFIX", Text, Any, "";
    /// URL of the store that has the bucket. Default: Amazon S3 itself.
    report_endpoint: String = "report-endpoint" "URL", Text, Any, "";
    /// Region of the bucket. Default: `AWS_REGION`, else `us-east-1`.
    report_region: String = "report-region" "REGION", Line, Any, "";
    /// Access key that may write there. Default: `AWS_ACCESS_KEY_ID`.
    report_access_key: Option<SecretString> = "report-access-key" "KEY", Secret, Any, "";
    /// Its secret. Default: `AWS_SECRET_ACCESS_KEY`.
    report_secret_key: Option<SecretString> = "report-secret-key" "KEY", Secret, Any, "";
}

/// The longest prefix: a key has 1024 bytes at most, and names of files follow.
const LONGEST_PREFIX: usize = 512;

/// A bucket that reports are copied to.
#[derive(Debug, Clone)]
pub struct UploadSettings {
    /// Its name.
    pub bucket: String,
    /// What the names of files begin with: folders, without a slash at either end.
    pub prefix: String,
    /// The URL of its store, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// Its region, where one is given.
    pub region: Option<String>,
    /// An access key that may write there, and its secret.
    pub keys: Option<(String, SecretString)>,
}

impl UploadInputs {
    /// The bucket, if one was given; none where its keys are known to be wrong.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<UploadSettings> {
        let bucket = self.report_bucket.as_str();
        let keys = [
            ("report-access-key", self.report_access_key.is_some()),
            ("report-secret-key", self.report_secret_key.is_some()),
        ];
        if bucket.is_empty() {
            let texts = [
                ("report-prefix", &self.report_prefix),
                ("report-endpoint", &self.report_endpoint),
                ("report-region", &self.report_region),
            ];
            let texts = texts.map(|(name, value)| (name, value.as_str(), !value.is_empty()));
            // What is given and secret is not shown.
            let all = texts.into_iter().chain(keys.map(|(name, given)| (name, "", given)));
            for (name, value, _) in all.filter(|(.., given)| *given) {
                let remedy = "Give report-bucket as well, or leave it out.";
                problems.add(name, Shown::plain(value), "has no bucket that it is about", remedy);
            }
            return None;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if !(3..=255).contains(&bucket.len()) || !bucket.chars().all(plain) {
            let remedy = "Write its name alone, 3 to 255 letters, digits and ._-; folders go into report-prefix, the store into report-endpoint.";
            problems.add("report-bucket", Shown::plain(bucket), "is no name of a bucket", remedy);
        }
        if let Some(wrong) = wrong_prefix(&self.report_prefix) {
            let remedy = "Write folders with slashes between them, such as \"gate/staging\".";
            problems.add("report-prefix", Shown::plain(&self.report_prefix), wrong, remedy);
        }
        let region = self.report_region.as_str();
        if !region.chars().all(plain) {
            let remedy = "Write a region such as \"eu-central-1\".";
            problems.add("report-region", Shown::plain(region), "is no name of a region", remedy);
        }
        let secrets =
            [("report-access-key", &self.report_access_key), ("report-secret-key", &self.report_secret_key)];
        for (name, key) in secrets {
            let odd = |c: char| c.is_whitespace() || c.is_control();
            if key.as_ref().is_some_and(|key| key.expose_secret().trim().contains(odd)) {
                let wrong = "has a blank, a line break or another control character in it";
                problems.add(name, Shown::nothing(), wrong, "Copy the key alone.");
            }
        }
        if !self.report_endpoint.is_empty()
            && let Err(wrong) = judge_address(&self.report_endpoint)
        {
            let remedy = "Write the store's URL, such as \"https://minio.example:9000\".";
            problems.add("report-endpoint", Shown::plain(&self.report_endpoint), wrong, remedy);
        }
        if let [(_, true), (missing, false)] | [(missing, false), (_, true)] = keys {
            let wrong = "is not given and the other key is";
            problems.add(missing, Shown::nothing(), wrong, "Give both keys, or neither.");
            return None;
        }
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let secret = self.report_secret_key.clone();
        Some(UploadSettings {
            bucket: bucket.to_owned(),
            prefix: self.report_prefix.trim_matches('/').to_owned(),
            endpoint: given(self.report_endpoint.trim_end_matches('/')),
            region: given(region),
            keys: self.report_access_key.as_ref().map(|key| key.expose_secret().to_owned()).zip(secret),
        })
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
        inputs.judge(&mut problems);
        problems.named()
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
