//! The checks of one stage: those that disturb nobody all at once, the others after them, one by one.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::session::{Session, millis};
use crate::checks::catalogue::{self, CHECKS};
use crate::checks::{Check, Context, sanity};
use crate::event::EventKind;
use crate::mattermost::Client;
use crate::outcome::Stage;
use crate::plan::StagePlan;
use crate::storage::Bucket;

/// Runs the planned checks of a stage and reports each as it ends.
pub(super) async fn run(session: &Session<'_>, stage: &StagePlan, nonce: &str) {
    let began = Instant::now();
    let events = session.events;
    events.send(EventKind::StageStarted { stage: stage.stage });
    let planned: Vec<&'static Check> =
        CHECKS.iter().filter(|check| stage.checks.iter().any(|id| id == check.id)).collect();
    let bucket = session.cluster.bucket().await.map_err(|error| error.to_string());
    let balancer = session.cluster.balancer().await.map(|base| Client::new(session.http, "balancer", &base));
    let ground = match balancer {
        Ok(balancer) => Ok(Ground { session, stage: stage.stage, balancer, bucket, nonce }),
        Err(error) => Err(error.to_string()),
    };
    match ground {
        Ok(ground) => {
            let (alone, together): (Vec<_>, Vec<_>) = planned.into_iter().partition(|check| check.alone);
            let mut running: FuturesUnordered<_> =
                together.into_iter().map(|check| ground.check(check)).collect();
            while running.next().await.is_some() {}
            for check in alone {
                ground.check(check).await;
            }
        }
        Err(reason) => {
            for check in planned {
                let reason = format!("the balancer's address is not known: {reason}");
                events.send(EventKind::CheckFinished(catalogue::not_measured(check, stage.stage, &reason)));
            }
        }
    }
    sanity::forget(&session.carried);
    events.send(EventKind::StageFinished { stage: stage.stage, took_ms: millis(began) });
}

/// What all checks of a stage stand on.
struct Ground<'s, 'a> {
    session: &'s Session<'a>,
    stage: Stage,
    balancer: Client,
    bucket: Result<Bucket, String>,
    nonce: &'s str,
}

impl Ground<'_, '_> {
    async fn check(&self, check: &Check) {
        let session = self.session;
        session.events.send(EventKind::CheckStarted { stage: self.stage, check: check.id.to_owned() });
        let result = match &session.home {
            None => catalogue::not_measured(check, self.stage, "the gate's accounts could not be made"),
            Some(home) => {
                let nonce = format!("{}-{}-{}", self.nonce, self.stage, check.id.replace('.', "-"));
                let cx = Context::new(
                    check.id,
                    self.stage,
                    &session.places,
                    &self.balancer,
                    (&session.plan.stable.version, &session.plan.release.version),
                    &session.clustering,
                    home,
                    self.bucket.as_ref().map_err(String::as_str),
                    &session.carried,
                    nonce,
                );
                let limit = Duration::from_secs(session.plan.budgets.check_s);
                catalogue::run(check, &cx, limit).await
            }
        };
        session.events.send(EventKind::CheckFinished(result));
    }
}
