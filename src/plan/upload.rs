//! Inputs of the upload of reports: judged here, used when the run is over.

use super::problems::Problems;
use super::url;
use crate::inputs::UploadInputs;
use crate::shown::Shown;

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
    if bucket.contains(|c: char| c.is_whitespace() || c == '/' || c == ':') {
        let remedy = "Write its name alone; folders go into report-prefix, the store into report-endpoint.";
        problems.add("report-bucket", Shown::plain(bucket), "is no name of a bucket", remedy);
    }
    if !inputs.report_endpoint.is_empty()
        && let Err(wrong) = url::judge(&inputs.report_endpoint)
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
    }
}
