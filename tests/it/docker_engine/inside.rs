//! What is inside a container, and what stays of it when it is recreated.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn files_arrive_with_owner_mode_and_directories() {
    with_run(|run| async move {
        let mount = |target: &str| FileMount {
            source: "settings".into(),
            target: target.into(),
            uid: 2000,
            gid: 3000,
            mode: 0o640,
        };
        let app = Service {
            configs: vec![mount("/etc/app/deep/a.cfg"), mount("/link/b.cfg")],
            secrets: vec![FileMount { source: "key".into(), ..mount("/run/secrets/key") }],
            ..idle()
        };
        let file = |content: &str| FileSource { content: content.into(), origin: "test".into() };
        let mut project = run.project([("app", app)]);
        project.configs.insert("settings".into(), file("a = 1\n"));
        project.secrets.insert("key".into(), file("secret"));
        let running = run.prepare(project).await;
        running.up(soon()).await.unwrap();

        let command = ["stat", "-c", "%u %g %a", "/etc/app/deep/a.cfg", "/run/secrets/key", "/etc/app/deep"];
        let seen = running.exec("app", 1, &command, soon()).await.unwrap();
        assert_eq!(seen.stdout, "2000 3000 640\n2000 3000 640\n0 0 755\n", "{seen:?}");
        // What was there before keeps its owner and mode, and a link stays a link.
        let command = ["stat", "-c", "%u %a %F", "/real", "/link"];
        let seen = running.exec("app", 1, &command, soon()).await.unwrap();
        assert!(seen.stdout.starts_with("77 711 directory\n"), "{seen:?}");
        assert!(seen.stdout.contains("symbolic link"), "{seen:?}");
        let read = running.read("app", 1, "/real/b.cfg").await.unwrap();
        assert_eq!(read, [("b.cfg".to_owned(), b"a = 1\n".to_vec())]);
        let read = running.read("app", 1, "/etc/app").await.unwrap();
        assert_eq!(read[0].0, "app/deep/a.cfg");
        let listed = running.list("app", 1, "/etc/app").await.unwrap();
        assert_eq!(listed, [("app/deep/a.cfg".to_owned(), 6)]);
        assert_eq!(running.list("app", 1, "/nowhere").await.unwrap(), []);
        assert_eq!(running.read("app", 1, "/nowhere").await.unwrap_err().cause, Cause::Absent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_hold_both_streams_and_end_at_the_tail() {
    with_run(|run| async move {
        let text = "echo one; echo two >&2; printf '\\377bytes\\n'; printf last";
        let running = run.prepare(run.project([("app", script(text))])).await;
        running.up(soon()).await.unwrap();
        running.wait("app", 1, DependsCondition::ServiceCompletedSuccessfully, soon()).await.unwrap();
        let mut lines = running.logs("app", 1, None).await.unwrap();
        lines.sort();
        assert_eq!(lines, ["last", "one", "two", "\u{fffd}bytes"]);
        assert_eq!(running.logs("app", 1, Some(1)).await.unwrap(), ["last"]);
        let bytes = running.log_bytes("app", 1).await.unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains("one\n"), "{bytes:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_recreated_with_another_image_and_keeps_its_place() {
    with_run(|run| async move {
        let mount = |source, target: &str| Mount { source, target: target.into(), ..Mount::default() };
        let node = Service {
            networks: IndexMap::from([
                ("front".into(), Attachment::default()),
                ("back".into(), Attachment { aliases: vec!["other".into()], ..Attachment::default() }),
            ]),
            volumes: vec![
                mount(MountSource::Volume("data".into()), "/data"),
                mount(MountSource::Anonymous, "/scratch"),
                mount(MountSource::Anonymous, "/settings"),
            ],
            environment: IndexMap::from([("KEPT".into(), "1".into()), ("CHANGED".into(), "1".into())]),
            replicas: 2,
            ..idle()
        };
        let mut project = run.project([("node", node)]);
        project.networks = IndexMap::from([
            ("front".into(), Network::default()),
            ("back".into(), Network { internal: true, ..Network::default() }),
        ]);
        project.volumes.insert("data".into(), Volume::default());
        let running = run.prepare(project).await;
        running.up(soon()).await.unwrap();
        let write = ["/bin/sh", "-c", "touch /data/kept /scratch/lost /lost /settings/own; chown 2000:2000 /settings/own; chmod 600 /settings/own"];
        assert_eq!(running.exec("node", 1, &write, soon()).await.unwrap().exit_code, 0);
        let before = running.state("node", 1).await.unwrap();
        let neighbour = running.state("node", 2).await.unwrap();
        assert_eq!(before.addresses.len(), 2);

        running.stop("node", 1, Some(Duration::from_secs(5)), soon()).await.unwrap();
        let stopped = running.state("node", 1).await.unwrap();
        assert_eq!((stopped.status, stopped.exit_code), (ContainerStatus::Exited, Some(0)), "stopped by its signal");
        let env = [("CHANGED".to_owned(), "2".to_owned())];
        running.recreate("node", 1, SECOND, &env, Some("/settings"), soon()).await.unwrap();

        let after = running.state("node", 1).await.unwrap();
        // By its id: the tag may move on while a run lasts.
        let second = inspect_image(&run.engine, SECOND).await.unwrap().id;
        assert_eq!((after.running, after.image.as_str(), after.addresses.len()), (true, second.as_str(), 2));
        assert_ne!(after.id, before.id);
        assert_eq!(running.state("node", 2).await.unwrap(), neighbour);
        let look = ["/bin/sh", "-c", "cat /release; echo $KEPT$CHANGED; cd /; echo data/* scratch/* los*"];
        let seen = running.exec("node", 1, &look, soon()).await.unwrap();
        assert_eq!(seen.stdout, "two12\ndata/kept scratch/* los*\n");
        let own = ["/bin/busybox", "stat", "-c", "%u:%g %a", "/settings/own"];
        assert_eq!(running.exec("node", 1, &own, soon()).await.unwrap().stdout, "2000:2000 600\n");
        let ping = ["/bin/busybox", "ping", "-c1", "-W5", "other"];
        assert_eq!(running.exec("node", 2, &ping, soon()).await.unwrap().exit_code, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_whole_after_the_container_is_recreated() {
    with_run(|run| async move {
        let running = run.prepare(run.project([("app", script("cat /release; echo $TURN"))])).await;
        running.up(soon()).await.unwrap();
        let ended = DependsCondition::ServiceCompletedSuccessfully;
        running.wait("app", 1, ended, soon()).await.unwrap();
        for turn in ["second", "third"] {
            let env = [("TURN".to_owned(), turn.to_owned())];
            running.recreate("app", 1, SECOND, &env, None, soon()).await.unwrap();
            running.wait("app", 1, ended, soon()).await.unwrap();
        }
        let log = running.logs("app", 1, None).await.unwrap().join("|");
        let again = format!("--- recreated from {SECOND}|two");
        assert_eq!(log, format!("one|{again}second|{again}third"));
        assert_eq!(running.logs("app", 1, Some(1)).await.unwrap(), ["twothird"]);
    })
    .await;
}
