//! From an attached cluster, as the inputs describe it, to the cluster.

use std::time::Duration;

use tokio::time::Instant;

use crate::cluster::{AttachedOptions, Leftovers, SiteAdmin, run_command};
use crate::inputs::{Admin, Attached, Problems, own_variables};
use crate::plan::Plan;
use crate::shown::Shown;
use crate::versions::Version;

/// What the gate is told of the cluster.
///
/// # Errors
/// When this machine cannot run commands.
pub(super) async fn options(attached: &Attached, plan: &Plan) -> Result<AttachedOptions, Problems> {
    let withheld = own_variables();
    let deadline = Instant::now() + Duration::from_secs(10);
    if let Err(why) = run_command(":", &[], &withheld, Leftovers::End, &mut |_| (), deadline).await {
        let remedy = "Take the binary out of the image and run it on the machine: docs/attached.md says how.";
        let wrong = format!("cannot be run here: {why}");
        return Err(Problems::of("replace-command", Shown::nothing(), wrong, remedy));
    }
    let at = attached.plan.clone();
    Ok(AttachedOptions {
        nodes: at.nodes.into_iter().map(|node| (node.name, node.url)).collect(),
        balancer: at.balancer,
        replace: at.replace,
        drain: at.drain,
        undrain: at.undrain,
        withheld,
        image: plan.release.image.clone(),
        version: match &plan.release.version {
            Version::Unknown => String::new(),
            known => known.to_string(),
        },
        admin: match attached.admin.clone() {
            Admin::Token(token) => SiteAdmin::Token(token),
            Admin::Password { username, password } => SiteAdmin::Password { username, password },
        },
    })
}
