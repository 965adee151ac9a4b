//! The examples that mutations start from.

use std::path::PathBuf;

/// All files of a parser's folder and of the others, sorted by path; `folder/*.json` are those of a folder that end so.
pub(super) fn read(name: &str, more: &[&str]) -> Vec<Vec<u8>> {
    let root = super::findings::project().join("tests");
    let own = format!("fixtures/corpus/{name}");
    let mut paths = Vec::new();
    for folder in std::iter::once(own.as_str()).chain(more.iter().copied()) {
        let (folder, end) = folder.split_once("/*").unwrap_or((folder, ""));
        let entries = std::fs::read_dir(root.join(folder));
        let entries = entries.unwrap_or_else(|error| panic!("the corpus {folder}: {error}"));
        let fits = |path: &PathBuf| path.is_file() && path.to_string_lossy().ends_with(end);
        paths.extend(entries.map(|entry| entry.unwrap().path()).filter(fits));
    }
    paths.sort();
    assert!(!paths.is_empty(), "{name} has no example");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}
