//! Images made ready: which of them are pulled, which serve as they are, and what each turned out to be.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::Instant;

use super::architecture;
use super::cause::Cause;
use super::engine::Engine;
use super::error::{Error, within};
use super::image::{self, Credentials, InspectedImage, inspect_image};
use basics::reference::moving;
use compose_file::PullPolicy;
use run_record::event::{EventKind, Events};

/// Pulls at the same time; the engine itself loads three layers of each at once.
const AT_ONCE: usize = 4;

/// An image that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its name, as it is written.
    pub reference: String,
    /// What it must be made for, where that is said.
    pub platform: Option<String>,
    /// When it is pulled.
    pub policy: PullPolicy,
}

/// What exactly is taken for a name, whatever it leads to today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Repository and digest; none of an image that no registry has.
    pub digest: Option<String>,
    /// Its id on an engine that had it.
    pub id: String,
}

/// Images that are there: what containers are created from, by the name that is written.
pub type Fetched = BTreeMap<String, String>;

/// How images are had.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// Credentials of registries.
    pub credentials: Vec<Credentials>,
    /// What is taken in place of names.
    pub pins: BTreeMap<String, Pin>,
}

/// Makes sure that all these images are there.
///
/// # Errors
/// The first one that is not there and cannot be pulled.
pub async fn fetch(
    engine: &Engine,
    wanted: Vec<Wanted>,
    ways: &Ways,
    events: &Events,
    deadline: Instant,
) -> Result<Fetched, Error> {
    // Who says a platform in one place says that the engine can run it.
    let said: Vec<String> = wanted.iter().filter_map(|wanted| wanted.platform.clone()).collect();
    let said = said.as_slice();
    stream::iter(wanted)
        .map(|wanted| async move {
            let begun = Instant::now();
            let work = one(engine, &wanted, ways, events);
            let (from, pulled) = within(deadline, "pulling", &object(&wanted), work).await?;
            let facts = inspect_image(engine, &from).await?;
            if wanted.platform.is_none() {
                architecture::judge(engine.architecture(), &wanted.reference, &facts.architecture, said)?;
            }
            let took_ms = basics::clock::millis(begun);
            let identity = Some(facts.identity(&wanted.reference));
            events.send(EventKind::ImageReady { image: wanted.reference.clone(), pulled, took_ms, identity });
            // A tag that moves on during the run, by somebody else's pull on this engine, must not take our nodes along.
            let stays = from != wanted.reference || moving::stays(&from);
            Ok((wanted.reference, if stays { from } else { facts.id }))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// The name under which it is there, and whether it had to be pulled.
async fn one(
    engine: &Engine,
    wanted: &Wanted,
    ways: &Ways,
    events: &Events,
) -> Result<(String, bool), Error> {
    if let Some(pin) = ways.pins.get(&wanted.reference) {
        return pinned(engine, wanted, pin, ways, events).await;
    }
    let pull = || pull(engine, &wanted.reference, wanted, ways, events);
    let there = match wanted.policy {
        PullPolicy::Always => None,
        _ => there(engine, &wanted.reference).await?,
    };
    let pulled = match (there, wanted.policy) {
        (Some(facts), PullPolicy::Renewed) => renewed(engine, wanted, &facts, pull(), events).await?,
        (Some(_), _) => false,
        (None, PullPolicy::Never) => {
            let message = "the engine does not have it, and the policy forbids to pull it";
            return Err(Error::new(Cause::ImageNotFound, "finding", object(wanted), message)
                .remedy("Load the image beforehand, or allow the pull."));
        }
        (None, _) => pull().await.map(|()| true)?,
    };
    Ok((wanted.reference.clone(), pulled))
}

/// Pulls an image again that is there; what is there serves where no registry has it or answers. Whether it is another one now.
async fn renewed(
    engine: &Engine,
    wanted: &Wanted,
    facts: &InspectedImage,
    pull: impl Future<Output = Result<(), Error>>,
    events: &Events,
) -> Result<bool, Error> {
    let name = &wanted.reference;
    // Somebody else may have that name in a registry: it would be another image altogether.
    if facts.digest_in(name).is_none() {
        events.warn(format!(
            "Image {name} was built or loaded on this engine and is taken as it is: no registry is asked for a newer one."
        ));
        return Ok(false);
    }
    match pull.await {
        Ok(()) => Ok(inspect_image(engine, name).await?.id != facts.id),
        Err(error) if matches!(error.cause, Cause::EngineUnreachable | Cause::NoSpace) => Err(error),
        Err(error) => {
            let made = facts.created.as_ref().map(|at| format!(", made {at}")).unwrap_or_default();
            events.warn(format!(
                "Image {name} is taken as the engine has it{made}, perhaps an old one: pulling it again failed: {}.",
                error.message
            ));
            Ok(false)
        }
    }
}

/// Takes what was pinned: by its digest, by its id, or out of the registry.
async fn pinned(
    engine: &Engine,
    wanted: &Wanted,
    pin: &Pin,
    ways: &Ways,
    events: &Events,
) -> Result<(String, bool), Error> {
    for known in pin.digest.iter().chain([&pin.id]) {
        if there(engine, known).await?.is_some() {
            return Ok((known.clone(), false));
        }
    }
    let Some(digest) = &pin.digest else {
        let message = format!("the engine does not have {}, and it is in no registry", pin.id);
        return Err(Error::new(Cause::ImageNotFound, "finding", object(wanted), message).remedy(
            "Load that image (docker save where it is, docker load here), or push it and make a new lock.",
        ));
    };
    pull(engine, digest, wanted, ways, events).await?;
    Ok((digest.clone(), true))
}

async fn pull(
    engine: &Engine,
    reference: &str,
    wanted: &Wanted,
    ways: &Ways,
    events: &Events,
) -> Result<(), Error> {
    let platform = wanted.platform.as_deref();
    image::pull(engine, reference, &wanted.reference, platform, &ways.credentials, events).await
}

/// What the engine knows about an image, if it has it.
async fn there(engine: &Engine, reference: &str) -> Result<Option<InspectedImage>, Error> {
    match inspect_image(engine, reference).await {
        Ok(facts) => Ok(Some(facts)),
        Err(error) if error.cause == Cause::ImageNotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn object(wanted: &Wanted) -> String {
    format!("image {}", wanted.reference)
}
