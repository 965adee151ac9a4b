//! A site's objects, from a folder, an archive or a bucket into the bucket behind the nodes, a few at a time.

use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use futures_util::stream::{self, Stream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::sync::mpsc;

use crate::limited;
use crate::plan::{StoreDump, StoreForm};
use crate::storage::{Bucket, ObjectFacts, StorageError};
use crate::trouble::Trouble;

/// How many are under way at the same time; each is in memory as a whole.
const AT_ONCE: usize = 8;
/// Bytes of one object: a larger one would not fit beside the others.
const MOST: u64 = 1 << 30;

/// An object: its key and its bytes.
type Object = (String, Vec<u8>);

/// Puts all of them into the bucket: how many, and their bytes. `from` is the bucket that they are read from, if they are in one.
///
/// # Errors
/// What could not be read or stored, without the name of it: names of files are the site's.
pub(super) async fn put(
    bucket: &Bucket,
    dump: &StoreDump,
    from: Option<&Bucket>,
) -> Result<(u64, u64), Trouble> {
    let made = bucket.make().await;
    made.map_err(|error| told("making a bucket for", &error.to_string(), "Look at the store's log."))?;
    if let Some(from) = from {
        return store(bucket, fetched(from).await?).await;
    }
    let (sender, receiver) = mpsc::channel(AT_ONCE);
    let (path, form) = (dump.path.clone(), dump.form);
    let reading = tokio::task::spawn_blocking(move || read(&path, form, &sender));
    let objects = stream::unfold(receiver, async |mut receiver| {
        let object: Object = receiver.recv().await?;
        Some((Ok(object), receiver))
    });
    let stored = store(bucket, objects).await?;
    let read = reading.await.unwrap_or_else(|error| Err(Error::other(error.to_string())));
    read.map_err(|error| {
        told("reading", &error.to_string(), "Look at the input store-dump: it must be readable as a whole.")
    })?;
    Ok(stored)
}

async fn store(
    bucket: &Bucket,
    objects: impl Stream<Item = Result<Object, Trouble>>,
) -> Result<(u64, u64), Trouble> {
    let counted = std::sync::Mutex::new((0_u64, 0_u64));
    let stored = objects
        .try_for_each_concurrent(AT_ONCE, async |(key, bytes): Object| {
            let size = bytes.len() as u64;
            bucket.put(&key, bytes, "application/octet-stream").await.map_err(|error| {
                let took = format!("the store took {} of them, then {}", total(&counted).0, status(&error));
                told("storing", &took, &error.remedy)
            })?;
            let mut counted = crate::unpoisoned::lock(&counted);
            *counted = (counted.0 + 1, counted.1 + size);
            Ok(())
        })
        .await;
    stored.map(|()| total(&counted))
}

/// The objects of the site's own bucket, which is only ever listed and read.
async fn fetched(from: &Bucket) -> Result<impl Stream<Item = Result<Object, Trouble>> + use<'_>, Trouble> {
    const REMEDY: &str =
        "Look at the input store-dump: its objects must be readable with the keys that are given.";
    let listed = from.list("").await;
    let listed = listed.map_err(|error| told("listing", &status(&error), &error.remedy))?;
    // Some tools write an object of no bytes for a folder.
    let objects: Vec<ObjectFacts> = listed.into_iter().filter(|object| !object.key.ends_with('/')).collect();
    if objects.is_empty() {
        return Err(told("listing", "there is none", REMEDY));
    }
    if objects.iter().any(|object| object.size > MOST) {
        return Err(told("reading", "one of them has more than 1 GiB", REMEDY));
    }
    let objects = stream::iter(objects).map(async |object| {
        let bytes = from.get(&object.key).await;
        let bytes = bytes.map_err(|error| told("reading", &status(&error), REMEDY))?;
        Ok((object.key, bytes))
    });
    Ok(objects.buffer_unordered(AT_ONCE))
}

fn told(what: &str, error: &str, remedy: &str) -> Trouble {
    Trouble::new("store", format!("{what} the site's objects failed: {error}"), remedy)
}

/// What a store said, without the key that is in the sentence of its error.
fn status(error: &StorageError) -> String {
    error.status.map_or("it did not answer".into(), |status| format!("it answered {status}"))
}

fn total(counted: &std::sync::Mutex<(u64, u64)>) -> (u64, u64) {
    *crate::unpoisoned::lock(counted)
}

fn read(path: &Path, form: StoreForm, sender: &mpsc::Sender<Object>) -> std::io::Result<()> {
    match form {
        StoreForm::Folder => folder(path, sender),
        StoreForm::Bucket => Err(Error::other("a bucket is no file")),
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
    use crate::standin::store::{Store, StoreOptions, StoreServer};
    use crate::storage::{Reach, StorageOptions};

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

    async fn store_of(bucket: &str) -> (Store, StoreServer, Bucket) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = Store::new(StoreOptions {
            access_key: "key".into(),
            secret_key: "hush-hush".into(),
            region: "us-east-1".into(),
            buckets: vec![bucket.into()],
        });
        let server = store.serve(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        let endpoint = format!("http://{}", server.address());
        let bucket = bucket_at(&endpoint, bucket, "");
        (store, server, bucket)
    }

    fn bucket_at(endpoint: &str, bucket: &str, prefix: &str) -> Bucket {
        Bucket::open(StorageOptions {
            endpoint: Some(endpoint.to_owned()),
            region: "us-east-1".into(),
            bucket: bucket.into(),
            access_key: "key".into(),
            secret: "hush-hush".into(),
            session_token: None,
            prefix: prefix.into(),
            path_style: true,
            reach: Reach::Cluster { certificates: String::new(), at: None },
        })
    }

    #[tokio::test]
    async fn a_bucket_is_copied_from_below_its_folder_and_left_as_it_was() {
        let (site, site_server, all) = store_of("site").await;
        let (own, _own_server, target) = store_of("mattermost").await;
        for key in ["company/20200101/a", "company/b", "company/folder/", "other/c"] {
            all.put(key, key.as_bytes().to_vec(), "text/plain").await.unwrap();
        }
        let before = site.backend().keys("site", "");
        let from = bucket_at(&format!("http://{}", site_server.address()), "site", "company/");
        let dump = StoreDump { path: "s3://site/company".into(), form: StoreForm::Bucket, bytes: None };
        assert_eq!(put(&target, &dump, Some(&from)).await.unwrap(), (2, 27));
        assert_eq!(own.backend().keys("mattermost", ""), ["20200101/a", "b"]);
        assert_eq!(site.backend().keys("site", ""), before);
        let nothing = bucket_at(&format!("http://{}", site_server.address()), "site", "nobody/");
        let none = put(&target, &dump, Some(&nothing)).await.unwrap_err().to_string();
        assert!(none.contains("there is none") && none.contains("store-dump"), "{none}");
        let gone = bucket_at(&format!("http://{}", site_server.address()), "gone", "company/");
        let gone = put(&target, &dump, Some(&gone)).await.unwrap_err().to_string();
        assert!(gone.contains("it answered 404") && !gone.contains("company"), "{gone}");
    }

    #[test]
    fn what_leads_out_is_no_key() {
        assert_eq!(key(Path::new("./a/b")).as_deref(), Some("a/b"));
        assert_eq!(key(Path::new("../a")), None);
        assert_eq!(key(Path::new("/a")), None);
        assert_eq!(key(Path::new(".")), None);
    }
}
