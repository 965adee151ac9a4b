//! What the user's own test suite reported, as far as reports need it.

use serde::{Deserialize, Serialize};

/// One suite of the user's, from a JUnit file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSuite {
    /// Its name, or that of its file.
    pub name: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Its tests, in the order of the file.
    pub tests: Vec<UserTest>,
}

/// One test of the user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserTest {
    /// Its class; may be empty.
    pub class: String,
    /// Its name.
    pub name: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How it ended.
    pub end: UserEnd,
}

/// How a test of the user's ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum UserEnd {
    /// It passed.
    Passed,
    /// It failed, or could not be run to its end.
    Failed {
        /// Its message, in one line.
        message: String,
        /// What it said besides; may be empty.
        text: String,
    },
    /// It was skipped.
    Skipped {
        /// Why; may be empty.
        message: String,
    },
}

/// How many tests ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserCounts {
    /// All of them.
    pub tests: usize,
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Skipped.
    pub skipped: usize,
}

impl UserCounts {
    /// The counts of several suites together.
    #[must_use]
    pub fn of(suites: &[UserSuite]) -> Self {
        let mut counts = Self::default();
        for test in suites.iter().flat_map(|suite| &suite.tests) {
            counts.tests += 1;
            match test.end {
                UserEnd::Passed => counts.passed += 1,
                UserEnd::Failed { .. } => counts.failed += 1,
                UserEnd::Skipped { .. } => counts.skipped += 1,
            }
        }
        counts
    }
}

impl UserTest {
    /// Class and name, as people say them: `login › a wrong password is refused`.
    #[must_use]
    pub fn label(&self) -> String {
        if self.class.is_empty() || self.name.contains(&self.class) {
            self.name.clone()
        } else {
            format!("{} › {}", self.class, self.name)
        }
    }
}
