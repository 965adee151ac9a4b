//! `report --serve`: a report folder for a browser, on this machine alone.
//!
//! A folder may be somebody else's: an artifact of a fork's run. So only regular files in it are served, nothing that a link leads
//! to, and its page may load nothing from elsewhere. Other pages must not read it either: a name of theirs that leads to 127.0.0.1
//! comes with that name as `Host`, and is refused.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;

use super::open::page;
use crate::limited::{self, Links};
use crate::publish::print;
use crate::report::{PAGE, REPORTS};
use crate::run::Interrupts;
use crate::verdict::ExitCode;

/// A longer file is no report's.
const LONGEST: u64 = 256 << 20;
/// What a page may do: show itself, and what lies beside it.
const POLICY: &str = "default-src 'self' 'unsafe-inline' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn serve(dir: &Path, port: u16) -> anyhow::Result<ExitCode> {
    let mut interrupts = Interrupts::listen()?;
    page(dir)?;
    let root = Arc::new(dir.canonicalize()?);
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => listener,
        Err(error) => {
            print(&format!(
                "port {port} of 127.0.0.1 cannot be used: {error}. Give another --port, or leave it out: then a free one is taken"
            ));
            return Ok(ExitCode::ENVIRONMENT);
        }
    };
    print(&format!("http://{}/ has the report until Ctrl-C", listener.local_addr()?));
    let router = Router::new().fallback(answer).with_state(root);
    tokio::select! {
        ended = axum::serve(listener, router) => ended?,
        _ = interrupts.next() => {}
    }
    Ok(ExitCode::PASSED)
}

async fn answer(State(root): State<Arc<PathBuf>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !is_for_us(&headers) {
        return refused(StatusCode::FORBIDDEN, "this server answers to 127.0.0.1 and localhost alone");
    }
    if method != Method::GET && method != Method::HEAD {
        return refused(StatusCode::METHOD_NOT_ALLOWED, "nothing here can be changed");
    }
    let path = uri.path().to_owned();
    let found = tokio::task::spawn_blocking(move || file(&root, &path)).await.ok().flatten();
    let Some((kind, bytes)) = found else {
        return refused(StatusCode::NOT_FOUND, "no such file in the report folder");
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, bytes).into_response()
}

fn refused(status: StatusCode, why: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], why).into_response()
}

/// Whether the browser was led here by a name of this machine's own.
fn is_for_us(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// The file of this path, and what it is; nothing where it is none of the folder's.
fn file(root: &Path, path: &str) -> Option<(&'static str, Vec<u8>)> {
    let path = percent_decode_str(path.strip_prefix('/')?).decode_utf8().ok()?;
    let path = if path.is_empty() { PAGE } else { &path };
    let is_name =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0', ':']);
    if !path.split('/').all(is_name) {
        return None;
    }
    // A folder on the way may be a link as well.
    let whole = root.join(path).canonicalize().ok()?;
    if whole != root.join(path) {
        return None;
    }
    let bytes = limited::read(&whole, Links::Refused, LONGEST).ok()?;
    Some((kind(path), bytes))
}

/// What a browser is to make of it; what nobody knows is text.
fn kind(path: &str) -> &'static str {
    if let Some(report) = REPORTS.iter().find(|report| report.name == path) {
        return report.content_type;
    }
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_are_served() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("report");
        std::fs::create_dir_all(root.join("evidence")).unwrap();
        for (name, text) in [
            ("report/report.html", "<p>"),
            ("report/evidence/a b.log", "log"),
            ("report/.hidden", "x"),
            ("secret", "no"),
        ] {
            std::fs::write(root.parent().unwrap().join(name), text).unwrap();
        }
        std::os::unix::fs::symlink(root.join("../secret"), root.join("link.log")).unwrap();
        std::os::unix::fs::symlink(root.join(".."), root.join("up")).unwrap();
        let kinds = |path: &str| file(&root, path).map(|(kind, _)| kind);
        assert_eq!(kinds("/"), Some("text/html; charset=utf-8"));
        assert_eq!(kinds("/report.html"), Some("text/html; charset=utf-8"));
        assert_eq!(kinds("/evidence/a%20b.log"), Some("text/plain; charset=utf-8"));
        for path in [
            "",
            "/../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/evidence/../../secret",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/.hidden",
            "/link.log",
            "/up/secret",
            "/up/report/report.html",
            "/evidence",
            "/evidence/",
            "/none",
            "/a%00b",
            "/..\\secret",
            "/%ff",
        ] {
            assert_eq!(kinds(path), None, "{path}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        let of = |hosts: &[&str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, host.parse().unwrap());
            }
            is_for_us(&headers)
        };
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST"] {
            assert!(of(&[host]), "{host}");
        }
        for hosts in [
            &[][..],
            &["evil.example"],
            &["evil.example:8080"],
            &["127.0.0.1.evil.example"],
            &["localhost.evil.example:80"],
            &["127.0.0.1:x"],
            &["127.0.0.1", "evil.example"],
            &["0.0.0.0:8080"],
            &[""],
        ] {
            assert!(!of(hosts), "{hosts:?}");
        }
    }
}
