//! `report --open`, `--serve` and `--diff`: what only looks at report folders.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use tempfile::TempDir;
use upgrade_gate::report::PAGE;

use crate::gate::{Gate, send};

/// A report folder with a golden record, and with a page where one is given.
fn folder(dir: &Path, golden: &str, page: Option<&str>) -> PathBuf {
    let folder = dir.join(golden);
    fs::create_dir_all(folder.join("evidence")).unwrap();
    let record =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/report/{golden}.record.json"));
    fs::copy(record, folder.join("record.json")).unwrap();
    fs::write(folder.join("evidence/node1.log"), "a line of the log").unwrap();
    if let Some(page) = page {
        fs::write(folder.join(PAGE), page).unwrap();
    }
    folder
}

#[test]
fn without_a_page_nothing_is_shown_and_that_is_said() {
    let dir = TempDir::new().unwrap();
    folder(dir.path(), "green", None);
    for way in ["--open", "--serve"] {
        let ended = Gate::of(&["report", "--from", "green", way]).within(dir.path()).run();
        assert_eq!(ended.code, Some(2), "{}", ended.output);
        assert!(ended.stdout.contains("\"green\" has no report.html"), "{}", ended.output);
        let nothing = Gate::of(&["report", way]).within(dir.path()).run();
        assert_eq!(nothing.code, Some(2), "{}", nothing.output);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "something was made");
}

#[cfg(target_os = "linux")]
#[test]
fn the_page_is_opened_by_the_desktops_program() {
    let dir = TempDir::new().unwrap();
    let page = folder(dir.path(), "green", Some("<p>")).join(PAGE).canonicalize().unwrap();
    let (programs, told) = (dir.path().join("bin"), dir.path().join("told"));
    fs::create_dir(&programs).unwrap();
    let path = programs.display().to_string();
    let opener = |exit: u8| {
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{}'\nexit {exit}\n", told.display());
        fs::write(programs.join("xdg-open"), script).unwrap();
        fs::set_permissions(programs.join("xdg-open"), fs::Permissions::from_mode(0o755)).unwrap();
        Gate::of(&["report", "--from", "green", "--open"]).within(dir.path()).env("PATH", &path).run()
    };
    let ended = opener(0);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert_eq!(fs::read_to_string(&told).unwrap(), format!("{}\n", page.display()));
    let ended = opener(4);
    assert_eq!(ended.code, Some(3), "{}", ended.output);
    assert!(
        ended.stdout.contains("xdg-open ended with") && ended.stdout.contains("--serve"),
        "{}",
        ended.output
    );
    fs::remove_file(programs.join("xdg-open")).unwrap();
    let none = Gate::of(&["report", "--from", "green", "--open"]).within(dir.path()).env("PATH", &path).run();
    assert_eq!(none.code, Some(3), "{}", none.output);
    assert!(none.stdout.contains("xdg-open cannot be started"), "{}", none.output);
}

/// A server of a report folder, and where it is.
struct Server(Child, String);

impl Server {
    fn of(dir: &Path, words: &[&str]) -> Self {
        let gate = Gate::of(&[&["report", "--serve"], words].concat()).within(dir);
        let mut child = gate.command().stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.strip_prefix("http://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        assert!(address.starts_with("127.0.0.1:"), "{line}");
        Self(child, address.to_owned())
    }

    /// What it answers to this request.
    fn asked(&self, method: &str, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[test]
fn a_folder_is_served_to_this_machine_until_it_is_interrupted() {
    let dir = TempDir::new().unwrap();
    let served = folder(dir.path(), "green", Some("<p>the page</p>"));
    fs::write(dir.path().join("secret"), "elsewhere").unwrap();
    std::os::unix::fs::symlink(dir.path().join("secret"), served.join("link.log")).unwrap();
    let mut server = Server::of(dir.path(), &["--from", "green"]);
    let own = server.1.clone();
    let page = server.asked("GET", "/", &own);
    assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("<p>the page</p>"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'self'"), "{page}");
    let log = server.asked("GET", "/evidence/node1.log", "localhost");
    assert!(log.ends_with("a line of the log") && log.contains("content-type: text/plain"), "{log}");
    assert!(server.asked("HEAD", "/record.json", &own).starts_with("HTTP/1.1 200"));
    for path in ["/../secret", "/%2e%2e/secret", "/link.log", "/evidence", "/nothing"] {
        let answer = server.asked("GET", path, &own);
        assert!(answer.starts_with("HTTP/1.1 404") && !answer.contains("elsewhere"), "{path}: {answer}");
    }
    assert!(server.asked("POST", "/", &own).starts_with("HTTP/1.1 405"));
    for host in ["evil.example", "127.0.0.1.evil.example:80"] {
        assert!(server.asked("GET", "/", host).starts_with("HTTP/1.1 403"), "{host}");
    }
    let port = own.rsplit(':').next().unwrap();
    let taken = Gate::of(&["report", "--serve", "--from", "green", "--port", port]).within(dir.path()).run();
    assert_eq!(taken.code, Some(3), "{}", taken.output);
    assert!(taken.stdout.contains("Give another --port"), "{}", taken.output);
    send(&server.0, "-INT");
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn two_runs_are_told_apart_and_neither_is_judged() {
    let dir = TempDir::new().unwrap();
    for golden in ["green", "red"] {
        folder(dir.path(), golden, None);
    }
    let differ = |one: &str, other: &str| {
        let ended = Gate::of(&["report", "--diff", one, other]).within(dir.path()).run();
        (ended.code, ended.stdout.clone())
    };
    let (code, told) = differ("green", "red");
    assert_eq!(code, Some(0), "{told}");
    for part in [
        "before: 9.8.0 to 9.9.0, gate-4f1c: passed, exit code 0",
        "after:  9.8.0 to 9.9.0, gate-9b02: failed, exit code 1",
        "newly red:\n  posts.edit in mixed-1 failed, passed before, node1 shows the edit: expected",
        "gone: results that only the first run has:\n",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let (code, told) = differ("red", "red");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("red in both:\n  posts.edit in mixed-1") && !told.contains("newly red"), "{told}");
    let (code, told) = differ("green", "nowhere");
    assert_eq!(code, Some(2), "{told}");
    assert_eq!(differ("green", "green").0, Some(0));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "something was made");
}
