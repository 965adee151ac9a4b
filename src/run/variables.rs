//! The variables that a compose file's `${…}` are replaced from: the gate's own, and those of the input.

use indexmap::IndexMap;
use secrecy::ExposeSecret as _;

use super::random;
use crate::inputs::{Problems, Settings};
use crate::shown::Shown;

/// What protects the built-in cluster from its neighbours on the engine: made anew for each run.
pub(crate) struct Secrets {
    database: String,
    store: String,
}

impl Secrets {
    pub(crate) fn new() -> Self {
        let make = || random::hex(12).unwrap_or_else(|_| "no-random-bytes-here".into());
        Self { database: make(), store: make() }
    }

    pub(crate) fn list(&self) -> Vec<String> {
        vec![self.database.clone(), self.store.clone()]
    }
}

/// All of them; the input's win.
pub(crate) fn variables(
    settings: &Settings,
    secrets: &Secrets,
    problems: &mut Problems,
) -> IndexMap<String, String> {
    let mut variables = IndexMap::from([
        ("DATABASE_PASSWORD".to_owned(), secrets.database.clone()),
        ("S3_SECRET_KEY".to_owned(), secrets.store.clone()),
    ]);
    if let Some(license) = &settings.servers.license {
        variables.insert("LICENSE".into(), license.expose_secret().trim().to_owned());
        variables.insert("CLUSTER".into(), "true".into());
    }
    if settings.run.apps {
        variables.insert("APPS".into(), "true".into());
    }
    for (_, name, image) in &settings.cluster.images {
        variables.insert((*name).into(), image.clone());
    }
    let lines = settings.cluster.variables.lines().map(str::trim).enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        const REMEDY: &str = "Write one variable a line, such as S3_PREFIX=ha; a value has one line.";
        // Passwords go there: a line is told by its number.
        let told = |wrong: &str| format!("{wrong} in line {}", index + 1);
        match line.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
            Some((name, value)) if is_name(name) => {
                variables.insert(name.to_owned(), value.to_owned());
            }
            Some((name, _)) if !name.is_empty() => {
                let wrong =
                    "has a name that no ${…} can have (a letter or `_`, then letters, digits and `_`)";
                problems.add("variables", Shown::nothing(), told(wrong), REMEDY);
            }
            _ => problems.add("variables", Shown::nothing(), told("has no NAME=value"), REMEDY),
        }
    }
    variables
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;

    #[test]
    fn names_are_what_an_expression_can_have() {
        let read = |line: &str| {
            let mut problems = Problems::default();
            let settings = Inputs::given(&[("variables", line)]).judge(&mut Problems::default());
            (variables(&settings, &Secrets::new(), &mut problems), problems)
        };
        for right in ["A=1", "_a9=x=y", "A=", "# no = name", " A = 1 "] {
            assert_eq!(read(right).1, Problems::default(), "{right}");
        }
        for wrong in
            ["9A=hunter2", "A-B=hunter2", "A B=hunter2", "A.B=hunter2", "ä=hunter2", "=hunter2", "hunter2"]
        {
            let problems = read(wrong).1;
            assert_eq!(problems.iter().count(), 1, "{wrong}");
            assert!(!problems.to_string().contains("hunter2"), "{problems}");
        }
        assert_eq!(read("DATABASE_PASSWORD=own").0["DATABASE_PASSWORD"], "own");
    }
}
