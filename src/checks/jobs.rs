//! `jobs`: what servers do by themselves ends well, whoever began it.
//!
//! A job that fails answers nobody's request: it stands in a list that nobody opens, every few minutes anew (mattermost#22562). And one
//! that a server began is often ended by another, of another version. So in each stage one is begun through a node of each version, and on
//! release all of them must have ended well, and no other may have ended in an error of a kind that stable did not have.

use std::collections::BTreeSet;
use std::time::Duration;

use super::prelude::*;
use crate::wait;

pub(super) const CHECK: Check = Check::new(
    "jobs",
    "jobs begun in each stage, through nodes of both versions, end well; no job of the servers' own ends in an error that stable's had not",
    &["E1"],
    |cx| Box::pin(run(cx)),
);

/// What is begun: each server of any edition does it, and it takes nothing but what has expired. Of others on 11.6, `migrations` wants a
/// key that nobody tells, and `active_users` waits for ever without metrics.
const KIND: &str = "plugins";
/// How long the last one begun may take: servers look for jobs every 15 s.
const DONE: Duration = Duration::from_secs(45);
/// The newest ones that are looked at.
const NEWEST: &str = "/api/v4/jobs?page=0&per_page=200";

/// A job: its id, and the node that it was begun through.
type BegunJob = (String, String);
const BEGUN: Entry<Vec<BegunJob>> = Entry::new("the jobs that were begun");
/// Types that failed on stable already.
const FAILED: Entry<BTreeSet<String>> = Entry::new("the types of jobs that failed");

async fn run(cx: &Context<'_>) {
    // What the release begins is begun in mixed stages: here it would only be waited for.
    if cx.stage != Stage::Release {
        begin_some(cx).await;
    }
    if cx.stage == Stage::Stable {
        let known = cx.step("the list of jobs is there", failures(cx.actor())).await;
        if let Ok(known) = known {
            FAILED.set(cx.carried, cx.check, known.into_iter().map(|(kind, _)| kind).collect());
        }
    }
    if cx.stage == Stage::Release {
        ended(cx, &BEGUN.get(cx.carried, cx.check).unwrap_or_default()).await;
        let known = FAILED.get(cx.carried, cx.check).unwrap_or_default();
        cx.on_each_at_once(cx.places, "tells of no job that failed since stable", |place| {
            none_failed(place, &known)
        })
        .await;
    }
}

/// One through a node of each version.
async fn begin_some(cx: &Context<'_>) {
    cx.each_version(async |walk| {
        let id = walk.step("begin a job on {node}", begin(walk.actor)).await?;
        let mut all = BEGUN.get(cx.carried, cx.check).unwrap_or_default();
        all.push((id, walk.actor.to_string()));
        BEGUN.set(cx.carried, cx.check, all);
        Ok(())
    })
    .await;
}

/// Its id.
async fn begin(actor: &Place) -> Result<String, StepError> {
    let answer = actor.admin().post("/api/v4/jobs", &json!({ "type": KIND })).await;
    let job: Value = answer.expecting("201 and a job")?.json().expecting("a job")?;
    let id = job["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| actor.failed("a job with an id", job.to_string()))
}

/// Each that was begun in any stage ended well, asked through any node.
async fn ended(cx: &Context<'_>, begun: &[BegunJob]) {
    for (n, (id, by)) in begun.iter().enumerate() {
        let place = &cx.places[n % cx.places.len()];
        let ended = async || {
            let job = job(place, id).await?;
            match job["status"].as_str() {
                Some(status @ ("pending" | "in_progress")) => {
                    Err(place.failed("a job that ends", format!("it is {status} still")))
                }
                _ => Ok(job),
            }
        };
        let done = async {
            let job = cx.in_time(wait::until_ok(cx.deadline_in(DONE), ended)).await?;
            let got = format!("status {} {}", job["status"].as_str().unwrap_or_default(), job["data"]);
            place.ensure(job["status"] == "success", "a job with status success", got)
        };
        cx.verify(format!("{place} tells that the job begun on {by} ended well"), done).await;
    }
}

async fn job(place: &Place, id: &str) -> Result<Value, StepError> {
    let reply = place.admin().get(&format!("/api/v4/jobs/{id}")).await.expecting("the job that was begun")?;
    reply.json().expecting("a job")
}

/// The types and what is told of the newest jobs that ended in an error.
async fn failures(place: &Place) -> Result<Vec<(String, String)>, StepError> {
    let reply = place.admin().get(NEWEST).await.expecting("the newest jobs")?;
    let jobs: Option<Vec<Value>> = reply.json().expecting("a list of jobs")?;
    let failed = jobs.into_iter().flatten().filter(|job| job["status"] == "error");
    Ok(failed
        .map(|job| (job["type"].as_str().unwrap_or("unnamed").to_owned(), job["data"].to_string()))
        .collect())
}

async fn none_failed(place: &Place, known: &BTreeSet<String>) -> Result<(), StepError> {
    let failed = failures(place).await?;
    match failed.into_iter().find(|(kind, _)| !known.contains(kind)) {
        None => Ok(()),
        Some((kind, told)) => {
            Err(place.failed("no job with status error", format!("a job of type {kind}: {told}")))
        }
    }
}
