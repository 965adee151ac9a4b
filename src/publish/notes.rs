//! After the run: outputs, step summary, annotations and the pull request's comment. Nothing here changes the verdict.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::identity;
use super::job::{job, remember_pull_request};
use super::output::{print, print_notice};
use super::outside_http;
use super::voice::voice;
use crate::github::{self, Annotation, CommentPatience, Published, Pull, WorkflowContext};
use crate::inputs::{CommentMode, JunitNames, Publishing, Surroundings};
use crate::plan::is_esr;
use crate::report::{self, Brief, Names, ReportsLink, Runs};
use crate::verdict::RunEnd;

/// What GitHub is told, be it of a run or of stored records.
pub(crate) struct Notes {
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
    /// What is told of these runs, with the address of the uploaded reports, where they were uploaded.
    pub(crate) fn of(runs: &Runs, report_dir: &Path, report_url: Option<&str>) -> Self {
        let link = ReportsLink(report_url);
        let header = runs.alone().and_then(|run| run.record.header.as_ref());
        let mut outputs = github::outputs(runs, report_dir);
        outputs.push(("report-url", report_url.unwrap_or_default().to_owned()));
        Self {
            outputs,
            status_context: github::status_context(runs, is_esr),
            brief: report::brief(runs),
            report_dir: report_dir.to_owned(),
            report_url: report_url.map(str::to_owned),
            annotations: github::annotations(runs),
            summary: report::summary_linked(runs, link),
            comment: report::comment_linked(runs, link),
            gate: header.map_or_else(String::new, |header| format!("/{}", header.stable.given)),
        }
    }

    /// Publishes where the surroundings are GitHub's; elsewhere the report folder is all. `stored` is the pull request
    /// that a published report folder names.
    pub(crate) async fn publish(
        &self,
        publishing: &Publishing,
        stored: Option<u64>,
        surroundings: &Surroundings,
    ) {
        let Some(context) = job(publishing, stored, surroundings) else {
            if publishing.comment == CommentMode::Always {
                print(
                    "note: there is no comment, because this is no GitHub runner (GITHUB_REPOSITORY is not set)",
                );
            }
            return;
        };
        self.files(&context);
        voice().annotate(&self.annotations);
        if publishing.comment != CommentMode::Never {
            self.comment(publishing, &context, surroundings).await;
        }
    }

    /// The files that the runner named: outputs and step summary. Once a run: both are added to, not replaced. Beside the
    /// reports, whose they are.
    fn files(&self, context: &WorkflowContext) {
        set_outputs(context, &self.outputs);
        set_outputs(context, &self.named(context));
        identity::leave(context, self.status_context.as_deref(), &self.report_dir);
        if let Some(file) = &context.summary_file
            && let Err(why) = github::append_summary(file, &self.summary)
        {
            print(&format!("note: {why}"));
        }
    }

    /// The outputs that name this run to others.
    fn named(&self, context: &WorkflowContext) -> [(&'static str, String); 2] {
        let run = context.run.as_ref().map(|_| ("the run", context.run_url.as_str()));
        let reports = self.report_url.as_deref().map(|url| ("reports", url));
        let links: Vec<_> = run.into_iter().chain(reports).collect();
        [
            ("status-context", self.status_context.clone().unwrap_or_default()),
            ("summary-text", self.brief.text(&links)),
        ]
    }

    async fn comment(&self, publishing: &Publishing, context: &WorkflowContext, surroundings: &Surroundings) {
        let (Some(token), always) = (&publishing.github_token, publishing.comment == CommentMode::Always)
        else {
            if publishing.comment == CommentMode::Always {
                print("note: there is no comment, because the input github-token is empty");
            }
            return;
        };
        let nobody = matches!(context.pull, Pull::None(_));
        if nobody && !always {
            return;
        }
        let client = match outside_http::client(&publishing.ca_bundle, Duration::from_secs(20)) {
            Ok(client) => client,
            Err(why) => return print(&format!("note: there is no comment, because {why}")),
        };
        let id = format!("{}{}", context.id, self.gate);
        match github::publish(client, token, context, &id, &self.comment, CommentPatience::default()).await {
            Published::Written { url } => print(&format!("comment: {url}")),
            Published::Unchanged { url } => print(&format!("comment: unchanged, {url}")),
            Published::Skipped { notice: why } => {
                print_notice("no pull request comment", &why.to_string(), surroundings);
            }
        }
    }
}

/// Publishes a run that has just ended, with the address its reports were uploaded to, and leaves behind what a second
/// workflow needs to publish it again.
pub(crate) async fn publish(
    end: &RunEnd,
    publishing: &Publishing,
    report_dir: &Path,
    report_url: Option<&str>,
    surroundings: &Surroundings,
) {
    remember_pull_request(publishing, report_dir, surroundings);
    let runs = Runs::judged(end.record.clone(), end.verdict.clone());
    let notes = Notes::of(&runs, report_dir, report_url);
    notes.publish(publishing, None, surroundings).await;
}

/// What reports call the names of cases that an input asks for.
pub(crate) fn names(given: JunitNames) -> Names {
    match given {
        JunitNames::Plain => Names::Plain,
        JunitNames::Zephyr => Names::Zephyr,
    }
}

/// What a job can read of a run that is being stopped.
pub(crate) fn files(runs: &Runs, context: &WorkflowContext, report_dir: &Path) {
    Notes::of(runs, report_dir, None).files(context);
}

/// Sets the output `matrix`, where there is a runner.
pub(crate) fn matrix(json: &str, publishing: &Publishing, surroundings: &Surroundings) {
    if let Some(context) = job(publishing, None, surroundings) {
        set_outputs(&context, &[("matrix", json.to_owned())]);
    }
}

fn set_outputs(context: &WorkflowContext, outputs: &[(&'static str, String)]) {
    let Some(file) = &context.output_file else { return };
    for (name, value) in outputs {
        if let Err(why) = github::set_output(file, name, value) {
            print(&format!("note: the output {name} is not set: {why}"));
        }
    }
}
