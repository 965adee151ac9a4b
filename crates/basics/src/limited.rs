//! Files of others, read so that none of them can stop or flood us.
//!
//! A path from an input or a folder of somebody else's may lead to a pipe that nobody writes to, to `/dev/zero`, or to a file larger
//! than the memory. Here it is a regular file of at most so many bytes, or an error that says what it is instead.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

/// Whether the path itself may be a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It may lead elsewhere: whoever named the path may read what is there.
    Followed,
    /// It may not: the folder is somebody else's, and the file must be in it.
    Refused,
}

/// Opens a regular file. Anything else is refused without waiting for it.
///
/// # Errors
/// As [`File::open`], and where the path leads to no file.
pub fn open(path: &Path, links: Links) -> io::Result<File> {
    // Looked at before it is opened: to open some devices is to use them.
    let there = match links {
        Links::Followed => path.metadata()?,
        Links::Refused => path.symlink_metadata()?,
    };
    judge(&there)?;
    let mut flags = OFlags::NONBLOCK;
    if links == Links::Refused {
        flags |= OFlags::NOFOLLOW;
    }
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    // And again, as it may have been exchanged meanwhile.
    judge(&file.metadata()?)?;
    Ok(file)
}

/// All bytes of a regular file that has at most `limit` of them.
///
/// # Errors
/// As [`open`], and when it has more.
pub fn read(path: &Path, links: Links, limit: u64) -> io::Result<Vec<u8>> {
    all(open(path, links)?, limit)
}

/// The same as text.
///
/// # Errors
/// As [`read`], and when it is no UTF-8.
pub fn read_text(path: &Path, links: Links, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, links, limit)?).map_err(|_| invalid("it is no UTF-8 text".into()))
}

/// All bytes of a stream that has at most `limit` of them.
///
/// # Errors
/// When it cannot be read, and when it has more.
pub fn all(stream: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        Err(invalid(format!("it has more than {}", size(limit))))
    } else {
        Ok(bytes)
    }
}

/// Gives each file below a folder, in no order, until one is answered with no. Links are passed over.
///
/// # Errors
/// When a folder cannot be read, and what a file was answered with.
pub fn each_file(root: &Path, mut file: impl FnMut(&Path, &Metadata) -> io::Result<bool>) -> io::Result<()> {
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() && !file(&entry.path(), &entry.metadata()?)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A limit as people read it: "64 MiB".
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

/// A size as people read it: "12.3 MB".
#[must_use]
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{} kB", count / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", count / 1_000_000_000, count % 1_000_000_000 / 100_000_000),
    }
}

fn judge(facts: &Metadata) -> io::Result<()> {
    if facts.is_file() {
        Ok(())
    } else {
        Err(invalid(format!("it is {}, not a file", what(facts.file_type()))))
    }
}

fn what(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a link"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_file_within_its_limit_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "1234").unwrap();
        assert_eq!(read_text(&path, Links::Refused, 4).unwrap(), "1234");
        let error = read(&path, Links::Followed, 3).unwrap_err();
        assert_eq!(error.to_string(), "it has more than 3 bytes");
        std::fs::write(&path, [0xff]).unwrap();
        assert_eq!(read_text(&path, Links::Refused, 4).unwrap_err().to_string(), "it is no UTF-8 text");
    }

    #[test]
    fn what_is_no_file_is_named_and_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(made.success());
        let _listener = UnixListener::bind(path("socket")).unwrap();
        std::fs::write(path("file"), "").unwrap();
        std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
        let table = [
            (path("pipe"), "it is a named pipe, not a file"),
            (path("socket"), "it is a socket, not a file"),
            (path("link"), "it is a link, not a file"),
            (dir.path().to_owned(), "it is a folder, not a file"),
            ("/dev/zero".into(), "it is a device, not a file"),
        ];
        for (path, expected) in table {
            let error = read(&path, Links::Refused, 10).unwrap_err();
            assert_eq!(error.to_string(), expected, "{}", path.display());
        }
        assert!(read(&path("link"), Links::Followed, 10).unwrap().is_empty());
        assert_eq!(read(&path("none"), Links::Followed, 10).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn limits_are_told_in_words() {
        assert_eq!([3, 4_096, 64 << 20].map(size), ["3 bytes", "4 KiB", "64 MiB"]);
    }
}
