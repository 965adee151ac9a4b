//! The inputs of the upload: a bucket of the user's that reports and evidence are copied to.

use secrecy::SecretString;

use super::bucket::{BucketInputs, BucketSettings};
use super::problems::Problems;
use super::row::family;

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

impl UploadInputs {
    /// The bucket, if one was given; none where its keys are known to be wrong.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<BucketSettings> {
        const REMEDY: &str = "Write its name alone, 3 to 255 letters, digits and ._-; folders go into report-prefix, the store into report-endpoint.";
        let inputs = BucketInputs {
            bucket: ("report-bucket", &self.report_bucket, REMEDY),
            prefix: ("report-prefix", &self.report_prefix),
            endpoint: ("report-endpoint", &self.report_endpoint),
            region: ("report-region", &self.report_region),
            access_key: ("report-access-key", self.report_access_key.as_ref()),
            secret_key: ("report-secret-key", self.report_secret_key.as_ref()),
        };
        if self.report_bucket.is_empty() {
            inputs.orphans("Give report-bucket as well, or leave it out.", problems);
            return None;
        }
        inputs.judge(problems)
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
}
