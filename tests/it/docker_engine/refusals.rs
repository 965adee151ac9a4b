//! What does not work, and how it is told.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_exit_while_somebody_waits_is_told_with_code_and_log() {
    with_run(|run| async move {
        let broken = script("for i in 1 2 3; do echo line $i; done; exit 3");
        let project = run.project([
            ("db", Service { healthcheck: check(), ..broken }),
            ("app", after(idle(), "db", DependsCondition::ServiceHealthy)),
        ]);
        let running = run.prepare(project).await;
        let error = running.up(soon()).await.unwrap_err();
        assert_eq!(error.cause, Cause::Exited(3));
        assert_eq!(error.log_tail, ["line 1", "line 2", "line 3"]);
        let text = error.to_string();
        let expected = format!("waiting for the health of container {}-db-1 failed: it ended", run.id);
        assert!(text.starts_with(&expected) && text.contains("exit code 3"), "{text}");
        assert!(text.ends_with("\n  | line 3"), "{text}");
        assert_eq!(running.state("app", 1).await.unwrap().status, ContainerStatus::Created);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_missing_is_told_with_what_to_do() {
    with_run(|run| async move {
        let missing = Service { image: "upgrade-gate-test/none:9".into(), ..idle() };
        let project = run.project([("app", missing)]);
        let (options, events) = (run.options(), Events::nowhere());
        let error = RunningProject::prepare(&run.engine, project, options, &events, soon()).await.unwrap_err();
        assert_eq!(error.cause, Cause::ImageNotFound);
        assert_eq!(
            error.to_string(),
            "finding image upgrade-gate-test/none:9 failed: the engine does not have it, and the policy forbids \
             to pull it. Load the image beforehand, or allow the pull."
        );
        let error = inspect_image(&run.engine, "upgrade-gate-test/none:9").await.unwrap_err();
        assert_eq!((error.cause, error.status), (Cause::ImageNotFound, Some(404)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_name_and_a_missing_program_are_told() {
    with_run(|run| async move {
        let nowhere = Service { command: Some(vec!["/no/such/program".into()]), ..idle() };
        let project = run.project([("app", idle()), ("broken", nowhere)]);
        let running = run.prepare(project).await;
        let error = running.up(soon()).await.unwrap_err();
        assert!(error.to_string().contains("/no/such/program"), "{error}");
        let error = running.start_services(&["app"], soon()).await.unwrap_err();
        assert_eq!(error.cause, Cause::NameConflict, "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_network_and_volume_are_not_taken() {
    with_run(|run| async move {
        let mut project = run.project([("app", idle())]);
        project.volumes.insert("data".into(), Volume::default());
        run.prepare(project.clone()).await;
        run.prepare(project.clone()).await;
        let mut options = run.options();
        options.labels.run = format!("{}-other", run.id);
        let prepared =
            RunningProject::prepare(&run.engine, project, options, &Events::nowhere(), soon()).await;
        assert_eq!(prepared.unwrap_err().cause, Cause::NameConflict);
    })
    .await;
}
