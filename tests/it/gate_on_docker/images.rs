//! The images: our own static binary in the places of Mattermost, PostgreSQL and the store, and Debian's haproxy.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

pub(crate) const STABLE: &str = "upgrade-gate-test/mattermost:11.5.1";
pub(crate) const RELEASE: &str = "upgrade-gate-test/mattermost:11.6.0";
/// Its downloads are wrong by a byte.
pub(crate) const CORRUPT: &str = "upgrade-gate-test/mattermost:11.6.1";
/// It ends at once.
pub(crate) const NO_START: &str = "upgrade-gate-test/mattermost:11.6.2";
/// Its tag says 11.6.9, it runs 11.5.1.
pub(crate) const MISLABELLED: &str = "upgrade-gate-test/mattermost:11.6.9";
/// A branch whose server says that it is 11.6.0.
pub(crate) const MASTER: &str = "upgrade-gate-test/mattermost:master";
/// A branch whose server says that it is 11.4.0.
pub(crate) const BEHIND: &str = "upgrade-gate-test/mattermost:behind";
/// A branch of 11.6.0 whose image has no server where one is looked for.
pub(crate) const SILENT: &str = "upgrade-gate-test/mattermost:silent";
/// The same, with a label that says it.
pub(crate) const LABELLED: &str = "upgrade-gate-test/mattermost:labelled";
pub(crate) const DATABASE: &str = "upgrade-gate-test/database:clustered";
/// A database whose servers have no clustering licence.
pub(crate) const SHARED: &str = "upgrade-gate-test/database:shared";
pub(crate) const STORE: &str = "upgrade-gate-test/store:1";
/// A store that accepts other keys.
pub(crate) const OTHER_KEYS: &str = "upgrade-gate-test/store:other-keys";
pub(crate) const BALANCER: &str = "upgrade-gate-test/haproxy:1";

/// Where the server's source is, as its images' labels say.
const SERVER: &str = "https://github.com/mattermost/mattermost";
/// What a node's image runs.
const NODE: &str = "ENTRYPOINT [\"/upgrade-gate\", \"standin\", \"node\"]";

/// Proof that all images are there.
#[derive(Clone, Copy)]
pub(crate) struct Images(());

/// The images, made once; `None` where there is no engine or they cannot be made.
pub(crate) fn images() -> Option<Images> {
    static MADE: OnceLock<Result<(), String>> = OnceLock::new();
    told(MADE.get_or_init(make)).map(|()| Images(()))
}

/// Nothing where they could not be made, which is told, or a failure where it must not be.
fn told(made: &Result<(), String>) -> Option<()> {
    match made {
        Ok(()) => Some(()),
        Err(why) if std::env::var_os("UPGRADE_GATE_REQUIRE_DOCKER").is_some() => panic!("{why}"),
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

fn make() -> Result<(), String> {
    succeeds(
        Command::new("docker").args(["version", "--format", "{{.Server.Version}}"]),
        "asking the engine",
    )?;
    let root = env!("CARGO_MANIFEST_DIR");
    for script in ["haproxy.sh", "gate.sh"] {
        succeeds(&mut Command::new(format!("{root}/tests/images/{script}")), script)?;
    }
    let node = NODE;
    let database = "COPY --from=upgrade-gate-test/gate:1 /upgrade-gate /usr/bin/pg_isready\n\
                    ENTRYPOINT [\"/upgrade-gate\", \"standin\", \"database\"]";
    let store = "ENTRYPOINT [\"/upgrade-gate\", \"standin\", \"store\"]";
    let other_keys = "ENTRYPOINT [\"/upgrade-gate\", \"standin\", \"store\", \"--access-key\", \"another\"]";
    for (image, lines) in [
        (STABLE, format!("ENV STANDIN_VERSION=11.5.1\n{node}")),
        (RELEASE, format!("ENV STANDIN_VERSION=11.6.0\n{node}")),
        (CORRUPT, format!("ENV STANDIN_VERSION=11.6.1 STANDIN_FAULT=file-corrupt\n{node}")),
        (NO_START, format!("ENV STANDIN_VERSION=11.6.2 STANDIN_EXIT=\"this release cannot start\"\n{node}")),
        (MISLABELLED, format!("ENV STANDIN_VERSION=11.5.1\n{node}")),
        (SILENT, format!("ENV STANDIN_VERSION=11.6.0\n{node}")),
        (
            LABELLED,
            // The labels that come down from our own image name something else.
            format!(
                "LABEL org.opencontainers.image.version=11.6.0 org.opencontainers.image.source={SERVER}\n\
                 ENV STANDIN_VERSION=11.6.0\n{node}"
            ),
        ),
        (DATABASE, format!("ENV STANDIN_CLUSTERED=true\n{database}")),
        (SHARED, database.to_owned()),
        (STORE, store.to_owned()),
        (OTHER_KEYS, other_keys.to_owned()),
    ] {
        build(image, &format!("FROM upgrade-gate-test/gate:1\n{lines}\n"))?;
    }
    Ok(())
}

/// The images and those whose servers tell their version, which are made with a shell.
pub(crate) fn images_that_tell() -> Option<Images> {
    static MADE: OnceLock<Result<(), String>> = OnceLock::new();
    let images = images()?;
    let make = || {
        busybox()?;
        for (image, version) in [(MASTER, "11.6.0"), (BEHIND, "11.4.0")] {
            build(image, &saying(version))?;
        }
        Ok(())
    };
    told(MADE.get_or_init(make)).map(|()| images)
}

/// The image with a shell, which the tests of the engine make.
fn busybox() -> Result<(), String> {
    let made = std::thread::spawn(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(crate::docker_engine::engine()).is_some()
    });
    match made.join() {
        Ok(true) => Ok(()),
        _ => Err("no image with a shell: apt-get install busybox-static".into()),
    }
}

/// A node whose image has a server that tells its version, where official images have it. It says nothing where it can reach anybody.
fn saying(version: &str) -> String {
    let no_route = "while read first rest; do [ $first = Iface ] || exit 1; done < /proc/net/route";
    let script = format!("#!/bin/sh\\n{no_route}\\necho Version: {version}\\n");
    format!(
        "FROM upgrade-gate-test/busybox:1 AS said\n\
         RUN [\"/bin/sh\", \"-c\", \"/bin/busybox mkdir -p /mattermost/bin && printf '{script}' > /mattermost/bin/mattermost && /bin/busybox chmod 755 /mattermost/bin/mattermost\"]\n\
         FROM upgrade-gate-test/gate:1\n\
         COPY --from=said /bin /bin\n\
         COPY --from=said /mattermost /mattermost\n\
         ENV STANDIN_VERSION={version}\n{NODE}\n"
    )
}

pub(crate) fn build(image: &str, dockerfile: &str) -> Result<(), String> {
    let mut docker = Command::new("docker")
        .args(["build", "--quiet", "--tag", image, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("docker: {error}"))?;
    let written = docker.stdin.take().unwrap().write_all(dockerfile.as_bytes());
    written.map_err(|error| format!("building {image}: {error}"))?;
    let ended = docker.wait_with_output().map_err(|error| format!("building {image}: {error}"))?;
    if ended.status.success() {
        Ok(())
    } else {
        Err(format!("building {image}: {}", String::from_utf8_lossy(&ended.stderr)))
    }
}

fn succeeds(command: &mut Command, what: &str) -> Result<(), String> {
    match command.output() {
        Ok(ended) if ended.status.success() => Ok(()),
        Ok(ended) => Err(format!("{what} failed: {}", String::from_utf8_lossy(&ended.stderr))),
        Err(error) => Err(format!("{what} failed: {error}")),
    }
}
