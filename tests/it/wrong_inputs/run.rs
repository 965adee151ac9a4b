//! Makes each call and looks at what came of it.

use std::collections::BTreeSet;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::case::Case;
use crate::gate::Gate;

/// What each must end with.
const WRONG_INPUT: i32 = 2;
/// Whoever has not ended by then hangs. Nobody's speed is judged here.
const HANGS: Duration = Duration::from_secs(60);

/// What is wrong with how the cases are refused, one text each.
pub(super) fn all(cases: &[Case]) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let mut told: Vec<(usize, String)> = Vec::new();
    let mut times: Vec<(Duration, &str)> = Vec::new();
    std::thread::scope(|scope| {
        let work = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let (mut told, mut times) = (Vec::new(), Vec::new());
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(case) = cases.get(index) else { return (told, times) };
                let began = Instant::now();
                let wrong = runtime.block_on(one(case));
                times.push((began.elapsed(), case.name.as_str()));
                told.extend(wrong.map(|wrong| (index, format!("- {}: {wrong}", case.name))));
            }
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let (more, took) = thread.join().unwrap();
            told.extend(more);
            times.extend(took);
        }
    });
    if std::env::var_os("UPGRADE_GATE_SLOWEST").is_some() {
        times.sort_unstable();
        for (took, name) in times.iter().rev().take(5) {
            println!("{} ms: {name}", took.as_millis());
        }
    }
    told.sort_unstable();
    told.into_iter().map(|(_, text)| text).collect()
}

async fn one(case: &Case) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let (home, work) = (folder.path().join("home"), folder.path().join("work"));
    std::fs::create_dir_all(&home).unwrap();
    std::fs::create_dir_all(&work).unwrap();
    for (name, content) in &case.files {
        let path = work.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let before = listing(&work);
    // Nobody accepts, and the backlog tells who knocked.
    let engine = UnixListener::bind(folder.path().join("engine")).unwrap();
    engine.set_nonblocking(true).unwrap();
    let words: Vec<&str> = case.args.iter().map(String::as_str).collect();
    let gate = Gate::of(&words)
        .within(&work)
        .env("HOME", home.to_str().unwrap())
        .env("DOCKER_HOST", &format!("unix://{}", folder.path().join("engine").display()));
    let gate = case.variables.iter().fold(gate, |gate, (name, value)| gate.env(name, value));
    let mut command = tokio::process::Command::from(gate.command());
    command.kill_on_drop(true);
    let Ok(ended) = tokio::time::timeout(HANGS, command.output()).await else {
        return Some(format!("it had not ended after {} s", HANGS.as_secs()));
    };
    let ended = match ended {
        Ok(ended) => ended,
        // A NUL cannot be given to any program.
        Err(error) => return Some(format!("it could not be called: {error}")),
    };
    let output =
        format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    let start: String = output.chars().take(400).collect();
    if ended.status.code() != Some(WRONG_INPUT) {
        return Some(format!("it ended with {:?}: {start}", ended.status.code()));
    }
    if output.contains("panicked at") {
        return Some(format!("it panicked: {start}"));
    }
    if let Some(silent) = case.says.iter().find(|text| !output.contains(text.as_str())) {
        return Some(format!("it does not say {silent:?}: {start}"));
    }
    let is_bidi =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if let Some(c) = output.chars().find(|&c| (c.is_control() && c != '\n' && c != '\t') || is_bidi(c)) {
        return Some(format!("a terminal gets {c:?}: {start:?}"));
    }
    if engine.accept().is_ok() {
        return Some("an engine was asked".into());
    }
    let after = listing(&work);
    (after != before).then(|| format!("it left {:?}", after.difference(&before).collect::<Vec<_>>()))
}

/// Everything below a folder.
fn listing(dir: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            }
            found.insert(entry.path().display().to_string());
        }
    }
    found
}
