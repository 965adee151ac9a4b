//! After the run: outputs, step summary, annotations and the pull request's comment. Nothing here changes the verdict.

use std::path::Path;
use std::time::Duration;

use super::ending::Ending;
use super::outside;
use super::say::say;
use crate::github::{self, Context, Notice, Patience, Published};
use crate::inputs::{Inputs, Surroundings};
use crate::record::Record;
use crate::report;
use crate::verdict::Verdict;

/// Tells the runner what it must never show, before anything else is printed.
pub(super) fn mask(secrets: &[String]) {
    let mut out = std::io::stdout().lock();
    for secret in secrets {
        let _ = github::add_mask(&mut out, secret);
    }
}

/// The GitHub job that we are part of, if any.
pub(super) fn context(surroundings: &Surroundings) -> Option<Context> {
    let event = surroundings.github.get("GITHUB_EVENT_PATH").and_then(|path| std::fs::read(path).ok());
    let event = event.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Context::read(&surroundings.github, event.as_ref())
}

/// Publishes where the surroundings are GitHub's; elsewhere the report folder is all.
pub(super) async fn publish(
    ending: &Ending,
    inputs: &Inputs,
    report_dir: &Path,
    surroundings: &Surroundings,
) {
    let Some(context) = context(surroundings) else {
        if inputs.comment == "always" {
            say("note: there is no comment, because this is no GitHub runner (GITHUB_REPOSITORY is not set)");
        }
        return;
    };
    files(&ending.record, &ending.verdict, &context, report_dir);
    {
        let mut out = std::io::stdout().lock();
        let file = inputs.compose_file.lines().map(str::trim).find(|line| !line.is_empty());
        let _ = github::annotate(&mut out, &github::annotations(&ending.record, &ending.verdict, file));
    }
    if inputs.comment != "never" {
        comment(ending, inputs, &context).await;
    }
}

/// The files that the runner named: outputs and step summary. Once a run: both are added to, not replaced.
pub(super) fn files(record: &Record, verdict: &Verdict, context: &Context, report_dir: &Path) {
    if let Some(file) = &context.output_file {
        for (name, value) in github::outputs(record, verdict, report_dir) {
            if let Err(why) = github::set_output(file, name, &value) {
                say(&format!("note: the output {name} is not set: {why}"));
            }
        }
    }
    if let Some(file) = &context.summary_file {
        let summary = report::summary(record, verdict);
        if let Err(why) = github::append_summary(file, &summary) {
            say(&format!("note: {why}"));
        }
    }
}

async fn comment(ending: &Ending, inputs: &Inputs, context: &Context) {
    let (Some(token), always) = (&inputs.github_token, inputs.comment == "always") else {
        if inputs.comment == "always" {
            say("note: there is no comment, because the input github-token is empty");
        }
        return;
    };
    let nobody = matches!(context.pull, github::Pull::None(_));
    if nobody && !always {
        return;
    }
    let client = match outside::client(&inputs.ca_bundle, Duration::from_secs(20)) {
        Ok(client) => client,
        Err(why) => return say(&format!("note: there is no comment, because {why}")),
    };
    let text = report::comment(&ending.record, &ending.verdict);
    match github::publish(client, token, context, &context.id, &text, Patience::default()).await {
        Published::Written { url } => say(&format!("comment: {url}")),
        Published::Unchanged { url } => say(&format!("comment: unchanged, {url}")),
        Published::Skipped { notice } => skipped(&notice),
    }
}

fn skipped(notice: &Notice) {
    let annotation = github::Annotation {
        level: github::Level::Notice,
        title: "no pull request comment".into(),
        message: notice.to_string(),
        file: None,
        line: None,
    };
    let _ = github::annotate(&mut std::io::stdout().lock(), &[annotation]);
}
