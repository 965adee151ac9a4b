//! All inputs, judged: `plan` and `run` hear of the same wrong ones, and nothing was created when they do.

use super::blueprint::{self, Blueprint};
use super::today::today;
use super::{attached, fork_guard};
use crate::cluster::AttachedOptions;
use crate::inputs::{Attached, Inputs, Problems, Settings, Surroundings};
use crate::plan::{self, Plan};
use crate::publish::{Destination, report_folder};
use crate::shown::Shown;
use crate::storage::Bucket;

/// Inputs that turned out right.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) settings: Settings,
    pub(crate) plan: Plan,
    pub(crate) subject: Subject,
    /// Where reports go besides the report folder.
    pub(crate) destination: Option<Destination>,
    /// What the site's objects are read from, where they are in a bucket.
    pub(crate) site_bucket: Option<Bucket>,
}

/// What is upgraded.
#[derive(Debug)]
pub(crate) enum Subject {
    /// A cluster to build.
    Built(Box<Blueprint>),
    /// A cluster that is there already.
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
    let mut wrong = Problems::default();
    let settings = inputs.judge(&mut wrong);
    // Certificates that were refused would break whoever is to trust them.
    let trusted = !wrong.iter().any(|problem| problem.input == "ca-bundle");
    let mut problems = Problems::default();
    let made = match &settings.attached {
        Some(attached) => to_attach(&settings, attached, wrong).await,
        None => blueprint::read(&settings, run_id, wrong)
            .map(|(plan, blueprint)| (plan, Subject::Built(Box::new(blueprint)))),
    };
    let made = made.map_err(|wrong| problems = wrong).ok();
    let ca_bundle = &settings.publishing.ca_bundle;
    let upload = settings.upload.as_ref().filter(|_| trusted);
    let destination = upload.map(|upload| Destination::of(upload, ca_bundle, surroundings, run_id));
    let destination = destination.transpose().unwrap_or_else(|wrong| {
        problems.extend(wrong);
        None
    });
    let site_bucket = site_bucket(&settings, surroundings).await.unwrap_or_else(|wrong| {
        problems.extend(wrong);
        None
    });
    report_folder::judge(&settings.publishing.report_dir, &mut problems);
    let pairs = inputs.action_mode.pairs.as_str();
    if !pairs.is_empty() {
        let remedy = "Write matrix: true as well, or plan --format matrix, or leave it out.";
        problems.add("pairs", Shown::plain(pairs), "are for a matrix, and this is one run", remedy);
    }
    match made {
        Some((mut plan, subject)) if problems.is_empty() => {
            plan.warnings.extend(plan::support(&plan.stable.version, today()));
            Ok(Judged { settings, plan, subject, destination, site_bucket })
        }
        _ => Err(problems),
    }
}

/// The bucket with the site's objects, once it has answered.
async fn site_bucket(settings: &Settings, surroundings: &Surroundings) -> Result<Option<Bucket>, Problems> {
    let Some(given) = &settings.site_bucket else { return Ok(None) };
    let prefix = if given.prefix.is_empty() { String::new() } else { format!("{}/", given.prefix) };
    let bucket = given.open(prefix, &settings.publishing.ca_bundle, &surroundings.aws)?;
    let told = |wrong: &str, remedy: &str| {
        let value = format!("s3://{}", given.bucket);
        Err(Problems::of("store-dump", Shown::plain(&value), wrong, remedy))
    };
    match bucket.exists().await {
        Ok(true) => Ok(Some(bucket)),
        Ok(false) => told("is not there", "Correct its name, or the store in store-dump-endpoint."),
        Err(error) => {
            told(&format!("cannot be read: {}", error.cause), &format!("To mend it, {}.", error.remedy))
        }
    }
}

async fn to_attach(
    settings: &Settings,
    attached: &Attached,
    wrong: Problems,
) -> Result<(Plan, Subject), Problems> {
    let plan = plan::of_settings(settings, None, wrong)?;
    let options = attached::options(attached, &plan).await?;
    Ok((plan, Subject::Attached(Box::new(options))))
}
