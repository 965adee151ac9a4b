//! `extends`: a service starts as a copy of another one, of the same file or of another, and its own keys are merged over it.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use yaml_serde::{Mapping, Value};

use super::bounds::CHAIN;
use super::followed::{Followed, path_of};
use super::merge::merge;
use super::node::{Findings, Node, Place, Step, scalar};
use super::roots::root_paths;
use super::tags::{retagged, settle};
use super::tree::tree;
use super::whence::Said;

/// What carrying out `extends` in one file needs.
pub(super) struct Extending<'a, 'f> {
    /// Where `file:` starts: the project's folder, as compose has it.
    pub(super) base: &'a Path,
    pub(super) variables: &'a IndexMap<String, String>,
    pub(super) followed: &'a mut Followed<'f>,
    pub(super) findings: &'a mut Findings,
    /// The services of other files; `None` where that failed, and was told.
    others: IndexMap<PathBuf, Option<Mapping>>,
    /// Circles that were told.
    circles: Vec<Vec<Link>>,
}

/// A file and a service of it.
type Link = (PathBuf, String);

impl<'a, 'f> Extending<'a, 'f> {
    pub(super) fn new(
        base: &'a Path,
        variables: &'a IndexMap<String, String>,
        followed: &'a mut Followed<'f>,
        findings: &'a mut Findings,
    ) -> Self {
        Self { base, variables, followed, findings, others: IndexMap::new(), circles: Vec::new() }
    }

    /// Carries out and removes `extends` in all services of the tree of `file`.
    pub(super) fn carry_out(&mut self, tree: &mut Value, file: &Path) {
        let Some(services) = tree.get("services").and_then(Value::as_mapping).cloned() else { return };
        for (name, service) in services.iter().filter(|(_, service)| service.get("extends").is_some()) {
            let Some(name_text) = scalar(name) else { continue };
            let extended = self.extended(&name_text, service, &services, file, &mut Vec::new());
            if let Some(slot) = tree.get_mut("services").and_then(|all| all.get_mut(name)) {
                *slot = extended;
            }
        }
    }

    /// The service with what it extends beneath it; where that fails, a problem is noted and it stays as it is.
    fn extended(
        &mut self,
        name: &str,
        service: &Value,
        services: &Mapping,
        file: &Path,
        above: &mut Vec<Link>,
    ) -> Value {
        let place = place_of(name);
        let mut service = service.clone();
        let extends = service.as_mapping_mut().and_then(|keys| keys.shift_remove("extends"));
        // `extends: !reset null` leaves nothing to extend.
        let Some(extends) = extends.filter(|value| !is_reset(value)).map(settle) else { return service };
        let place_here = place.key("extends");
        let Some((base, other)) = base_of(&Node::new(&extends, place_here.clone()), self.findings) else {
            return service;
        };
        let link = (file.to_owned(), name.to_owned());
        if let Some(start) = above.iter().position(|other| *other == link) {
            self.tell_circle(&place, &above[start..]);
            return service;
        }
        if above.len() >= CHAIN {
            let message = format!("more than {CHAIN} services extend each other in a chain");
            self.findings.problem(&place_here, message, "Make the chain shorter");
            return service;
        }
        let others;
        let (bases, base_file) = match other {
            None => (services, file.to_owned()),
            Some(text) => {
                let Some((path, read)) = self.other_file(&text, &place_here.key("file")) else {
                    return service;
                };
                others = read;
                (&others, path)
            }
        };
        let Some(below) = bases.get(base.as_str()) else {
            let whose =
                if base_file == file { "this file".to_owned() } else { format!("`{}`", base_file.display()) };
            let message = format!("it extends `{base}`, which is no service of {whose}");
            self.findings.problem(&place_here, message, "Correct the name of the service or of the file");
            return service;
        };
        above.push(link);
        let outer = self.findings.file.replace(base_file.clone());
        let full = self.extended(&base, below, bases, &base_file, above);
        self.findings.file = outer;
        if base_file != file {
            // In the project it stands under the name at the top of the chain.
            let top = above.first().map_or(name, |(_, top)| top);
            self.followed.said.push(Said::extended(&base_file, &base, top, below.clone()));
        }
        above.pop();
        self.spoil(&base, &place);
        if full.is_null() {
            return service;
        }
        let merged = merge(settle(full), service.clone(), &place, self.findings);
        retagged(&service, merged)
    }

    /// The services of another file, with their paths in full.
    fn other_file(&mut self, text: &str, place: &Place) -> Option<(PathBuf, Mapping)> {
        let path = match path_of(self.base, text, self.variables) {
            Ok(path) => path,
            Err((message, remedy)) => {
                self.findings.problem(place, message, remedy);
                return None;
            }
        };
        if let Some(known) = self.others.get(&path) {
            return known.clone().map(|services| (path, services));
        }
        let read = self.read(&path).map_err(|message| {
            let remedy = format!("Correct the path, which starts in {}, or the file", self.base.display());
            self.findings.problem(place, message, remedy);
        });
        self.others.insert(path.clone(), read.clone().ok());
        read.ok().map(|services| (path, services))
    }

    fn read(&mut self, path: &Path) -> Result<Mapping, String> {
        let text = self.followed.text(path)?;
        let outer = self.findings.file.replace(path.to_owned());
        let read = tree(&text, self.variables, self.findings);
        self.findings.file = outer;
        let mut tree = read.map_err(|(message, _)| format!("`{}`: {message}", path.display()))?;
        root_paths(&mut tree, path.parent().unwrap_or(Path::new("/")));
        let services = tree.get("services").and_then(Value::as_mapping).cloned();
        services.ok_or_else(|| format!("`{}` has no `services:`", path.display()))
    }

    /// Each circle once, wherever one enters it.
    fn tell_circle(&mut self, place: &Place, circle: &[Link]) {
        let mut members = circle.to_vec();
        members.sort();
        if self.circles.contains(&members) {
            return;
        }
        self.circles.push(members);
        let across = circle.iter().any(|(file, _)| *file != circle[0].0);
        let shown = |(file, name): &Link| {
            if across { format!("{name} of {}", file.display()) } else { name.clone() }
        };
        let names: Vec<String> = circle.iter().chain(circle.first()).map(shown).collect();
        let message = format!("the services extend each other in a circle: {}", names.join(" → "));
        self.findings.problem(place, message, "Break the circle of `extends`");
    }

    /// What could not be interpolated in the base is of no interest in the service that extends it either.
    fn spoil(&mut self, base: &str, place: &Place) {
        let base = place_of(base);
        let spoilt = self.findings.spoilt.iter().filter_map(|spoilt| {
            let rest = spoilt.steps().strip_prefix(base.steps())?;
            Some(rest.iter().fold(place.clone(), |place, step| match step {
                Step::Key(key) => place.key(key.as_str()),
                Step::Item(index) => place.item(*index),
            }))
        });
        let spoilt: Vec<Place> = spoilt.filter(|moved| !self.findings.spoilt.contains(moved)).collect();
        self.findings.spoilt.extend(spoilt);
    }
}

fn place_of(service: &str) -> Place {
    Place::default().key("services").key(service)
}

fn is_reset(value: &Value) -> bool {
    matches!(value, Value::Tagged(tagged) if tagged.tag == "reset")
}

/// The name of the service that is extended, and its file if that is another one.
fn base_of(extends: &Node<'_>, findings: &mut Findings) -> Option<(String, Option<String>)> {
    if !extends.value.is_mapping() {
        return Some((extends.text(findings)?, None));
    }
    let (mut base, mut file) = (None, None);
    for (key, node) in extends.keys(findings) {
        match key.as_str() {
            "service" => base = node.text(findings),
            "file" => file = node.text(findings),
            _ => findings.problem(&node.place, format!("`extends` has no key `{key}`"), "Leave it out"),
        }
    }
    if base.is_none() {
        findings.problem(&extends.place, "`extends` does not say which service", "Add `service: NAME`");
    }
    Some((base?, file))
}

#[cfg(test)]
mod tests {
    use super::super::source::MemoryFiles;
    use super::*;

    fn carried_out(yaml: &str, others: &[(&str, &str)]) -> (Value, Vec<String>) {
        let mut tree: Value = yaml_serde::from_str(yaml).unwrap();
        let files = others.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        let files = MemoryFiles(files.collect());
        let mut findings = Findings { file: Some("/srv/a.yml".into()), ..Findings::default() };
        let (variables, mut followed) = (IndexMap::new(), Followed::new(&files));
        Extending::new(Path::new("/srv"), &variables, &mut followed, &mut findings)
            .carry_out(&mut tree, Path::new("/srv/a.yml"));
        let shown = findings.problems.iter().map(|found| {
            format!(
                "{}, {}: {}",
                found.file.clone().unwrap_or_default().display(),
                found.place,
                found.message
            )
        });
        (tree, shown.collect())
    }

    #[track_caller]
    fn check(service: &Value, expected: &str) {
        assert_eq!(*service, yaml_serde::from_str::<Value>(expected).unwrap());
    }

    #[test]
    fn a_service_extends_one_that_extends_another() {
        let (tree, told) = carried_out(
            "services: {c: {extends: {service: b}, tty: true}, a: {image: x, environment: [A=1]}, b: {extends: a, environment: {B: 2}}}",
            &[],
        );
        check(&tree["services"]["c"], "{image: x, environment: [A=1, B=2], tty: true}");
        assert!(tree["services"]["b"].get("extends").is_none());
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn services_of_other_files_bring_their_paths_along() {
        let (tree, told) = carried_out(
            "services: {n: {extends: {file: sub/base.yml, service: base}, tty: true, ports: !override ['2:2']}}",
            &[
                (
                    "/srv/sub/base.yml",
                    "services: {base: {image: x, env_file: e, volumes: ['./d:/d'], ports: ['1:1'], extends: {file: ../deep.yml, service: base}}}",
                ),
                (
                    "/srv/deep.yml",
                    "services: {base: {user: u, image: old, volumes: ['./deep:/e'], extends: last}, last: {init: true}}",
                ),
            ],
        );
        assert!(told.is_empty(), "{told:?}");
        check(
            &tree["services"]["n"],
            "{init: true, user: u, image: x, volumes: ['/srv/./deep:/e', '/srv/sub/./d:/d'], ports: !override ['2:2'], env_file: /srv/sub/e, tty: true}",
        );
    }

    #[test]
    fn nothing_is_extended_after_a_reset() {
        let (tree, told) = carried_out("services: {a: {image: x, extends: !reset null}}", &[]);
        check(&tree["services"]["a"], "{image: x}");
        assert!(told.is_empty());
    }

    #[test]
    fn circles_are_told_once_also_over_files() {
        let (_, told) = carried_out("services: {a: {extends: b}, b: {extends: a}}", &[]);
        assert_eq!(told, ["/srv/a.yml, services.a: the services extend each other in a circle: a → b → a"]);
        let a = "services: {a: {extends: {file: b.yml, service: a}}}";
        let (_, told) = carried_out(
            a,
            &[("/srv/a.yml", a), ("/srv/b.yml", "services: {a: {extends: {file: a.yml, service: a}}}")],
        );
        assert_eq!(told.len(), 1);
        assert!(told[0].ends_with("a of /srv/a.yml → a of /srv/b.yml → a of /srv/a.yml"), "{told:?}");
    }

    #[test]
    fn what_cannot_be_extended_is_told_once() {
        let told = |yaml: &str, others: &[(&str, &str)]| carried_out(yaml, others).1.join("\n");
        insta::assert_snapshot!(told("services: {a: {extends: z}, b: {extends: {file: gone.yml, service: b}}, c: {extends: {file: gone.yml, service: c}}}", &[]), @r"
        /srv/a.yml, services.a.extends: it extends `z`, which is no service of this file
        /srv/a.yml, services.b.extends.file: `/srv/gone.yml` cannot be read: entity not found
        ");
        insta::assert_snapshot!(told("services: {a: {extends: {file: b.yml, service: z}}, b: {extends: {file: 'https://x/y.yml', service: z}}, c: {extends: {file: b.yml}}}", &[("/srv/b.yml", "services: {b: {image: x}}")]), @r"
        /srv/a.yml, services.a.extends: it extends `z`, which is no service of `/srv/b.yml`
        /srv/a.yml, services.b.extends.file: `https://x/y.yml` is no file of this machine
        /srv/a.yml, services.c.extends: `extends` does not say which service
        ");
        insta::assert_snapshot!(told("services: {a: {extends: {file: b.yml, service: z}}}", &[("/srv/b.yml", "[")]), @"/srv/a.yml, services.a.extends.file: `/srv/b.yml`: it is not YAML: did not find expected node content at line 2 column 1, while parsing a flow node");
    }

    #[test]
    fn chains_have_an_end() {
        let links: Vec<String> = (0..30).map(|n| format!("s{n}: {{extends: s{}}}", n + 1)).collect();
        let (_, told) = carried_out(&format!("services: {{{}, s30: {{image: x}}}}", links.join(", ")), &[]);
        assert!(told[0].contains("more than 20 services extend each other in a chain"), "{told:?}");
    }

    #[test]
    fn tags_mean_what_is_extended_and_the_files_below() {
        let (tree, _) = carried_out(
            "services: {a: {extends: b, labels: !override {x: 1}, user: !reset null}, b: {image: x, labels: {y: 2}, user: u}}",
            &[],
        );
        check(&tree["services"]["a"], "{image: x, labels: !override {x: 1}, user: !reset null}");
    }
}
