//! `lock.json`: the images of the run, for another run that is to use the same.

use super::kind::{Render, Report};
use run_record::lock::{FORMAT, Lock, LockedImage};
use run_record::record::Record;
use time::format_description::well_known::Rfc3339;

/// The report.
pub(super) const REPORT: Report = Report {
    name: "lock.json",
    content_type: "application/json",
    render: Render::Run(|run| render(&run.record)),
};

/// The lock that another run can be given; of a run that used no image it has none.
///
/// # Errors
/// When it cannot be written as JSON.
fn render(record: &Record) -> Result<String, String> {
    let header = record.header.as_ref();
    let images = record.images.iter().filter_map(|known| {
        let identity = known.identity.clone()?;
        let image = LockedImage {
            digest: identity.digest,
            id: identity.id,
            platform: identity.platform,
            created: identity.created,
        };
        Some((known.image.clone(), image))
    });
    let lock = Lock {
        format: FORMAT,
        gate: header.map(|header| header.gate_version.clone()).unwrap_or_default(),
        made_at: record.started_at.and_then(|at| at.format(&Rfc3339).ok()),
        stable: header.map(|header| header.stable.image.clone()).unwrap_or_default(),
        release: header.map(|header| header.release.image.clone()).unwrap_or_default(),
        images: images.collect(),
    };
    lock.text().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::event::{EventKind, ImageIdentity, Outcome, Stage};
    use run_record::lock;
    use run_record::samples::{header, record, result};

    #[test]
    fn it_has_the_pair_and_what_each_image_was_and_can_be_read_again() {
        let hex = "0123456789abcdef".repeat(4);
        let identity = ImageIdentity {
            digest: Some(format!("postgres@sha256:{hex}")),
            id: format!("sha256:{hex}"),
            platform: "linux/amd64".into(),
            created: Some("2026-11-01T00:00:00Z".into()),
        };
        let ready = |image: &str, identity: Option<ImageIdentity>| EventKind::ImageReady {
            image: image.into(),
            pulled: false,
            took_ms: 1,
            identity,
        };
        let record = record([
            EventKind::RunStarted(header(&[(Stage::Stable, &["posts.edit"])])),
            ready("postgres:16-alpine", Some(identity.clone())),
            ready("of-an-old-gate:1", None),
            EventKind::CheckFinished(result(Stage::Stable, "posts.edit", Outcome::Passed)),
        ]);
        let read = lock::read(&render(&record).unwrap()).unwrap();
        let header = record.header.as_ref().unwrap();
        assert_eq!((&read.stable, &read.release), (&header.stable.image, &header.release.image));
        assert_eq!(read.images.keys().collect::<Vec<_>>(), ["postgres:16-alpine"]);
        assert_eq!(read.images["postgres:16-alpine"].digest, identity.digest);
        assert!(read.made_at.is_some_and(|at| at.ends_with('Z')));
    }
}
