//! Folders of the engine's host: made as compose makes them, and told by name where they cannot be mounted.

use super::*;

fn bind(path: &Path, target: &str) -> Mount {
    Mount {
        source: MountSource::Bind(path.to_owned()),
        target: target.into(),
        create_host_path: true,
        ..Mount::default()
    }
}

fn with(mounts: impl IntoIterator<Item = Mount>) -> Service {
    Service { volumes: mounts.into_iter().collect(), ..idle() }
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_do_not_exist_are_made() {
    with_run(|run| async move {
        let host = tempfile::tempdir().unwrap();
        let (deep, read_only) = (host.path().join("volumes/app/data"), host.path().join("conf"));
        let app = with([
            bind(&deep, "/data"),
            bind(&deep.join("inner"), "/data/inner"),
            Mount { read_only: true, ..bind(&read_only, "/conf") },
        ]);
        let running = run.prepare(run.project([("app", app)])).await;
        running.up(soon()).await.unwrap();
        assert!(deep.join("inner").is_dir() && read_only.is_dir());
        let written = running.exec("app", 1, &["touch", "/data/inner/file"], soon()).await.unwrap();
        assert_eq!(written.exit_code, 0, "{written:?}");
        assert!(deep.join("inner/file").is_file());
        let refused = running.exec("app", 1, &["touch", "/conf/file"], soon()).await.unwrap();
        assert_ne!(refused.exit_code, 0);
        running.recreate("app", 1, SECOND, &[], None, soon()).await.unwrap();
        assert_eq!(running.read("app", 1, "/data/inner/file").await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_must_be_there_and_is_not_is_named() {
    with_run(|run| async move {
        let host = tempfile::tempdir().unwrap();
        let missing = host.path().join("missing");
        let must_be_there = Mount { create_host_path: false, ..bind(&missing, "/data") };
        let running = run.prepare(run.project([("app", with([must_be_there]))])).await;
        let error = running.up(soon()).await.unwrap_err();
        assert_eq!(error.cause, Cause::HostPath, "{error}");
        assert!(error.to_string().contains(missing.to_str().unwrap()), "{error}");
        assert!(!missing.exists());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_whose_folder_is_missing_is_named() {
    with_run(|run| async move {
        let host = tempfile::tempdir().unwrap();
        let missing = host.path().join("missing");
        let options = [("type", "none"), ("o", "bind"), ("device", missing.to_str().unwrap())];
        let options = options.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let volume = Volume { driver_opts: options.into_iter().collect(), ..Volume::default() };
        let mount =
            Mount { source: MountSource::Volume("data".into()), target: "/data".into(), ..Mount::default() };
        let mut project = run.project([("app", with([mount]))]);
        project.volumes.insert("data".into(), volume);
        let running = run.prepare(project).await;
        let error = running.up(soon()).await.unwrap_err();
        assert_eq!(error.cause, Cause::HostPath, "{error}");
        assert!(error.to_string().contains(missing.to_str().unwrap()), "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_the_place_of_a_file_is_told() {
    with_run(|run| async move {
        let host = tempfile::tempdir().unwrap();
        // A file that was forgotten: the engine makes a folder of its name, as it does for compose.
        let forgotten = bind(&host.path().join("app.conf"), "/release");
        let running = run.prepare(run.project([("app", with([forgotten]))])).await;
        let error = running.up(soon()).await.unwrap_err();
        assert_eq!(error.cause, Cause::FolderForFile, "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cause_is_shown_and_not_the_usage_text_after_it() {
    with_run(|run| async move {
        let log = "echo starting; echo 'Error: open /data/x: permission denied' >&2; echo 'Usage:'; \
                   for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do echo \"  --flag$i\"; done; exit 1";
        let project = run.project([
            ("db", Service { healthcheck: check(), ..script(log) }),
            ("app", after(idle(), "db", DependsCondition::ServiceHealthy)),
        ]);
        let running = run.prepare(project).await;
        let error = running.up(soon()).await.unwrap_err();
        assert!(error.log_tail.iter().any(|line| line.starts_with("Error: open")), "{error}");
        assert!(error.log_tail.len() <= 4, "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_told_and_started_again() {
    with_run(|run| async move {
        let hears = script(
            "trap 'echo heard' HUP; trap 'exit 0' TERM; echo ready; while :; do sleep 600 & wait; done",
        );
        let running = run.prepare(run.project([("app", hears)])).await;
        running.up(soon()).await.unwrap();
        let before = running.state("app", 1).await.unwrap();
        let says = async |word: &str| {
            while !running.logs("app", 1, None).await.unwrap().iter().any(|line| line == word) {
                tokio::task::yield_now().await;
            }
        };
        says("ready").await;
        running.signal("app", 1, "HUP").await.unwrap();
        says("heard").await;
        running.restart("app", 1, Duration::from_secs(5)).await.unwrap();
        let after = running.state("app", 1).await.unwrap();
        assert!(after.running && after.id == before.id && after.started_at > before.started_at);
        running.stop("app", 1, None, soon()).await.unwrap();
        running.restart("app", 1, Duration::from_secs(5)).await.unwrap();
        assert!(running.state("app", 1).await.unwrap().running);
    })
    .await;
}
