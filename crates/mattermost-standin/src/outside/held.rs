//! Mails of messages that are held back and sent together, where `EnableEmailBatching` is on (11.x).
//!
//! Simpler than the product: who waits at all waits for the node's next look, however long they wished to, and a cluster may.

use std::sync::Arc;

use crate::db::rows::User;
use crate::db::tables::Tables;
use crate::node::core::NodeCore;
use crate::outside::mail::{Note, post as send};

/// How long who does not wish to wait says that they wait, in seconds.
const AT_ONCE: &str = "30";

/// Whether mails to somebody are held back.
pub(crate) fn waits(node: &NodeCore, tables: &Tables, user: &User) -> bool {
    let wish = (user.id.clone(), "notifications".to_owned(), "email_interval".to_owned());
    node.settings().on("EmailSettings", "EnableEmailBatching")
        && tables.personal.preferences.get(&wish).is_none_or(|wish| wish != AT_ONCE)
}

/// Mails all that is held: one mail for each address.
pub(crate) fn mail(node: &Arc<NodeCore>) {
    let held = node.held.take();
    if held.is_empty() || node.has("held-mail-lost") {
        return;
    }
    let times = if node.has("held-mail-doubled") { 2 } else { 1 };
    let subject = format!("[{}] New Notifications", node.settings().text("TeamSettings", "SiteName"));
    let together = held.into_iter().map(|(to, html)| Note { to, subject: subject.clone(), html });
    send(node, together.flat_map(|note| std::iter::repeat_n(note, times)));
}
