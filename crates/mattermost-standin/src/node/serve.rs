//! One connection to a node: requests in, answers out, with the product's headers and the faults of the node.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::db::ids;
use crate::fault::{Disturbance, OutageKind, OutageOrder, PlayedOn, aged};
use crate::node::answer::{Refusal, json_response};
use crate::node::core::NodeCore;
use crate::node::identity::Unguarded;
use crate::node::line::{Abrupt, ServedLine};
use crate::node::subpath;
use crate::routes;

/// Why a connection is cut instead of answered.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct CutConnection;

/// Serves one connection until the client closes it or the node stops: running requests end, websockets do not wait.
pub(crate) async fn serve_stream<S>(node: Arc<NodeCore>, router: Router, stream: S)
where
    S: AsyncRead + AsyncWrite + Abrupt + Unpin + Send + 'static,
{
    if node.has("never-ready") {
        return;
    }
    let service = service_fn({
        let node = Arc::clone(&node);
        move |request: Request<Incoming>| answer(Arc::clone(&node), router.clone(), request)
    });
    let connection = http1::Builder::new()
        .serve_connection(TokioIo::new(ServedLine::new(Arc::clone(&node), stream)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = node.killed.cancelled() => return,
        () = node.stopping.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ = connection => {}
        () = node.killed.cancelled() => {}
    }
}

async fn answer(
    node: Arc<NodeCore>,
    routes: Router,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, CutConnection> {
    if let Some(elsewhere) = subpath::enter(&node.subpath, &mut request) {
        return Ok(elsewhere);
    }
    if node.outages.now() == Some(OutageKind::Status) {
        return Ok(finish(&node, instead(503, None), &ids::new_id(), false));
    }
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut request = request.map(Body::new);
    let mut fields = Map::new();
    if node.faults.reads(method.as_str(), &path) {
        (request, fields) = read_fields(request).await?;
    }
    let disturbance = node.faults.on_request(node.who(), method.as_str(), &path, &fields);
    if let Some(order) = disturbance.outage {
        begin(&node, order);
        match order.kind {
            OutageKind::Status => return Ok(finish(&node, instead(503, None), &ids::new_id(), false)),
            kind if kind.cuts() => return Err(CutConnection),
            // It is done, and its answer waits with all others.
            _ => {}
        }
    }
    if let Some(delay) = disturbance.delay {
        tokio::time::sleep(delay).await;
    }
    if disturbance.hang {
        std::future::pending::<()>().await;
    }
    if disturbance.reset {
        return Err(CutConnection);
    }
    let request_id = ids::new_id();
    let response = if let Some((status, body)) = &disturbance.answer {
        instead(*status, body.as_ref())
    } else if method == Method::HEAD && path.starts_with("/api/") {
        // The product registers GET only, and its router does not answer HEAD for it.
        Refusal::unknown_route(&path).into_response()
    } else {
        if disturbance.unguarded {
            request.extensions_mut().insert(Unguarded);
        }
        let mut again = None;
        if !disturbance.to_old.is_empty() {
            let (now, then) = twice(request).await?;
            (request, again) = (now, Some(then));
        }
        let routes = match disturbance.played_on {
            PlayedOn::World => routes,
            PlayedOn::Copy => routes::router(node.on_a_copy()),
            PlayedOn::Past => routes::router(node.in_the_past()),
        };
        let response = ask(routes, request).await;
        match again {
            None => response,
            Some(again) => {
                let then = ask(routes::router(node.in_the_past()), again).await;
                age(&disturbance, response, then).await?
            }
        }
    };
    if disturbance.reset_after {
        return Err(CutConnection);
    }
    let response = finish(
        &node,
        response,
        &request_id,
        ["/plugins/", "/static/"].iter().any(|start| path.starts_with(start)),
    );
    disturb(&disturbance, response).await
}

/// The same request twice.
async fn twice(request: Request<Body>) -> Result<(Request<Body>, Request<Body>), CutConnection> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| CutConnection)?;
    let again = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    Ok((Request::from_parts(parts, Body::from(bytes)), again))
}

async fn ask(routes: Router, request: Request<Body>) -> Response<Body> {
    let response: Result<_, Infallible> = TowerToHyperService::new(routes).call(request).await;
    response.unwrap_or_else(|never| match never {})
}

/// What becomes of an answer whose old rows are hit; `then` is what was answered when the node came up.
async fn age(
    disturbance: &Disturbance,
    now: Response<Body>,
    then: Response<Body>,
) -> Result<Response<Body>, CutConnection> {
    if now.status() != StatusCode::OK || then.status() != StatusCode::OK {
        return Ok(now);
    }
    let (mut parts, body) = now.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| CutConnection)?;
    let then = to_bytes(then.into_body(), usize::MAX).await.map_err(|_| CutConnection)?;
    let (status, body) = aged(&disturbance.to_old, body.into(), &then);
    if let Some(status) = status {
        let told = serde_json::from_slice(&body).ok();
        return Ok(instead(status, told.as_ref()));
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Begins an outage, on all running nodes at once if that is meant.
fn begin(node: &Arc<NodeCore>, order: OutageOrder) {
    if order.everywhere {
        for peer in node.world.bus.peers() {
            peer.be_out(order.kind, order.length());
        }
    } else {
        node.go_out(order.kind, order.length());
    }
}

/// The request, and the fields of its query and its JSON body.
async fn read_fields(request: Request<Body>) -> Result<(Request<Body>, Map<String, Value>), CutConnection> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| CutConnection)?;
    let query = Query::<HashMap<String, String>>::try_from_uri(&parts.uri).map(|query| query.0);
    let mut fields: Map<String, Value> =
        query.unwrap_or_default().into_iter().map(|(key, value)| (key, value.into())).collect();
    if let Ok(Value::Object(body)) = serde_json::from_slice(&bytes) {
        fields.extend(body);
    }
    Ok((Request::from_parts(parts, Body::from(bytes)), fields))
}

fn instead(status: u16, body: Option<&Value>) -> Response<Body> {
    match body {
        Some(body) => {
            json_response(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body)
        }
        None => Refusal::new(status, "stand_in.fault.app_error", "This server has a fault on purpose.")
            .into_response(),
    }
}

/// Writes the body of a refusal, and the headers that every answer of the server's own has.
fn finish(
    node: &NodeCore,
    mut response: Response<Body>,
    request_id: &str,
    by_plugin: bool,
) -> Response<Body> {
    let refusal = response.extensions_mut().remove::<Refusal>();
    if let Some(refusal) = &refusal {
        response = json_response(response.status(), &refusal.json(request_id));
    }
    if by_plugin || refusal.is_some_and(|refusal| refusal.unknown_route) {
        return response;
    }
    let version = node.version_id();
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-request-id", request_id),
        ("x-version-id", version.as_str()),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.entry(header::EXPIRES).or_insert(HeaderValue::from_static("0"));
    headers.entry(header::VARY).or_insert(HeaderValue::from_static("Accept-Encoding"));
    response
}

async fn disturb(
    disturbance: &Disturbance,
    mut response: Response<Body>,
) -> Result<Response<Body>, CutConnection> {
    for (name, value) in &disturbance.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if disturbance.changes.is_empty() {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| CutConnection)?;
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(disturbance.changed(bytes.into()))))
}
