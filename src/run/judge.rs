//! All inputs, judged: `plan` and `run` hear of the same wrong ones, and nothing was created when they do.

use super::blueprint::{self, Blueprint};
use super::today::today;
use super::{attached, fork_guard};
use crate::cluster::AttachedOptions;
use crate::inputs::{Inputs, Surroundings};
use crate::plan::{self, Plan, Problems};
use crate::publish::{Destination, report_folder};
use crate::shown::Shown;

/// Inputs that turned out right.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) plan: Plan,
    pub(crate) subject: Subject,
    /// Where reports go besides the report folder.
    pub(crate) destination: Option<Destination>,
}

/// What is upgraded.
#[derive(Debug)]
pub(crate) enum Subject {
    /// A cluster to build.
    Built(Box<Blueprint>),
    /// A cluster that is there.
    Attached(Box<AttachedOptions>),
}

/// Judges everything that could keep a run from beginning.
///
/// # Errors
/// Every wrong input at once; a fork's head where that is not allowed, and then nothing of it is read.
pub(crate) async fn judge(
    inputs: &Inputs,
    surroundings: &Surroundings,
    run_id: &str,
) -> Result<Judged, Problems> {
    fork_guard::refuse_unsafe_fork(inputs, surroundings)?;
    let mut problems = Problems::default();
    let made = match inputs.attached.is_attached() {
        true => to_attach(inputs).await,
        false => blueprint::read(inputs, run_id)
            .map(|(plan, blueprint)| (plan, Subject::Built(Box::new(blueprint)))),
    };
    let made = made.map_err(|wrong| problems = wrong).ok();
    let keys = &inputs.upload;
    let trusted = !problems.0.iter().any(|problem| problem.input == "ca-bundle");
    // Certificates that were refused would break whoever is to trust them.
    let destination = if trusted { Destination::of(inputs, surroundings, run_id) } else { Ok(None) };
    let destination = destination.unwrap_or_else(|wrong| {
        // One key of two was told already.
        if keys.report_access_key.is_none() && keys.report_secret_key.is_none() {
            problems.0.extend(wrong.0);
        }
        None
    });
    report_folder::judge(&inputs.publishing.report_dir, &mut problems);
    let pairs = inputs.action_mode.pairs.as_str();
    if !pairs.is_empty() {
        let remedy = "Write matrix: true as well, or plan --format matrix, or leave it out.";
        problems.add("pairs", Shown::plain(pairs), "are for a matrix, and this is one run", remedy);
    }
    match made {
        Some((mut plan, subject)) if problems.0.is_empty() => {
            plan.warnings.extend(plan::support(&plan.stable.version, today()));
            Ok(Judged { plan, subject, destination })
        }
        _ => Err(problems),
    }
}

async fn to_attach(inputs: &Inputs) -> Result<(Plan, Subject), Problems> {
    let plan = plan::make(inputs, None)?;
    let options = attached::options(inputs, &plan).await?;
    Ok((plan, Subject::Attached(Box::new(options))))
}
