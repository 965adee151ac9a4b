//! A node that did not come back to stable: what the run carries along until its stage has told it.

use crate::trouble::Trouble;

/// Which one, and why.
#[derive(Debug)]
pub(super) struct Stranded {
    pub(super) node: String,
    pub(super) trouble: Trouble,
}
