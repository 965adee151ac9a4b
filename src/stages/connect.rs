//! All nodes are up for the first time: users come to them, they find each other, and their mail and push notifications come to
//! the gate.

use super::clustering::clustering;
use super::session::RunSession;
use super::{front, mail_settings, push_settings};
use crate::event::{Breakage, EventKind};

/// Sees to each of these, and tells what kind of cluster came of it.
pub(super) async fn connect(session: &mut RunSession<'_>) -> Result<(), Breakage> {
    front::leads_to_the_nodes(session).await?;
    session.clustering = clustering(session, session.home()?).await?;
    // Only now, when every node is up: one that starts at this moment might read the settings just before they change.
    session.mail = mail_settings::send_mail_to_the_gate(session, session.home()?).await;
    session.push = push_settings::send_push_to_the_gate(session, session.home()?).await;
    session.events.send(EventKind::ClusterKnown { clustering: session.clustering.clone() });
    Ok(())
}
