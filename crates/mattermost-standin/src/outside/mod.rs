//! What leaves a node for programs that are none of the installation's: calls by HTTP, and mail.

pub(crate) mod call;
pub(crate) mod mail;
