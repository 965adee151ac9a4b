//! What leaves a node for programs that are none of the installation's: calls by HTTP, mail, and push notifications.

pub(crate) mod call;
pub(crate) mod held;
pub(crate) mod mail;
pub(crate) mod notices;
pub(crate) mod push;
