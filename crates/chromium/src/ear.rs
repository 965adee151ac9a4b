//! What is heard of a page while it loads: its errors, what it asks, and whether it is done.

use std::collections::BTreeMap;

use serde_json::Value;

use super::connection::BrowserEvent;
use super::page_error::PageError;

/// What a network says when this machine's own changed, as it does whenever an engine starts a container: no word of the page.
const OF_THE_MACHINE: &str = "ERR_NETWORK_CHANGED";

/// All that was heard of one page.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// Scheme, host and port of the site.
    origin: String,
    /// Errors, in their order.
    pub(crate) said: Vec<PageError>,
    /// Paths that were asked for by scripts.
    pub(crate) asked: Vec<String>,
    /// Whether nothing is loaded any more.
    pub(crate) idle: bool,
    /// Whether this machine's own network was in the way.
    pub(crate) disturbed: bool,
    requests: BTreeMap<String, String>,
}

impl Ear {
    pub(crate) fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..Self::default() }
    }

    /// Takes in an event of the page, whose outermost frame this is.
    pub(crate) fn hear(&mut self, event: &BrowserEvent, frame: &str) {
        let params = &event.params;
        match event.method.as_str() {
            "Page.lifecycleEvent" if params["frameId"] == frame => match params["name"].as_str() {
                // A page that leads to another one begins anew.
                Some("init") => self.idle = false,
                Some("networkIdle") => self.idle = true,
                _ => {}
            },
            "Runtime.exceptionThrown" => {
                let details = &params["exceptionDetails"];
                let text = details["exception"]["description"].as_str().or(details["text"].as_str());
                self.say("an uncaught error", text.unwrap_or("without a word"));
            }
            "Runtime.consoleAPICalled" if matches!(params["type"].as_str(), Some("error" | "assert")) => {
                let words: Vec<String> =
                    params["args"].as_array().into_iter().flatten().map(spoken).collect();
                self.say("an error on the console", &words.join(" "));
            }
            "Log.entryAdded" => self.entry(&params["entry"]),
            "Network.requestWillBeSent" => self.request(params),
            "Network.responseReceived" => {
                let (response, status) =
                    (&params["response"], params["response"]["status"].as_u64().unwrap_or(0));
                if status >= 400 {
                    let of = kind(&params["type"]);
                    self.say(
                        &format!("{status} to {of}"),
                        bare(response["url"].as_str().unwrap_or_default()),
                    );
                }
            }
            "Network.loadingFailed" if params["canceled"] != true => {
                let url = self.requests.get(params["requestId"].as_str().unwrap_or_default());
                let url = url.cloned().unwrap_or_default();
                let why =
                    params["blockedReason"].as_str().or(params["errorText"].as_str()).unwrap_or("unknown");
                let of = kind(&params["type"]);
                self.say(&format!("{why} for {of}"), bare(&url));
            }
            _ => {}
        }
    }

    /// What the browser itself says of a page. Of what could not be loaded it is told by the network, with more words.
    fn entry(&mut self, entry: &Value) {
        let text = entry["text"].as_str().unwrap_or_default();
        let is_told = entry["source"] == "network" && text.starts_with("Failed to load resource");
        if entry["level"] == "error" && !is_told {
            self.say("an error on the console", text);
        }
    }

    fn request(&mut self, params: &Value) {
        let url = params["request"]["url"].as_str().unwrap_or_default();
        let id = params["requestId"].as_str().unwrap_or_default();
        self.requests.insert(id.to_owned(), url.to_owned());
        if matches!(params["type"].as_str(), Some("XHR" | "Fetch")) {
            self.asked.push(bare(url).strip_prefix(&self.origin).unwrap_or(bare(url)).to_owned());
        }
    }

    fn say(&mut self, kind: &str, text: &str) {
        if kind.contains(OF_THE_MACHINE) || text.contains(OF_THE_MACHINE) {
            self.disturbed = true;
            return;
        }
        let said = PageError::new(kind, text, &self.origin);
        self.said.push(said);
    }
}

/// An argument of a call of `console`.
fn spoken(argument: &Value) -> String {
    match (&argument["value"], argument["description"].as_str()) {
        (Value::String(text), _) => text.clone(),
        (Value::Null, Some(description)) => description.lines().next().unwrap_or_default().to_owned(),
        (Value::Null, None) => argument["type"].as_str().unwrap_or_default().to_owned(),
        (value, _) => value.to_string(),
    }
}

/// What a resource is, with its article.
fn kind(kind: &Value) -> String {
    match kind.as_str() {
        Some("Document") => "the page".into(),
        Some("Stylesheet") => "a style".into(),
        Some("Script") => "a script".into(),
        Some("Image") => "a picture".into(),
        Some("Font") => "a font".into(),
        Some("XHR" | "Fetch") => "a question of a script".into(),
        Some("WebSocket") => "a websocket".into(),
        _ => "a file".into(),
    }
}

/// An address without what is asked behind its path.
fn bare(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn heard(events: &[(&str, Value)]) -> Ear {
        let mut ear = Ear::new("http://site:8065");
        for (method, params) in events {
            let event =
                BrowserEvent { method: (*method).into(), session: "s".into(), params: params.clone() };
            ear.hear(&event, "f");
        }
        ear
    }

    fn told(ear: &Ear) -> Vec<String> {
        ear.said.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn errors_of_scripts_of_the_console_and_of_the_network_are_heard_once_each() {
        let ear = heard(&[
            (
                "Runtime.exceptionThrown",
                json!({"exceptionDetails": {"text": "Uncaught", "exception": {"description": "TypeError: x\n at y"}}}),
            ),
            (
                "Runtime.consoleAPICalled",
                json!({"type": "error", "args": [{"type": "string", "value": "no"}, {"type": "object", "description": "Error: e\n at z"}, {"type": "number", "value": 7}]}),
            ),
            ("Runtime.consoleAPICalled", json!({"type": "log", "args": [{"type": "string", "value": "hm"}]})),
            (
                "Network.requestWillBeSent",
                json!({"requestId": "1", "type": "Script", "request": {"url": "http://site:8065/static/a.js?v=1"}}),
            ),
            (
                "Network.responseReceived",
                json!({"requestId": "1", "type": "Script", "response": {"url": "http://site:8065/static/a.js?v=1", "status": 404}}),
            ),
            (
                "Log.entryAdded",
                json!({"entry": {"source": "network", "level": "error", "text": "Failed to load resource: 404"}}),
            ),
            (
                "Log.entryAdded",
                json!({"entry": {"source": "security", "level": "error", "text": "Refused to run"}}),
            ),
            ("Log.entryAdded", json!({"entry": {"source": "other", "level": "warning", "text": "hm"}})),
        ]);
        let expected = [
            "an uncaught error: TypeError: x",
            "an error on the console: no Error: e 7",
            "404 to a script: /static/a.js",
            "an error on the console: Refused to run",
        ];
        assert_eq!(told(&ear), expected);
    }

    #[test]
    fn what_is_called_off_and_what_is_of_this_machine_is_no_error_of_the_page() {
        let failed = |why: &str, canceled: bool| {
            (
                "Network.loadingFailed",
                json!({"requestId": "1", "type": "Fetch", "errorText": why, "canceled": canceled}),
            )
        };
        let asked = (
            "Network.requestWillBeSent",
            json!({"requestId": "1", "type": "Fetch", "request": {"url": "http://site:8065/api/x?y"}}),
        );
        let ear = heard(&[
            asked.clone(),
            failed("net::ERR_ABORTED", true),
            failed("net::ERR_NETWORK_CHANGED", false),
        ]);
        assert_eq!((told(&ear), ear.disturbed), (Vec::new(), true));
        assert_eq!(ear.asked, ["/api/x"]);
        let ear = heard(&[asked, failed("net::ERR_CONNECTION_REFUSED", false)]);
        assert_eq!(told(&ear), ["net::ERR_CONNECTION_REFUSED for a question of a script: /api/x"]);
    }

    #[test]
    fn a_page_is_done_when_its_own_frame_is() {
        let at = |frame: &str, name: &str| ("Page.lifecycleEvent", json!({"frameId": frame, "name": name}));
        assert!(heard(&[at("f", "init"), at("f", "networkIdle")]).idle);
        assert!(!heard(&[at("g", "networkIdle")]).idle);
        assert!(!heard(&[at("f", "networkIdle"), at("f", "init")]).idle, "it leads to another page");
    }
}
