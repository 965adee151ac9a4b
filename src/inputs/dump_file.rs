//! What a file is that should be a dump by `pg_dump`: told by its first bytes, and by its last where it can be cut off unseen.
//!
//! Source: PostgreSQL's pg_backup_archiver.c (`PGDMP`, then the version of the archive: major, minor, revision) and pg_dump.c (the
//! comments that plain SQL begins and ends with).

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::read::GzDecoder;

use crate::cluster::{DatabaseDump, DumpForm};
use crate::limited::{self, Links};

/// Bytes that tell what it is.
const HEAD: u64 = 4096;
/// Bytes at its end that tell whether it is whole.
const TAIL: u64 = 4096;
/// How plain SQL of `pg_dump` begins and ends.
const BEGINS: &str = "-- PostgreSQL database dump";
const ENDS: &str = "-- PostgreSQL database dump complete";

/// What is wrong with it as a clause, and what to do.
type Refused = (String, &'static str);

const DUMP: &str =
    "Give a file that pg_dump wrote: plain SQL, packed by gzip or not, or its custom format (pg_dump -Fc).";

/// Looks at a file.
pub(super) fn look(path: &Path) -> Result<DatabaseDump, Refused> {
    if path.join("toc.dat").exists() {
        return Err((
            "is a dump in directory format".into(),
            "Make it one file: pg_dump -Fc, or tar it as pg_dump -Ft does.",
        ));
    }
    let unreadable = |error: std::io::Error| (format!("cannot be read: {error}"), DUMP);
    let mut file = limited::open(path, Links::Followed).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let head = head(&mut file).map_err(unreadable)?;
    let packed = head.starts_with(&[0x1f, 0x8b]);
    let inside = if packed {
        let mut inside = Vec::new();
        let read = GzDecoder::new(head.as_slice()).take(HEAD).read_to_end(&mut inside);
        // The head of a packed file breaks off: what came until then tells.
        if inside.is_empty() {
            let why = read.err().map_or_else(|| "there is nothing in it".into(), |error| error.to_string());
            return Err((format!("is packed by gzip and cannot be unpacked: {why}"), DUMP));
        }
        inside
    } else {
        head
    };
    let form = form(&inside)?;
    if form == DumpForm::Plain && !packed && !is_whole(&mut file, bytes).map_err(unreadable)? {
        return Err((
            "is cut off: its last lines do not say that it is complete".into(),
            "Make it anew with pg_dump, and copy it whole.",
        ));
    }
    Ok(DatabaseDump { path: path.to_owned(), bytes, form, packed })
}

fn head(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn is_whole(file: &mut File, bytes: u64) -> std::io::Result<bool> {
    file.seek(SeekFrom::Start(bytes.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    Ok(String::from_utf8_lossy(&tail).contains(ENDS))
}

/// What is in it, by how it begins.
fn form(head: &[u8]) -> Result<DumpForm, Refused> {
    let text = String::from_utf8_lossy(head);
    let is = |what: &str, remedy| Err((format!("is {what}"), remedy));
    if head.is_empty() {
        is("empty", DUMP)
    } else if head.starts_with(b"PGDMP")
        || (head.starts_with(b"toc.dat\0") && head.get(257..262) == Some(b"ustar"))
    {
        Ok(DumpForm::Archive)
    } else if text.contains("-- PostgreSQL database cluster dump") {
        is(
            "a dump of a whole server, by pg_dumpall",
            "Dump the one database that Mattermost uses, with pg_dump.",
        )
    } else if text.contains(BEGINS) {
        Ok(DumpForm::Plain)
    } else if text.contains("-- MySQL dump") || text.contains("-- MariaDB dump") {
        is(
            "a dump of MySQL",
            "The gate restores into PostgreSQL: migrate the site's database first, as Mattermost 11 wants it anyway.",
        )
    } else if head.starts_with(b"PK\x03\x04") {
        is("a zip, such as an export by mmctl", DUMP)
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        is("packed by zstd", "Unpack it, or pack it by gzip.")
    } else if head.starts_with(b"SQLite format") {
        is("a database of SQLite", DUMP)
    } else if head.get(257..262) == Some(b"ustar") {
        is("a tar that pg_dump did not write", DUMP)
    } else {
        is("no dump by pg_dump", DUMP)
    }
}

/// The least major version of PostgreSQL whose pg_restore reads an archive, by its head; nothing where that is no question.
///
/// Source: pg_backup_archiver.h: 1.15 came with 16, 1.16 with 17.
pub(super) fn least_major(path: &Path) -> Option<u32> {
    let mut file = limited::open(path, Links::Followed).ok()?;
    let head = head(&mut file).ok()?;
    match head.get(..7)? {
        [b'P', b'G', b'D', b'M', b'P', 1, minor] => match minor {
            ..15 => None,
            15 => Some(16),
            16.. => Some(17),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn told(content: &[u8]) -> Result<(DumpForm, bool), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        look(file.path()).map(|dump| (dump.form, dump.packed)).map_err(|(wrong, _)| wrong)
    }

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(content).unwrap();
        packed.finish().unwrap()
    }

    const PLAIN: &[u8] =
        b"--\n-- PostgreSQL database dump\n--\nSET x = 0;\n--\n-- PostgreSQL database dump complete\n--\n\n";

    #[test]
    fn what_pg_dump_writes_is_known() {
        assert_eq!(told(PLAIN), Ok((DumpForm::Plain, false)));
        assert_eq!(told(&packed(PLAIN)), Ok((DumpForm::Plain, true)));
        assert_eq!(told(b"PGDMP\x01\x0e\0rest"), Ok((DumpForm::Archive, false)));
        assert_eq!(told(&packed(b"PGDMP\x01\x0e\0rest")), Ok((DumpForm::Archive, true)));
    }

    #[test]
    fn what_is_none_is_called_by_its_name() {
        for (content, why) in [
            (&b""[..], "is empty"),
            (&PLAIN[..60], "is cut off"),
            (b"-- MySQL dump 10.13\n", "is a dump of MySQL"),
            (b"--\n-- PostgreSQL database cluster dump\n--\n", "by pg_dumpall"),
            (b"PK\x03\x04", "is a zip"),
            (&[0x28, 0xb5, 0x2f, 0xfd, 1], "packed by zstd"),
            (&[0x1f, 0x8b, 1], "cannot be unpacked"),
            (b"{\"team\": 1}", "is no dump by pg_dump"),
        ] {
            let told = told(content).unwrap_err();
            assert!(told.contains(why), "{why}: {told}");
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("toc.dat"), "").unwrap();
        assert!(look(dir.path()).unwrap_err().0.contains("directory format"));
        assert!(look(Path::new("/no/such/dump")).unwrap_err().0.contains("cannot be read: No such file"));
    }

    #[test]
    fn an_archive_says_how_new_pg_restore_must_be() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (minor, least) in [(14, None), (15, Some(16)), (16, Some(17))] {
            std::fs::write(file.path(), [b'P', b'G', b'D', b'M', b'P', 1, minor, 0]).unwrap();
            assert_eq!(least_major(file.path()), least);
        }
    }
}
