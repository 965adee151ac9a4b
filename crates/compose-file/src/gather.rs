//! Compose files → one tree: what they include and extend, and one over the other.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use yaml_serde::{Mapping, Value};

use super::bounds::CHAIN;
use super::dotenv::read_dotenv;
use super::extends::Extending;
use super::followed::{Followed, path_of};
use super::include::{Include, import, includes, settle_variables};
use super::merge::merge;
use super::node::{Findings, Node, Place};
use super::problem::Problem;
use super::roots::root_paths;
use super::source::Files;
use super::tree::tree;
use super::whence::Said;

/// Files that are merged over each other, with what is around them: the project's own, or those of one `include`.
pub(super) struct Set<'a> {
    pub(super) files: &'a [(PathBuf, String)],
    /// Where relative paths start.
    pub(super) base: &'a Path,
    pub(super) variables: &'a IndexMap<String, String>,
}

/// The way through all files.
pub(super) struct Gathering<'a> {
    pub(super) followed: Followed<'a>,
    /// Files of which nothing could be read.
    pub(super) unreadable: Vec<Problem>,
    /// The files that we are in the middle of: those that include each other.
    chain: Vec<PathBuf>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self { followed: Followed::new(files), unreadable: Vec::new(), chain: Vec::new() }
    }

    /// The tree of all files of a set.
    pub(super) fn gather(&mut self, set: &Set<'_>, findings: &mut Findings) -> Value {
        let mut trees = Vec::new();
        let outer = findings.file.take();
        let depth = self.chain.len();
        for (path, text) in set.files {
            findings.file = Some(path.clone());
            self.chain.push(path.clone());
            match tree(text, set.variables, findings) {
                Ok(tree) => trees.push(self.complete(tree, path, set, findings)),
                Err((message, remedy)) => {
                    self.unreadable.push(Problem::whole_file(path, message, remedy));
                }
            }
        }
        self.chain.truncate(depth);
        findings.file = None;
        let merged = trees.into_iter().fold(Value::Mapping(Mapping::new()), |below, tree| {
            merge(below, tree, &Place::default(), findings)
        });
        findings.file = outer;
        merged
    }

    /// A tree with what it includes and extends.
    fn complete(&mut self, mut tree: Value, path: &Path, set: &Set<'_>, findings: &mut Findings) -> Value {
        // As it was written: what it includes and extends has a file of its own.
        let written = tree.clone();
        let include = tree.as_mapping_mut().and_then(|keys| keys.shift_remove("include"));
        let include = include.filter(|value| !value.is_null());
        let entries = include.map(|value| {
            let place = Place::default().key("include");
            includes(&Node::new(&value, place), findings)
        });
        for include in entries.unwrap_or_default() {
            match self.included(&include, set, findings) {
                Ok(included) => {
                    // Whose keys these are is looked up at the end.
                    let outer = findings.file.take();
                    import(&mut tree, included, findings);
                    findings.file = outer;
                }
                Err((message, remedy)) => findings.problem(&include.place, message, remedy),
            }
        }
        Extending::new(set.base, set.variables, &mut self.followed, findings).carry_out(&mut tree, path);
        self.followed.said.push(Said::file(path, written));
        tree
    }

    /// What one entry of `include` brings; else what is wrong, and what to do.
    fn included(
        &mut self,
        include: &Include,
        set: &Set<'_>,
        findings: &mut Findings,
    ) -> Result<Value, (String, &'static str)> {
        let at = |text: &str| path_of(set.base, text, set.variables);
        let paths = include.paths.iter().map(|text| at(text)).collect::<Result<Vec<_>, _>>()?;
        if let Some(start) = self.chain.iter().position(|path| *path == paths[0]) {
            let circle = self.chain[start..].iter().chain([&paths[0]]);
            let circle: Vec<String> = circle.map(|path| path.display().to_string()).collect();
            let message = format!("the files include each other in a circle: {}", circle.join(" → "));
            return Err((message, "Remove one of these includes"));
        }
        if self.chain.len() > CHAIN {
            return Err((
                format!("more than {CHAIN} files include each other in a chain"),
                "Make the chain shorter",
            ));
        }
        let base = match &include.project_directory {
            Some(text) => at(text)?,
            None => paths[0].parent().unwrap_or(Path::new("/")).to_owned(),
        };
        let variables = self.variables_of(include, &base, set)?;
        let mut files = Vec::new();
        for path in paths {
            let text = self.followed.text(&path);
            let text = text.map_err(|wrong| (wrong, "Correct the path, or make the file readable"))?;
            files.push((path, text));
        }
        let inner = Set { files: &files, base: &base, variables: &variables };
        let mut tree = self.gather(&inner, findings);
        root_paths(&mut tree, &base);
        settle_variables(&mut tree, &variables);
        Ok(tree)
    }

    /// The variables of included files: those of the including one, and what theirs adds.
    fn variables_of(
        &self,
        include: &Include,
        base: &Path,
        set: &Set<'_>,
    ) -> Result<IndexMap<String, String>, (String, &'static str)> {
        let (texts, given) = match &include.env_files {
            Some(texts) => (texts.clone(), true),
            None => (vec![base.join(".env").display().to_string()], false),
        };
        let mut added: IndexMap<String, String> = IndexMap::new();
        for text in texts {
            let path = path_of(set.base, &text, set.variables)?;
            let bytes = match self.followed.files.read(&path) {
                Ok(bytes) => bytes,
                Err(error)
                    if !given && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) =>
                {
                    continue;
                }
                Err(error) => {
                    let message = format!("`{}` cannot be read: {error}", path.display());
                    return Err((message, "Correct the path, or make the file readable"));
                }
            };
            let lookup = |name: &str| set.variables.get(name).or_else(|| added.get(name)).cloned();
            let read = read_dotenv(bytes, &lookup).map_err(|error| {
                (format!("`{}` cannot be read: {error}", path.display()), "Write lines of NAME=value")
            })?;
            added.extend(read.variables);
        }
        added.extend(set.variables.iter().map(|(name, value)| (name.clone(), value.clone())));
        Ok(added)
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::MemoryFiles;
    use super::*;

    /// What comes of `/srv/a.yml` with this text, beside other files; and what is told.
    fn gathered(text: &str, others: &[(&str, &str)]) -> (Value, Vec<String>) {
        let files = others.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        let files = MemoryFiles(files.collect());
        let main = [(PathBuf::from("/srv/a.yml"), text.to_owned())];
        let variables = IndexMap::from([("GIVEN".to_owned(), "given".to_owned())]);
        let mut findings = Findings::default();
        let mut gathering = Gathering::new(&files);
        let set = Set { files: &main, base: Path::new("/srv"), variables: &variables };
        let tree = gathering.gather(&set, &mut findings);
        let problems = findings.problems.iter().map(|found| {
            let file = found.file.clone().unwrap_or_default();
            format!("{}, {}: {}", file.display(), found.place, found.message)
        });
        let unreadable = gathering.unreadable.iter().map(ToString::to_string);
        (tree, problems.chain(unreadable).collect())
    }

    #[track_caller]
    fn check(text: &str, others: &[(&str, &str)], expected: &str) {
        let (tree, told) = gathered(text, others);
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(tree, yaml_serde::from_str::<Value>(expected).unwrap());
    }

    #[test]
    fn included_files_bring_their_services_with_their_paths() {
        check(
            "{include: [sub/b.yml], services: {app: {image: a}}}",
            &[
                (
                    "/srv/sub/b.yml",
                    "{name: other, x-note: 1, services: {db: {image: d, volumes: ['./d:/d']}}, volumes: {v: }, include: [c.yml]}",
                ),
                ("/srv/sub/c.yml", "services: {mail: {image: m, env_file: e}}"),
            ],
            "{services: {app: {image: a}, db: {image: d, volumes: ['/srv/sub/./d:/d']}, mail: {image: m, env_file: /srv/sub/e}}, volumes: {v: }}",
        );
    }

    #[test]
    fn the_long_form_has_several_files_a_folder_and_variables() {
        check(
            "include: [{path: [sub/b.yml, c.yml], project_directory: work, env_file: [x.env, y.env]}]",
            &[
                (
                    "/srv/sub/b.yml",
                    "services: {s: {image: 'b:${TAG}-${GIVEN}', volumes: ['./d:/d'], environment: [TAG, NONE, A=b]}}",
                ),
                (
                    "/srv/c.yml",
                    "{services: {s: {user: u, extends: {file: base.yml, service: s}}}, configs: {c: {environment: TAG}}}",
                ),
                ("/srv/work/base.yml", "services: {s: {init: true}}"),
                ("/srv/x.env", "TAG=1\nGIVEN=lost"),
                ("/srv/y.env", "TAG=2"),
            ],
            "{services: {s: {image: 'b:2-given', volumes: ['/srv/work/./d:/d'], environment: [TAG=2, NONE, A=b], user: u, init: true}}, configs: {c: {content: '2'}}}",
        );
        // Without an env_file, the one in its folder counts, if there is one.
        check(
            "include: [sub/b.yml]",
            &[
                ("/srv/sub/b.yml", "services: {s: {image: '${TAG}', environment: {TAG: }}}"),
                ("/srv/sub/.env", "TAG=3"),
            ],
            "services: {s: {image: '3', environment: {TAG: '3'}}}",
        );
    }

    #[test]
    fn the_including_file_wins_and_the_same_twice_is_once() {
        check(
            "{include: [b.yml, c.yml], services: {s: {image: a, ports: ['3:3']}}}",
            &[
                (
                    "/srv/b.yml",
                    "services: {s: {image: b, user: u, ports: ['1:1']}, t: {image: t, ports: ['2:2']}}",
                ),
                ("/srv/c.yml", "include: [b.yml]"),
            ],
            "services: {s: {image: a, user: u, ports: ['1:1', '3:3']}, t: {image: t, ports: ['2:2']}}",
        );
    }

    #[test]
    fn circles_and_missing_files_are_told_once() {
        let (_, told) = gathered(
            "include: [b.yml]",
            &[("/srv/b.yml", "include: [a.yml]"), ("/srv/a.yml", "include: [b.yml]")],
        );
        assert_eq!(
            told,
            [
                "/srv/b.yml, include[0]: the files include each other in a circle: /srv/a.yml → /srv/b.yml → /srv/a.yml"
            ]
        );
        let told = |text: &str, others: &[(&str, &str)]| gathered(text, others).1.join("\n");
        insta::assert_snapshot!(told("include: [gone.yml, {path: b.yml, env_file: gone.env}, 'oci://x/y', {}, {path: b.yml, colour: red}]", &[("/srv/b.yml", "[")]), @r"
        /srv/a.yml, include[3]: `include` does not say which file
        /srv/a.yml, include[4].colour: `include` has no key `colour`
        /srv/a.yml, include[0]: `/srv/gone.yml` cannot be read: entity not found
        /srv/a.yml, include[1]: `/srv/gone.env` cannot be read: entity not found
        /srv/a.yml, include[2]: `oci://x/y` is no file of this machine
        /srv/b.yml: it is not YAML: did not find expected node content at line 2 column 1, while parsing a flow node. Correct the YAML.
        ");
    }

    #[test]
    fn files_that_include_many_files_have_an_end() {
        let twice = |next: &str| format!("include: [{next}, {next}]");
        let names: Vec<String> = (0..15).map(|n| format!("/srv/{n}.yml")).collect();
        let texts: Vec<String> = (1..16).map(|n| twice(&format!("{n}.yml"))).collect();
        let mut files: Vec<(&str, &str)> =
            names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
        files.push(("/srv/15.yml", "services: {s: {image: x}}"));
        let (_, told) = gathered("include: [0.yml]", &files);
        assert!(told[0].contains("more than 1000 times"), "{told:?}");
    }
}
