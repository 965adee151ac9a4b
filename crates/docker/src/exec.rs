//! A command in a running container.

use bollard::container::LogOutput;
use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::engine::Engine;
use super::error::{Error, When as _, within};

/// What a command left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    /// Its exit code.
    pub exit_code: i64,
    /// What it printed on standard output, decoded lossily.
    pub stdout: String,
    /// What it printed on standard error, decoded lossily.
    pub stderr: String,
}

/// Runs `command` to its end. A non-zero exit code is a result, not an error.
pub(super) async fn run(
    engine: &Engine,
    container: &str,
    command: &[&str],
    deadline: Instant,
) -> Result<Output, Error> {
    let object = format!("`{}` in container {container}", command.join(" "));
    let work = async {
        let config = ExecConfig {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.iter().map(|word| (*word).to_owned()).collect()),
            ..Default::default()
        };
        let exec = engine.docker().create_exec(container, config).await.when("running", &object)?;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        if let StartExecResults::Attached { mut output, .. } =
            engine.docker().start_exec(&exec.id, None).await.when("running", &object)?
        {
            while let Some(piece) = output.next().await {
                match piece.when("running", &object)? {
                    LogOutput::StdErr { message } => stderr.extend_from_slice(&message),
                    other => stdout.extend_from_slice(other.as_ref()),
                }
            }
        }
        let result = engine.docker().inspect_exec(&exec.id).await.when("running", &object)?;
        Ok(Output {
            exit_code: result.exit_code.unwrap_or(-1),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        })
    };
    within(deadline, "running", &object, work).await
}
