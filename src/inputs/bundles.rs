//! Plugin bundles of the user's own, and those that take their place on the release: each file is looked into before anything is
//! created.

use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

use super::problems::Problems;
use crate::limited::{self, Links};
use crate::shown::Shown;

/// A plugin bundle of the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Its file.
    pub path: PathBuf,
    /// The plugin's id, by its manifest.
    pub id: String,
    /// Its version, by its manifest.
    pub version: String,
    /// What takes its place when all nodes run the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextBundle>,
}

/// Another version of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextBundle {
    /// Its file.
    pub path: PathBuf,
    /// Its version, by its manifest.
    pub version: String,
}

/// Stands between a bundle and the one that takes its place.
const BECOMES: &str = "=>";

/// Bytes of a bundle; the largest products have about two hundred MiB.
const PACKED: u64 = 512 << 20;
/// Bytes that are unpacked to find its manifest, and the entries before it.
const UNPACKED: u64 = 512 << 20;
const ENTRIES: usize = 50_000;
/// Bytes of a manifest.
const MANIFEST: u64 = 1 << 20;

/// Reads the input `plugins`: paths, one a line, each with the path of what takes its place behind `=>` where something does.
pub(super) fn read(text: &str, problems: &mut Problems) -> Vec<Bundle> {
    let mut bundles: Vec<Bundle> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match look_at_both(line) {
            Ok(bundle) => match bundles.iter().find(|other| other.id == bundle.id) {
                None => bundles.push(bundle),
                Some(other) => {
                    let wrong = format!("is the plugin {}, as {} is", bundle.id, other.path.display());
                    problems.add("plugins", Shown::plain(line), wrong, "Give each plugin once.");
                }
            },
            Err(error) => {
                let remedy = "Write paths of plugin bundles (.tar.gz with a plugin.json), one a line, or old.tar.gz => new.tar.gz.";
                problems.add("plugins", Shown::plain(line), format!("cannot be used: {error}"), remedy);
            }
        }
    }
    bundles
}

#[derive(Deserialize)]
struct BundleManifest {
    id: String,
    version: String,
}

/// The bundle of a line, and the one behind `=>`.
fn look_at_both(line: &str) -> std::io::Result<Bundle> {
    let Some((old, new)) = line.split_once(BECOMES) else { return look(Path::new(line)) };
    let (old, new) = (old.trim(), new.trim());
    if old.is_empty() || new.is_empty() || new.contains(BECOMES) {
        return Err(odd("it has to be one path, =>, and one path".into()));
    }
    let bundle = look(Path::new(old)).map_err(|error| of_file(old, &error))?;
    let next = look(Path::new(new)).map_err(|error| of_file(new, &error))?;
    if next.id != bundle.id {
        return Err(odd(format!("the first is the plugin {}, the second is {}", bundle.id, next.id)));
    }
    if next.version == bundle.version {
        return Err(odd(format!("both are {} {}, so nothing would be upgraded", next.id, next.version)));
    }
    Ok(Bundle { next: Some(NextBundle { path: next.path, version: next.version }), ..bundle })
}

/// Says which of two files it is about.
fn of_file(path: &str, error: &Error) -> Error {
    Error::new(error.kind(), format!("{}: {error}", Shown::plain(path).as_str()))
}

fn look(path: &Path) -> std::io::Result<Bundle> {
    let file = limited::open(path, Links::Followed)?;
    if file.metadata()?.len() > PACKED {
        return Err(odd(format!("it has more than {}", limited::size(PACKED))));
    }
    let BundleManifest { id, version } = manifest(file)?;
    Ok(Bundle { path: path.to_owned(), id, version, next: None })
}

/// The manifest lies at the top of a bundle, or in the one folder there.
fn manifest(packed: impl Read) -> std::io::Result<BundleManifest> {
    // Read on without a limit, a bomb would unpack a thousand times its size.
    let mut archive = tar::Archive::new(GzDecoder::new(packed).take(UNPACKED));
    let mut count = 0;
    for entry in archive.entries()? {
        let mut entry = entry.map_err(|error| exhausted(&error).unwrap_or(error))?;
        count += 1;
        if count > ENTRIES {
            return Err(odd(format!("it has more than {ENTRIES} files before its plugin.json")));
        }
        let inside: PathBuf = entry.path()?.components().skip_while(|part| part.as_os_str() == ".").collect();
        if inside.file_name().is_some_and(|name| name == "plugin.json") && inside.components().count() <= 2 {
            let text = limited::all(&mut entry, MANIFEST)
                .map_err(|error| Error::new(error.kind(), format!("its plugin.json: {error}")))?;
            let manifest: BundleManifest =
                serde_json::from_slice(&text).map_err(|error| odd(format!("its plugin.json: {error}")))?;
            return judged(manifest);
        }
    }
    Err(odd("it has no plugin.json at its top".into()))
}

/// Ids become parts of addresses and file names, and both are shown: Mattermost's rule for ids (`IsValidPluginId`), and what
/// can stand in a version.
fn judged(manifest: BundleManifest) -> std::io::Result<BundleManifest> {
    let plain = |text: &str, marks: &[u8]| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
    };
    let BundleManifest { id, version } = &manifest;
    if !(3..=190).contains(&id.len()) || !plain(id, b"-_.") {
        return Err(odd(format!("its plugin.json: {:?} is no id of a plugin", Shown::plain(id).as_str())));
    }
    if version.is_empty() || version.len() > 100 || !plain(version, b"-_.+") {
        return Err(odd(format!("its plugin.json: {:?} is no version", Shown::plain(version).as_str())));
    }
    Ok(manifest)
}

/// An archive that ends at our limit was cut by us, and not by whoever made it.
fn exhausted(error: &Error) -> Option<Error> {
    let cut = error.kind() == ErrorKind::UnexpectedEof || error.to_string().contains("EOF");
    cut.then(|| {
        odd(format!(
            "it ends too early, or its plugin.json lies behind {} of others",
            limited::size(UNPACKED)
        ))
    })
}

fn odd(why: String) -> Error {
    Error::new(ErrorKind::InvalidData, why)
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
        let version = "1.2.3".into();
        assert_eq!(bundles, [Bundle { path: good.into(), id: "acme.tool".into(), version, next: None }]);
        let wrong: Vec<_> = problems.iter().map(|problem| problem.wrong.as_str()).collect();
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        for (wrong, part) in
            wrong.iter().zip(["as ", "no plugin.json", "missing field `version`", "gzip", "No such"])
        {
            assert!(wrong.contains(part), "{wrong} lacks {part}");
        }
        assert!(problems.iter().all(|problem| problem.input == "plugins"));
    }

    #[test]
    fn a_plugin_may_have_one_that_takes_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let of = |name: &str, id: &str, version: &str| {
            let manifest = serde_json::json!({ "id": id, "version": version }).to_string();
            bundle(dir.path(), name, "plugin.json", &manifest)
        };
        let [old, new] = ["1.2.3", "1.3.0"].map(|version| of(version, "acme.tool", version));
        let other = of("other", "acme.other", "1.3.0");
        let read = |line: &str| {
            let mut problems = Problems::default();
            let bundles = read(line, &mut problems);
            let wrong: Vec<String> = problems.iter().map(|problem| problem.wrong.clone()).collect();
            (bundles, wrong.join("; "))
        };
        let (bundles, wrong) = read(&format!("{old} => {new}"));
        let next = bundles[0].next.as_ref().unwrap();
        assert_eq!(
            (bundles[0].version.as_str(), next.version.as_str(), wrong.as_str()),
            ("1.2.3", "1.3.0", "")
        );
        for (line, why) in [
            (format!("{old} => {other}"), "the first is the plugin acme.tool, the second is acme.other"),
            (format!("{old} => {old}"), "both are acme.tool 1.2.3, so nothing would be upgraded"),
            (format!("{old} =>"), "it has to be one path, =>, and one path"),
            (format!("=> {new}"), "it has to be one path, =>, and one path"),
            (format!("{old} => {new} => {other}"), "it has to be one path, =>, and one path"),
            (format!("{old} => /no/such.tar.gz"), "/no/such.tar.gz: No such file"),
        ] {
            let (bundles, wrong) = read(&line);
            assert!(bundles.is_empty() && wrong.contains(why), "{line}: {wrong}");
        }
    }

    /// What is wrong with a bundle of these files.
    fn wrong(files: &[(&str, &[u8])]) -> String {
        manifest(tarball::pack(files).unwrap().as_slice()).err().unwrap().to_string()
    }

    #[test]
    fn what_a_bundle_must_not_be_is_told() {
        let odd = |id: &str, version: &str| {
            let text = serde_json::json!({"id": id, "version": version}).to_string();
            wrong(&[("plugin.json", text.as_bytes())])
        };
        for id in ["", "ab", "../../users/me", "a b c", "acme\n::error::", &"x".repeat(191)] {
            assert!(odd(id, "1.0.0").contains("is no id of a plugin"), "{id}");
        }
        for version in ["", "1.0 ", "<script>", &"1".repeat(101)] {
            assert!(odd("acme.tool", version).contains("is no version"), "{version}");
        }
        let deep = format!("{{\"id\": {}", "[".repeat(100_000));
        assert!(wrong(&[("plugin.json", deep.as_bytes())]).contains("its plugin.json: "));
        let large = vec![b' '; (MANIFEST + 1) as usize];
        assert!(wrong(&[("plugin.json", &large)]).contains("its plugin.json: it has more than 1 MiB"));
        let mut problems = Problems::default();
        read("/dev/zero", &mut problems);
        assert!(problems.to_string().contains("it is a device, not a file"), "{problems}");
    }

    #[test]
    fn fuzzed() {
        let tokens = [
            "plugin.json",
            "ustar",
            "\0\0\0\0",
            "././@LongLink",
            "{\"id\":\"acme.tool\",\"version\":\"1.0.0\"}",
            "a/",
            "PaxHeaders",
        ];
        let target = fuzz::Target { name: "bundle", more: &[], tokens: &tokens, part: 0 };
        target.bytes(|bytes| {
            // Nearly every change of a packed file is one of its checksum: what is inside is changed as well.
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
            std::io::Write::write_all(&mut packed, bytes).unwrap();
            for input in [bytes, &packed.finish().unwrap()] {
                if let Ok(found) = manifest(input) {
                    assert!(!found.id.contains(['/', '\n']) && !found.version.is_empty());
                }
            }
        });
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut header = tar::Header::new_gnu();
        header.set_path("zeros").unwrap();
        header.set_size(1 << 40);
        header.set_cksum();
        std::io::copy(&mut header.as_bytes().as_slice(), &mut bomb).unwrap();
        let bomb = bomb.finish().unwrap();
        let error = manifest(bomb.as_slice()).err().unwrap().to_string();
        assert!(error.contains("or its plugin.json lies behind 512 MiB of others"), "{error}");
    }
}
