//! What was announced that a ledger will meet.

/// A refusal between the two versions that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeseenRefusal {
    /// What is refused: the name of a handover, `dialog`.
    pub kind: String,
    /// The product's error id.
    pub error: String,
    /// What was announced.
    pub what: String,
    /// Where.
    pub source: String,
}
