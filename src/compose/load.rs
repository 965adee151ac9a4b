//! Compose files from the disk.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::dotenv::parse_dotenv;
use super::parse::parse;
use super::problem::{Problem, Problems};
use super::source::{DiskFiles, Parsed, Source};

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
    let mut problems = Vec::new();
    let files = paths.iter().filter_map(|path| match read_text(path) {
        Ok(text) => Some((path.clone(), text)),
        Err(message) => {
            problems.push(Problem::whole_file(path, message, "Correct the path, or make the file readable"));
            None
        }
    });
    let files: Vec<_> = files.collect();
    let base = paths.first().and_then(|path| std::path::absolute(path).ok());
    let base = base.and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let mut warnings = Vec::new();
    let variables = with_dotenv(&base, variables, &mut warnings).unwrap_or_else(|problem| {
        problems.push(problem);
        IndexMap::new()
    });
    if !problems.is_empty() {
        return Err(Problems(problems, warnings));
    }
    let (profiles, project_name) = (profiles.to_vec(), project_name.to_owned());
    match parse(&Source { files, base, variables, profiles, project_name }, &DiskFiles) {
        Ok(mut parsed) => {
            parsed.warnings.splice(0..0, warnings);
            Ok(parsed)
        }
        Err(mut wrong) => {
            wrong.1.splice(0..0, warnings);
            Err(wrong)
        }
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("the file cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())
}

fn with_dotenv(
    base: &Path,
    variables: IndexMap<String, String>,
    warnings: &mut Vec<String>,
) -> Result<IndexMap<String, String>, Problem> {
    let path = base.join(".env");
    if !path.exists() {
        return Ok(variables);
    }
    let text = read_text(&path)
        .map_err(|message| Problem::whole_file(&path, message, "Make it readable, or remove it"))?;
    let read = parse_dotenv(&text, &|name| variables.get(name).cloned())
        .map_err(|error| Problem::whole_file(&path, error.to_string(), "Write lines of NAME=value"))?;
    for name in read.unset {
        warnings.push(format!("{} uses the variable {name}, which is not set", path.display()));
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
    fn files_that_cannot_be_read_are_all_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "no name").unwrap();
        let paths = ["a.yaml", "b.yaml"].map(|name| folder.path().join(name));
        let problems = load(&paths, IndexMap::new(), &[], "p").unwrap_err();
        assert_eq!(problems.0.len(), 3, "{problems}");
    }
}
