//! After the run: outputs, step summary, annotations and the pull request's comment. Nothing here changes the verdict.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::ending::Ending;
use super::identity;
use super::outside;
use super::say::{notice, say};
use super::voice::voice;
use crate::github::{self, Annotation, Context, Named, Patience, Published, Pull};
use crate::inputs::{Inputs, Publishing, Surroundings};
use crate::limited::{self, Links};
use crate::plan::is_esr;
use crate::report::{self, Brief, Runs};

/// What a report folder remembers of the pull request, for a second workflow that may write where this one may not.
pub(super) const CONTEXT_FILE: &str = "context.json";
/// A longer one is not ours.
const CONTEXT_LIMIT: u64 = 4_096;
/// GitHub cuts the payload of an event at 25 MB.
const EVENT_LIMIT: u64 = 32 << 20;

/// What GitHub is told, be it of a run or of stored records.
pub(super) struct Notes {
    outputs: Vec<(&'static str, String)>,
    /// The name of a commit status, where one is known.
    status_context: Option<String>,
    brief: Brief,
    report_dir: PathBuf,
    report_url: Option<String>,
    annotations: Vec<Annotation>,
    summary: String,
    comment: String,
    /// Tells the comments of one workflow's gates apart: the jobs of a matrix all have the same name.
    gate: String,
}

impl Notes {
    /// What is told of these runs.
    pub(super) fn of(runs: &Runs, report_dir: &Path) -> Self {
        let header = runs.alone().and_then(|run| run.record.header.as_ref());
        Self {
            outputs: github::outputs(runs, report_dir),
            status_context: github::status_context(runs, is_esr),
            brief: report::brief(runs),
            report_dir: report_dir.to_owned(),
            report_url: None,
            annotations: github::annotations(runs),
            summary: report::summary(runs),
            comment: report::comment(runs),
            gate: header.map_or_else(String::new, |header| format!("/{}", header.stable.given)),
        }
    }

    /// With the address of the uploaded reports, where they were uploaded.
    fn linked(mut self, report_url: Option<&str>) -> Self {
        self.outputs.push(("report-url", report_url.unwrap_or_default().to_owned()));
        self.report_url = report_url.map(str::to_owned);
        if let Some(url) = report_url {
            for text in [&mut self.summary, &mut self.comment] {
                *text = format!("{}\n\nReports and evidence: <{url}>\n", text.trim_end());
            }
        }
        self
    }

    /// Publishes where the surroundings are GitHub's; elsewhere the report folder is all. `stored` is the pull request
    /// that a published report folder names.
    pub(super) async fn publish(
        &self,
        publishing: &Publishing,
        stored: Option<u64>,
        surroundings: &Surroundings,
    ) {
        let Some(context) = context(publishing, stored, surroundings) else {
            if publishing.comment == "always" {
                say(
                    "note: there is no comment, because this is no GitHub runner (GITHUB_REPOSITORY is not set)",
                );
            }
            return;
        };
        self.files(&context);
        voice().annotate(&self.annotations);
        if publishing.comment != "never" {
            self.comment(publishing, &context, surroundings).await;
        }
    }

    /// The files that the runner named: outputs and step summary. Once a run: both are added to, not replaced. Beside the
    /// reports, whose they are.
    fn files(&self, context: &Context) {
        set_outputs(context, &self.outputs);
        set_outputs(context, &self.named(context));
        identity::leave(context, self.status_context.as_deref(), &self.report_dir);
        if let Some(file) = &context.summary_file
            && let Err(why) = github::append_summary(file, &self.summary)
        {
            say(&format!("note: {why}"));
        }
    }

    /// The outputs that name this run to others.
    fn named(&self, context: &Context) -> [(&'static str, String); 2] {
        let run = context.run.as_ref().map(|_| ("the run", context.run_url.as_str()));
        let reports = self.report_url.as_deref().map(|url| ("reports", url));
        let links: Vec<_> = run.into_iter().chain(reports).collect();
        [
            ("status-context", self.status_context.clone().unwrap_or_default()),
            ("summary-text", self.brief.text(&links)),
        ]
    }

    async fn comment(&self, publishing: &Publishing, context: &Context, surroundings: &Surroundings) {
        let (Some(token), always) = (&publishing.github_token, publishing.comment == "always") else {
            if publishing.comment == "always" {
                say("note: there is no comment, because the input github-token is empty");
            }
            return;
        };
        let nobody = matches!(context.pull, Pull::None(_));
        if nobody && !always {
            return;
        }
        let client = match outside::client(&publishing.ca_bundle, Duration::from_secs(20)) {
            Ok(client) => client,
            Err(why) => return say(&format!("note: there is no comment, because {why}")),
        };
        let id = format!("{}{}", context.id, self.gate);
        match github::publish(client, token, context, &id, &self.comment, Patience::default()).await {
            Published::Written { url } => say(&format!("comment: {url}")),
            Published::Unchanged { url } => say(&format!("comment: unchanged, {url}")),
            Published::Skipped { notice: why } => {
                notice("no pull request comment", &why.to_string(), surroundings);
            }
        }
    }
}

/// Publishes a run that has just ended, with the address its reports were uploaded to, and leaves behind what a second
/// workflow needs to publish it again.
pub(super) async fn publish(
    ending: &Ending,
    inputs: &Inputs,
    report_dir: &Path,
    report_url: Option<&str>,
    surroundings: &Surroundings,
) {
    remember_pull_request(&inputs.publishing, report_dir, surroundings);
    let runs = Runs::judged(ending.record.clone(), ending.verdict.clone());
    let notes = Notes::of(&runs, report_dir).linked(report_url);
    notes.publish(&inputs.publishing, None, surroundings).await;
}

/// What a job can read of a run that is being stopped.
pub(super) fn files(runs: &Runs, context: &Context, report_dir: &Path) {
    Notes::of(runs, report_dir).linked(None).files(context);
}

/// Sets the output `matrix`, where there is a runner.
pub(super) fn matrix(json: &str, inputs: &Inputs, surroundings: &Surroundings) {
    if let Some(context) = context(&inputs.publishing, None, surroundings) {
        set_outputs(&context, &[("matrix", json.to_owned())]);
    }
}

/// The pull request that the report folder `dir` names: foreign, and a number at most.
pub(super) fn remembered_pull_request(dir: &Path) -> Option<u64> {
    let text = limited::read(&dir.join(CONTEXT_FILE), Links::Refused, CONTEXT_LIMIT).ok()?;
    serde_json::from_slice::<Value>(&text).ok()?["pull_request"].as_u64()
}

fn remember_pull_request(publishing: &Publishing, report_dir: &Path, surroundings: &Surroundings) {
    if let Some(Pull::Number(number)) = context(publishing, None, surroundings).map(|context| context.pull) {
        let text = serde_json::json!({ "pull_request": number }).to_string();
        if let Err(error) = std::fs::write(report_dir.join(CONTEXT_FILE), text + "\n") {
            say(&format!(
                "note: a second workflow can't find the pull request: {CONTEXT_FILE} can't be written: {error}"
            ));
        }
    }
}

/// The GitHub job that we are part of, if any.
pub(super) fn context(
    publishing: &Publishing,
    stored: Option<u64>,
    surroundings: &Surroundings,
) -> Option<Context> {
    let event = event(surroundings).ok();
    let named = Named { given: publishing.given_pull_request(), stored };
    Context::read(&surroundings.github, event.as_ref(), named)
}

/// The event that started the workflow.
///
/// # Errors
/// A sentence that says why it cannot be read.
pub(super) fn event(surroundings: &Surroundings) -> Result<Value, String> {
    let path = surroundings.github.get("GITHUB_EVENT_PATH").ok_or("GITHUB_EVENT_PATH is not set")?;
    let unread = |why: String| format!("the event in the file of GITHUB_EVENT_PATH cannot be read: {why}");
    let bytes = limited::read(Path::new(path), Links::Followed, EVENT_LIMIT);
    let bytes = bytes.map_err(|error| unread(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unread(format!("it is no JSON: {error}")))
}

fn set_outputs(context: &Context, outputs: &[(&'static str, String)]) {
    let Some(file) = &context.output_file else { return };
    for (name, value) in outputs {
        if let Err(why) = github::set_output(file, name, value) {
            say(&format!("note: the output {name} is not set: {why}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(event: &str, body: &Value, dir: &Path) -> Surroundings {
        let path = dir.join("event.json");
        std::fs::write(&path, body.to_string()).unwrap();
        let variables = [
            ("GITHUB_REPOSITORY", "acme/chat"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
        ];
        let github = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Surroundings { github, ..Surroundings::default() }
    }

    fn of_fork() -> Value {
        serde_json::json!({"pull_request": {"number": 7, "head": {"sha": "abc", "repo": {"full_name": "eve/chat"}}}})
    }

    #[test]
    fn the_report_folder_remembers_the_pull_request() {
        let dir = tempfile::tempdir().unwrap();
        let surroundings = surroundings("pull_request", &of_fork(), dir.path());
        remember_pull_request(&Inputs::defaults().publishing, dir.path(), &surroundings);
        assert_eq!(remembered_pull_request(dir.path()), Some(7));
        for foreign in [
            "{\"pull_request\": \"7\"}",
            "7",
            &format!("{{\"pull_request\": 7, \"x\": \"{}\"}}", "x".repeat(5_000)),
        ] {
            std::fs::write(dir.path().join(CONTEXT_FILE), foreign).unwrap();
            assert_eq!(remembered_pull_request(dir.path()), None);
        }
    }

    #[test]
    fn what_lies_elsewhere_is_not_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = dir.path().join("elsewhere.json");
        std::fs::write(&elsewhere, "{\"pull_request\": 7}").unwrap();
        std::os::unix::fs::symlink(&elsewhere, dir.path().join(CONTEXT_FILE)).unwrap();
        assert_eq!(remembered_pull_request(dir.path()), None);
    }
}
