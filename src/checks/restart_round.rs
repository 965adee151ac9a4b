//! The rounds of a check that wants the nodes restarted.

/// Which run of a check with an environment of its own this is; every other check knows only the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartRound {
    /// The nodes are as they were.
    Before,
    /// Every node was restarted with the check's environment, one after the other.
    With,
    /// Every node was restarted without it again.
    After,
}
