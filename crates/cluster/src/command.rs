//! A command of the user's on the gate's own machine, in a process group of its own, so that all of it can be ended.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Split};
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// How long it may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(5);
/// How long what it printed last may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this exit code.
    Code(i64),
    /// By this signal, which is none of ours.
    Signal(i32),
    /// It was killed for want of memory.
    OutOfMemory,
    /// It was stopped, because its time was up.
    TimeIsUp,
}

impl Exit {
    /// The end of a process of this machine.
    fn of(status: std::process::ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        match status.code() {
            Some(code) => Self::Code(code.into()),
            None => Self::Signal(status.signal().unwrap_or_default()),
        }
    }
}

/// What becomes of the processes that a command leaves running when it ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftovers {
    /// They have no business here any more.
    End,
    /// They are what the command was for, as a server that it started.
    Stay,
}

/// Runs `command` by `sh -c` until it ends or the time is up; each line that it prints goes to `line`. It inherits the environment
/// of this process, save the variables that are `withheld`.
///
/// Dropping the future ends the command and everything that it started, whatever `leftovers` says.
///
/// # Errors
/// Why it could not be started.
pub async fn run_command(
    command: &str,
    environment: &[(String, String)],
    withheld: &[String],
    leftovers: Leftovers,
    line: &mut (dyn FnMut(String) + Send),
    deadline: Instant,
) -> Result<Exit, String> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).envs(environment.iter().map(|(name, value)| (name, value)));
    for name in withheld {
        shell.env_remove(name);
    }
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let mut child = shell.spawn().map_err(|error| {
        format!("sh could not be started: {error}; the gate's own container has no shell: run the binary on the machine")
    })?;
    let mut group = Group::of(&child);
    let mut out = child.stdout.take().map(|stream| BufReader::new(stream).split(b'\n'));
    let mut err = child.stderr.take().map(|stream| BufReader::new(stream).split(b'\n'));
    let (mut exit, mut asked, mut alarm) = (None, false, deadline);
    while exit.is_none() || out.is_some() || err.is_some() {
        tokio::select! {
            piece = next(&mut out) => told(piece, &mut out, line),
            piece = next(&mut err) => told(piece, &mut err, line),
            ended = child.wait(), if exit.is_none() => {
                let code = ended.map_err(|error| format!("its end could not be awaited: {error}"))?;
                exit = Some(if asked { Exit::TimeIsUp } else { Exit::of(code) });
                if leftovers == Leftovers::Stay && !asked {
                    group.release();
                } else {
                    group.send(Signal::KILL);
                }
                // Whoever stays may hold the output open for ever.
                alarm = Instant::now() + LAST_WORDS;
            }
            () = tokio::time::sleep_until(alarm) => {
                if exit.is_some() {
                    break;
                }
                group.send(if asked { Signal::KILL } else { Signal::TERM });
                asked = true;
                alarm = Instant::now() + GRACE;
            }
        }
    }
    Ok(exit.unwrap_or(Exit::TimeIsUp))
}

type Lines<S> = Option<Split<BufReader<S>>>;

/// The next line of a stream; nothing at its end, and never anything after it.
async fn next<S: AsyncRead + Unpin>(lines: &mut Lines<S>) -> Option<Vec<u8>> {
    match lines {
        Some(open) => open.next_segment().await.ok().flatten(),
        None => std::future::pending().await,
    }
}

fn told<S>(piece: Option<Vec<u8>>, lines: &mut Lines<S>, line: &mut (dyn FnMut(String) + Send)) {
    match piece {
        Some(bytes) => line(String::from_utf8_lossy(&bytes).trim_end_matches('\r').to_owned()),
        None => *lines = None,
    }
}

/// The process group of a child; whatever is left of it when this goes is killed.
#[derive(Debug)]
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// Lets those who are left live.
    fn release(&mut self) {
        self.0 = None;
    }

    fn send(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // A group that is gone already is what we want.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.send(Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ran(command: &str, limit: Duration) -> (Exit, Vec<String>) {
        ran_with(command, Leftovers::End, limit).await
    }

    async fn ran_with(command: &str, leftovers: Leftovers, limit: Duration) -> (Exit, Vec<String>) {
        let mut lines = Vec::new();
        let environment = [("SAID".to_owned(), "hello".to_owned())];
        let mut line = |text| lines.push(text);
        let until = Instant::now() + limit;
        let exit = run_command(command, &environment, &[], leftovers, &mut line, until).await;
        (exit.unwrap(), lines)
    }

    /// Whether the process of this id is `sleep`: a dead one that nobody has buried has no command line.
    fn sleeps(id: &str) -> bool {
        let path = std::path::Path::new("/proc").join(id).join("cmdline");
        std::fs::read(path).unwrap_or_default().starts_with(b"sleep")
    }

    async fn wakes(id: &str) -> bool {
        let deadline = Instant::now() + Duration::from_secs(5);
        basics::wait::until_ok(deadline, || async { if sleeps(id) { Err(()) } else { Ok(()) } }).await.is_ok()
    }

    #[tokio::test]
    async fn its_lines_and_its_exit_code_are_told() {
        let (exit, mut lines) = ran("echo $SAID; printf last >&2; exit 3", Duration::from_secs(20)).await;
        lines.sort();
        assert_eq!((exit, lines), (Exit::Code(3), vec!["hello".to_owned(), "last".to_owned()]));
    }

    #[tokio::test]
    async fn its_children_end_with_it() {
        let began = Instant::now();
        let (exit, lines) = ran("sleep 60 & echo $!; exit 0", Duration::from_secs(30)).await;
        assert_eq!(exit, Exit::Code(0));
        assert!(began.elapsed() < Duration::from_secs(20), "it waited for what the command left running");
        assert!(wakes(&lines[0]).await, "a child of the command goes on");
    }

    #[tokio::test]
    async fn what_it_was_for_stays() {
        let serve = "sleep 60 > /dev/null 2>&1 & echo $!; until grep -q sleep /proc/$!/cmdline; do :; done";
        let (exit, lines) = ran_with(serve, Leftovers::Stay, Duration::from_secs(30)).await;
        assert_eq!(exit, Exit::Code(0));
        assert!(sleeps(&lines[0]), "what the command started was ended with it");
        let pid = Pid::from_raw(lines[0].parse().unwrap()).unwrap();
        rustix::process::kill_process(pid, Signal::KILL).unwrap();
    }

    #[tokio::test]
    async fn nothing_stays_of_one_whose_time_is_up() {
        let hangs = "sleep 60 & echo $!; wait";
        let (exit, lines) = ran_with(hangs, Leftovers::Stay, Duration::from_millis(300)).await;
        assert_eq!(exit, Exit::TimeIsUp);
        assert!(wakes(&lines[0]).await, "a child of the command goes on");
    }

    #[tokio::test]
    async fn the_time_is_up_for_one_that_will_not_end() {
        let (exit, lines) = ran("trap '' TERM; echo up; sleep 60", Duration::from_millis(300)).await;
        assert_eq!((exit, lines), (Exit::TimeIsUp, vec!["up".to_owned()]));
    }
}
