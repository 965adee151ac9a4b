//! One connection to a node: requests in, answers out, with the product's headers and the faults of the node.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};

use super::answer::{Refusal, json_response};
use super::core::NodeCore;
use super::ids;
use super::subpath;
use crate::fault::Disturbance;

/// Why a connection is cut instead of answered.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct Cut;

/// Serves one connection until the client closes it or the node stops: running requests end, websockets do not wait.
pub(super) async fn serve_stream<S>(node: Arc<NodeCore>, router: Router, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if node.has("never-ready") {
        return;
    }
    let routes = TowerToHyperService::new(router);
    let service = service_fn({
        let node = Arc::clone(&node);
        move |request: Request<Incoming>| answer(Arc::clone(&node), routes.clone(), request)
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
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
    routes: TowerToHyperService<Router>,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    if let Some(elsewhere) = subpath::enter(&node.subpath, &mut request) {
        return Ok(elsewhere);
    }
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let disturbance = node.faults.on_request(node.who(), method.as_str(), &path);
    if let Some(delay) = disturbance.delay {
        tokio::time::sleep(delay).await;
    }
    if disturbance.hang {
        std::future::pending::<()>().await;
    }
    if disturbance.reset {
        return Err(Cut);
    }
    let request_id = ids::new_id();
    let response = if let Some((status, body)) = &disturbance.answer {
        instead(*status, body.as_ref())
    } else if method == Method::HEAD && path.starts_with("/api/") {
        // The product registers GET only, and its router does not answer HEAD for it.
        Refusal::unknown_route(&path).into_response()
    } else {
        let response: Result<_, Infallible> = hyper::service::Service::call(&routes, request).await;
        response.unwrap_or_else(|never| match never {})
    };
    if disturbance.reset_after {
        return Err(Cut);
    }
    let response = finish(&node, response, &request_id, path.starts_with("/plugins/"));
    disturb(&disturbance, response).await
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

async fn disturb(disturbance: &Disturbance, mut response: Response<Body>) -> Result<Response<Body>, Cut> {
    for (name, value) in &disturbance.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if disturbance.patches.is_empty() {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Cut)?;
    let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else {
        return Ok(Response::from_parts(parts, Body::from(bytes)));
    };
    disturbance.patch(&mut json);
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(json!(json).to_string())))
}
