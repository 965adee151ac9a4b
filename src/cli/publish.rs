//! After the run: outputs, step summary, annotations and the pull request's comment. Nothing here changes the verdict.

use std::path::Path;
use std::time::Duration;

use super::conduct::Ending;
use super::say::{notice, say};
use crate::github::{self, Context, Patience, Published};
use crate::inputs::{Inputs, Surroundings};
use crate::report;

/// Tells the runner what it must never show, before anything else is printed.
pub(super) fn mask(secrets: &[String]) {
    let mut out = std::io::stdout().lock();
    for secret in secrets {
        let _ = github::add_mask(&mut out, secret);
    }
}

/// Publishes where the surroundings are GitHub's; elsewhere the report folder is all. `report_url` is where the reports
/// were uploaded to.
pub(super) async fn publish(
    ending: &Ending,
    inputs: &Inputs,
    report_dir: &Path,
    report_url: Option<&str>,
    surroundings: &Surroundings,
) {
    let event = surroundings.github.get("GITHUB_EVENT_PATH").and_then(|path| std::fs::read(path).ok());
    let event = event.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(context) = Context::read(&surroundings.github, event.as_ref()) else {
        if inputs.comment == "always" {
            say("note: there is no comment, because this is no GitHub runner (GITHUB_REPOSITORY is not set)");
        }
        return;
    };
    files(ending, &context, report_dir, report_url);
    {
        let mut out = std::io::stdout().lock();
        let file = inputs.compose_file.lines().map(str::trim).find(|line| !line.is_empty());
        let _ = github::annotate(&mut out, &github::annotations(&ending.record, &ending.verdict, file));
    }
    if inputs.comment != "never" {
        comment(ending, inputs, &context, report_url, surroundings).await;
    }
}

/// The files that the runner named: outputs and step summary.
fn files(ending: &Ending, context: &Context, report_dir: &Path, report_url: Option<&str>) {
    if let Some(file) = &context.output_file {
        for (name, value) in github::outputs(&ending.record, &ending.verdict, report_dir, report_url) {
            if let Err(why) = github::set_output(file, name, &value) {
                say(&format!("note: the output {name} is not set: {why}"));
            }
        }
    }
    if let Some(file) = &context.summary_file {
        let summary = with_link(report::summary(&ending.record, &ending.verdict), report_url);
        if let Err(why) = github::append_summary(file, &summary) {
            say(&format!("note: {why}"));
        }
    }
}

/// The address of the uploaded reports below a text.
fn with_link(text: String, report_url: Option<&str>) -> String {
    match report_url {
        Some(url) => format!("{}\n\nReports and evidence: <{url}>\n", text.trim_end()),
        None => text,
    }
}

async fn comment(
    ending: &Ending,
    inputs: &Inputs,
    context: &Context,
    report_url: Option<&str>,
    surroundings: &Surroundings,
) {
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
    let client = match reqwest::Client::builder().timeout(Duration::from_secs(20)).build() {
        Ok(client) => client,
        Err(error) => {
            return say(&format!("note: there is no comment, because TLS can't be set up: {error}"));
        }
    };
    let text = with_link(report::comment(&ending.record, &ending.verdict), report_url);
    match github::publish(client, token, context, &context.id, &text, Patience::default()).await {
        Published::Written { url } => say(&format!("comment: {url}")),
        Published::Unchanged { url } => say(&format!("comment: unchanged, {url}")),
        Published::Skipped { notice: why } => {
            notice("no pull request comment", &why.to_string(), surroundings);
        }
    }
}
