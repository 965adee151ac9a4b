//! Plugin bundles of the user's own: each file is looked into before anything is created.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::problems::Problems;
use super::types::Bundle;
use crate::shown::Shown;

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
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(path)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let inside: PathBuf = entry.path()?.components().skip_while(|part| part.as_os_str() == ".").collect();
        if inside.file_name().is_some_and(|name| name == "plugin.json") && inside.components().count() <= 2 {
            let mut manifest = String::new();
            entry.read_to_string(&mut manifest)?;
            let Manifest { id, version } = serde_json::from_str(&manifest)
                .map_err(|error| Error::new(ErrorKind::InvalidData, format!("its plugin.json: {error}")))?;
            return Ok(Bundle { path: path.to_owned(), id, version });
        }
    }
    Err(Error::new(ErrorKind::InvalidData, "it has no plugin.json at its top"))
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
        let lines = [good.as_str(), &twice, "", &hollow, &odd, text.to_str().unwrap(), "/no/such.tar.gz"];
        let mut problems = Problems::default();
        let bundles = read(&lines.join("\n"), &mut problems);
        assert_eq!(bundles, [Bundle { path: good.into(), id: "acme.tool".into(), version: "1.2.3".into() }]);
        let wrong: Vec<_> = problems.0.iter().map(|problem| problem.wrong.as_str()).collect();
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        for (wrong, part) in
            wrong.iter().zip(["as ", "no plugin.json", "missing field `version`", "gzip", "No such"])
        {
            assert!(wrong.contains(part), "{wrong} lacks {part}");
        }
        assert!(problems.0.iter().all(|problem| problem.input == "plugins"));
    }
}
