//! All source files together: which file a path means.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::source::{self, Named, Token};

/// Where a path of our own can start.
const ROOTS: [&str; 4] = ["crate", "upgrade_gate", "super", "self"];

/// A source file.
#[derive(Debug)]
pub(super) struct File {
    /// From the project's folder on, with `/`: `src/plan/mod.rs`.
    pub(super) path: String,
    pub(super) text: String,
    /// Everything, tests too.
    pub(super) tokens: Vec<Token>,
    /// What the code names outside tests; nothing for a file of tests.
    pub(super) paths: Vec<Named>,
    /// The module it is; nothing for `lib.rs`, `main` for `main.rs`.
    module: Vec<String>,
}

/// What is wrong, where, and what to do.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) what: String,
    pub(super) remedy: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n  → {}", self.file, self.line, self.what, self.remedy)
    }
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        let tokens = source::tokens(text);
        let tests = path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/");
        let paths = if tests { Vec::new() } else { source::paths(&source::without_tests(&tokens)) };
        Self { path: path.to_owned(), text: text.to_owned(), tokens, paths, module: module(path) }
    }

    /// The top module it belongs to; empty for `lib.rs`.
    pub(super) fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    /// Something that is wrong in this file.
    pub(super) fn finding(&self, line: usize, what: String, remedy: &'static str) -> Finding {
        Finding { file: self.path.clone(), line, what, remedy }
    }
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`.
fn module(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// Source files by their paths.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    modules: BTreeMap<Vec<String>, usize>,
}

impl Tree {
    /// A tree of made-up or real files, each a path and its text.
    pub(super) fn new<P: AsRef<str>, T: AsRef<str>>(files: &[(P, T)]) -> Self {
        let files: Vec<_> =
            files.iter().map(|(path, text)| File::new(path.as_ref(), text.as_ref())).collect();
        let modules = files.iter().enumerate().filter(|(_, file)| file.path.starts_with("src/"));
        let modules = modules.map(|(number, file)| (file.module.clone(), number)).collect();
        Self { files, modules }
    }

    /// The Rust files of this project below `folders`.
    pub(super) fn of_project(folders: &[&str]) -> Self {
        let mut files = Vec::new();
        for folder in folders {
            read(Path::new(env!("CARGO_MANIFEST_DIR")), folder, &mut files);
        }
        files.sort();
        Self::new(&files)
    }

    /// The Rust files of one of the crates below the gate.
    pub(super) fn of_crate(name: &str) -> Self {
        let mut files = Vec::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(name), "src", &mut files);
        files.sort();
        Self::new(&files)
    }

    /// The file whose module `named` is or lies in, if it is one of ours.
    ///
    /// A name that a `mod.rs` takes from elsewhere is one of that `mod.rs`: whoever imports it depends on both.
    pub(super) fn meant(&self, file: &File, named: &Named) -> Option<&File> {
        let first = named.parts.first()?.as_str();
        // The `super` of `pub(super)` names nothing of it.
        if named.parts.iter().all(|part| ROOTS.contains(&part.as_str())) && !named.imported {
            return None;
        }
        let mut full: Vec<&str> = match first {
            "crate" | "upgrade_gate" => Vec::new(),
            "super" | "self" => {
                let ups = named.parts.iter().filter(|part| *part == "super").count();
                // Of the `super`s in an inline module, the first ones end at the file itself.
                let ups = ups.saturating_sub(named.depth);
                file.module.iter().map(String::as_str).take(file.module.len().checked_sub(ups)?).collect()
            }
            // In Rust 2024 a child's name may start a path; a single word could be a variable of that name.
            _ if named.imported || named.parts.len() > 1 => {
                let child: Vec<_> = file.module.iter().cloned().chain([first.to_owned()]).collect();
                self.modules.get(&child)?;
                let here = file.module.iter().map(String::as_str);
                here.chain([first]).collect()
            }
            _ => return None,
        };
        let own = named.parts.iter().map(String::as_str).skip_while(|part| ROOTS.contains(part));
        full.extend(own.skip(usize::from(!ROOTS.contains(&first))));
        loop {
            let module: Vec<String> = full.iter().map(|part| (*part).to_owned()).collect();
            if let Some(number) = self.modules.get(&module) {
                return Some(&self.files[*number]);
            }
            full.pop()?;
        }
    }

    /// Every import of one of our files by another: who, which path, whom.
    pub(super) fn imports(&self) -> impl Iterator<Item = (&File, &Named, &File)> {
        let sources = self.files.iter().filter(|file| file.path.starts_with("src/"));
        let all = sources.flat_map(|file| file.paths.iter().map(move |named| (file, named)));
        let ours = all.filter_map(|(file, named)| Some((file, named, self.meant(file, named)?)));
        ours.filter(|(file, _, meant)| file.path != meant.path)
    }
}

/// Which of `ours` a crate below the gate depends on, outside its tests.
pub(super) fn stands_on<'a>(name: &str, ours: &[&'a str]) -> Vec<&'a str> {
    let folder = if name == "." { name.to_owned() } else { format!("crates/{name}") };
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let names =
        lines.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split(['.', ' ']).next());
    names.filter_map(|name| ours.iter().find(|known| **known == name).copied()).collect()
}

fn read(root: &Path, folder: &str, files: &mut Vec<(String, String)>) {
    let entries = std::fs::read_dir(root.join(folder)).unwrap();
    for entry in entries.map(Result::unwrap) {
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read(root, &path, files);
        } else if path.ends_with(".rs") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            files.push((path, text));
        }
    }
}

#[test]
fn paths_lead_to_files() {
    let tree = Tree::new(&[
        ("src/lib.rs", "pub mod a;"),
        ("src/main.rs", "fn main() { upgrade_gate::a::run() }"),
        ("src/a/mod.rs", "pub use b::B; use c::{d::D, self}; fn f(b: u8) { b; c::g() }"),
        (
            "src/a/b.rs",
            "use super::{c, c::d::D as E}; use super::F; #[cfg(test)] mod tests { use crate::a::c; }",
        ),
        (
            "src/a/c/mod.rs",
            "use std::fmt; use super::super::a::b; mod inline { use super::super::b::X; use super::Y; }",
        ),
        ("src/a/c/d.rs", "use crate::a::b::B; pub(super) fn f() { crate::g() }"),
        ("src/a/tests.rs", "use super::b;"),
    ]);
    let found: Vec<_> =
        tree.imports().map(|(file, _, meant)| format!("{} {}", file.path, meant.path)).collect();
    let wanted = [
        "src/main.rs src/a/mod.rs",
        "src/a/mod.rs src/a/b.rs",
        "src/a/mod.rs src/a/c/d.rs",
        "src/a/mod.rs src/a/c/mod.rs",
        "src/a/mod.rs src/a/c/mod.rs",
        "src/a/b.rs src/a/c/mod.rs",
        "src/a/b.rs src/a/c/d.rs",
        "src/a/b.rs src/a/mod.rs",
        "src/a/c/mod.rs src/a/b.rs",
        "src/a/c/mod.rs src/a/b.rs",
        "src/a/c/d.rs src/a/b.rs",
        "src/a/c/d.rs src/lib.rs",
    ];
    assert_eq!(found, wanted);
}
