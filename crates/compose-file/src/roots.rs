//! Paths of a file that lies in another folder: they start there, so they are written in full before its tree meets others.

use std::path::Path;

use yaml_serde::Value;

/// Writes the relative paths of a tree in full, from `base` on.
pub(super) fn root_paths(tree: &mut Value, base: &Path) {
    each(tree, "services", |service| root_service(service, base));
    for section in ["configs", "secrets"] {
        each(tree, section, |entry| root_at(entry, "file", base));
    }
}

fn each(tree: &mut Value, section: &str, mut change: impl FnMut(&mut Value)) {
    if let Some(entries) = tree.get_mut(section).and_then(Value::as_mapping_mut) {
        entries.values_mut().for_each(&mut change);
    }
}

fn root_service(service: &mut Value, base: &Path) {
    for key in ["env_file", "label_file"] {
        match service.get_mut(key) {
            Some(Value::Sequence(items)) => items.iter_mut().for_each(|item| root_entry(item, base)),
            Some(one) => root_entry(one, base),
            None => {}
        }
    }
    if let Some(extends) = service.get_mut("extends") {
        root_at(extends, "file", base);
    }
    if let Some(Value::Sequence(mounts)) = service.get_mut("volumes") {
        mounts.iter_mut().for_each(|mount| root_mount(mount, base));
    }
}

/// A path, or a mapping with one.
fn root_entry(entry: &mut Value, base: &Path) {
    match entry {
        Value::String(_) => root(entry, base),
        other => root_at(other, "path", base),
    }
}

fn root_at(mapping: &mut Value, key: &str, base: &Path) {
    if let Some(path) = mapping.as_mapping_mut().and_then(|keys| keys.get_mut(key)) {
        root(path, base);
    }
}

fn root_mount(mount: &mut Value, base: &Path) {
    match mount {
        // The only mounts of the short form that are relative paths.
        Value::String(text) if text.starts_with('.') => {
            let (source, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            if !rest.is_empty() {
                *text = format!("{}{rest}", base.join(source).display());
            }
        }
        Value::Mapping(keys) if keys.get("type").and_then(Value::as_str) == Some("bind") => {
            root_at(mount, "source", base);
        }
        _ => {}
    }
}

fn root(path: &mut Value, base: &Path) {
    if let Value::String(text) = path
        && !text.is_empty()
        && !text.starts_with(['/', '~'])
        && !text.contains("://")
    {
        *text = base.join(&*text).display().to_string();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_start_in_the_files_folder_and_others_stay() {
        let rooted = |tree: &str| {
            let mut tree: Value = yaml_serde::from_str(tree).unwrap();
            root_paths(&mut tree, Path::new("/o"));
            tree
        };
        let tree = |tree: &str| yaml_serde::from_str::<Value>(tree).unwrap();
        assert_eq!(
            rooted(
                "services: {a: {env_file: x.env, label_file: [l], extends: {file: ../b.yml, service: b}}}"
            ),
            tree(
                "services: {a: {env_file: /o/x.env, label_file: [/o/l], extends: {file: /o/../b.yml, service: b}}}"
            ),
        );
        assert_eq!(
            rooted(
                "services: {a: {volumes: ['./d:/d:ro', 'named:/n', '/abs:/a', '~/h:/h', {type: bind, source: s, target: /s}, {type: volume, source: s, target: /v}]}}"
            ),
            tree(
                "services: {a: {volumes: ['/o/./d:/d:ro', 'named:/n', '/abs:/a', '~/h:/h', {type: bind, source: /o/s, target: /s}, {type: volume, source: s, target: /v}]}}"
            ),
        );
        assert_eq!(
            rooted(
                "{services: {a: {env_file: [{path: y.env}, /abs.env], extends: b}}, configs: {c: {file: c.txt}, d: {content: c.txt}}}"
            ),
            tree(
                "{services: {a: {env_file: [{path: /o/y.env}, /abs.env], extends: b}}, configs: {c: {file: /o/c.txt}, d: {content: c.txt}}}"
            ),
        );
    }
}
