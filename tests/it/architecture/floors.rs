//! Imports between rooms go downwards only.

use super::tree::{Finding, Tree};

/// The house: which room may import which.
#[derive(Debug, Clone, Copy)]
pub(super) struct House<'a> {
    /// Rooms by floor, from the top; those of one floor do not know each other.
    pub(super) floors: &'a [&'a [&'a str]],
    /// Rooms beside the floors, each with all the rooms that it may import.
    pub(super) beside: &'a [(&'a str, &'a [&'a str])],
    /// The rooms where everything meets: they may import the rooms beside the floors.
    pub(super) meeting: &'a [&'a str],
}

impl House<'_> {
    fn knows(&self, room: &str) -> bool {
        self.floor(room).is_some() || self.beside.iter().any(|(name, _)| *name == room)
    }

    fn floor(&self, room: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&room))
    }

    fn allows(&self, from: &str, to: &str) -> bool {
        if from == to {
            return true;
        }
        if let Some((_, below)) = self.beside.iter().find(|(name, _)| *name == from) {
            return below.contains(&to);
        }
        match (self.floor(from), self.floor(to)) {
            (Some(from), Some(to)) => from < to,
            (Some(_), None) => self.meeting.contains(&from),
            (None, _) => false,
        }
    }
}

/// Imports that go up or sideways, and rooms that have no floor.
pub(super) fn floors(tree: &Tree, house: House<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with("src/") && !file.room().is_empty()) {
        // Tests of many rooms are no room: they may see everything, and nothing stands on them.
        if !house.knows(file.room()) && !file.path.starts_with("src/tests/") {
            let what = format!("the room {} has no floor", file.room());
            found.push(file.finding(1, what, "Give it one in tests/it/architecture.rs and ARCHITECTURE.md"));
        }
    }
    for (file, named, meant) in tree.imports() {
        // The crate's own root has only the doors to the rooms.
        if house.knows(file.room()) && !meant.room().is_empty() && !house.allows(file.room(), meant.room()) {
            let (from, to) = (file.room(), meant.room());
            let what = format!("{from} imports {}, and {to} is not below {from}", named.parts.join("::"));
            found.push(file.finding(
                named.line,
                what,
                "Move the name down to a room that both stand on, or hand it in as an argument",
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSE: House<'_> = House {
        floors: &[&["main"], &["cli"], &["checks"], &["docker", "standin"], &["event"]],
        beside: &[("record", &["event"]), ("report", &["record"])],
        meeting: &["main", "cli"],
    };

    fn lines(files: &[(&str, &str)]) -> Vec<String> {
        let all = ["main", "cli", "checks", "docker", "standin", "event", "record", "report"];
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
        assert_eq!(lines(&[("src/cli.rs", "use crate::report; fn f() { crate::record::r() }")]), [""; 0]);
        assert_eq!(lines(&[("src/report.rs", "use crate::record::R;")]), [""; 0]);
        let test = "#[cfg(test)]\nmod tests { use crate::checks::C; }";
        assert_eq!(lines(&[("src/event.rs", test), ("src/event/tests.rs", "use crate::cli::C;")]), [""; 0]);
    }

    #[test]
    fn upwards_sideways_and_into_the_reports_is_not() {
        assert_eq!(lines(&[("src/event.rs", "\nuse std::fmt;\nuse crate::docker::D;")]), ["src/event.rs:3"]);
        assert_eq!(lines(&[("src/docker.rs", "use super::standin::S;")]), ["src/docker.rs:1"]);
        assert_eq!(lines(&[("src/event.rs", "fn f() {\n crate::cli::g() }")]), ["src/event.rs:2"]);
        assert_eq!(lines(&[("src/checks.rs", "use crate::{event, record::R};")]), ["src/checks.rs:1"]);
        assert_eq!(lines(&[("src/report.rs", "use crate::docker;")]), ["src/report.rs:1"]);
        assert_eq!(lines(&[("src/report.rs", "use crate::event;")]), ["src/report.rs:1"]);
        assert_eq!(lines(&[("src/cellar.rs", "use crate::cli;")]), ["src/cellar.rs:1"]);
    }
}
