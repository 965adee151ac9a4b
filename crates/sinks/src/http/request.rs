//! One request that the sink got, kept whole.

use serde_json::Value;

/// A request as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// What stood behind the question mark, or "".
    pub query: String,
    /// Headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A header by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; what is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A field of a body that is a form, or of a query.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        let parts = if self.body.is_empty() { self.query.clone() } else { self.text() };
        let form = reqwest::Url::parse(&format!("http://form/?{parts}")).ok()?;
        form.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Method, path and the start of the body, for a sentence about it.
    #[must_use]
    pub fn told(&self) -> String {
        let start: String = self.text().chars().take(120).collect();
        format!("{} {} {start}", self.method, self.path)
    }
}
