//! Plugin bundles of the user's own: each file is looked into before anything is created.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::problems::Problems;
use super::types::Bundle;
use crate::shown::Shown;

/// How much of an unpacked bundle is looked through.
const LARGEST: u64 = 1024 * 1024 * 1024;
/// The largest manifest.
const LARGEST_MANIFEST: u64 = 1024 * 1024;

/// Reads the input `plugins`: paths, one a line.
pub(super) fn read(text: &str, problems: &mut Problems) -> Vec<Bundle> {
    let mut bundles: Vec<Bundle> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match look(Path::new(line)) {
            Ok(bundle) => match bundles.iter().find(|other| other.id == bundle.id) {
                None => bundles.push(bundle),
                Some(other) => {
                    let wrong = format!("is the plugin {}, as {} is", bundle.id, other.path.display());
                    problems.add("plugins", Shown::plain(line), wrong, "Give each plugin once.");
                }
            },
            Err(error) => {
                let remedy = "Write paths of plugin bundles (.tar.gz with a plugin.json), one a line.";
                problems.add("plugins", Shown::plain(line), format!("cannot be used: {error}"), remedy);
            }
        }
    }
    bundles
}

#[derive(Deserialize)]
struct Manifest {
    id: String,
    version: String,
}

/// The manifest lies at the top of a bundle, or in the one folder there.
fn look(path: &Path) -> std::io::Result<Bundle> {
    // A pipe would be waited for.
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    // What an archive holds may be far more than its own size.
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(path)?).take(LARGEST));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let inside: PathBuf = entry.path()?.components().skip_while(|part| part.as_os_str() == ".").collect();
        if inside.file_name().is_some_and(|name| name == "plugin.json") && inside.components().count() <= 2 {
            let mut manifest = String::new();
            if entry.size() > LARGEST_MANIFEST {
                let why = format!("its plugin.json has more than {LARGEST_MANIFEST} bytes");
                return Err(Error::new(ErrorKind::InvalidData, why));
            }
            entry.read_to_string(&mut manifest)?;
            let Manifest { id, version } = serde_json::from_str(&manifest)
                .map_err(|error| Error::new(ErrorKind::InvalidData, format!("its plugin.json: {error}")))?;
            let plain = |text: &str, more: &str| {
                (1..=190).contains(&text.len())
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
            };
            if !plain(&id, "._-") || !plain(&version, "._+-") {
                let why = "its plugin.json: id and version are words of letters, digits and ._-";
                return Err(Error::new(ErrorKind::InvalidData, why));
            }
            return Ok(Bundle { path: path.to_owned(), id, version });
        }
    }
    Err(Error::new(ErrorKind::InvalidData, "it has no plugin.json at its top, in its first GiB"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tarball;

    fn bundle(dir: &Path, name: &str, inside: &str, manifest: &str) -> String {
        let path = dir.join(name);
        std::fs::write(&path, tarball::pack(&[(inside, manifest.as_bytes())]).unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn good_files_are_read_and_each_bad_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = r#"{"id": "acme.tool", "version": "1.2.3", "name": "Tool"}"#;
        let good = bundle(dir.path(), "good.tar.gz", "tool/plugin.json", manifest);
        let twice = bundle(dir.path(), "twice.tar.gz", "./plugin.json", manifest);
        let hollow = bundle(dir.path(), "hollow.tar.gz", "a/b/plugin.json", manifest);
        let odd = bundle(dir.path(), "odd.tar.gz", "plugin.json", r#"{"id": "odd"}"#);
        let text = dir.path().join("text.tar.gz");
        std::fs::write(&text, "no archive").unwrap();
        let foreign = r#"{"id": "a\u001b[1m", "version": "1"}"#;
        let hostile = bundle(dir.path(), "hostile.tar.gz", "plugin.json", foreign);
        let huge = " ".repeat(1024 * 1024 + 1);
        let huge = bundle(dir.path(), "huge.tar.gz", "plugin.json", &huge);
        let (text, folder) = (text.to_str().unwrap(), dir.path().to_str().unwrap());
        let lines =
            [good.as_str(), &twice, "", &hollow, &odd, text, "/no/such.tar.gz", &hostile, &huge, folder];
        let mut problems = Problems::default();
        let bundles = read(&lines.join("\n"), &mut problems);
        assert_eq!(bundles, [Bundle { path: good.into(), id: "acme.tool".into(), version: "1.2.3".into() }]);
        let wrong: Vec<_> = problems.0.iter().map(|problem| problem.wrong.as_str()).collect();
        let parts = [
            "as ",
            "no plugin.json",
            "missing field `version`",
            "gzip",
            "No such",
            "id and version",
            "more than 1048576 bytes",
            "it is no file",
        ];
        assert_eq!(wrong.len(), parts.len(), "{wrong:?}");
        for (wrong, part) in wrong.iter().zip(parts) {
            assert!(wrong.contains(part), "{wrong} lacks {part}");
        }
        assert!(problems.0.iter().all(|problem| problem.input == "plugins"));
    }
}
