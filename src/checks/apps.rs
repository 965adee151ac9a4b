//! `apps`: an app that the gate hosts is installed, shown, called and uninstalled. Opt-in: the framework is retired.

use super::ledger::Entry;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::channel;
use super::check::{Check, Need, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use crate::sinks::{Answer, HttpSink};

pub(super) const CHECK: Check = Check {
    id: "apps",
    title: "an app hosted by the gate is installed, shown and called on every node, and uninstalled",
    lines: &["S2.8"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Input("apps"), Need::Plugin(PLUGIN), Need::Sinks],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// The framework's plugin.
const PLUGIN: &str = "com.mattermost.apps";
/// The longest id that the framework takes.
const LONGEST: usize = 32;

/// The app of stable.
const OLD: Entry<String> = Entry::new("app", "an app");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let sink = match ready(cx).await? {
        Ok(sink) => sink,
        Err(reason) => {
            cx.not_applicable("an app is installed and called", reason);
            return Ok(());
        }
    };
    let channel = cx.prepare("there is a channel to call apps in", channel::of_check(cx)).await?;
    let mut halted = Ok(());
    for (actor, _) in cx.actors() {
        halted = halted.and(one_app(cx, sink, &channel, actor).await);
    }
    if let Some(app) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} calls an app from stable", place.label());
            halted = halted.and(cx.step(name, answers(cx, sink, &app, &channel, place)).await);
        }
    }
    halted
}

/// The gate's endpoint, or why this does not apply.
async fn ready<'a>(cx: &'a Context<'_>) -> Result<Result<&'a HttpSink, String>, Halt> {
    if !cx.apps {
        let reason = "the Apps framework is off by default since 10.0; set apps: true to have it measured, with its plugin and MM_FEATUREFLAGS_APPSENABLED=true on every node";
        return Ok(Err(reason.into()));
    }
    for place in cx.places {
        let admin = cx.home.admin.at(&place.anyone);
        let name = format!("{} tells whether it has the Apps framework", place.label());
        let missing = cx
            .prepare(name, async {
                let config = admin.client_config().await.expecting("the client configuration")?;
                if config.get("FeatureFlagAppsEnabled").is_none_or(|flag| flag != "true") {
                    return Ok(Some(format!(
                        "the feature flag AppsEnabled is off on {}; set MM_FEATUREFLAGS_APPSENABLED=true",
                        place.name
                    )));
                }
                let plugins = admin.plugin_statuses().await.expecting("the plugin statuses")?;
                let running = plugins.iter().any(|plugin| plugin.plugin_id == PLUGIN && plugin.state == 2);
                Ok((!running).then(|| format!("the plugin {PLUGIN} does not run on {}", place.name)))
            })
            .await?;
        match missing {
            Some(reason) if OLD.kept(cx).is_none() => return Ok(Err(reason)),
            // What stable had must not be gone: that is a finding and no reason to look away.
            Some(reason) => {
                let gone = Err(Stop::failed_at(&place.name, "the Apps framework, as on stable", reason));
                cx.judge::<()>(format!("{} still has the Apps framework", place.label()), gone)?;
            }
            None => {}
        }
    }
    Ok(cx.sinks.as_ref().map(|sinks| &sinks.http).map_err(Clone::clone))
}

/// Installed on `actor`, shown and called on every node, uninstalled on `actor`; the first one of stable stays.
async fn one_app(cx: &Context<'_>, sink: &HttpSink, channel: &str, actor: &Place) -> Result<(), Halt> {
    let app = app_id(&format!("{}-{}", cx.nonce, actor.name));
    serve(sink, &app);
    let admin = cx.home.admin.at(&actor.anyone);
    cx.step(format!("install an app on {}", actor.label()), async {
        admin.list_app(&manifest(sink, &app)).await.expecting("the app's manifest to be taken")?;
        admin.install_app(&app).await.expecting("the app to be installed")
    })
    .await?;
    let mut halted = Ok(());
    for place in cx.places {
        let name = format!("{} shows the app", place.label());
        halted = halted.and(cx.step(name, cx.crossed(place, || shows(cx, &app, channel, place))).await);
        let name = format!("{} calls the app", place.label());
        halted = halted.and(cx.step(name, answers(cx, sink, &app, channel, place)).await);
    }
    if OLD.keep(cx, &app) {
        return halted;
    }
    let name = format!("uninstall the app on {}, and it is shown no more", actor.label());
    let gone = cx.step(name, async {
        admin.uninstall_app(&app).await.expecting("the app to be uninstalled")?;
        match shows(cx, &app, channel, actor).await {
            Err(_) => Ok(()),
            Ok(()) => Err(Stop::failed_at(&actor.name, "no binding of an uninstalled app", "one")),
        }
    });
    halted.and(gone.await)
}

/// The end of a name is what makes it unlike others.
fn app_id(name: &str) -> String {
    name[name.len().saturating_sub(LONGEST)..].trim_start_matches('-').to_owned()
}

fn manifest(sink: &HttpSink, app: &str) -> Value {
    let root = sink.url(&format!("/{app}"));
    json!({
        "app_id": app, "version": "v0.1.0", "display_name": app, "homepage_url": root,
        "requested_permissions": ["act_as_bot"], "requested_locations": ["/channel_header"],
        "http": { "root_url": root }, "add_deploys": ["http"],
    })
}

/// The app: one place in the channel header, one call that says back what it was given.
fn serve(sink: &HttpSink, app: &str) {
    sink.serve(&format!("/{app}"), |request| {
        let binding = json!({ "location": "send", "label": "send", "submit": { "path": "/send" } });
        let answer = match request.path.rsplit('/').next() {
            Some("bindings") => {
                json!({ "type": "ok", "data": [{ "location": "/channel_header", "bindings": [binding] }] })
            }
            Some("send") => {
                let said = request.json()["values"]["said"].as_str().unwrap_or_default().to_owned();
                json!({ "type": "ok", "text": format!("heard: {said}") })
            }
            _ => json!({ "type": "ok" }),
        };
        Answer::json(&answer)
    });
}

async fn shows(cx: &Context<'_>, app: &str, channel: &str, place: &Place) -> Result<(), Stop> {
    let alice = cx.home.alice.at(&place.anyone);
    let bindings = alice.app_bindings(&cx.home.team_id, channel).await.expecting("the bindings of apps")?;
    if bindings.iter().any(|binding| binding.to_string().contains(&format!("\"{app}\""))) {
        return Ok(());
    }
    Err(Stop::failed_at(&place.name, format!("a binding of {app}"), format!("{} others", bindings.len())))
}

async fn answers(
    cx: &Context<'_>,
    sink: &HttpSink,
    app: &str,
    channel: &str,
    place: &Place,
) -> Result<(), Stop> {
    let alice = cx.home.alice.at(&place.anyone);
    let said = format!("on {} in {}", place.name, cx.nonce);
    let context = json!({ "app_id": app, "channel_id": channel, "team_id": cx.home.team_id,
        "user_agent": "webapp", "location": "/channel_header/send" });
    let call = json!({ "path": "/send", "expand": {}, "values": { "said": said }, "context": context });
    let answer = alice.call_app(&call).await.expecting("the answer of an app")?;
    let expected = format!("heard: {said}");
    if answer.kind != "ok" || answer.text != expected {
        let got = format!("{} \"{}\"", answer.kind, answer.text);
        return Err(Stop::failed_at(&place.name, format!("ok \"{expected}\""), got));
    }
    // The answer names what was said: the call must have come; a cached answer would not have it.
    let wanted = |request: &crate::sinks::Request| request.json()["values"]["said"] == said.as_str();
    match sink.wait(&format!("/{app}"), Instant::now(), wanted).await {
        Some(_) => Ok(()),
        None => Err(Stop::failed_at(&place.name, "a call of the app", "an answer without one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_apps_are_short_and_keep_what_makes_them_unique() {
        let id = app_id("ug-0123456789-a-stage-with-a-long-name-node3");
        assert!(id.len() <= LONGEST && id.ends_with("name-node3") && !id.starts_with('-'), "{id}");
        assert_eq!(app_id("it-stable-apps-node1"), "it-stable-apps-node1");
    }
}
