//! The inputs of a run on a copy of the site's own data: a dump of its database, and its objects, which may be in the site's own
//! bucket. All of it is looked into before anything is created, and nothing of it is ever written to.

use std::io::{Error, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::bucket::{BucketInputs, BucketSettings};
use super::dump_file;
use super::problems::Problems;
use super::row::family;
use crate::cluster::DatabaseDump;
use crate::limited::{self, Links};
use crate::shown::Shown;

family! {
    /// The site's own data, as given.
    SiteCopyInputs, "Your own data";
    /// A dump of your site's database, by `pg_dump` (plain SQL, packed by gzip or not, or `-Fc`): restored into the built-in database before stable starts. Nothing leaves the run then, and no report has a word of it.
    database_dump: String = "database-dump" "FILE", Line, Built, "";
    /// Your site's files: a folder or a tar of what is in its bucket or its data folder, or `s3://BUCKET/FOLDER`, which is read and never written to. They are put into the built-in store.
    store_dump: String = "store-dump" "PATH", Line, Built, "";
    /// URL of the store that has the bucket of `store-dump`. Default: Amazon S3 itself.
    store_dump_endpoint: String = "store-dump-endpoint" "URL", Line, Built, "";
    /// Region of that bucket. Default: `AWS_REGION`, else `us-east-1`.
    store_dump_region: String = "store-dump-region" "REGION", Line, Built, "";
    /// Access key that may list and read there. Default: `AWS_ACCESS_KEY_ID`.
    store_dump_access_key: Option<SecretString> = "store-dump-access-key" "KEY", Secret, Built, "";
    /// Its secret. Default: `AWS_SECRET_ACCESS_KEY`.
    store_dump_secret_key: Option<SecretString> = "store-dump-secret-key" "KEY", Secret, Built, "";
}

/// Objects to be put into the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreDump {
    /// Where they are: a path, or the URL of a bucket.
    pub path: PathBuf,
    /// What that is.
    pub form: StoreForm,
    /// Its size in bytes; of a bucket nobody knows it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What objects come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreForm {
    /// A folder.
    Folder,
    /// An archive.
    Tar,
    /// An archive that is packed by gzip.
    TarGz,
    /// A bucket of the site's.
    Bucket,
}

/// The site's own data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteCopy {
    /// Its database.
    pub database: DatabaseDump,
    /// Its objects, where they are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreDump>,
}

/// Files of a folder that are looked at for its size.
const MOST_FILES: usize = 10_000_000;
/// What a bucket's URL begins with.
const BUCKET: &str = "s3://";

impl SiteCopyInputs {
    /// Whether a run is to be one on the site's own data.
    pub(super) fn is_given(&self) -> bool {
        !self.database_dump.is_empty()
    }

    /// The data, if some was given. `beside` are inputs that no copy can have beside it: name, value, what it is.
    pub(super) fn judge(&self, beside: &[(&str, &str, &str)], problems: &mut Problems) -> Option<SiteCopy> {
        let store = self.store(problems);
        if !self.is_given() {
            if store.is_some() {
                let wrong = "is given without the database that says which file is whose";
                let remedy = "Give database-dump as well, or leave it out.";
                problems.add("store-dump", Shown::plain(&self.store_dump), wrong, remedy);
            }
            return None;
        }
        for (name, value, what) in beside.iter().filter(|(_, value, _)| !value.trim().is_empty()) {
            let remedy = format!("Leave {name} out, or database-dump.");
            let wrong = format!("is given beside database-dump, {what}");
            problems.add(name, Shown::plain(value), wrong, remedy);
        }
        match dump_file::look(Path::new(&self.database_dump)) {
            Ok(database) => Some(SiteCopy { database, store }),
            Err((wrong, remedy)) => {
                problems.add("database-dump", Shown::plain(&self.database_dump), wrong, remedy);
                None
            }
        }
    }

    /// The bucket that objects are read from, if they are in one; none where what it takes is known to be wrong.
    pub(super) fn bucket(&self, problems: &mut Problems) -> Option<BucketSettings> {
        const REMEDY: &str =
            "Write s3://BUCKET or s3://BUCKET/FOLDER; the store goes into store-dump-endpoint.";
        let url = self.store_dump.strip_prefix(BUCKET);
        let (bucket, prefix) = url.map_or(("", ""), |url| url.split_once('/').unwrap_or((url, "")));
        let inputs = BucketInputs {
            bucket: ("store-dump", bucket, REMEDY),
            prefix: ("store-dump", prefix),
            endpoint: ("store-dump-endpoint", &self.store_dump_endpoint),
            region: ("store-dump-region", &self.store_dump_region),
            access_key: ("store-dump-access-key", self.store_dump_access_key.as_ref()),
            secret_key: ("store-dump-secret-key", self.store_dump_secret_key.as_ref()),
        };
        if url.is_none() {
            inputs.orphans("Give store-dump as s3://BUCKET, or leave it out.", problems);
            return None;
        }
        inputs.judge(problems)
    }

    fn store(&self, problems: &mut Problems) -> Option<StoreDump> {
        if self.store_dump.is_empty() {
            return None;
        }
        if self.store_dump.starts_with(BUCKET) {
            return Some(StoreDump {
                path: PathBuf::from(&self.store_dump),
                form: StoreForm::Bucket,
                bytes: None,
            });
        }
        let path = Path::new(&self.store_dump);
        let looked = match path.metadata() {
            Ok(facts) if facts.is_dir() => folder(path),
            _ => archive(path),
        };
        let wrong = match looked {
            Ok(dump) => return Some(dump),
            Err(error) => format!("cannot be used: {error}"),
        };
        let remedy = "Write the path of a folder, a .tar or a .tar.gz with the files as the site's bucket or data folder has them, or s3://BUCKET.";
        problems.add("store-dump", Shown::plain(&self.store_dump), wrong, remedy);
        None
    }
}

fn folder(path: &Path) -> std::io::Result<StoreDump> {
    let (mut bytes, mut files) = (0, 0);
    limited::each_file(path, |_, facts| {
        bytes += facts.len();
        files += 1;
        if files > MOST_FILES { Err(odd("it has more than ten million files")) } else { Ok(true) }
    })?;
    if files == 0 {
        return Err(odd("there is no file in it"));
    }
    Ok(StoreDump { path: path.to_owned(), form: StoreForm::Folder, bytes: Some(bytes) })
}

fn archive(path: &Path) -> std::io::Result<StoreDump> {
    let mut file = limited::open(path, Links::Followed)?;
    let bytes = file.metadata()?.len();
    let mut head = Vec::new();
    (&mut file).take(512).read_to_end(&mut head)?;
    let form = if head.starts_with(&[0x1f, 0x8b]) {
        StoreForm::TarGz
    } else if head.get(257..262) == Some(b"ustar") {
        StoreForm::Tar
    } else {
        return Err(odd(if head.is_empty() { "it is empty" } else { "it is no tar" }));
    };
    Ok(StoreDump { path: path.to_owned(), form, bytes: Some(bytes) })
}

fn odd(why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::super::Inputs;
    use super::*;

    fn judged(given: &[(&str, &str)]) -> (Option<SiteCopy>, Problems) {
        let mut problems = Problems::default();
        let releases = [("stable", "11.6.0"), ("release", "11.7.0")];
        let settings = Inputs::given(&[&releases[..], given].concat()).judge(&mut problems);
        (settings.site_copy, problems)
    }

    #[test]
    fn a_dump_and_its_objects_are_taken_and_what_contradicts_them_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name).display().to_string();
        std::fs::write(path("dump"), "PGDMP\u{1}\u{e}\u{0}rest").unwrap();
        std::fs::create_dir(path("empty")).unwrap();
        std::fs::create_dir_all(path("store/20200101")).unwrap();
        std::fs::write(path("store/20200101/file"), "1234").unwrap();
        let (copy, problems) = judged(&[("database-dump", &path("dump")), ("store-dump", &path("store"))]);
        assert_eq!(problems, Problems::default());
        let store = copy.unwrap().store.unwrap();
        assert_eq!((store.form, store.bytes), (StoreForm::Folder, Some(4)));
        let contradicting = [
            ("database-dump", &*path("dump")),
            ("history", "10.11.0"),
            ("compose-file", "compose.yaml"),
            ("store-dump", &*path("empty")),
        ];
        assert_eq!(judged(&contradicting).1.named(), ["store-dump", "history", "compose-file"]);
        assert_eq!(judged(&[("store-dump", &path("store"))]).1.named(), ["store-dump"]);
        assert_eq!(judged(&[("database-dump", &path("none"))]).1.named(), ["database-dump"]);
        let attached = [("cluster", "attached"), ("database-dump", &*path("dump"))];
        assert!(judged(&attached).1.named().contains(&"database-dump".to_owned()));
    }

    #[test]
    fn a_bucket_is_named_by_its_url_and_its_keys_come_beside() {
        let dir = tempfile::tempdir().unwrap();
        let dump = dir.path().join("dump").display().to_string();
        std::fs::write(&dump, "PGDMP\u{1}\u{e}\u{0}rest").unwrap();
        let judged = |given: &[(&str, &str)]| judged(&[&[("database-dump", &*dump)], given].concat());
        let (copy, problems) = judged(&[("store-dump", "s3://files/company/")]);
        assert_eq!(problems, Problems::default());
        let store = copy.unwrap().store.unwrap();
        assert_eq!((store.form, store.bytes), (StoreForm::Bucket, None));
        let wrong = [
            ("store-dump", "s3://f/../x"),
            ("store-dump-endpoint", "minio:9000"),
            ("store-dump-access-key", "key"),
        ];
        let named = ["store-dump", "store-dump", "store-dump-endpoint", "store-dump-secret-key"];
        assert_eq!(judged(&wrong).1.named(), named);
        std::fs::create_dir(dir.path().join("store")).unwrap();
        std::fs::write(dir.path().join("store/file"), "1").unwrap();
        let folder = dir.path().join("store").display().to_string();
        let orphan = [("store-dump", &*folder), ("store-dump-region", "eu")];
        assert_eq!(judged(&orphan).1.named(), ["store-dump-region"]);
    }

    #[test]
    fn what_is_no_archive_of_objects_is_told() {
        let dir = tempfile::tempdir().unwrap();
        for (content, why) in [("", "it is empty"), ("PK\u{3}\u{4}", "it is no tar")] {
            let path = dir.path().join("file");
            std::fs::write(&path, content).unwrap();
            assert_eq!(archive(&path).unwrap_err().to_string(), why);
        }
    }
}
