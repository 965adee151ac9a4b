//! The inputs of the upload: a bucket of the user's that reports and evidence are copied to.

use clap::Args;
use secrecy::SecretString;

use super::settle::settle;

/// Where reports go besides the report folder; without a bucket nowhere.
#[derive(Debug, Clone, Args)]
pub struct UploadInputs {
    /// An S3 bucket that reports and evidence are uploaded to, in a folder named by the run.
    #[arg(
        long,
        env = "INPUT_REPORT-BUCKET",
        value_name = "NAME",
        default_value = "",
        help_heading = "Reports"
    )]
    pub report_bucket: String,

    /// What the names of uploaded files begin with, such as `gate/staging`.
    #[arg(
        long,
        env = "INPUT_REPORT-PREFIX",
        value_name = "PREFIX",
        default_value = "",
        help_heading = "Reports"
    )]
    pub report_prefix: String,

    /// URL of the store that has the bucket. Default: Amazon S3 itself.
    #[arg(
        long,
        env = "INPUT_REPORT-ENDPOINT",
        value_name = "URL",
        default_value = "",
        help_heading = "Reports"
    )]
    pub report_endpoint: String,

    /// Region of the bucket. Default: `AWS_REGION`, else `us-east-1`.
    #[arg(
        long,
        env = "INPUT_REPORT-REGION",
        value_name = "REGION",
        default_value = "",
        help_heading = "Reports"
    )]
    pub report_region: String,

    /// Access key that may write there. Default: `AWS_ACCESS_KEY_ID`.
    #[arg(
        long,
        env = "INPUT_REPORT-ACCESS-KEY",
        value_name = "KEY",
        hide_env_values = true,
        help_heading = "Reports"
    )]
    pub report_access_key: Option<SecretString>,

    /// Its secret. Default: `AWS_SECRET_ACCESS_KEY`.
    #[arg(
        long,
        env = "INPUT_REPORT-SECRET-KEY",
        value_name = "KEY",
        hide_env_values = true,
        help_heading = "Reports"
    )]
    pub report_secret_key: Option<SecretString>,
}

impl UploadInputs {
    /// Empty texts count as not given.
    #[must_use]
    pub(super) fn with_defaults(mut self) -> Self {
        settle([
            (&mut self.report_bucket, ""),
            (&mut self.report_prefix, ""),
            (&mut self.report_endpoint, ""),
            (&mut self.report_region, ""),
        ]);
        self
    }
}
