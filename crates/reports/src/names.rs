//! How cases are called in `junit.xml`.

use super::cases::Case;

/// What the names of cases are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Names {
    /// For people: the check, the phase, the part that broke.
    #[default]
    Plain,
    /// For test management: names that begin with the case's key and the number of a line, by which Zephyr maps them.
    Zephyr,
}

impl Names {
    /// The name of a case.
    pub(crate) fn of(self, case: &Case) -> String {
        match self {
            Self::Plain => case.name.clone(),
            Self::Zephyr => case.keyed_name(),
        }
    }
}
