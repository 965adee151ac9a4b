//! One client for one address: sends requests, keeps what the answer's headers prove.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::address::Address;
use super::cookies::Browser;
use super::error::{ApiError, ApiErrorKind};
use super::http::{Connections, Http};
use super::made::Made;
use basics::trust::TlsFailure;

/// A client for one address, as one account or as nobody. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    node: Arc<str>,
    address: Arc<Address>,
    /// The address as requests have it, and the `Host` that they send in place of its own.
    base: Arc<str>,
    host: Option<Arc<str>>,
    token: Option<Arc<str>>,
    /// In place of a token: what a browser sends.
    browser: Option<Arc<Browser>>,
}

/// An answer whose status was expected.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The node that was asked.
    pub node: String,
    /// Method and path.
    pub request: String,
    /// The status.
    pub status: u16,
    /// Headers as they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// A client for the URL `base`, as nobody. `node` is the name that failures show.
    #[must_use]
    pub fn new(http: &Http, node: &str, base: &str) -> Self {
        Self::of(http.clone(), node, &Address::plain(base))
    }

    /// A client for an address, as nobody. `node` is the name that failures show.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn to(http: &Http, node: &str, address: &Address) -> anyhow::Result<Self> {
        Ok(Self::of(http.for_address(address)?, node, address))
    }

    fn of(http: Http, node: &str, address: &Address) -> Self {
        let (base, host) = address.requested();
        Self {
            http,
            node: node.into(),
            address: Arc::new(address.clone()),
            base: base.into(),
            host: host.map(Into::into),
            token: None,
            browser: None,
        }
    }

    /// The same address with a session or access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), browser: None, ..self.clone() }
    }

    /// The same address with what a browser sends.
    pub(super) fn with_browser(&self, browser: Browser) -> Self {
        Self { token: None, browser: Some(Arc::new(browser)), ..self.clone() }
    }

    /// What it sends as a browser, if it is one.
    pub(super) fn browser(&self) -> Option<&Browser> {
        self.browser.as_deref()
    }

    /// The same account at another client's address.
    #[must_use]
    pub fn at(&self, place: &Self) -> Self {
        Self { token: self.token.clone(), browser: self.browser.clone(), ..place.clone() }
    }

    /// The same account at the same address, on connections that nobody else uses, with a patience of its own.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn apart(&self, timeout: Duration, connections: Connections) -> anyhow::Result<Self> {
        let http = self.http.apart(timeout, connections)?.for_address(&self.address)?;
        Ok(Self { http, ..self.clone() })
    }

    /// The name of the node it speaks to.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The stack that it speaks through.
    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// The token it sends, if any.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// GET, expecting 200.
    pub async fn get(&self, path: &str) -> Result<Reply, ApiError> {
        self.send(Method::GET, path, None, &[200]).await
    }

    /// POST with a JSON body, expecting 200 or 201.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply, ApiError> {
        self.send(Method::POST, path, Some(body), &[200, 201]).await
    }

    /// PUT with a JSON body, expecting 200.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Reply, ApiError> {
        self.send(Method::PUT, path, Some(body), &[200]).await
    }

    /// DELETE, expecting 200.
    pub async fn delete(&self, path: &str) -> Result<Reply, ApiError> {
        self.send(Method::DELETE, path, None, &[200]).await
    }

    /// Any method, expecting one of `statuses`.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        statuses: &[u16],
    ) -> Result<Reply, ApiError> {
        let name = method.to_string();
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.finish(&name, path, request, statuses).await
    }

    /// Any method with a body that is no JSON, or with headers of its own, expecting one of `statuses`.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        statuses: &[u16],
    ) -> Result<Reply, ApiError> {
        let name = method.to_string();
        let begun = self.request(method, path).body(body);
        let request = headers.iter().fold(begun, |request, (name, value)| request.header(*name, *value));
        self.finish(&name, path, request, statuses).await
    }

    /// Notes that this client's account is the admin of somebody else's servers.
    pub fn is_visiting_admin(&self) {
        self.note(|made| made.admin = self.token().map(str::to_owned));
    }

    /// Notes something that was just made.
    pub(super) fn note(&self, note: impl FnOnce(&mut Made)) {
        self.http.note(note);
    }

    /// A request to be completed and sent by the caller (multipart, raw bodies, failures told apart), with the token set.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.inner().request(method.clone(), format!("{}{path}", self.base));
        if let Some(host) = &self.host {
            request = request.header(reqwest::header::HOST, host.as_ref());
        }
        match (&self.browser, &self.token) {
            (Some(browser), _) => browser.dress(request, &method),
            (None, Some(token)) => request.bearer_auth(token),
            (None, None) => request,
        }
    }

    /// Sends what [`Client::request`] began and judges the status.
    pub(super) async fn finish(
        &self,
        method: &str,
        path: &str,
        request: reqwest::RequestBuilder,
        statuses: &[u16],
    ) -> Result<Reply, ApiError> {
        // Query strings carry tokens now and then; failures name the path alone.
        let name = format!("{method} {}", path.split('?').next().unwrap_or(path));
        let silence = |error: reqwest::Error| ApiError {
            node: self.node.to_string(),
            request: name.clone(),
            kind: TlsFailure::of(&error)
                .map_or_else(|| ApiErrorKind::NoAnswer(innermost(&error)), ApiErrorKind::Tls),
        };
        let response = request.send().await.map_err(silence)?;
        let status = response.status();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let body = response.bytes().await.map_err(silence)?.to_vec();
        let reply =
            Reply { node: self.node.to_string(), request: name, status: status.as_u16(), headers, body };
        if statuses.contains(&reply.status) { Ok(reply) } else { Err(reply.into_error(status)) }
    }
}

impl Reply {
    /// A header by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// `X-Request-Id`: the key into the server's own log.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        self.header("x-request-id").map(str::to_owned)
    }

    /// The version in `X-Version-Id`, such as `11.6.0`.
    ///
    /// The header is `<Version>.<BuildNumber>.<config hash>.<licensed>` and the build number has dots of its own, so
    /// only the first three numbers can be told apart safely.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        let parts: Vec<&str> = self.header("x-version-id")?.splitn(4, '.').collect();
        (parts.len() == 4).then(|| parts[..3].join("."))
    }

    /// The body as JSON of the wanted shape.
    ///
    /// # Errors
    /// When it is not JSON, or a field is missing or of another type; the error names the field.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let mut decoder = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut decoder).map_err(|error| {
            self.misshapen(format!("is not what it should be at {}: {}", error.path(), error.inner()))
        })
    }

    /// The error of an answer with another shape; `reason` goes on after "an answer to … that".
    pub(super) fn misshapen(&self, reason: String) -> ApiError {
        let kind = ApiErrorKind::Shape { reason, request_id: self.request_id() };
        ApiError { node: self.node.clone(), request: self.request.clone(), kind }
    }

    fn into_error(self, status: StatusCode) -> ApiError {
        let told: Value = serde_json::from_slice(&self.body).unwrap_or(Value::Null);
        let word = |key: &str| told.get(key).and_then(Value::as_str).map(str::to_owned);
        let start = || {
            // Where it points to says more than the page that nobody is to see.
            if let Some(place) = self.header("location").filter(|_| status.is_redirection()) {
                return format!("it points to {place}");
            }
            let text: String = String::from_utf8_lossy(&self.body).trim().chars().take(120).collect();
            if text.is_empty() {
                status.canonical_reason().unwrap_or("no reason given").to_owned()
            } else {
                text
            }
        };
        ApiError {
            kind: ApiErrorKind::Status {
                status: self.status,
                id: word("id").unwrap_or_default(),
                message: word("message").unwrap_or_else(start),
                request_id: self.request_id(),
                version: self.version(),
            },
            node: self.node,
            request: self.request,
        }
    }
}

/// The cause at the bottom of an error: "connection refused" says more than "error sending request".
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(version_id: &str, body: &str) -> Reply {
        Reply {
            node: "node1".into(),
            request: "GET /api/v4/x".into(),
            status: 403,
            headers: vec![("x-version-id".into(), version_id.into()), ("x-request-id".into(), "abc".into())],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn the_version_is_the_first_three_numbers_of_the_header() {
        assert_eq!(reply("11.6.0.11.6.0.0f3a.false", "").version().as_deref(), Some("11.6.0"));
        assert_eq!(reply("nonsense", "").version(), None);
    }

    #[test]
    fn an_error_carries_the_products_id_and_the_request_id() {
        let body = r#"{"id":"api.context.permissions.app_error","message":"No.","status_code":403}"#;
        let error = reply("11.6.0.11.6.0.0f3a.false", body).into_error(StatusCode::FORBIDDEN);
        assert_eq!(error.id(), "api.context.permissions.app_error");
        assert_eq!(error.request_id().as_deref(), Some("abc"));
        insta::assert_snapshot!(error, @"node1 gave 403 api.context.permissions.app_error to GET /api/v4/x (No.)");
    }

    #[test]
    fn a_shape_error_names_the_field() {
        #[derive(Debug, serde::Deserialize)]
        #[expect(dead_code, reason = "only its shape matters")]
        struct Wanted {
            id: String,
        }
        let error = reply("", r#"{"id":5}"#).json::<Wanted>().unwrap_err();
        assert!(error.to_string().contains("at id: invalid type"), "{error}");
    }
}
