//! What is left afterwards: nothing of ours, everything of others.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn down_leaves_nothing_of_the_run() {
    with_run(|run| async move {
        let mount = |source, target: &str| Mount { source, target: target.into(), ..Mount::default() };
        let volumes = vec![
            mount(MountSource::Volume("data".into()), "/data"),
            mount(MountSource::Anonymous, "/scratch"),
        ];
        let mut project = run.project([
            ("app", Service { volumes, ..idle() }),
            ("ended", script("exit 1")),
            ("stubborn", script("trap '' TERM; while true; do sleep 1; done")),
        ]);
        project.volumes.insert("data".into(), Volume::default());
        let running = run.prepare(project).await;
        running.up(soon()).await.unwrap();
        let name = running.container_name("app", 1);
        let mounts = docker().inspect_container(&name, None::<InspectContainerOptions>).await.unwrap().mounts;
        let volumes: Vec<String> = mounts.unwrap().into_iter().filter_map(|mount| mount.name).collect();
        assert_eq!(volumes.len(), 2);

        // Two cleaners at once: what one does not find any more, the other removed.
        let (one, other) =
            tokio::join!(down(&run.engine, &run.id, soon()), down(&run.engine, &run.id, soon()),);
        let (one, other) = (one.unwrap(), other.unwrap());
        let mut containers = [one.containers, other.containers].concat();
        containers.sort();
        containers.dedup();
        assert_eq!(containers, ["app-1", "ended-1", "stubborn-1"].map(|name| format!("{}-{name}", run.id)));
        assert!(one.networks.contains(&format!("{}_default", run.id)) || !other.networks.is_empty());
        for volume in volumes {
            assert!(docker().inspect_volume(&volume).await.is_err(), "{volume} is still there");
        }
        assert!(down(&run.engine, &run.id, soon()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_bring_up_leaves_nothing_either() {
    with_run(|run| async move {
        let services = ["a", "b", "c", "d"].map(|name| (name, idle()));
        let running = run.prepare(run.project(services)).await;
        let (engine, id) = (run.engine.clone(), run.id.clone());
        let task = tokio::spawn(async move { running.up(soon()).await });
        // Until the first container shows; the others are under way then.
        let filters = HashMap::from([("label".to_owned(), vec![format!("{LABEL_RUN}={id}")])]);
        let list = || async {
            let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
            docker().list_containers(Some(options)).await.unwrap()
        };
        while list().await.is_empty() {}
        task.abort();
        let _ = task.await;
        down(&engine, &id, soon()).await.unwrap();
        assert!(list().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_takes_only_what_is_ours_and_expired() {
    with_run(|run| async move {
        let labels = |expires: &str, owner: Option<&str>| {
            let mut labels = HashMap::from([
                (LABEL_RUN.to_owned(), run.id.clone()),
                ("upgrade-gate.expires".to_owned(), expires.to_owned()),
            ]);
            labels.extend(owner.map(|owner| ("upgrade-gate.owner".to_owned(), owner.to_owned())));
            labels
        };
        let past = "2001-01-01T00:00:00Z";
        for (name, labels) in [
            ("past", labels(past, Some("me"))),
            ("future", labels("2999-01-01T00:00:00Z", Some("me"))),
            ("unowned", labels(past, None)),
            ("unreadable", labels("soon", Some("me"))),
        ] {
            let name = format!("{}_{name}", run.id);
            let labels = Some(labels);
            let request =
                NetworkCreateRequest { name: name.clone(), labels: labels.clone(), ..Default::default() };
            docker().create_network(request).await.unwrap();
            let request = VolumeCreateRequest { name: Some(name), labels, ..Default::default() };
            docker().create_volume(request).await.unwrap();
        }
        let foreign = format!("{}-foreign", run.id);
        let request = VolumeCreateRequest { name: Some(foreign.clone()), ..Default::default() };
        docker().create_volume(request).await.unwrap();

        // Every run begins with a sweep, so that another one may have been faster: who removed it is not the point.
        sweep_expired(&run.engine, OffsetDateTime::now_utc(), soon()).await.unwrap();
        assert!(docker().inspect_volume(&format!("{}_past", run.id)).await.is_err());
        let left = down(&run.engine, &run.id, soon()).await.unwrap();
        assert_eq!((left.networks.len(), left.volumes.len()), (3, 3), "{left:?}");
        docker().inspect_volume(&foreign).await.unwrap();
        docker().remove_volume(&foreign, None::<RemoveVolumeOptions>).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_on_the_network_does_not_keep_it_alive() {
    with_run(|run| async move {
        let running = run.prepare(run.project([("app", idle())])).await;
        running.up(soon()).await.unwrap();
        // Another run's container stands for the gate's own.
        let other = Run { id: format!("{}-gate", run.id), ..run.clone() };
        let gate = other.prepare(other.project([("gate", idle())])).await;
        gate.up(soon()).await.unwrap();
        running.join(&gate.container_name("gate", 1)).await.unwrap();
        running.join(&gate.container_name("gate", 1)).await.unwrap();
        let address = running.address("app", 1).await.unwrap().to_string();
        let ping = ["/bin/busybox", "ping", "-c1", "-W5", &address];
        assert_eq!(gate.exec("gate", 1, &ping, soon()).await.unwrap().exit_code, 0);
        let removed = down(&run.engine, &run.id, soon()).await.unwrap();
        assert_eq!(removed.networks, [format!("{}_default", run.id)]);
        assert!(gate.state("gate", 1).await.unwrap().running);
        down(&other.engine, &other.id, soon()).await.unwrap();
    })
    .await;
}
