//! A service's `volumes` and `tmpfs`, and the top-level `volumes`.

use std::path::Path;

use indexmap::IndexMap;

use super::environment::labels;
use super::kinds::judge;
use super::networks::{external, texts_by_name};
use super::node::{Findings, YamlNode, scalar};
use super::project::{Mount, MountSource, Volume};
use super::source::resolve;

/// Reads a service's `volumes`. The last of several mounts at one target counts, as when one file is merged over another.
pub(super) fn mounts(
    node: &YamlNode<'_>,
    base: &Path,
    variables: &IndexMap<String, String>,
    findings: &mut Findings,
) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::new();
    let mut without_effect = Vec::new();
    for item in node.items(findings) {
        let mount = if item.value.is_mapping() {
            long(&item, base, variables, findings)
        } else {
            short(&item, base, variables, &mut without_effect, findings)
        };
        let Some(mount) = mount else { continue };
        if !mount.target.starts_with('/') {
            let message = format!("the target `{}` is not an absolute path", mount.target);
            findings.problem(&item.place, message, "Write a target such as /mattermost/data");
            continue;
        }
        match mounts.iter_mut().find(|other| other.target == mount.target) {
            Some(other) => *other = mount,
            None => mounts.push(mount),
        }
    }
    if !without_effect.is_empty() {
        // Once a service is enough: with SELinux every mount has one.
        let options = without_effect.join("`, `");
        findings.warn(&node.place, format!("the mount options `{options}` have no effect here"));
    }
    if let Some(mount) = mounts.iter().find(|mount| is_engines_socket(&mount.source)) {
        let message = format!("the engine's socket is handed to this container, at {}", mount.target);
        findings.warn(&node.place, message);
    }
    mounts
}

/// `[source:]target[:options]`.
fn short(
    node: &YamlNode<'_>,
    base: &Path,
    variables: &IndexMap<String, String>,
    without_effect: &mut Vec<String>,
    findings: &mut Findings,
) -> Option<Mount> {
    let text = node.text(findings)?;
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, options) = match parts.as_slice() {
        [target] => (None, *target, ""),
        [source, target] => (Some(*source), *target, ""),
        [source, target, options] => (Some(*source), *target, *options),
        _ => (None, "", ""),
    };
    if target.is_empty() || source.is_some_and(str::is_empty) {
        let remedy = "Write [source:]target[:ro], such as mattermost-data:/mattermost/data";
        findings.problem(&node.place, format!("`{text}` is not a mount"), remedy);
        return None;
    }
    let source = match source {
        None => MountSource::Anonymous,
        Some(path) if path.starts_with(['.', '/', '~']) => bind(node, path, base, variables, findings)?,
        Some(name) => MountSource::Volume(name.to_owned()),
    };
    let mut read_only = false;
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" => read_only = true,
            // The last three are hints for Docker Desktop's old file sharing.
            "rw" | "cached" | "delegated" | "consistent" => {}
            // Labels of SELinux and podman, how mounts within spread, or anything at all: compose passes over an option
            // that it does not know (`/x:/y:zz` is mounted for reading and writing) without a word.
            other if without_effect.iter().all(|known| known != other) => {
                without_effect.push(other.to_owned())
            }
            _ => {}
        }
    }
    let create_host_path = matches!(source, MountSource::Bind(_));
    Some(Mount { source, target: clean(target), read_only, create_host_path })
}

fn long(
    node: &YamlNode<'_>,
    base: &Path,
    variables: &IndexMap<String, String>,
    findings: &mut Findings,
) -> Option<Mount> {
    let (mut kind, mut source, mut target, mut read_only, mut size) = (None, None, None, false, None);
    // What compose does unless it is told otherwise, with and without `bind:`.
    let mut create_host_path = true;
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "type" => kind = node.text(findings),
            "source" => source = node.text(findings),
            "target" => target = node.text(findings),
            "read_only" => read_only = node.flag(findings).unwrap_or_default(),
            "consistency" => {}
            "tmpfs" => {
                for (key, node) in node.keys(findings) {
                    match key.as_str() {
                        "size" => size = node.size(findings),
                        "mode" => no_effect(&node, &key, findings),
                        _ => option_refused(&node, &key, findings),
                    }
                }
            }
            "bind" | "volume" => {
                for (key, node) in node.keys(findings) {
                    match (key.as_str(), scalar(node.value).as_deref()) {
                        ("create_host_path", _) => create_host_path = node.flag(findings).unwrap_or(true),
                        // What is done anyway.
                        ("nocopy", Some("false")) => {}
                        ("subpath", _) => {
                            judge(&node, &key, findings);
                            findings.warn(
                                &node.place,
                                "`subpath` has no effect here: the whole volume is mounted",
                            );
                        }
                        ("nocopy" | "selinux" | "propagation" | "recursive" | "labels", _) => {
                            no_effect(&node, &key, findings)
                        }
                        _ => option_refused(&node, &key, findings),
                    }
                }
            }
            _ => option_refused(&node, &key, findings),
        }
    }
    let Some(target) = target else {
        findings.problem(&node.place, "the mount has no target", "Add `target:`, a path in the container");
        return None;
    };
    let source = match (kind.as_deref(), source) {
        (Some("volume"), Some(name)) => MountSource::Volume(name),
        (Some("volume"), None) => MountSource::Anonymous,
        (Some("bind"), Some(path)) => bind(node, &path, base, variables, findings)?,
        (Some("tmpfs"), None) => MountSource::Tmpfs(size),
        (Some("bind"), None) => {
            findings.problem(
                &node.place,
                "the bind mount has no source",
                "Add `source:`, a path of the host",
            );
            return None;
        }
        (Some("tmpfs"), Some(_)) => {
            findings.problem(&node.place, "a tmpfs mount has no source", "Leave `source:` out");
            return None;
        }
        (kind, _) => {
            let message = format!("mounts of the type `{}` are not supported", kind.unwrap_or_default());
            findings.problem(&node.place, message, "Set `type:` to volume, bind or tmpfs");
            return None;
        }
    };
    create_host_path &= matches!(source, MountSource::Bind(_));
    Some(Mount { source, target: clean(&target), read_only, create_host_path })
}

fn is_engines_socket(source: &MountSource) -> bool {
    matches!(source, MountSource::Bind(path) if path.ends_with("docker.sock"))
}

fn no_effect(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    judge(node, key, findings);
    findings.warn(&node.place, format!("the mount option `{key}` has no effect here"));
}

fn option_refused(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    findings.problem(&node.place, format!("the mount option `{key}` is not supported"), "Leave it out");
}

fn bind(
    node: &YamlNode<'_>,
    path: &str,
    base: &Path,
    variables: &IndexMap<String, String>,
    findings: &mut Findings,
) -> Option<MountSource> {
    match resolve(base, path, variables) {
        Ok(path) => Some(MountSource::Bind(path)),
        Err(message) => {
            findings.problem(&node.place, message, "Write the path in full, or give HOME as a variable");
            None
        }
    }
}

/// Spelled in the shortest way, so that `/data`, `/data/` and `/x/../data` are one target.
fn clean(target: &str) -> String {
    if !target.starts_with('/') {
        return target.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in target.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    format!("/{}", parts.join("/"))
}

/// Reads `tmpfs`: one or several of `target[:options]`.
pub(super) fn tmpfs(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<String> {
    let mut all = node.text_or_texts(findings);
    all.retain(|entry| {
        let absolute = entry.starts_with('/');
        if !absolute {
            findings.problem(
                &node.place,
                format!("`{entry}` is not an absolute path"),
                "Write a target such as /run:size=64m",
            );
        }
        absolute
    });
    all
}

/// Reads one entry of the top-level `volumes`.
pub(super) fn volume(node: &YamlNode<'_>, findings: &mut Findings) -> Volume {
    let mut volume = Volume::default();
    if node.value.is_null() {
        return volume;
    }
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "name" => volume.name = node.text(findings),
            "external" => volume.external = external(&node, &mut volume.name, findings),
            "driver" => volume.driver = node.text(findings),
            "driver_opts" => volume.driver_opts = texts_by_name(&node, findings),
            "labels" => volume.labels = labels(&node, findings),
            _ => findings.problem(
                &node.place,
                format!("the key `{key}` of a volume is not supported"),
                "Leave it out",
            ),
        }
    }
    volume
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    fn shown(yaml: &str) -> String {
        let read = |node: &YamlNode<'_>, findings: &mut Findings| {
            mounts(node, Path::new("/srv"), &IndexMap::new(), findings)
        };
        let (mounts, told) = reading(yaml, read);
        let show = |m: &Mount| {
            let (read_only, made) =
                (if m.read_only { " read-only" } else { "" }, if m.create_host_path { ", made" } else { "" });
            format!("{:?} at {}{read_only}{made}", m.source, m.target)
        };
        mounts.iter().map(show).chain(told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn short_forms() {
        insta::assert_snapshot!(shown("['data:/data/', /cache, './conf:/conf:ro', '/etc/x:/x:rw,cached', '../up:/up']"), @r#"
        Volume("data") at /data
        Anonymous at /cache
        Bind("/srv/conf") at /conf read-only, made
        Bind("/etc/x") at /x, made
        Bind("/up") at /up, made
        "#);
    }

    #[test]
    fn long_forms() {
        insta::assert_snapshot!(shown("[{type: volume, source: data, target: /data, read_only: true, volume: {nocopy: false}}, {type: volume, target: /v}, {type: bind, source: ., target: /b, bind: {create_host_path: true}}, {type: bind, source: ., target: /c}, {type: bind, source: ., target: /d, bind: {create_host_path: false}}, {type: tmpfs, target: /t, tmpfs: {size: 64m}}]"), @r#"
        Volume("data") at /data read-only
        Anonymous at /v
        Bind("/srv") at /b, made
        Bind("/srv") at /c, made
        Bind("/srv") at /d
        Tmpfs(Some(67108864)) at /t
        "#);
    }

    #[test]
    fn the_last_mount_at_a_target_counts() {
        assert_eq!(
            shown("['a:/data', 'b:/x', 'c:/data:ro']"),
            "Volume(\"c\") at /data read-only\nVolume(\"b\") at /x"
        );
    }

    #[test]
    fn wrong_mounts_are_told() {
        insta::assert_snapshot!(shown("['a:b', 'a:/b', ':/x', '~/x:/x', 'a:/b:c:d', {type: npipe, target: /x}, {type: bind, target: /x}, {type: volume}, {type: bind, source: ., target: /x, bind: {colour: red}}]"), @r#"
        Volume("a") at /b
        Bind("/srv") at /x, made
        [0]: the target `b` is not an absolute path
        [2]: `:/x` is not a mount
        [3]: `~/x` starts in the home folder, but the variable HOME is not given
        [4]: `a:/b:c:d` is not a mount
        [5]: mounts of the type `npipe` are not supported
        [6]: the bind mount has no source
        [7]: the mount has no target
        [8].bind.colour: the mount option `colour` is not supported
        "#);
    }

    #[test]
    fn options_without_effect_are_warned_of_once() {
        let yaml = "['./a:/a:Z', './b:/b:ro,Z', 'c:/c:z,nocopy', {type: volume, source: d, target: /d, volume: {subpath: x}}, '/var/run/docker.sock:/s']";
        let (warned, told) = reading(yaml, |node, findings| {
            let mounts = mounts(node, Path::new("/srv"), &IndexMap::new(), findings);
            assert_eq!((mounts.len(), mounts[1].read_only), (5, true));
            findings.warnings.clone()
        });
        insta::assert_snapshot!(warned.join("\n"), @r"
        [3].volume.subpath: `subpath` has no effect here: the whole volume is mounted
        : the mount options `Z`, `z`, `nocopy` have no effect here
        : the engine's socket is handed to this container, at /s
        ");
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn tmpfs_in_both_forms() {
        assert_eq!(reading("/run", tmpfs).0, ["/run"]);
        assert_eq!(reading("[/run, '/tmp:size=64m']", tmpfs).0, ["/run", "/tmp:size=64m"]);
        assert_eq!(reading("[run]", tmpfs).1.len(), 1);
    }

    #[test]
    fn top_level_volumes() {
        assert_eq!(reading("~", volume).0, Volume::default());
        let (read, told) =
            reading("{name: x, external: true, labels: [a=b], driver_opts: {size: 1}, zone: 3}", volume);
        assert!(
            read.external
                && read.name.as_deref() == Some("x")
                && read.labels["a"] == "b"
                && read.driver_opts["size"] == "1"
        );
        assert_eq!(told, ["zone: the key `zone` of a volume is not supported"]);
    }
}
