//! No files import each other in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::tree::{Finding, Tree};

const REMEDY: &str = "Import the sibling itself, or move what both need to a file of its own: a child takes nothing \
                      from a mod.rs that imports from the child";

type Imports<'a> = BTreeMap<&'a str, BTreeMap<&'a str, (usize, String)>>;

/// For every file in a circle its shortest one; a circle that several files share is found once.
pub(super) fn circles(tree: &Tree) -> Vec<Finding> {
    let mut imports = Imports::new();
    // The crate's own root only names what others may use of it: nothing stands on what it names.
    for (file, named, meant) in tree.imports().filter(|(file, ..)| !file.is_root()) {
        let import = || (named.line, named.parts.join("::"));
        imports.entry(&file.path).or_default().entry(&meant.path).or_insert_with(import);
    }
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for start in imports.keys() {
        let Some(ring) = shortest(&imports, start) else { continue };
        let mut members = ring.clone();
        members.sort_unstable();
        if !told.insert(members) {
            continue;
        }
        let steps = ring.iter().zip(ring.iter().cycle().skip(1)).map(|(from, to)| {
            let (line, path) = &imports[from][to];
            format!("\n    {from}:{line} imports {path} of {to}")
        });
        let what = format!("{} files import each other in a circle{}", ring.len(), steps.collect::<String>());
        let next = ring.get(1).unwrap_or(start);
        found.push(Finding { file: (*start).to_owned(), line: imports[start][next].0, what, remedy: REMEDY });
    }
    found
}

/// The files on the shortest way from `start` back to it.
fn shortest<'a>(imports: &Imports<'a>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for to in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if came_from.contains_key(to) {
                continue;
            }
            came_from.insert(to, file);
            next.push_back(to);
        }
    }
    let mut ring = vec![start];
    let mut at = *came_from.get(start)?;
    while at != start {
        ring.push(at);
        at = came_from[at];
    }
    ring[1..].reverse();
    Some(ring)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        circles(&Tree::new(files))
            .iter()
            .map(|finding| format!("{}:{}", finding.file, finding.line))
            .collect()
    }

    #[test]
    fn a_child_that_imports_its_sibling_is_fine() {
        let files = [
            ("src/a/mod.rs", "mod b; mod c; pub use b::B; pub use c::C;"),
            ("src/a/b.rs", "use super::c::C; #[cfg(test)] mod tests { use super::super::B; }"),
            ("src/a/c.rs", ""),
        ];
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn a_child_that_imports_from_its_parent_what_the_parent_imports_is_a_circle() {
        let files = [
            ("src/a/mod.rs", "mod b; mod c; pub use b::B;\npub use c::C;"),
            ("src/a/b.rs", "\n\nuse super::C;"),
            ("src/a/c.rs", ""),
        ];
        assert_eq!(found(&files), ["src/a/b.rs:3"]);
    }

    #[test]
    fn long_circles_are_found_and_told_apart() {
        let files = [
            ("src/a.rs", "use crate::b::B;"),
            ("src/b.rs", "use crate::c::C; use crate::x::X;"),
            ("src/c.rs", "fn f() { crate::a::g() }"),
            ("src/x.rs", "use crate::y::Y;"),
            ("src/y.rs", "use super::{z, x::X};"),
            ("src/z.rs", ""),
        ];
        assert_eq!(found(&files), ["src/a.rs:1", "src/x.rs:1"]);
        let text = circles(&Tree::new(&files))[1].to_string();
        assert!(text.contains("src/y.rs:1 imports super::x::X of src/x.rs"), "{text}");
        assert!(!text.contains("src/z.rs"), "{text}");
    }
}
