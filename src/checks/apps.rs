//! `apps`: an app that the gate hosts is installed, shown, called and uninstalled. Opt-in: the framework is retired.

use tokio::time::Instant;

use super::channel;
use super::prelude::*;
use crate::sinks::{CannedAnswer, HttpSink};

pub(super) const CHECK: Check = Check::new(
    "apps",
    "an app hosted by the gate is installed, shown and called on every node, and uninstalled",
    &["S2.8"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Input("apps"), Need::Plugin(PLUGIN), Need::Sinks]);

/// The framework's plugin.
const PLUGIN: &str = "com.mattermost.apps";
/// The longest id that the framework takes.
const LONGEST: usize = 32;

/// The app of stable.
const OLD: Entry<String> = Entry::new("an app");

async fn run(cx: &Context<'_>) {
    let sink = match ready(cx).await {
        Ok(Ok(sink)) => sink,
        Ok(Err(reason)) => return cx.not_applicable("an app is installed and called", reason),
        Err(Reported) => return,
    };
    let channel = cx.prepare("there is a channel to call apps in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    cx.each_version(async |walk| one_app(cx, sink, &channel, &walk).await).await;
    if let Some(app) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "calls an app from stable", |place| {
            answers(cx, sink, &app, &channel, place)
        })
        .await;
    }
}

/// The gate's endpoint, or why this does not apply.
async fn ready<'a>(cx: &'a Context<'_>) -> Result<Result<&'a HttpSink, String>, Reported> {
    if !cx.apps {
        let reason = "the Apps framework is off by default since 10.0; set apps: true to have it measured, with its plugin and MM_FEATUREFLAGS_APPSENABLED=true on every node";
        return Ok(Err(reason.into()));
    }
    for place in cx.places {
        let name = format!("{place} tells whether it has the Apps framework");
        match cx.prepare(name, missing(place)).await? {
            Some(reason) if OLD.kept(cx).is_none() => return Ok(Err(reason)),
            // What stable had must not be gone: that is a finding and no reason to look away.
            Some(reason) => {
                let gone = Err(place.failed("the Apps framework, as on stable", reason));
                cx.judge(format!("{place} still has the Apps framework"), gone);
                return Err(Reported);
            }
            None => {}
        }
    }
    Ok(cx.sinks.as_ref().map(|sinks| sinks.http.as_ref()).map_err(Clone::clone))
}

/// Why a node has no Apps framework, if it has none.
async fn missing(place: &Place) -> Result<Option<String>, StepError> {
    let config = place.admin().client_config().await.expecting("the client configuration")?;
    if config.get("FeatureFlagAppsEnabled").is_none_or(|flag| flag != "true") {
        let node = &place.name;
        let reason =
            format!("the feature flag AppsEnabled is off on {node}; set MM_FEATUREFLAGS_APPSENABLED=true");
        return Ok(Some(reason));
    }
    let plugins = place.admin().plugin_statuses().await.expecting("the plugin statuses")?;
    let running = plugins.iter().any(|plugin| plugin.plugin_id == PLUGIN && plugin.state == 2);
    Ok((!running).then(|| format!("the plugin {PLUGIN} does not run on {}", place.name)))
}

/// Installed on one node, shown and called on every node, uninstalled where it was installed; the first one of stable stays.
async fn one_app(cx: &Context<'_>, sink: &HttpSink, channel: &str, walk: &Walk<'_>) -> Result<(), Reported> {
    let (admin, actor) = (walk.admin(), walk.actor);
    let app = app_id(&format!("{}-{}", cx.nonce, actor.name));
    serve(sink, &app);
    let installed = async {
        admin.list_app(&manifest(sink, &app)).await.expecting("the app's manifest to be taken")?;
        admin.install_app(&app).await.expecting("the app to be installed")
    };
    walk.step("install an app on {node}", installed).await?;
    for place in cx.places {
        let shown = cx.until_replicated(place, || shows(cx, &app, channel, place));
        cx.verify(format!("{place} shows the app"), shown).await;
        cx.verify(format!("{place} calls the app"), answers(cx, sink, &app, channel, place)).await;
    }
    if OLD.keep(cx, &app) {
        return Ok(());
    }
    let gone = async {
        admin.uninstall_app(&app).await.expecting("the app to be uninstalled")?;
        let shown = shows(cx, &app, channel, actor).await.is_ok();
        actor.ensure(!shown, "no binding of an uninstalled app", "one")
    };
    walk.step("uninstall the app on {node}, and it is shown no more", gone).await
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
        CannedAnswer::json(&answer)
    });
}

async fn shows(cx: &Context<'_>, app: &str, channel: &str, place: &Place) -> Result<(), StepError> {
    let bindings = place.alice().app_bindings(&cx.home.team_id, channel).await;
    let bindings = bindings.expecting("the bindings of apps")?;
    let bound = bindings.iter().any(|binding| binding.to_string().contains(&format!("\"{app}\"")));
    place.ensure(bound, format!("a binding of {app}"), format!("{} others", bindings.len()))
}

async fn answers(
    cx: &Context<'_>,
    sink: &HttpSink,
    app: &str,
    channel: &str,
    place: &Place,
) -> Result<(), StepError> {
    let said = format!("on {} in {}", place.name, cx.nonce);
    let context = json!({ "app_id": app, "channel_id": channel, "team_id": cx.home.team_id,
        "user_agent": "webapp", "location": "/channel_header/send" });
    let call = json!({ "path": "/send", "expand": {}, "values": { "said": said }, "context": context });
    let answer = place.alice().call_app(&call).await.expecting("the answer of an app")?;
    let expected = format!("heard: {said}");
    let got = format!("{} \"{}\"", answer.kind, answer.text);
    place.ensure(answer.kind == "ok" && answer.text == expected, format!("ok \"{expected}\""), got)?;
    // The answer names what was said: the call must have come; a cached answer would not have it.
    let wanted = |request: &crate::sinks::Request| request.json()["values"]["said"] == said.as_str();
    let called = sink.wait(&format!("/{app}"), Instant::now(), wanted).await;
    place.ensure(called.is_some(), "a call of the app", "an answer without one")
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
