//! What a browser loads: the page, its script and style by the build's hash, and the web parts of plugins.
//!
//! Headers as recorded from 11.6.0. The files of another build are not there, as on a real server: their names have its hash in them.
//! Every path that is no other route's is answered with the page, as the client wants it; here those are that it has a view for. Below
//! a path of the site the page names its files there.
//!
//! Source: server/channels/web/static.go (`InitStatic`, `root`), webapp/channels/src/plugins/index.ts, server/channels/utils/subpath.go.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode, header};
use axum::routing::get;

use crate::db::ids;
use crate::node::core::NodeCore;

/// What a browser may keep of files whose names change with what is in them.
const FOR_EVER: &str = "max-age=31556926, public";

/// The client: it shows what its address says, in a few lines.
const CLIENT: &str = include_str!("client.js");

pub(super) fn outside() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/", get(page))
        .route("/login", get(page))
        .route("/boards", get(page))
        .route("/playbooks", get(page))
        .route("/{team}/channels/{channel}", get(page))
        .route("/static/{file}", get(script))
        .route("/static/{folder}/{file}", get(other))
        .route("/static/plugins/{id}/{file}", get(of_plugin))
}

async fn page(State(node): State<Arc<NodeCore>>) -> Response<Body> {
    let hash = hash(&node);
    let below = below(&node);
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><title>Mattermost</title><link rel=\"icon\" href=\"data:,\"/>\
         <link rel=\"stylesheet\" href=\"{below}/static/css/main.{hash}.css\"/>\
         <script defer=\"defer\" src=\"{below}/static/main.{hash}.js\"></script></head><body><div id=\"root\"></div></body></html>\n"
    );
    let headers = [
        (header::CACHE_CONTROL, "no-cache, max-age=31556926, public"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self' ; script-src 'self'"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    let mut response = answer(StatusCode::OK, "text/html", text);
    response
        .headers_mut()
        .extend(headers.map(|(name, value)| (name, header::HeaderValue::from_static(value))));
    response
}

async fn script(State(node): State<Arc<NodeCore>>, Path(file): Path<String>) -> Response<Body> {
    let hash = hash(&node);
    if file != format!("main.{hash}.js") {
        return not_there();
    }
    let fault = ["page-throws", "page-empty"].into_iter().find(|fault| node.has(fault)).unwrap_or_default();
    let client = CLIENT.replace("<version>", &node.release.version).replace("<hash>", &hash);
    kept("text/javascript; charset=utf-8", client.replace("<fault>", fault))
}

async fn other(
    State(node): State<Arc<NodeCore>>,
    Path((folder, file)): Path<(String, String)>,
) -> Response<Body> {
    let (hash, below) = (hash(&node), below(&node));
    let path = format!("/static/{folder}/{file}");
    let (style, font) = (format!("/static/css/main.{hash}.css"), format!("/static/files/{hash}.woff2"));
    if path == style {
        kept("text/css; charset=utf-8", format!("@font-face {{ src: url({below}{font}); }}\n"))
    } else if path == font {
        kept("font/woff2", "a font".into())
    } else if path == format!("/static/chunks/{hash}.js") {
        kept("text/javascript; charset=utf-8", "// A part that the client loads when it needs it.\n".into())
    } else {
        not_there()
    }
}

/// The paths that `/plugins/webapp` tells lack the folder that they are served in; the client puts it in.
async fn of_plugin(
    State(node): State<Arc<NodeCore>>,
    Path((id, file)): Path<(String, String)>,
) -> Response<Body> {
    let told = format!("/static/{id}/{file}");
    let webapps = node.plugins.webapps();
    let is_there = webapps.as_array().into_iter().flatten().any(|one| one["webapp"]["bundle_path"] == *told);
    if is_there { kept("text/javascript; charset=utf-8", format!("// {file}\n")) } else { not_there() }
}

/// What stands in front of the names of files: the path of the site.
fn below(node: &NodeCore) -> &str {
    match node.subpath.as_str() {
        // As if the site had no path, or another one.
        "" if node.has("files-elsewhere") => "/elsewhere",
        _ if node.has("files-elsewhere") => "",
        path => path,
    }
}

fn hash(node: &NodeCore) -> String {
    ids::digest(&[b"webapp", node.release.build_hash.as_bytes()])[..16].to_owned()
}

fn kept(content_type: &'static str, text: String) -> Response<Body> {
    let mut response = answer(StatusCode::OK, content_type, text);
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static(FOR_EVER));
    response
}

fn not_there() -> Response<Body> {
    answer(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n".into())
}

fn answer(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}
