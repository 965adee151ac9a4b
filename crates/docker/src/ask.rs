//! What a program in an image says, asked where it can touch nothing: a server its version, a browser where it is.
//!
//! `mattermost version` of today prints what was compiled in and opens nothing (`server/cmd/mattermost/commands/version.go`). Releases
//! before 6.0 looked for their database first, and `mattermost db version` migrates it: so the container has no network, no variable
//! but the image's own, no file that it could write but in volumes that go with it, and a few seconds. It carries the run's labels, as everything does.

use std::time::Duration;

use bollard::models::{ContainerCreateBody, HealthConfig, HostConfig};
use tokio::time::Instant;

use super::engine::Engine;
use super::error::Error;
use super::image::{InspectedImage, inspect_image};
use super::labels::RunLabels;
use super::spec::ContainerSpec;
use super::{container, one_off};

/// How long it may take to say it; a server's program is large, and the disk may be slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long its removal may take; what is left is removed with the run.
const REMOVAL: Duration = Duration::from_secs(5);
/// Where official images have the server.
const PROGRAM: &str = "/mattermost/bin/mattermost";
/// What its name ends in wherever it is.
const NAME: &str = "mattermost";
/// More lines no answer has, and longer ones neither.
const LINES: usize = 50;
const LONGEST: usize = 200;

/// What the server in this image says its version is: the text behind `Version:`, or nothing where it says none.
///
/// # Errors
/// When it cannot be run, such as an image without that program.
pub async fn ask_version(
    engine: &Engine,
    image: &str,
    platform: Option<&str>,
    labels: &RunLabels,
) -> Result<Option<String>, Error> {
    let facts = inspect_image(engine, image).await?;
    let words = for_version(program(&facts));
    let (_, lines) = ask_program(engine, (image, platform), ("version", words), labels).await?;
    Ok(answer(&lines))
}

/// What a program in this image says, run by these words in a container of this name: its exit code, or nothing where the time was up, and
/// its lines.
///
/// # Errors
/// When it cannot be run, such as an image without that program.
pub async fn ask_program(
    engine: &Engine,
    (image, platform): (&str, Option<&str>),
    (name, words): (&str, Vec<String>),
    labels: &RunLabels,
) -> Result<(Option<i64>, Vec<String>), Error> {
    let name = format!("{}-{name}", labels.run);
    let body = body(image, words, labels);
    let platform = platform.map(str::to_owned);
    let blueprint =
        ContainerSpec { name: name.clone(), platform, body, further_networks: vec![], files: vec![] };
    let mut lines: Vec<String> = Vec::new();
    let ended = async {
        container::create(engine, blueprint).await?;
        container::start(engine, &name).await?;
        let mut line = |text: String| {
            if lines.len() < LINES {
                lines.push(text.chars().take(LONGEST).collect());
            }
        };
        one_off::end(engine, &name, &mut line, Instant::now() + PATIENCE).await
    }
    .await;
    let _ = container::remove(engine, &name, Instant::now() + REMOVAL).await;
    ended.map(|(exit_code, _)| (exit_code, lines))
}

/// The server's program: what the image runs, where that is one, else where official images have it.
pub(super) fn program(facts: &InspectedImage) -> &str {
    let is_server = |word: &&String| word.rsplit('/').next() == Some(NAME);
    facts.program.iter().find(is_server).map_or(PROGRAM, String::as_str)
}

/// The words that a server's program tells its version for.
fn for_version(program: &str) -> Vec<String> {
    vec![program.to_owned(), "version".to_owned()]
}

fn body(image: &str, words: Vec<String>, labels: &RunLabels) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(words),
        labels: Some(labels.ours()),
        healthcheck: Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() }),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            readonly_rootfs: Some(true),
            cap_drop: Some(vec!["ALL".to_owned()]),
            security_opt: Some(vec!["no-new-privileges:true".to_owned()]),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

/// The first line that is `Version: …`; log lines may stand before it.
fn answer(lines: &[String]) -> Option<String> {
    let version = |line: &String| Some(line.trim().strip_prefix("Version:")?.trim().to_owned());
    lines.iter().find_map(version).filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> RunLabels {
        RunLabels {
            run: "r1".into(),
            owner: "test".into(),
            expires: time::OffsetDateTime::UNIX_EPOCH,
            github_job: None,
            runner: None,
        }
    }

    #[test]
    fn it_can_reach_nobody_and_is_found_again() {
        let body = body("sha256:1", for_version(PROGRAM), &labels());
        let host = body.host_config.unwrap();
        assert_eq!((host.network_mode.as_deref(), host.readonly_rootfs), (Some("none"), Some(true)));
        assert_eq!((body.env, host.binds, host.mounts), (None, None, None));
        assert_eq!(body.entrypoint.unwrap(), [PROGRAM, "version"], "no command that opens a database");
        assert_eq!(body.labels.unwrap()["upgrade-gate.run"], "r1");
    }

    #[test]
    fn the_server_is_where_the_image_runs_it() {
        let of = |words: &[&str]| InspectedImage {
            program: words.iter().map(|word| (*word).to_owned()).collect(),
            ..InspectedImage::default()
        };
        assert_eq!(program(&of(&["/mattermost/bin/mattermost"])), PROGRAM);
        assert_eq!(program(&of(&["/entrypoint.sh", "mattermost", "server"])), "mattermost");
        assert_eq!(program(&of(&["/opt/mm/bin/mattermost"])), "/opt/mm/bin/mattermost");
        assert_eq!(program(&of(&["/upgrade-gate", "standin"])), PROGRAM);
    }

    #[test]
    fn an_answer_may_stand_among_other_lines() {
        let said = |text: &str| answer(&text.lines().map(str::to_owned).collect::<Vec<_>>());
        let whole = "{\"level\":\"warn\"}\nVersion: 11.7.0\nBuild Number: 11.7.0-rc2\nBuild Date: x";
        assert_eq!(said(whole).as_deref(), Some("11.7.0"));
        assert_eq!(said("Version:\n"), None);
        assert_eq!(said("no such command"), None);
    }
}
