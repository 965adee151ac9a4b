//! Compose files from the disk.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::dotenv::parse_dotenv;
use super::parse::parse;
use super::problem::{Problem, Problems};
use super::source::{DiskFiles, Files as _, Parsed, Source};
use basics::shown::visible;

/// Reads compose files from the disk, later ones merged over earlier ones, and parses them.
///
/// Relative paths start beside the first file. A `.env` there is read too; where `variables` has the same name, it wins.
///
/// # Errors
/// Everything that is wrong with the files, together.
pub fn load(
    paths: &[PathBuf],
    variables: IndexMap<String, String>,
    profiles: &[String],
    project_name: &str,
) -> Result<Parsed, Problems> {
    let mut wrong = Vec::new();
    let files = paths.iter().filter_map(|path| match read_text(path) {
        Ok(text) => Some((path.clone(), text)),
        Err(message) => {
            wrong.push(Problem::whole_file(path, message, "Correct the path, or make the file readable"));
            None
        }
    });
    let files: Vec<_> = files.collect();
    let base = paths.first().and_then(|path| std::path::absolute(path).ok());
    let base = base.and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let mut warnings = Vec::new();
    let variables = with_dotenv(&base, variables, &mut warnings).unwrap_or_else(|problem| {
        wrong.push(problem);
        IndexMap::new()
    });
    if !wrong.is_empty() {
        return Err(Problems { wrong, warnings });
    }
    let (profiles, project_name) = (profiles.to_vec(), project_name.to_owned());
    match parse(&Source { files, base, variables, profiles, project_name }, &DiskFiles) {
        Ok(mut parsed) => {
            parsed.warnings.splice(0..0, warnings);
            Ok(parsed)
        }
        Err(mut problems) => {
            problems.warnings.splice(0..0, warnings);
            Err(problems)
        }
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    text_of(DiskFiles.read(path).map_err(|error| format!("the file cannot be read: {error}"))?)
}

fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())
}

fn with_dotenv(
    base: &Path,
    variables: IndexMap<String, String>,
    warnings: &mut Vec<String>,
) -> Result<IndexMap<String, String>, Problem> {
    let path = base.join(".env");
    let text = match DiskFiles.read(&path) {
        Ok(bytes) => text_of(bytes),
        // A folder of that name is no business of ours.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {
            return Ok(variables);
        }
        Err(error) => Err(format!("the file cannot be read: {error}")),
    };
    let text =
        text.map_err(|message| Problem::whole_file(&path, message, "Make it readable, or remove it"))?;
    let read = parse_dotenv(&text, &|name| variables.get(name).cloned())
        .map_err(|error| Problem::whole_file(&path, error.to_string(), "Write lines of NAME=value"))?;
    for name in read.unset {
        let path = visible(&path.display().to_string());
        warnings.push(format!("{path} uses the variable {name}, which is not set"));
    }
    let mut all = read.variables;
    all.extend(variables);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::project::MountSource;
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn dotenv_is_read_beside_the_first_file_and_given_variables_win() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "compose.yaml",
            "services: {app: {image: 'app:${TAG}', env_file: app.env, volumes: ['./data:/data']}}",
        );
        write("over.yaml", "services: {app: {environment: {B: '${B}'}}}");
        write(".env", "TAG=1\nB=b-$TAG\nC=$GONE\n");
        write("app.env", "A=a\n");
        let paths = ["compose.yaml", "over.yaml"].map(|name| folder.path().join(name));
        let parsed = load(&paths, given(&[("TAG", "2")]), &[], "p").unwrap();
        let app = &parsed.project.services["app"];
        assert_eq!(app.image, "app:2");
        assert_eq!(app.environment, given(&[("A", "a"), ("B", "b-2")]));
        assert_eq!(app.volumes[0].source, MountSource::Bind(folder.path().join("data")));
        assert!(parsed.warnings.iter().any(|warning| warning.contains("GONE")), "{:?}", parsed.warnings);
    }

    #[test]
    fn names_without_values_in_an_upper_file_are_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "a.yaml",
            "services: {s: {image: x, environment: {A: 1, B: 1, C: 1}, labels: {l: 1}}, t: {extends: s, environment: [B]}}",
        );
        write("b.yaml", "services: {s: {environment: [A, B], labels: {l: }}}");
        write(".env", "A=#2 # two\n");
        let paths = ["a.yaml", "b.yaml"].map(|name| folder.path().join(name));
        let project = load(&paths, IndexMap::new(), &[], "p").unwrap().project;
        assert_eq!(project.services["s"].environment, given(&[("A", "#2"), ("C", "1")]));
        assert_eq!(project.services["s"].labels["l"], "");
        assert_eq!(project.services["t"].environment, given(&[("A", "1"), ("C", "1")]));
    }

    #[test]
    fn what_is_called_x_exists_below_the_top() {
        let folder = tempfile::tempdir().unwrap();
        let text = "services: {x-a: {image: x, x-note: 1, networks: [x-n], volumes: ['x-v:/v']}, b: {image: y, depends_on: [x-a]}}
x-note: {image: z}\nnetworks: {x-n: }\nvolumes: {x-v: }";
        std::fs::write(folder.path().join("a.yaml"), text).unwrap();
        let project = load(&[folder.path().join("a.yaml")], IndexMap::new(), &[], "p").unwrap().project;
        assert_eq!(project.waves(), [["x-a"], ["b"]]);
        assert!(project.networks.contains_key("x-n") && project.volumes.contains_key("x-v"));
    }

    #[test]
    fn files_that_cannot_be_read_are_all_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "no name").unwrap();
        let paths = ["a.yaml", "b.yaml"].map(|name| folder.path().join(name));
        let problems = load(&paths, IndexMap::new(), &[], "p").unwrap_err();
        assert_eq!(problems.wrong.len(), 3, "{problems}");
    }
}
