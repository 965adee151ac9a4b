//! Imports between rooms go downwards only.

use super::source::Named;
use super::tree::{File, Finding, Tree};

/// The house: which room may import which.
#[derive(Debug, Clone, Copy)]
pub(super) struct House<'a> {
    /// Rooms by floor, from the top; those of one floor do not know each other.
    pub(super) floors: &'a [&'a [&'a str]],
    /// Crates that only some rooms may name, by their names in the gate.
    pub(super) doors: &'a [(&'a str, &'a [&'a str])],
}

impl House<'_> {
    fn floor(&self, room: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&room))
    }

    fn allows(&self, from: &str, to: &str) -> bool {
        from == to || matches!((self.floor(from), self.floor(to)), (Some(from), Some(to)) if from < to)
    }
}

/// Imports that go up or sideways, and rooms that have no floor.
pub(super) fn floors(tree: &Tree, house: House<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with("src/") && !file.room().is_empty()) {
        // Tests of many rooms are no room: they may see everything, and nothing stands on them.
        if !house.floor(file.room()).is_some() && !file.path.starts_with("src/tests/") {
            let what = format!("the room {} has no floor", file.room());
            found.push(file.finding(1, what, "Give it one in tests/it/architecture.rs and ARCHITECTURE.md"));
        }
    }
    for (file, named, meant) in tree.imports() {
        // The crate's own root has only the doors to the rooms.
        if house.floor(file.room()).is_some()
            && !meant.room().is_empty()
            && !house.allows(file.room(), meant.room())
        {
            let (from, to) = (file.room(), meant.room());
            let what = format!("{from} imports {}, and {to} is not below {from}", named.parts.join("::"));
            found.push(file.finding(
                named.line,
                what,
                "Move the name down to a room that both stand on, or hand it in as an argument",
            ));
        }
    }
    for file in tree.files.iter().filter(|file| house.floor(file.room()).is_some()) {
        found.extend(file.paths.iter().filter_map(|named| through_a_door(file, named, house)));
    }
    found
}

/// A crate that this room may not name, whichever way it names it.
fn through_a_door(file: &File, named: &Named, house: House<'_>) -> Option<Finding> {
    let parts: Vec<&str> = named.parts.iter().map(String::as_str).collect();
    let (door, rooms) = house.doors.iter().find(|(door, _)| match parts.as_slice() {
        ["crate" | "upgrade_gate", second, ..] => second == door,
        _ => false,
    })?;
    let what = format!(
        "{} imports {}, and only {} may know {door}",
        file.room(),
        parts.join("::"),
        rooms.join(", ")
    );
    (!rooms.contains(&file.room()))
        .then(|| file.finding(named.line, what, "Send an event, or hand it in as an argument"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSE: House<'_> = House {
        floors: &[&["main"], &["cli"], &["checks"], &["docker", "standin"], &["event"]],
        doors: &[("report", &["cli"])],
    };

    fn lines(files: &[(&str, &str)]) -> Vec<String> {
        let all = ["main", "cli", "checks", "docker", "standin", "event"];
        let mut tree: Vec<(String, &str)> =
            files.iter().map(|(path, text)| ((*path).to_owned(), *text)).collect();
        let others = all.map(|room| format!("src/{room}.rs"));
        let others = others.into_iter().filter(|path| !files.iter().any(|(given, _)| given == path));
        tree.extend(others.map(|path| (path, "")));
        let found = floors(&Tree::new(&tree), HOUSE);
        found.iter().map(|finding| format!("{}:{}", finding.file, finding.line)).collect()
    }

    #[test]
    fn downwards_is_fine() {
        assert_eq!(lines(&[("src/checks.rs", "use crate::{docker::D, event::E};")]), [""; 0]);
        assert_eq!(lines(&[("src/cli.rs", "use crate::report; fn f() { crate::report::r() }")]), [""; 0]);
        let test = "#[cfg(test)]\nmod tests { use crate::checks::C; }";
        assert_eq!(lines(&[("src/event.rs", test), ("src/event/tests.rs", "use crate::cli::C;")]), [""; 0]);
    }

    #[test]
    fn upwards_sideways_and_through_a_closed_door_is_not() {
        assert_eq!(lines(&[("src/event.rs", "\nuse std::fmt;\nuse crate::docker::D;")]), ["src/event.rs:3"]);
        assert_eq!(lines(&[("src/docker.rs", "use super::standin::S;")]), ["src/docker.rs:1"]);
        assert_eq!(lines(&[("src/event.rs", "fn f() {\n crate::cli::g() }")]), ["src/event.rs:2"]);
        assert_eq!(lines(&[("src/checks.rs", "use crate::{event, report::R};")]), ["src/checks.rs:1"]);
        assert_eq!(lines(&[("src/cellar.rs", "use crate::cli;")]), ["src/cellar.rs:1"]);
    }
}
