//! A site's objects, from a folder or an archive into the bucket behind the nodes, a few at a time.

use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use futures_util::TryStreamExt as _;
use futures_util::stream;
use tokio::sync::mpsc;

use crate::limited;
use crate::plan::{StoreDump, StoreForm};
use crate::storage::Bucket;
use crate::trouble::Trouble;

/// How many are under way at the same time; each is in memory as a whole.
const AT_ONCE: usize = 8;
/// Bytes of one object: a larger one would not fit beside the others.
const MOST: u64 = 1 << 30;

/// An object: its key and its bytes.
type Object = (String, Vec<u8>);

/// Puts all of them into the bucket: how many, and their bytes.
///
/// # Errors
/// What could not be read or stored, without the name of it: names of files are the site's.
pub(super) async fn put(bucket: &Bucket, dump: &StoreDump) -> Result<(u64, u64), Trouble> {
    let told = |what: &str, error: String, remedy: &str| {
        Trouble::new("store", format!("{what} the site's objects failed: {error}"), remedy)
    };
    bucket
        .make()
        .await
        .map_err(|error| told("making a bucket for", error.to_string(), "Look at the store's log."))?;
    let (sender, receiver) = mpsc::channel(AT_ONCE);
    let (path, form) = (dump.path.clone(), dump.form);
    let reading = tokio::task::spawn_blocking(move || read(&path, form, &sender));
    let objects = stream::unfold(receiver, async |mut receiver| {
        let object: Object = receiver.recv().await?;
        Some((Ok::<_, Trouble>(object), receiver))
    });
    let counted = std::sync::Mutex::new((0_u64, 0_u64));
    let stored = objects
        .try_for_each_concurrent(AT_ONCE, async |(key, bytes): Object| {
            let size = bytes.len() as u64;
            bucket.put(&key, bytes, "application/octet-stream").await.map_err(|error| {
                // The sentence of the error has the key.
                let status =
                    error.status.map_or("it did not answer".into(), |status| format!("it answered {status}"));
                told(
                    "storing",
                    format!("the store took {} of them, then {status}", total(&counted).0),
                    &error.remedy,
                )
            })?;
            let mut counted = crate::unpoisoned::lock(&counted);
            *counted = (counted.0 + 1, counted.1 + size);
            Ok(())
        })
        .await;
    stored?;
    let read = reading.await.unwrap_or_else(|error| Err(Error::other(error.to_string())));
    read.map_err(|error| {
        told("reading", error.to_string(), "Look at the input store-dump: it must be readable as a whole.")
    })?;
    Ok(total(&counted))
}

fn total(counted: &std::sync::Mutex<(u64, u64)>) -> (u64, u64) {
    *crate::unpoisoned::lock(counted)
}

fn read(path: &Path, form: StoreForm, sender: &mpsc::Sender<Object>) -> std::io::Result<()> {
    match form {
        StoreForm::Folder => folder(path, sender),
        StoreForm::Tar => archive(File::open(path)?, sender),
        StoreForm::TarGz => archive(GzDecoder::new(File::open(path)?), sender),
    }
}

fn folder(root: &Path, sender: &mpsc::Sender<Object>) -> std::io::Result<()> {
    limited::each_file(root, |path, facts| {
        let bytes = whole(File::open(path)?, facts.len())?;
        let key = key(path.strip_prefix(root).unwrap_or(path));
        // Nobody takes any more where one could not be stored.
        Ok(key.is_none_or(|key| sender.blocking_send((key, bytes)).is_ok()))
    })
}

fn archive(packed: impl Read, sender: &mpsc::Sender<Object>) -> std::io::Result<()> {
    for entry in tar::Archive::new(packed).entries()? {
        let entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let key = key(&entry.path()?);
        let size = entry.size();
        let bytes = whole(entry, size)?;
        if let Some(key) = key
            && sender.blocking_send((key, bytes)).is_err()
        {
            return Ok(());
        }
    }
    Ok(())
}

fn whole(from: impl Read, size: u64) -> std::io::Result<Vec<u8>> {
    if size > MOST {
        return Err(Error::new(ErrorKind::InvalidData, "one of them has more than 1 GiB"));
    }
    limited::all(from, MOST)
}

/// The key of a file: its path, as a server joins it. One that leads out of its folder is none.
fn key(path: &Path) -> Option<String> {
    let inside: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    let plain = inside.components().all(|part| matches!(part, Component::Normal(_)));
    let key = inside.to_str()?.to_owned();
    (plain && !key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &Path, form: StoreForm) -> Vec<Object> {
        let (sender, mut receiver) = mpsc::channel(100);
        read(path, form, &sender).unwrap();
        drop(sender);
        let mut found: Vec<Object> = std::iter::from_fn(|| receiver.blocking_recv()).collect();
        found.sort();
        found
    }

    #[test]
    fn a_folder_and_archives_of_it_have_the_same_objects() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        std::fs::create_dir_all(root.join("20200101/teams")).unwrap();
        std::fs::write(root.join("20200101/teams/a"), "first").unwrap();
        std::fs::write(root.join("b"), "").unwrap();
        let mut packed = tar::Builder::new(Vec::new());
        packed.append_dir_all(".", &root).unwrap();
        let tar = packed.into_inner().unwrap();
        std::fs::write(dir.path().join("tar"), &tar).unwrap();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gz, &tar).unwrap();
        std::fs::write(dir.path().join("tar.gz"), gz.finish().unwrap()).unwrap();
        let expected = vec![("20200101/teams/a".to_owned(), b"first".to_vec()), ("b".to_owned(), Vec::new())];
        assert_eq!(of(&root, StoreForm::Folder), expected);
        assert_eq!(of(&dir.path().join("tar"), StoreForm::Tar), expected);
        assert_eq!(of(&dir.path().join("tar.gz"), StoreForm::TarGz), expected);
    }

    #[test]
    fn what_leads_out_is_no_key() {
        assert_eq!(key(Path::new("./a/b")).as_deref(), Some("a/b"));
        assert_eq!(key(Path::new("../a")), None);
        assert_eq!(key(Path::new("/a")), None);
        assert_eq!(key(Path::new(".")), None);
    }
}
