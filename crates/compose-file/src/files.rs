//! `configs` and `secrets`: where a service has them, and what is in them.

use std::path::Path;

use indexmap::IndexMap;

use super::node::{Findings, YamlNode};
use super::project::{FileMount, FileSource};
use super::source::{Files, resolve};

/// Reads a service's `configs` or `secrets`; a relative target starts in `folder`. The last at a target counts.
pub(super) fn file_mounts(node: &YamlNode<'_>, folder: &str, findings: &mut Findings) -> Vec<FileMount> {
    let mut mounts: Vec<FileMount> = Vec::new();
    for item in node.items(findings) {
        let Some(mount) = file_mount(&item, folder, findings) else { continue };
        match mounts.iter_mut().find(|other| other.target == mount.target) {
            Some(other) => *other = mount,
            None => mounts.push(mount),
        }
    }
    mounts
}

fn file_mount(node: &YamlNode<'_>, folder: &str, findings: &mut Findings) -> Option<FileMount> {
    let (mut source, mut target, mut uid, mut gid, mut mode) = (None, None, 0, 0, 0o444);
    if node.value.is_mapping() {
        for (key, node) in node.keys(findings) {
            match key.as_str() {
                "source" => source = node.text(findings),
                "target" => target = node.text(findings),
                "uid" => uid = id(&node, findings),
                "gid" => gid = id(&node, findings),
                "mode" => mode = file_mode(&node, findings).unwrap_or(mode),
                _ => findings.problem(
                    &node.place,
                    format!("the key `{key}` is not supported here"),
                    "Leave it out",
                ),
            }
        }
    } else {
        source = Some(node.text(findings)?);
    }
    let Some(source) = source else {
        findings.problem(
            &node.place,
            "it does not say which one",
            "Add `source:`, a name from the top level",
        );
        return None;
    };
    let target = target.unwrap_or_else(|| source.clone());
    let target = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
    Some(FileMount { source, target, uid, gid, mode })
}

fn id(node: &YamlNode<'_>, findings: &mut Findings) -> u64 {
    node.read("a numeric id", findings, |text| text.parse().ok()).unwrap_or_default()
}

/// A text is octal; a number has been read by YAML already (`0440` and `0o440`, both without quotes).
fn file_mode(node: &YamlNode<'_>, findings: &mut Findings) -> Option<u32> {
    let radix = if node.value.is_number() { 10 } else { 8 };
    node.read("a file mode such as 0440", findings, |text| {
        let digits = text.strip_prefix("0o").unwrap_or(text);
        u32::from_str_radix(digits, radix).ok().filter(|mode| *mode <= 0o7777)
    })
}

/// Reads one entry of the top-level `configs` or `secrets`, and its content if it is used.
pub(super) fn file_source(
    node: &YamlNode<'_>,
    used: bool,
    base: &Path,
    variables: &IndexMap<String, String>,
    files: &dyn Files,
    findings: &mut Findings,
) -> Option<FileSource> {
    let mut sources = Vec::new();
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "content" | "file" | "environment" => sources.extend(node.text(findings).map(|text| (key, text))),
            // They name and mark an object in swarm; here there is none.
            "name" | "labels" => {}
            "driver" | "driver_opts" | "template_driver" => {
                findings.warn(&node.place, format!("`{key}` is swarm's and has no effect here"));
            }
            "external" if node.flag(findings) == Some(false) => {}
            "external" if !used => return None,
            "external" => {
                findings.problem(
                    &node.place,
                    "external configs and secrets exist in swarm only",
                    "Give the content with `content:`, `file:` or `environment:`",
                );
                return None;
            }
            _ => findings.problem(
                &node.place,
                format!("the key `{key}` is not supported here"),
                "Leave it out",
            ),
        }
    }
    let [(kind, text)] = sources.as_slice() else {
        let remedy = "Give one of `content:`, `file:` and `environment:`";
        let amount = if sources.is_empty() { "nothing says" } else { "more than one key says" };
        findings.problem(&node.place, format!("{amount} what is in it"), remedy);
        return None;
    };
    if !used {
        return None;
    }
    let place = node.place.key(kind.as_str());
    match kind.as_str() {
        "content" => Some(FileSource { content: text.clone().into_bytes(), origin: node.place.to_string() }),
        "environment" => {
            let value = variables.get(text);
            if value.is_none() {
                findings.problem(
                    &place,
                    format!("the variable `{text}` is not set"),
                    format!("Set `{text}`"),
                );
            }
            Some(FileSource { content: value?.clone().into_bytes(), origin: format!("variable {text}") })
        }
        _ => {
            let path = resolve(base, text, variables);
            let read = path.and_then(|path| match files.read(&path) {
                Ok(content) => Ok(FileSource { content, origin: path.display().to_string() }),
                Err(error) => Err(format!("`{}` cannot be read: {error}", path.display())),
            });
            read.map_err(|message| findings.problem(&place, message, "Make the file readable")).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::super::source::MemorySource;
    use super::*;

    #[test]
    fn mounts_in_both_forms() {
        let secrets =
            |node: &YamlNode<'_>, findings: &mut Findings| file_mounts(node, "/run/secrets", findings);
        let (read, told) = reading(
            "[a, {source: b, target: c, uid: '1', gid: 2, mode: 0440}, {source: d, target: /d, mode: 0o400}, {source: e, target: /d}]",
            secrets,
        );
        let shown: Vec<String> = read
            .iter()
            .map(|m| format!("{} {} {}:{} {:o}", m.source, m.target, m.uid, m.gid, m.mode))
            .collect();
        assert_eq!(shown, ["a /run/secrets/a 0:0 444", "b /run/secrets/c 1:2 440", "e /d 0:0 444"]);
        assert!(told.is_empty());
        let (read, _) = reading("[a]", |node, findings| file_mounts(node, "", findings));
        assert_eq!(read[0].target, "/a");
        let (_, told) =
            reading("[{target: x}, {source: a, mode: 999, colour: red}, {source: a, mode: '9'}]", secrets);
        assert_eq!(told.len(), 3, "{told:?}");
    }

    fn source(yaml: &str, used: bool) -> (Option<String>, Vec<String>) {
        let variables = IndexMap::from([("KEY".to_owned(), "k".to_owned())]);
        let files = MemorySource(IndexMap::from([("/srv/a.cfg".into(), b"from file".to_vec())]));
        let read = |node: &YamlNode<'_>, findings: &mut Findings| {
            file_source(node, used, Path::new("/srv"), &variables, &files, findings)
        };
        let (read, told) = reading(yaml, read);
        (read.map(|source| format!("{} ({})", String::from_utf8_lossy(&source.content), source.origin)), told)
    }

    #[test]
    fn content_is_read_from_where_the_file_says() {
        assert_eq!(source("{content: abc}", true).0.unwrap(), "abc ()");
        assert_eq!(source("{file: ./a.cfg, name: n}", true).0.unwrap(), "from file (/srv/a.cfg)");
        assert_eq!(source("{environment: KEY}", true).0.unwrap(), "k (variable KEY)");
        assert_eq!(source("{file: gone}", false), (None, vec![]));
        assert_eq!(source("{external: true}", false), (None, vec![]));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let told = |yaml: &str| source(yaml, true).1.join("\n");
        assert_eq!(told("{file: gone}"), "file: `/srv/gone` cannot be read: entity not found");
        assert_eq!(told("{environment: NO}"), "environment: the variable `NO` is not set");
        assert_eq!(told("{external: true}"), "external: external configs and secrets exist in swarm only");
        assert_eq!(told("{}"), ": nothing says what is in it");
        assert_eq!(told("{file: a, content: b}"), ": more than one key says what is in it");
    }
}
