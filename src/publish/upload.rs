//! Reports and evidence into a bucket of the user's. Nothing here changes the verdict.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::output::{print, print_notice};
use crate::inputs::{BucketSettings, Problems, Surroundings};
use crate::report::REPORTS;
use crate::storage::{Bucket, StorageError};
use crate::verdict::RunEnd;

/// How long everything together may take; a paid runner waits meanwhile.
const LIMIT: Duration = Duration::from_secs(180);

/// Where the reports of one run go.
#[derive(Debug)]
pub(crate) struct Destination {
    bucket: Bucket,
    /// The folder's address, for people.
    url: String,
}

impl Destination {
    /// A bucket, with keys and region of the surroundings where the inputs say nothing.
    ///
    /// # Errors
    /// When nobody gives keys.
    pub(crate) fn of(
        upload: &BucketSettings,
        ca_bundle: &str,
        surroundings: &Surroundings,
        run_id: &str,
    ) -> Result<Self, Problems> {
        let prefix = &upload.prefix;
        let prefix = if prefix.is_empty() { format!("{run_id}/") } else { format!("{prefix}/{run_id}/") };
        let url = upload.url(&prefix);
        let bucket = upload.open(prefix, ca_bundle, &surroundings.aws)?;
        Ok(Self { bucket, url })
    }

    /// Uploads what the run wrote, and nothing else that may lie in the report folder; its address, if all of it is
    /// there. Whatever goes wrong is told as a notice.
    pub(crate) async fn take(
        &self,
        end: &RunEnd,
        report_dir: &Path,
        surroundings: &Surroundings,
    ) -> Option<String> {
        if end.record.interrupted.is_some() {
            // Whoever stops a run waits for seconds at most; the report folder has everything.
            print("note: the reports were not uploaded, because the run was stopped");
            return None;
        }
        match self.upload(end, report_dir).await {
            Ok(count) => {
                print(&format!("{count} files uploaded: {}", self.url));
                Some(self.url.clone())
            }
            Err(error) => {
                print_notice("reports not uploaded", &error.to_string(), surroundings);
                None
            }
        }
    }

    async fn upload(&self, end: &RunEnd, report_dir: &Path) -> Result<usize, StorageError> {
        let deadline = Instant::now() + LIMIT;
        let evidence = end.record.evidence.iter().map(|file| file.path.as_str());
        // Evidence may be written twice under one name.
        let files: std::collections::BTreeSet<&str> =
            REPORTS.iter().map(|report| report.name).chain(["events.jsonl"]).chain(evidence).collect();
        for name in &files {
            self.bucket.upload(name, &report_dir.join(name), content_type(name), deadline).await?;
        }
        Ok(files.len())
    }
}

/// What browsers are to make of a file: a report says it itself.
fn content_type(name: &str) -> &'static str {
    if let Some(report) = REPORTS.iter().find(|report| report.name == name) {
        return report.content_type;
    }
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "json" => "application/json",
        "jsonl" => "application/x-ndjson",
        "xml" => "application/xml",
        "png" => "image/png",
        "md" => "text/markdown; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::{Aws, Inputs};

    /// Where the reports go that these inputs give a bucket for.
    fn of(given: &[(&str, &str)], aws: Aws) -> Result<Destination, Problems> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = Inputs::given(given).judge(&mut Problems::default());
        let surroundings = Surroundings { aws, ..Surroundings::default() };
        let ca_bundle = &settings.publishing.ca_bundle;
        Destination::of(&settings.upload.unwrap(), ca_bundle, &surroundings, "ug-1")
    }

    #[test]
    fn the_folder_is_the_runs_below_the_prefix() {
        let aws = Aws { access_key: Some("key".into()), secret_key: Some("secret".into()), ..Aws::default() };
        let bucket = ("report-bucket", "reports");
        assert_eq!(of(&[bucket], aws.clone()).unwrap().url, "s3://reports/ug-1/");
        let own = [bucket, ("report-prefix", "/gate/a/"), ("report-endpoint", "https://minio.example/")];
        assert_eq!(of(&own, aws).unwrap().url, "https://minio.example/reports/gate/a/ug-1/");
    }

    #[test]
    fn without_keys_nothing_begins() {
        let problems = of(&[("report-bucket", "reports")], Aws::default()).unwrap_err().to_string();
        assert!(problems.contains("AWS_ACCESS_KEY_ID"), "{problems}");
    }

    use crate::event::{Event, EventKind};
    use crate::record::Record;
    use crate::report::{Names, Runs, write_all};
    use crate::standin::store::{Store, StoreOptions, StoreServer};
    use crate::verdict::Verdict;

    /// The end of a run with a large log as evidence, in a folder where something else lies as well.
    fn ended(dir: &Path) -> RunEnd {
        let mut record = Record::default();
        let saved = EventKind::EvidenceSaved { path: "evidence/node1.log".into(), about: "log".into() };
        record.fold(&Event { at: time::OffsetDateTime::UNIX_EPOCH, kind: saved });
        let verdict = Verdict::of(&record);
        let _ = write_all(&Runs::of(record.clone()), dir, Names::Plain);
        std::fs::create_dir(dir.join("evidence")).unwrap();
        std::fs::write(dir.join("evidence/node1.log"), vec![b'x'; 9 * 1024 * 1024]).unwrap();
        std::fs::write(dir.join("events.jsonl"), "{}").unwrap();
        std::fs::write(dir.join("private.txt"), "none of the gate's business").unwrap();
        RunEnd { record, verdict }
    }

    async fn store() -> (Store, StoreServer) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = Store::new(StoreOptions {
            access_key: "key".into(),
            secret_key: "hush-hush".into(),
            region: "us-east-1".into(),
            buckets: vec!["reports".into()],
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = store.serve(listener).unwrap();
        (store, server)
    }

    fn at(server: &StoreServer, bucket: &str, secret: &str) -> Destination {
        let given = [
            ("report-bucket", bucket),
            ("report-prefix", "gate"),
            ("report-endpoint", &format!("http://{}", server.address())),
            ("report-access-key", "key"),
            ("report-secret-key", secret),
        ];
        of(&given, Aws::default()).unwrap()
    }

    #[tokio::test]
    async fn what_the_run_wrote_is_there_by_its_type_and_nothing_else() {
        let (store, server) = store().await;
        let dir = tempfile::tempdir().unwrap();
        let ending = ended(dir.path());
        let destination = at(&server, "reports", "hush-hush");
        let url = destination.take(&ending, dir.path(), &Surroundings::default()).await.unwrap();
        assert_eq!(url, format!("http://{}/reports/gate/ug-1/", server.address()));
        let types = store.backend().keys("reports", "").into_iter().map(|key| {
            let content_type = store.backend().get("reports", &key).unwrap().attributes.content_type.clone();
            format!("{} {}", key.strip_prefix("gate/ug-1/").unwrap(), content_type.unwrap())
        });
        let expected = [
            "comment.md text/markdown; charset=utf-8",
            "events.jsonl application/x-ndjson",
            "evidence/node1.log text/plain; charset=utf-8",
            "junit.xml application/xml",
            "lock.json application/json",
            "record.json application/json",
            "report.html text/html; charset=utf-8",
            "results.json application/json",
            "summary.md text/markdown; charset=utf-8",
            "timeline.svg image/svg+xml",
        ];
        assert_eq!(types.collect::<Vec<_>>(), expected);
        let log = store.backend().get("reports", "gate/ug-1/evidence/node1.log").unwrap();
        assert_eq!((log.content.size(), &log.etag[log.etag.len() - 2..]), (9 * 1024 * 1024, "-2"));
    }

    #[tokio::test]
    async fn a_private_authority_is_trusted_when_it_is_given() {
        let server = super::super::outside_http::tests::server();
        let reached = async |ca_bundle: &str| {
            let given = [
                ("report-bucket", "reports"),
                ("report-endpoint", &server),
                ("report-access-key", "key"),
                ("report-secret-key", "secret"),
                ("ca-bundle", ca_bundle),
            ];
            of(&given, Aws::default()).unwrap().bucket.exists().await
        };
        let untrusted = reached("").await.unwrap_err().to_string();
        assert!(untrusted.ends_with("by the input ca-bundle"), "{untrusted}");
        assert!(reached(super::super::outside_http::tests::AUTHORITY).await.unwrap());
    }

    #[tokio::test]
    async fn wrong_keys_and_a_missing_bucket_are_told_and_give_no_link() {
        let (store, server) = store().await;
        let dir = tempfile::tempdir().unwrap();
        let ending = ended(dir.path());
        for (bucket, secret, told) in
            [("reports", "wrong-one", "SignatureDoesNotMatch"), ("other", "hush-hush", "create the bucket")]
        {
            let destination = at(&server, bucket, secret);
            let error = destination.upload(&ending, dir.path()).await.unwrap_err().to_string();
            assert!(error.contains(told) && !error.contains(secret), "{error}");
            assert_eq!(destination.take(&ending, dir.path(), &Surroundings::default()).await, None);
        }
        assert!(store.backend().keys("reports", "").is_empty());
    }
}
