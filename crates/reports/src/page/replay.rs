//! Which images these were, and the commands that run the same again.

use super::html::Html;
use super::part::PagePart;
use super::rows::{head, row, table};
use run_record::event::RunHeader;
use run_record::record::Record;

/// Images that are listed.
const IMAGES: usize = 60;
/// Longer ids are hashes: so many characters tell them apart.
const SHORT_ID: usize = 19;

/// Versions and digests, and how to run it again.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let header = record.header.as_ref()?;
    let mut html = Html::new(room);
    if !record.images.is_empty() {
        table("Images", &mut html, |html| {
            head(&["image", "digest", "id", "platform", "made"], html);
            html.raw("<tbody>");
            for image in record.images.iter().take(IMAGES) {
                let known = image.identity.as_ref();
                let id: String = known.map_or("", |one| one.id.as_str()).chars().take(SHORT_ID).collect();
                let digest = known.and_then(|one| one.digest.as_deref()).unwrap_or("none: built here");
                let made = known.and_then(|one| one.created.as_deref()).unwrap_or("");
                let platform = known.map_or("", |one| one.platform.as_str());
                row(&image.image, &[digest, &id, platform, made], html);
            }
            html.raw("</tbody>");
        });
    }
    html.raw("<p>The same upgrade again, with the inputs that a record keeps; others, secrets above all, are the job's:</p><pre tabindex=\"0\" role=\"group\" aria-label=\"Command that runs it again\">");
    html.text(&command(record, header)).raw("</pre>");
    html.raw("<p>All reports of this very run, made anew from its record:</p><pre tabindex=\"0\" role=\"group\" aria-label=\"Command that renders it again\">upgrade-gate report --from upgrade-gate-report</pre>");
    html.raw("<p class=\"muted\">Run <code>").text(&header.run_id).raw("</code> by upgrade-gate ");
    html.text(&header.gate_version).raw(", record format ").num(u64::from(record.format)).raw(".</p>");
    PagePart::of("Versions, digests, and the same again", "replay", 3, html)
}

/// The command for a shell.
fn command(record: &Record, header: &RunHeader) -> String {
    let is_demo = header.provider == "stand-in";
    let mut words = vec!["upgrade-gate".to_owned(), if is_demo { "demo" } else { "run" }.to_owned()];
    let mut say = |flag: &str, value: &str| words.extend([flag.to_owned(), quoted(value)]);
    say("--stable", &header.stable.given);
    say("--release", &header.release.given);
    say("--nodes", &header.nodes.to_string());
    say("--mode", &header.mode);
    if let Some(file) = header.compose_file.as_ref().filter(|_| !is_demo) {
        say("--compose-file", file);
    }
    if !is_demo && record.images.iter().any(|image| image.identity.is_some()) {
        say("--lock", "upgrade-gate-report/lock.json");
    }
    words.join(" ")
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_names_as_they_are() {
        assert_eq!(quoted("mattermost/team:11.6.0@sha256:ab"), "mattermost/team:11.6.0@sha256:ab");
        assert_eq!(quoted("x; rm -rf 'y'"), r"'x; rm -rf '\''y'\'''");
        assert_eq!(quoted(""), "''");
    }
}
