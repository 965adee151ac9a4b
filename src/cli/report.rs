//! `report`: publishes what runs left behind, without Docker and without a cluster.
//!
//! One folder gives the very reports that its run wrote, and its exit code. Several are a matrix: one verdict, the worst, and
//! a pair of versions that was planned and left no record is as red as a check that never ran.
//!
//! Three ways only look and publish nothing: `--open` and `--serve` show the page of a folder, `--diff` tells two runs apart and
//! ends with 0 whatever differs: each run has its own verdict, and this is none.

mod open;
mod serve;

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret as _;

use crate::inputs::{Inputs, Problems, Publishing, PublishingInputs, Surroundings};
use crate::plan::pairs;
use crate::publish::{Notes, finish, names, print, remembered_pull_request, report_folder, voice};
use crate::record::Record;
use crate::report::{Console, Look, RecordedRun, Runs, compared, stored, write_all};
use crate::run::today;
use crate::shown::Shown;
use crate::verdict::ExitCode;

/// Records of one verdict: GitHub makes at most as many jobs of a matrix.
const MOST_RUNS: usize = 256;

/// What is published.
#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// The report folder of one run.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["merge", "diff"])]
    pub from: Option<PathBuf>,
    /// Only show the page of the folder, in the program that this desktop has for it.
    #[arg(long, requires = "from", conflicts_with = "merge")]
    pub open: bool,
    /// Only serve the files of the folder to a browser on this machine, until Ctrl-C.
    #[arg(long, requires = "from", conflicts_with_all = ["merge", "open"])]
    pub serve: bool,
    /// With `--serve`, the port of 127.0.0.1; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 0, requires = "serve")]
    pub port: u16,
    /// Only tell what differs between the runs of two report folders, the earlier one first: what is newly red, gone, or slower.
    #[arg(long, value_name = "DIR", num_args = 2, conflicts_with_all = ["from", "merge"])]
    pub diff: Vec<PathBuf>,
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
    pub publishing: PublishingInputs,
}

pub(super) async fn report(options: ReportOptions, surroundings: &Surroundings) -> ExitCode {
    let mut inputs = Inputs::defaults();
    inputs.releases.release = options.release;
    inputs.publishing = options.publishing;
    inputs.action_mode.pairs = options.pairs;
    let ended = match (options.from, options.diff.as_slice()) {
        (_, [before, after]) => told_apart(before, after).map_err(Into::into),
        (Some(dir), _) if options.open => open::open(&dir).await,
        (Some(dir), _) if options.serve => serve::serve(&dir, options.port).await,
        (Some(dir), _) => published(&dir, &inputs, surroundings).await,
        (None, _) => merged(&options.merge, &inputs, surroundings).await,
    };
    finish(ended, surroundings)
}

/// Tells what differs between the runs of two folders.
fn told_apart(before: &Path, after: &Path) -> Result<ExitCode, Problems> {
    let read = |dir: &Path| {
        let record = stored(dir).map_err(|why| unreadable("diff", dir, &why))?;
        Ok::<_, Problems>(RecordedRun::of(record))
    };
    print(&compared(&read(before)?, &read(after)?));
    Ok(ExitCode::PASSED)
}

/// Publishes the record in `dir`.
pub(super) async fn published(
    dir: &Path,
    inputs: &Inputs,
    surroundings: &Surroundings,
) -> anyhow::Result<ExitCode> {
    let publishing = judge(inputs, surroundings)?;
    let record = stored(dir).map_err(|why| unreadable("report-from", dir, &why))?;
    let out = report_folder::make(&publishing.report_dir)?;
    Ok(told(Runs::of(record), remembered_pull_request(dir), &out, &publishing, surroundings).await)
}

/// Publishes the records in these folders as one. Where `pairs` or `release` is given, each of their pairs must be there.
pub(super) async fn merged(
    dirs: &[PathBuf],
    inputs: &Inputs,
    surroundings: &Surroundings,
) -> anyhow::Result<ExitCode> {
    let publishing = judge(inputs, surroundings)?;
    let planned = if inputs.releases.release.is_empty() && inputs.action_mode.pairs.is_empty() {
        Vec::new()
    } else {
        pairs(inputs, today())?
    };
    let folders = folders(dirs, planned.is_empty())?;
    let mut runs: Vec<RecordedRun> = records(&folders)?.into_iter().map(RecordedRun::of).collect();
    let out = report_folder::make(&publishing.report_dir)?;
    for pair in planned {
        if !runs.iter().any(|run| run.name == pair.name) {
            runs.push(RecordedRun::missing(&pair.name));
        }
    }
    let stored = folders.iter().find_map(|dir| remembered_pull_request(dir));
    Ok(told(Runs::matrix(runs), stored, &out, &publishing, surroundings).await)
}

/// Writes the reports of these runs and tells of them everywhere; what they come to.
async fn told(
    mut runs: Runs,
    pull_request: Option<u64>,
    out: &Path,
    publishing: &Publishing,
    surroundings: &Surroundings,
) -> ExitCode {
    let files = write_all(&runs, out, names(publishing.junit_names));
    if files.iter().any(|file| file.result.is_err()) {
        runs = runs.without_reports();
    }
    let look = Look { colour: surroundings.colour, github: surroundings.on_github(), ..Look::default() };
    let _ = Console::new(voice().console(), look).finish(&runs, &files);
    Notes::of(&runs, out, None).publish(publishing, pull_request, surroundings).await;
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
            Err(why) => problems.extend(unreadable("report-merge", dir, &why)),
        }
    }
    problems.into_result(records.into_iter().map(|(record, _)| record).collect())
}

/// Whether two records are of one run: its id is random.
fn is_same_run(one: &Record, other: &Record) -> bool {
    let id = |record: &Record| record.header.as_ref().map(|header| header.run_id.clone());
    id(one).is_some() && id(one) == id(other)
}

/// What both ways begin with: wrong inputs, and the mask. Nothing is made before the records are known to be good.
fn judge(inputs: &Inputs, surroundings: &Surroundings) -> Result<Publishing, Problems> {
    let mut problems = Problems::default();
    let publishing = inputs.publishing.judge(&mut problems);
    let publishing = problems.into_result(publishing)?;
    if surroundings.on_github() {
        let token = publishing.github_token.iter().map(|token| token.expose_secret().to_owned());
        voice().mask(&token.collect::<Vec<_>>());
    }
    Ok(publishing)
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
            problems.extend(unreadable("report-merge", dir, why));
        }
        inside.sort();
        found.extend(inside);
    }
    if found.len() > MOST_RUNS {
        let wrong = format!("are {} folders with records; more than {MOST_RUNS} no matrix has", found.len());
        problems.add("report-merge", Shown::nothing(), wrong, "Give the folders of one matrix.");
    }
    problems.into_result(found)
}

fn unreadable(input: &str, dir: &Path, why: &str) -> Problems {
    let remedy = "Give the folder that a run wrote its reports to, as the input report-dir named it there.";
    let wrong = format!("cannot be published: {why}");
    Problems::of(input, Shown::plain(&dir.display().to_string()), wrong, remedy)
}
