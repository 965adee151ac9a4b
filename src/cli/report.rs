//! `report`: publishes what runs left behind, without Docker and without a cluster.
//!
//! One folder gives the very reports that its run wrote, and its exit code. Several are a matrix: one verdict, the worst, and
//! a pair of versions that was planned and left no record is as red as a check that never ran.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret as _;

use super::publish::{Notes, remembered_pull_request};
use super::report_dir;
use super::say::conclude;
use super::today::today;
use super::voice::voice;
use crate::inputs::{Inputs, Publishing, Surroundings};
use crate::plan::{Problems, judge_publishing, pairs};
use crate::record::Record;
use crate::report::{Console, Look, Names, Run, Runs, stored, write_all};
use crate::shown::Shown;
use crate::verdict::ExitCode;

/// Records of one verdict: GitHub makes at most as many jobs of a matrix.
const MOST_RUNS: usize = 256;

/// What is published.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// The report folder of one run.
    #[arg(long, value_name = "DIR", required_unless_present = "merge")]
    pub from: Option<PathBuf>,
    /// The report folders of several runs, or folders of such folders: one verdict on all of them.
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "from")]
    pub merge: Vec<PathBuf>,
    /// With `--merge`, the pairs that must be there, as in `plan --pairs`.
    #[arg(long, value_name = "PAIRS", default_value = "")]
    pub pairs: String,
    /// With `--merge`, the release whose pairs must be there, as in `plan`.
    #[arg(long, value_name = "VERSION", default_value = "")]
    pub release: String,
    /// Where the reports go.
    #[command(flatten)]
    pub publishing: Publishing,
}

pub(super) async fn report(options: ReportOptions, surroundings: &Surroundings) -> ExitCode {
    let mut inputs = Inputs { release: options.release, ..Inputs::defaults() };
    inputs.publishing = options.publishing.with_defaults();
    inputs.instead.pairs = options.pairs;
    let ended = match options.from {
        Some(dir) => published(&dir, &inputs, surroundings).await,
        None => merged(&options.merge, &inputs, surroundings).await,
    };
    conclude(ended, surroundings)
}

/// Publishes the record in `dir`.
pub(super) async fn published(
    dir: &Path,
    inputs: &Inputs,
    surroundings: &Surroundings,
) -> anyhow::Result<ExitCode> {
    judge(inputs, surroundings)?;
    let record = stored(dir).map_err(|why| unreadable("report-from", dir, &why))?;
    let out = report_dir::make(&inputs.publishing.report_dir)?;
    Ok(told(Runs::of(record), remembered_pull_request(dir), &out, inputs, surroundings).await)
}

/// Publishes the records in these folders as one. Where `pairs` or `release` is given, each of their pairs must be there.
pub(super) async fn merged(
    dirs: &[PathBuf],
    inputs: &Inputs,
    surroundings: &Surroundings,
) -> anyhow::Result<ExitCode> {
    judge(inputs, surroundings)?;
    let planned = if inputs.release.is_empty() && inputs.instead.pairs.is_empty() {
        Vec::new()
    } else {
        pairs(inputs, today())?
    };
    let folders = folders(dirs, planned.is_empty())?;
    let mut runs: Vec<Run> = records(&folders)?.into_iter().map(Run::of).collect();
    let out = report_dir::make(&inputs.publishing.report_dir)?;
    for pair in planned {
        if !runs.iter().any(|run| run.name == pair.name) {
            runs.push(Run::missing(&pair.name));
        }
    }
    let stored = folders.iter().find_map(|dir| remembered_pull_request(dir));
    Ok(told(Runs::matrix(runs), stored, &out, inputs, surroundings).await)
}

/// Writes the reports of these runs and tells of them everywhere; what they come to.
async fn told(
    mut runs: Runs,
    pull_request: Option<u64>,
    out: &Path,
    inputs: &Inputs,
    surroundings: &Surroundings,
) -> ExitCode {
    let files = write_all(&runs, out, Names::read(&inputs.publishing.junit_names));
    if files.iter().any(|file| file.result.is_err()) {
        runs = runs.without_reports();
    }
    let look = Look { colour: surroundings.colour, github: surroundings.on_github(), ..Look::default() };
    let _ = Console::new(voice().console(), look).finish(&runs, &files);
    Notes::of(&runs, out).publish(&inputs.publishing, pull_request, surroundings).await;
    runs.verdict().exit_code
}

/// The records in these folders, each of another run.
fn records(folders: &[PathBuf]) -> Result<Vec<Record>, Problems> {
    let mut problems = Problems::default();
    let mut records: Vec<(Record, &Path)> = Vec::new();
    for dir in folders {
        match stored(dir) {
            Ok(record) => match records.iter().find(|(known, _)| is_same_run(known, &record)) {
                None => records.push((record, dir)),
                Some((_, other)) => {
                    let wrong = format!(
                        "has the same run as {}, which would count twice",
                        Shown::plain(&other.display().to_string())
                    );
                    let shown = Shown::plain(&dir.display().to_string());
                    problems.add("report-merge", shown, wrong, "Give the folder of each run once.");
                }
            },
            Err(why) => problems.0.extend(unreadable("report-merge", dir, &why).0),
        }
    }
    if problems.0.is_empty() {
        Ok(records.into_iter().map(|(record, _)| record).collect())
    } else {
        Err(problems)
    }
}

/// Whether two records are of one run: its id is random.
fn is_same_run(one: &Record, other: &Record) -> bool {
    let id = |record: &Record| record.header.as_ref().map(|header| header.run_id.clone());
    id(one).is_some() && id(one) == id(other)
}

/// What both ways begin with: wrong inputs, and the mask. Nothing is made before the records are known to be good.
fn judge(inputs: &Inputs, surroundings: &Surroundings) -> Result<(), Problems> {
    let mut problems = Problems::default();
    judge_publishing(&inputs.publishing, &mut problems);
    if !problems.0.is_empty() {
        return Err(problems);
    }
    if surroundings.on_github() {
        let token = inputs.publishing.github_token.iter().map(|token| token.expose_secret().to_owned());
        voice().mask(&token.collect::<Vec<_>>());
    }
    Ok(())
}

/// The folders with a record: those given, or where one has none, the folders in it, as artifacts are downloaded. Where it
/// is known what should be there, a folder without any is told as what is missing.
fn folders(dirs: &[PathBuf], some: bool) -> Result<Vec<PathBuf>, Problems> {
    let mut problems = Problems::default();
    let mut found = Vec::new();
    for dir in dirs {
        // A link that leads nowhere is there too: reading it tells what is wrong.
        let has_record = |dir: &Path| dir.join("record.json").symlink_metadata().is_ok();
        if has_record(dir) {
            found.push(dir.clone());
            continue;
        }
        let inside = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut inside: Vec<PathBuf> = inside.filter(|path| has_record(path)).collect();
        if inside.is_empty() && some {
            let why = "it has no record.json, nor has any folder in it";
            problems.0.extend(unreadable("report-merge", dir, why).0);
        }
        inside.sort();
        found.extend(inside);
    }
    if found.len() > MOST_RUNS {
        let wrong = format!("are {} folders with records; more than {MOST_RUNS} no matrix has", found.len());
        problems.add("report-merge", Shown::nothing(), wrong, "Give the folders of one matrix.");
    }
    if problems.0.is_empty() { Ok(found) } else { Err(problems) }
}

fn unreadable(input: &str, dir: &Path, why: &str) -> Problems {
    let mut problems = Problems::default();
    let remedy = "Give the folder that a run wrote its reports to, as the input report-dir named it there.";
    let wrong = format!("cannot be published: {why}");
    problems.add(input, Shown::plain(&dir.display().to_string()), wrong, remedy);
    problems
}
