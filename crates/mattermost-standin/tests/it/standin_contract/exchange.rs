//! One recorded exchange, and the walk that replays it.

use std::collections::{BTreeMap, HashMap};

use basics::{png, tarball};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::compare;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    name: String,
    /// `nobody`, `stranger` (a token that is none), or somebody who logged in before.
    r#as: String,
    method: String,
    path: String,
    range: Option<String>,
    /// Headers that are sent.
    #[serde(default)]
    send: BTreeMap<String, String>,
    /// JSON, or a text that is sent as it is; `@png` is a small picture.
    request_body: Option<Value>,
    /// A form, field by field; `@png` and `@txt` are a small picture and a text with file names.
    form: Option<Map<String, Value>>,
    /// The manifest of a plugin whose bundle is uploaded.
    bundle: Option<Value>,
    #[serde(default)]
    force: bool,
    status: u16,
    /// Headers that clients rely on; `*` for one whose value is the server's own.
    headers: BTreeMap<String, String>,
    response_body: Option<Value>,
    /// `contains`: there may be more than was recorded; `holds`: what was recorded must be there word for word.
    compare: Option<String>,
    /// Why the body of another real server may have another shape.
    why: Option<String>,
    gives: Option<String>,
    /// Where in the answer that stands, if not in its id: a JSON pointer.
    from: Option<String>,
    /// Where the value itself must be equal, by JSON pointer.
    #[serde(default)]
    equal: BTreeMap<String, Value>,
}

/// A client that remembers what the walk made.
pub(super) struct Walk {
    client: Client,
    base: String,
    /// Whether the other side is a real server.
    real: bool,
    made: HashMap<String, String>,
    pub(super) differences: Vec<String>,
}

impl Walk {
    pub(super) fn new(base: &str, real: bool, sink: &str) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        let made = HashMap::from([("sink".to_owned(), sink.to_owned())]);
        Self { client, base: base.into(), real, made, differences: Vec::new() }
    }

    pub(super) async fn replay(&mut self, exchange: &Exchange) {
        let response = self.request(exchange).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        let mut found = Vec::new();
        let mut differ = |what: String| found.push(format!("{}: {what}", exchange.name));
        if status != exchange.status {
            differ(format!("status {status}, recorded {}; {body}", exchange.status));
        }
        compare::headers(&exchange.headers, &headers, &mut differ);
        let excused = self.real && exchange.why.is_some();
        if let Some(recorded) = exchange.response_body.as_ref().filter(|_| !excused) {
            let more = exchange.compare.as_deref() == Some("contains");
            if exchange.compare.as_deref() != Some("holds") {
                compare::shape(recorded, &body, "", more, &mut differ);
            } else if !compare::holds(recorded, &body) {
                differ(format!("{body} does not hold {recorded}"));
            }
            if exchange.status >= 400 && recorded["id"] != body["id"] {
                differ(format!("error {}, recorded {}", body["id"], recorded["id"]));
            }
        }
        for (at, wanted) in &exchange.equal {
            if body.pointer(at) != Some(wanted) {
                differ(format!("{at} is {:?}, recorded {wanted}", body.pointer(at)));
            }
        }
        self.differences.append(&mut found);
        let value = match exchange.gives.as_deref() {
            Some(name) if name.starts_with("token:") => {
                let told = headers.get("token").map(|token| token.to_str().unwrap());
                told.or(body["token"].as_str())
            }
            _ if exchange.from.is_some() => {
                body.pointer(exchange.from.as_deref().unwrap()).and_then(Value::as_str)
            }
            _ => body
                .pointer("/file_infos/0/id")
                .or(body.get("id"))
                .or(body.get("user_id"))
                .and_then(Value::as_str),
        };
        if let Some(name) = &exchange.gives {
            self.made.insert(name.clone(), value.unwrap_or_default().to_owned());
        }
    }

    fn request(&self, exchange: &Exchange) -> RequestBuilder {
        let method: Method = exchange.method.parse().unwrap();
        let mut request = self.client.request(method, format!("{}{}", self.base, self.fill(&exchange.path)));
        match exchange.r#as.as_str() {
            "nobody" => {}
            "stranger" => request = request.bearer_auth("a".repeat(26)),
            who => request = request.bearer_auth(&self.made[&format!("token:{who}")]),
        }
        if let Some(range) = &exchange.range {
            request = request.header("Range", range);
        }
        for (name, value) in &exchange.send {
            request = request.header(name, value);
        }
        if let Some(manifest) = &exchange.bundle {
            let form = Form::new().part("plugin", Part::bytes(bundle(manifest)).file_name("plugin.tar.gz"));
            return request.multipart(if exchange.force { form.text("force", "true") } else { form });
        }
        if let Some(fields) = &exchange.form {
            let form = fields.iter().fold(Form::new(), |form, (name, value)| match value {
                Value::String(text) if text == "@png" => {
                    form.part(name.clone(), Part::bytes(picture()).file_name("walk.png"))
                }
                Value::String(text) if text == "@txt" => {
                    form.part(name.clone(), Part::text("lab file contents").file_name("notes.txt"))
                }
                Value::String(text) => form.text(name.clone(), self.fill(text)),
                other => form.text(name.clone(), self.fill(&other.to_string())),
            });
            return request.multipart(form);
        }
        match &exchange.request_body {
            Some(Value::String(text)) if text == "@png" => request.body(picture()),
            Some(Value::String(text)) => request.body(self.fill(text)),
            Some(json) => request.body(self.fill(&json.to_string())),
            None => request,
        }
    }

    /// Puts what was made in the place of its name.
    fn fill(&self, text: &str) -> String {
        self.made.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }
}

/// Larger than a thumbnail, smaller than a preview.
fn picture() -> Vec<u8> {
    png::plain(200, 150, [20, 90, 180])
}

/// A bundle with this manifest and nothing else.
fn bundle(manifest: &Value) -> Vec<u8> {
    tarball::pack(&[("plugin/plugin.json", manifest.to_string().as_bytes())]).unwrap()
}
