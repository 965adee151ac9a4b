//! The case: MM-T5392, "server upgrades from last stable to release version", line by line.
//!
//! Every check names the lines it covers and every report shows the lines with their results. The titles
//! are our own words; the ids are the map's keys and never change.

/// The case's key in Mattermost's test management.
pub const KEY: &str = "MM-T5392";

/// Which part of the case a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Step 1: the stable side.
    Stable,
    /// Step 2: the release side.
    Release,
    /// What the case expects of the whole.
    Expected,
}

/// One line of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its id, such as `S1.2b`.
    pub id: &'static str,
    /// What it asks, in one line.
    pub title: &'static str,
    /// The part of the case it belongs to.
    pub step: Step,
}

const fn stable(id: &'static str, title: &'static str) -> Line {
    Line { id, title, step: Step::Stable }
}

const fn release(id: &'static str, title: &'static str) -> Line {
    Line { id, title, step: Step::Release }
}

const fn expected(id: &'static str, title: &'static str) -> Line {
    Line { id, title, step: Step::Expected }
}

/// All lines, in the order of the case.
pub const LINES: &[Line] = &[
    stable("S1.1", "several servers on the stable version share one database and keep files in S3"),
    stable("S1.2a", "every server reports the right version and build hash"),
    stable("S1.2b", "the database is migrated completely"),
    stable("S1.2c", "the expected plugins are installed in the expected versions"),
    stable("S1.2d", "products are active or inactive as configured"),
    stable("S1.3a", "users can be created"),
    stable("S1.3b", "channels of every kind can be created"),
    stable("S1.3c", "teams can be created"),
    stable("S1.3d", "users log in and out, and a closed session is closed everywhere"),
    stable("S1.4a", "plugins can be switched on and off"),
    stable("S1.4b", "plugins can be installed, replaced and removed"),
    stable("S1.5", "products can be switched on and off without losing their data"),
    stable("S1.6", "feature flags can be switched on and off"),
    release("S2.0", "the servers are upgraded to the release version"),
    release("S2.1", "users log in and out, and earlier sessions go on"),
    release("S2.2a", "users can be created"),
    release("S2.2b", "users can be added to teams and channels"),
    release("S2.2c", "invitations arrive by mail and can be redeemed"),
    release("S2.3", "the system configuration can be changed, and every server sees it"),
    release("S2.4", "posts can be sent and edited, and others see them"),
    release("S2.5", "Boards: cards are created, seen and moved"),
    release("S2.6", "Playbooks: a run is started, worked on and finished"),
    release("S2.7", "Calls: a call is started and ended"),
    release("S2.8", "Apps and integrations can be installed and used"),
    release("S2.9", "Cloud: a customer's web server is subscribed to and answers"),
    expected("E1", "nothing got worse: what worked on stable works on release"),
    expected("E2", "sanity and smoke checks pass while the servers start"),
    expected("E3", "the comprehensive automated tests pass on the release version"),
];

/// The line with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Line> {
    LINES.iter().find(|line| line.id == id)
}

/// The number of a line among all, from 1: what test management knows it by, as in `MM-T5392_1`. It never moves.
#[must_use]
pub fn number(id: &str) -> Option<usize> {
    LINES.iter().position(|line| line.id == id).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found() {
        for (index, line) in LINES.iter().enumerate() {
            assert_eq!(find(line.id), Some(line));
            assert!(LINES[index + 1..].iter().all(|other| other.id != line.id), "{} twice", line.id);
            assert!(!line.title.is_empty());
        }
        assert_eq!(find("S9.9"), None);
    }

    #[test]
    fn an_id_says_which_step_it_belongs_to() {
        for line in LINES {
            let prefix = match line.step {
                Step::Stable => "S1.",
                Step::Release => "S2.",
                Step::Expected => "E",
            };
            assert!(line.id.starts_with(prefix), "{}", line.id);
        }
        assert_eq!(LINES.len(), 28);
    }

    /// Test management has results by these numbers: a line may get the next one, and none may get another's.
    #[test]
    fn numbers_never_move() {
        let told = "S1.1=1 S1.2a=2 S1.2b=3 S1.2c=4 S1.2d=5 S1.3a=6 S1.3b=7 S1.3c=8 S1.3d=9 S1.4a=10 S1.4b=11 S1.5=12 \
                    S1.6=13 S2.0=14 S2.1=15 S2.2a=16 S2.2b=17 S2.2c=18 S2.3=19 S2.4=20 S2.5=21 S2.6=22 S2.7=23 S2.8=24 \
                    S2.9=25 E1=26 E2=27 E3=28";
        for pair in told.split_whitespace() {
            let (id, known) = pair.split_once('=').unwrap();
            assert_eq!(number(id), known.parse().ok(), "{id}");
        }
        assert_eq!(told.split_whitespace().count(), LINES.len(), "a new line gets its number here");
        assert_eq!(number("S9.9"), None);
    }
}
