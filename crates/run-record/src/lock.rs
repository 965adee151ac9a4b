//! `lock.json`: which images a run used, exactly, so that another run can use the same.
//!
//! Tags move, and an image that was built here has none that anybody else knows. The file is written beside the reports, and is
//! somebody's file when it is read again: it is judged like any other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use basics::reference;
use basics::shown::Shown;

/// The layout of `lock.json`; counts up when a reader of an older layout would misunderstand it.
pub const FORMAT: u32 = 1;
/// The largest file, in bytes: far more than the images of any compose file take.
pub const MOST_BYTES: u64 = 1 << 20;

/// The images of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// [`FORMAT`] at the time of writing.
    pub format: u32,
    /// Version of the gate that wrote it.
    pub gate: String,
    /// When the run began (RFC 3339).
    pub made_at: Option<String>,
    /// The image of stable, as it was written.
    pub stable: String,
    /// The image of the release.
    pub release: String,
    /// What each image was, by the name that is written in inputs and compose files.
    pub images: BTreeMap<String, LockedImage>,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedImage {
    /// Repository and digest; none of an image that no registry had.
    pub digest: Option<String>,
    /// Its id on the engine of that run.
    pub id: String,
    /// What it is made for: `linux/amd64`.
    pub platform: String,
    /// When it was made, as it says itself.
    pub created: Option<String>,
}

/// Reads a lock.
///
/// # Errors
/// What is wrong with the text, as a predicate: `is no lock of a run: …`.
pub fn read(text: &str) -> Result<Lock, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let lock: Lock = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner().to_string());
        format!("is no lock of a run: at \"{}\": {}", Shown::plain(&path), Shown::plain(&why))
    })?;
    json.end().map_err(|error| format!("is no lock of a run: {error}"))?;
    match lock.format {
        FORMAT => {}
        0 => return Err("has format 0, which no gate wrote".into()),
        newer => {
            return Err(format!(
                "has format {newer}, and this gate reads up to format {FORMAT}: a newer gate wrote it"
            ));
        }
    }
    for name in [&lock.stable, &lock.release].into_iter().chain(lock.images.keys()) {
        if let Err(told) = reference::parse(name) {
            let name = if told.secret { Shown::nothing() } else { Shown::plain(name) };
            return Err(format!("names an image \"{name}\", which {}", told.wrong));
        }
    }
    for (name, image) in &lock.images {
        let name = Shown::plain(name);
        if image.digest.as_ref().is_some_and(|digest| !is_digest(digest)) {
            return Err(format!("has a digest of {name} that is no repository@sha256:… of 64 digits"));
        }
        if !is_id(&image.id) {
            return Err(format!("has an id of {name} that is no sha256:… of 64 digits"));
        }
    }
    Ok(lock)
}

fn is_digest(text: &str) -> bool {
    reference::parse(text).is_ok_and(|read| read.digest.is_some_and(is_id) && read.tag.is_none())
}

fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Lock {
    /// The lock as indented JSON, ending with a line end.
    ///
    /// # Errors
    /// When serde refuses it, which no lock provokes.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let hex = "0".repeat(64);
        let image = LockedImage {
            digest: Some(format!("ghcr.io/a/mm@sha256:{hex}")),
            id: format!("sha256:{hex}"),
            platform: "linux/amd64".into(),
            created: None,
        };
        let built = LockedImage { digest: None, ..image.clone() };
        Lock {
            format: FORMAT,
            gate: "0.1.0".into(),
            made_at: None,
            stable: "ghcr.io/a/mm:11.7".into(),
            release: "mm:mine".into(),
            images: [("ghcr.io/a/mm:11.7".to_owned(), image), ("mm:mine".to_owned(), built)].into(),
        }
    }

    fn wrong(change: impl Fn(&mut Lock)) -> String {
        let mut lock = lock();
        change(&mut lock);
        read(&lock.text().unwrap()).unwrap_err()
    }

    #[test]
    fn what_was_written_is_read_and_more_beside_it_is_passed_over() {
        let text = lock().text().unwrap();
        assert_eq!(read(&text).unwrap(), lock());
        assert_eq!(read(&text.replacen('{', "{\"more\": 1,", 1)).unwrap(), lock());
    }

    #[test]
    fn what_no_gate_wrote_is_told_and_nothing_secret_is_repeated() {
        assert!(read("").unwrap_err().starts_with("is no lock of a run: at"));
        assert!(read("{}").unwrap_err().contains("missing field `format`"));
        assert!(read(&format!("{}x", lock().text().unwrap())).unwrap_err().contains("is no lock of a run"));
        assert_eq!(wrong(|lock| lock.format = 0), "has format 0, which no gate wrote");
        assert!(wrong(|lock| lock.format = 2).contains("a newer gate wrote it"));
        assert!(
            wrong(|lock| lock.release = "MM:1".into()).contains("\"MM:1\", which has upper-case letters")
        );
        let secret = wrong(|lock| lock.stable = "u:hunter2@ghcr.io/mm:1".into());
        assert!(
            secret.contains("has an @ that no digest follows") && !secret.contains("hunter2"),
            "{secret}"
        );
        let image = |lock: &mut Lock, change: fn(&mut LockedImage)| lock.images.values_mut().for_each(change);
        let short = wrong(|lock| image(lock, |image| image.id = "sha256:00".into()));
        assert_eq!(short, "has an id of ghcr.io/a/mm:11.7 that is no sha256:… of 64 digits");
        let digest = wrong(|lock| image(lock, |image| image.digest = Some("mm:11.7".into())));
        assert!(digest.contains("is no repository@sha256:…"), "{digest}");
    }

    #[test]
    fn fuzzed() {
        let tokens =
            ["\"format\": 1", "\"images\": {", "\"digest\": null", "sha256:", "mm@", "{", "}", "\"", ":"];
        let target = fuzz::Target { name: "lock", more: &[], tokens: &tokens, part: 0 };
        target.texts(|text| {
            if let Ok(read) = read(text) {
                assert!(read.images.values().all(|image| is_id(&image.id)));
                assert!(read.images.keys().all(|name| reference::parse(name).is_ok()));
            }
        });
    }
}
