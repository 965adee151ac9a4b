//! Who removes what a run left when its own process is gone, however it went: the command `reap`, as we start it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::publish::print;

/// What is called to watch over a run that is certainly over after `lifetime`.
pub(super) fn command(program: &Path, run_id: &str, lifetime: Duration) -> Vec<String> {
    let until = (OffsetDateTime::now_utc() + lifetime).format(&Rfc3339).unwrap_or_default();
    let program = program.display().to_string();
    [&program, "reap", "--run", run_id, "--until", &until].map(str::to_owned).into()
}

/// Starts it as a process beside us, which sees our end. Where it cannot be started the run goes on, and says so.
pub(super) fn start_beside_us(command: &[String], run_id: &str, docker_host: Option<&str>) {
    let Some((program, arguments)) = command.split_first() else { return };
    let started = Command::new(program)
        .args(arguments)
        // It needs none of our secrets, nobody waits for what it says, and it must not hold a folder.
        .env_clear()
        .envs(docker_host.map(|host| ("DOCKER_HOST", host)))
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        // It reads what we never write. The pipe stays open for as long as this process lives: closed earlier, it would take
        // our end for granted.
        Ok(child) => std::mem::forget(child),
        Err(error) => print(&format!(
            "note: nobody tidies up if this process is killed, except `upgrade-gate cleanup --run {run_id}`: {error}"
        )),
    }
}
