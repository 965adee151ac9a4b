//! A real browser on pages of our own, where this machine has one; `UPGRADE_GATE_REQUIRE_BROWSER=1` makes a missing one a failure.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use chromium::{Chromium, PageOrder, Program, SiteReach};

/// The browser of this machine.
fn browser() -> Option<Program> {
    match Program::of_a_package() {
        Some(path) => {
            let program = Program::at(path).unwrap();
            println!("looked at with {}", program.version);
            Some(program)
        }
        None if std::env::var_os("UPGRADE_GATE_REQUIRE_BROWSER").is_some() => {
            panic!("no Chromium is installed")
        }
        None => {
            println!("not run: no Chromium is installed");
            None
        }
    }
}

/// A server with one page; everything else is 404.
async fn server(page: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let read = stream.read(&mut head).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&head[..read]).into_owned();
                let (status, body) = if request.starts_with("GET /page ") {
                    ("200 OK", page)
                } else {
                    ("404 Not Found", "no")
                };
                let kind = if request.contains(".js") { "text/javascript" } else { "text/html" };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    at
}

async fn started(program: &Program, at: SocketAddr) -> Chromium {
    let reach = SiteReach { site: "site.test:80".into(), server: at.to_string(), any_certificate: false };
    Chromium::start(program, &reach).await.unwrap()
}

fn order(is_there: &str) -> PageOrder<'_> {
    PageOrder {
        url: "http://site.test/page",
        origin: "http://site.test",
        is_there,
        before: "window.ours = 'said before';",
        patience: Duration::from_secs(20),
    }
}

/// Whether a process of a group, and the profile, are still there; a dead one that nobody has waited for is not.
fn is_left(group: u32, profile: &Path) -> Vec<String> {
    let mut left: Vec<String> = profile.exists().then(|| profile.display().to_string()).into_iter().collect();
    for entry in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        let rest: Vec<&str> = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ').collect();
        if rest.first() != Some(&"Z") && rest.get(2) == Some(&group.to_string().as_str()) {
            left.push(stat);
        }
    }
    left
}

const PAGE: &str = "<!doctype html><html><head><link rel=icon href=data:,></head><body><p id=p></p>\
    <script>document.getElementById('p').textContent = window.ours; console.error('not well', 7);\
    setTimeout(() => { null.x })</script><script src=/missing.0a1b2c3d.js?x=1></script>\
    <img src=http://elsewhere.test/x.png></body></html>";

#[tokio::test]
async fn a_page_is_seen_with_what_it_shows_and_what_it_says_and_nobody_else_is_reached() {
    let Some(program) = browser() else { return };
    let mut chromium = started(&program, server(PAGE).await).await;
    let seen = chromium.look(&order("document.body.innerText.includes('said before')"), true).await.unwrap();
    assert!(seen.there && seen.loaded && !seen.disturbed, "{seen:?}");
    let mut told: Vec<String> = seen.said.iter().map(ToString::to_string).collect();
    told.sort();
    let expected = [
        "404 to a script: /missing.….js",
        "an error on the console: not well 7",
        "an uncaught error: TypeError: Cannot read properties of null (reading 'x')",
        "net::ERR_NAME_NOT_RESOLVED for a picture: http://elsewhere.test/x.png",
    ];
    assert_eq!(told, expected);
    let picture = seen.picture.unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() <= 100_000);
    let empty = chromium.look(&order("document.body.innerText.includes('never')"), false).await.unwrap();
    assert!(!empty.there && empty.picture.is_none());
    let (group, profile) = (chromium.id().unwrap(), chromium.profile().unwrap().to_owned());
    chromium.close().await;
    assert_eq!(is_left(group, &profile), [""; 0]);
}

#[tokio::test]
async fn whoever_is_dropped_leaves_no_process_and_no_profile() {
    let Some(program) = browser() else { return };
    let chromium = started(&program, server(PAGE).await).await;
    let (group, profile) = (chromium.id().unwrap(), chromium.profile().unwrap().to_owned());
    assert!(is_left(group, &profile).len() > 1, "it runs");
    drop(chromium);
    // What was killed may be on its way out for a moment.
    let mut left = is_left(group, &profile);
    for _ in 0..400 {
        if left.is_empty() {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(5));
        left = is_left(group, &profile);
    }
    assert_eq!(left, [""; 0]);
}

#[tokio::test]
async fn one_that_dies_or_never_comes_up_is_told_with_its_last_words() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("browser");
    std::fs::write(&path, "#!/bin/sh\necho 'No usable sandbox!' >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = Program { path, version: "Chromium 1".into() };
    let reach = SiteReach { site: "a:1".into(), server: "b:1".into(), any_certificate: false };
    let told = Chromium::start(&program, &reach).await.unwrap_err().to_string();
    assert_eq!(told, "it ended before it came up; its last words: No usable sandbox!");
    let Some(program) = browser() else { return };
    let mut chromium = started(&program, server(PAGE).await).await;
    let group = chromium.id().unwrap();
    assert!(
        std::process::Command::new("kill").args(["-KILL", &group.to_string()]).status().unwrap().success()
    );
    let told = chromium.look(&order("true"), false).await.unwrap_err().to_string();
    assert!(told.contains("it is gone") || told.contains("it took no"), "{told}");
}
