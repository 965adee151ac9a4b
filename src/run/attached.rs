//! From the inputs of an attached cluster to the cluster.

use std::time::Duration;

use tokio::time::Instant;

use crate::cluster::{AttachedOptions, Leftovers, SiteAdmin, run_command};
use crate::inputs::Inputs;
use crate::plan::{Plan, Problems};
use crate::shown::Shown;
use crate::versions::Version;

/// What the gate is told of the cluster; the plan has judged it already.
///
/// # Errors
/// When this machine cannot run commands.
pub(crate) async fn options(inputs: &Inputs, plan: &Plan) -> Result<AttachedOptions, Problems> {
    let given = &inputs.attached;
    let mut problems = Problems::default();
    let deadline = Instant::now() + Duration::from_secs(10);
    if let Err(why) = run_command(":", &[], Leftovers::End, &mut |_| (), deadline).await {
        let remedy = "Take the binary out of the image and run it on the machine: docs/attached.md says how.";
        problems.add("replace-command", Shown::nothing(), format!("cannot be run here: {why}"), remedy);
        return Err(problems);
    }
    let Some(attached) = plan.attached.clone() else { return Err(problems) };
    Ok(AttachedOptions {
        nodes: attached.nodes.into_iter().map(|node| (node.name, node.url)).collect(),
        balancer: attached.balancer,
        replace: attached.replace,
        drain: attached.drain,
        undrain: attached.undrain,
        image: plan.release.image.clone(),
        version: match &plan.release.version {
            Version::Unknown => String::new(),
            known => known.to_string(),
        },
        admin: match (&given.admin_token, &given.admin_password) {
            (Some(token), _) => SiteAdmin::Token(token.clone()),
            (None, password) => SiteAdmin::Password {
                username: given.admin_username.clone(),
                password: password.clone().unwrap_or_default(),
            },
        },
    })
}
