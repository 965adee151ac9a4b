//! A browser of an image: where it is in there, and by which words it is run so that it speaks by its container's standard input and
//! output.
//!
//! Sources: pptr.dev/guides/configuration (`PUPPETEER_EXECUTABLE_PATH`, the cache); playwright.dev/docs/docker (`/ms-playwright`; a browser's
//! folder in there is `chrome-linux`, since Chrome for Testing `chrome-linux64`); hub.docker.com/r/zenika/alpine-chrome (`CHROME_BIN`),
//! hub.docker.com/r/chromedp/headless-shell.
//!
//! The image has to have a shell, as all that have a browser do. In a container it is without its own sandbox, which needs rights that
//! containers are not given: the container is one.

use super::arguments::{ARGUMENTS, SiteReach};
use super::program::{Program, is_chromium};

/// Looks for a browser: where the image says itself that one is (as those of Puppeteer and of Alpine do), where packages put one, and
/// where Playwright's, Puppeteer's and chromedp's images have theirs, the whole browser before one that is headless alone. Prints the path and
/// what the program says it is.
const SEARCH: &str = r#"
for name in "$CHROME_BIN" "$CHROME_PATH" "$PUPPETEER_EXECUTABLE_PATH" \
    chromium chromium-browser google-chrome google-chrome-stable google-chrome-for-testing chrome \
    /opt/google/chrome/chrome /usr/lib/chromium/chromium /usr/lib64/chromium-browser/chromium-browser \
    "${PLAYWRIGHT_BROWSERS_PATH:-/ms-playwright}"/chromium-*/chrome-linux*/chrome \
    /ms-playwright/chromium-*/chrome-linux*/chrome \
    "$HOME"/.cache/ms-playwright/chromium-*/chrome-linux*/chrome \
    "$HOME"/.cache/puppeteer/chrome/*/chrome-linux*/chrome \
    /headless-shell/headless-shell chrome-headless-shell \
    "${PLAYWRIGHT_BROWSERS_PATH:-/ms-playwright}"/chromium_headless_shell-*/*/*headless*shell \
    "$HOME"/.cache/puppeteer/chrome-headless-shell/*/*/chrome-headless-shell; do
  path=$(command -v "$name" 2>/dev/null)
  [ -n "$path" ] && [ -f "$path" ] && [ -x "$path" ] || continue
  said=$(HOME=/tmp "$path" --version 2>/dev/null </dev/null)
  case "$said" in *Chromium*|*Chrome*) printf '%s\n%s\n' "$path" "$said"; exit 0 ;; esac
done
exit 1
"#;

/// Makes a place for its profile, and hands standard input and output over as the two descriptors that a browser speaks by. The shell stays:
/// a container's first process is asked to bury those that nobody waits for, which a browser is not made for.
const RUN: &str = r#"
home=${TMPDIR:-/tmp}/upgrade-gate-browser
mkdir -p "$home/tmp"
export HOME="$home" TMPDIR="$home/tmp" XDG_CONFIG_HOME="$home" XDG_CACHE_HOME="$home" LANG=C.UTF-8
"$@" --user-data-dir="$home" about:blank 3<&0 4>&1 </dev/null >/dev/null
exit $?
"#;

impl Program {
    /// The words that look for one in an image; its answer is for [`Program::found`].
    #[must_use]
    pub fn search() -> Vec<String> {
        ["sh", "-c", SEARCH].map(str::to_owned).to_vec()
    }

    /// The one that the words of [`Program::search`] told; nothing where they told none.
    #[must_use]
    pub fn found(lines: &[String]) -> Option<Self> {
        let mut lines = lines.iter().map(|line| line.trim()).skip_while(|line| !line.starts_with('/'));
        let path = lines.next()?;
        let version = lines.find(|line| is_chromium(line))?;
        Some(Self { path: path.into(), version: version.to_owned() })
    }

    /// The words that run it in a container of its image.
    #[must_use]
    pub fn in_container(&self, reach: &SiteReach) -> Vec<String> {
        let shell = ["sh", "-c", RUN, "sh"].map(str::to_owned);
        let path = self.path.display().to_string();
        let own = std::iter::once("--no-sandbox".to_owned());
        let arguments = ARGUMENTS.iter().map(|argument| (*argument).to_owned());
        shell.into_iter().chain([path]).chain(reach.arguments()).chain(own).chain(arguments).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::process::Command;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    /// What the words find where this folder has what an image would have.
    fn found(variables: &[(&str, &Path)], path: &Path) -> Option<Program> {
        let words = Program::search();
        let mut shell = Command::new("/bin/sh");
        shell.args(&words[1..]).env_clear().env("PATH", path).env("HOME", "/nonexistent");
        let answer = shell.envs(variables.iter().copied()).output().unwrap();
        Program::found(&lines(&String::from_utf8(answer.stdout).unwrap()))
    }

    fn program(path: &Path, says: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_browser_is_found_where_images_have_one() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        let (bin, playwright) = (at("bin"), at("playwright"));
        // This machine's own browsers are at paths that are looked at as well, and later than these.
        program(&at("playwright/chromium-1200/chrome-linux64/chrome"), "Google Chrome for Testing 143.0.1 ");
        let variables = [("PLAYWRIGHT_BROWSERS_PATH", playwright.as_path())];
        if !["/opt/google/chrome/chrome", "/usr/lib/chromium/chromium"]
            .iter()
            .any(|path| Path::new(path).exists())
        {
            assert_eq!(found(&variables, &bin).unwrap().version, "Google Chrome for Testing 143.0.1");
        }
        program(&at("bin/chromium-browser"), "Chromium 140.0.1 Alpine");
        let in_path = found(&variables, &bin).unwrap();
        assert_eq!(
            (in_path.path, in_path.version.as_str()),
            (at("bin/chromium-browser"), "Chromium 140.0.1 Alpine")
        );
        program(&at("own"), "Chromium 1");
        program(&at("other"), "Mozilla Firefox 140.0");
        let own = at("own");
        assert_eq!(found(&[("CHROME_BIN", &own)], &bin).unwrap().path, own);
        // What is no such browser is passed by.
        assert_eq!(found(&[("CHROME_BIN", &at("other"))], &bin).unwrap().path, at("bin/chromium-browser"));
    }

    #[test]
    fn what_is_told_beside_it_is_none() {
        let found = |text: &str| Program::found(&lines(text));
        let told = found("mkdir: no\n/usr/bin/chromium\n\nChromium 1.0 built on Debian\n").unwrap();
        assert_eq!(
            (told.path.to_str().unwrap(), told.version.as_str()),
            ("/usr/bin/chromium", "Chromium 1.0 built on Debian")
        );
        for none in ["", "/usr/bin/chromium\n", "Chromium 1.0\n", "/usr/bin/x\nFirefox 1\n"] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn it_reaches_the_one_server_and_speaks_by_pipes() {
        let program = Program { path: "/usr/bin/chromium".into(), version: "Chromium 1".into() };
        let reach = SiteReach {
            site: "balancer:8065".into(),
            server: "10.0.0.2:8065".into(),
            any_certificate: false,
        };
        let words = program.in_container(&reach);
        assert_eq!((words[0].as_str(), words[4].as_str()), ("sh", "/usr/bin/chromium"));
        let has = |word: &str| words.iter().any(|other| other == word);
        assert!(has("--host-resolver-rules=MAP balancer:8065 10.0.0.2:8065, MAP * ~NOTFOUND"), "{words:?}");
        assert!(has("--remote-debugging-pipe") && has("--no-sandbox") && !has("--ignore-certificate-errors"));
    }
}
