//! How containers come up: order, conditions, images.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn services_start_when_their_dependencies_are_as_far_as_they_ask() {
    with_run(|run| async move {
        let project = run.project([
            ("app", {
                let app = after(idle(), "db", DependsCondition::ServiceHealthy);
                after(app, "setup", DependsCondition::ServiceCompletedSuccessfully)
            }),
            ("db", Service { healthcheck: check(), ..script("sleep 0.3; touch /tmp/ok; exec sleep 600") }),
            ("setup", after(script("echo done"), "db", DependsCondition::ServiceStarted)),
            ("pair", Service { replicas: 2, ..after(idle(), "app", DependsCondition::ServiceStarted) }),
        ]);
        let (events, mut told) = Events::stream();
        let running =
            RunningProject::prepare(&run.engine, project, run.options(), &events, soon()).await.unwrap();
        running.up(soon()).await.unwrap();

        let mut states = Vec::new();
        while let Ok(event) = told.try_recv() {
            if let EventKind::ContainerState { container, state } = event.kind {
                states.push(format!("{container} {state}"));
            }
        }
        let position = |wanted: &str| {
            states
                .iter()
                .position(|state| state == wanted)
                .unwrap_or_else(|| panic!("no {wanted}: {states:?}"))
        };
        assert!(position("db-1 healthy") < position("app-1 started"), "{states:?}");
        assert!(position("setup-1 stopped") < position("app-1 started"), "{states:?}");
        assert!(position("db-1 started") < position("setup-1 started"), "{states:?}");
        assert!(position("app-1 started") < position("pair-2 started"), "{states:?}");

        let db = running.state("db", 1).await.unwrap();
        assert_eq!((db.health, db.running, db.restart_count), (Health::Healthy, true, 0));
        assert_eq!(running.state("setup", 1).await.unwrap().exit_code, Some(0));
        assert_ne!(running.address("pair", 1).await.unwrap(), running.address("pair", 2).await.unwrap());
    })
    .await;
}

/// What people write: every half minute, which nobody waits for.
#[tokio::test(flavor = "multi_thread")]
async fn a_health_check_that_the_engine_seldom_runs_is_run_by_the_gate_meanwhile() {
    with_run(|run| async move {
        let hourly = |test: &[&str]| {
            let test = test.iter().map(|word| (*word).to_owned()).collect();
            Some(Healthcheck { test, interval: Some(Duration::from_secs(3600)), ..Healthcheck::default() })
        };
        let ready = script("sleep 0.3; touch /tmp/ok; exec sleep 600");
        let project = run.project([
            ("exec", Service { healthcheck: hourly(&["CMD", "stat", "/tmp/ok"]), ..ready.clone() }),
            ("shell", Service { healthcheck: hourly(&["CMD-SHELL", "stat /tmp/ok || exit 1"]), ..ready }),
            ("never", Service { healthcheck: hourly(&["CMD-SHELL", "echo not yet; exit 1"]), ..idle() }),
        ]);
        let running = run.prepare(project).await;
        running.start_services(&["exec", "shell", "never"], soon()).await.unwrap();
        let wait =
            async |name, deadline| running.wait(name, 1, DependsCondition::ServiceHealthy, deadline).await;
        for name in ["exec", "shell"] {
            assert_eq!(wait(name, soon()).await.unwrap().health, Health::Healthy, "{name}");
        }
        // How long a busy engine takes for the first of these looks is not the matter: what it printed is told from then on.
        let told = async || {
            let late = wait("never", Instant::now() + Duration::from_millis(500)).await.unwrap_err();
            assert_eq!(late.cause, Cause::Deadline);
            if late.message.contains("not healthy yet (\"not yet\")") { Ok(()) } else { Err(late) }
        };
        basics::wait::until_ok(soon(), told).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_services_starts_without_what_is_outside_it() {
    with_run(|run| async move {
        let project =
            run.project([("app", after(idle(), "db", DependsCondition::ServiceHealthy)), ("db", idle())]);
        let running = run.prepare(project).await;
        running.start_services(&["app"], soon()).await.unwrap();
        assert!(running.state("app", 1).await.unwrap().running);
        assert_eq!(running.state("db", 1).await.unwrap_err().cause, Cause::Absent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_present_image_is_not_pulled_and_its_facts_are_read() {
    with_run(|run| async move {
        let (events, mut told) = Events::stream();
        let options = PrepareOptions { pull: None, ..run.options() };
        let project = run.project([("app", idle())]);
        RunningProject::prepare(&run.engine, project, options, &events, soon()).await.unwrap();
        let mut ready = Vec::new();
        while let Ok(event) = told.try_recv() {
            if let EventKind::ImageReady { image, pulled, .. } = event.kind {
                ready.push((image, pulled));
            }
        }
        ready.sort();
        assert_eq!(ready, [(FIRST.to_owned(), false), (SECOND.to_owned(), false)]);
        let facts = inspect_image(&run.engine, FIRST).await.unwrap();
        assert!(facts.id.starts_with("sha256:") && facts.digest.is_none(), "{facts:?}");
        assert_eq!(facts.architecture, run.engine.architecture());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_that_never_comes_ends_at_once_or_at_the_deadline() {
    with_run(|run| async move {
        let failing = Healthcheck { retries: Some(1), ..check().unwrap() };
        let project = run.project([
            ("unchecked", idle()),
            ("slow", Service { healthcheck: check(), ..idle() }),
            ("failing", Service { healthcheck: Some(failing), ..idle() }),
        ]);
        let running = run.prepare(project).await;
        running.up(soon()).await.unwrap();
        let wait = |service, deadline| running.wait(service, 1, DependsCondition::ServiceHealthy, deadline);
        assert_eq!(wait("unchecked", soon()).await.unwrap_err().cause, Cause::NoHealthcheck);
        assert_eq!(wait("failing", soon()).await.unwrap_err().cause, Cause::Unhealthy);
        let late = wait("slow", Instant::now() + Duration::from_millis(100)).await.unwrap_err();
        assert_eq!(late.cause, Cause::Deadline);
        assert!(late.message.contains("running, not healthy yet"), "{late}");
    })
    .await;
}
