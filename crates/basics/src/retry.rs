//! See [`crate::wait`].

pub use crate::wait::until_ok as until;
