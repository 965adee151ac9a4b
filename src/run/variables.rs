//! The variables that a compose file's `${…}` are replaced from: the gate's own, and those of the input.

use indexmap::IndexMap;
use secrecy::ExposeSecret as _;

use super::random;
use crate::inputs::Inputs;
use crate::plan::Problems;
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
    inputs: &Inputs,
    secrets: &Secrets,
    problems: &mut Problems,
) -> IndexMap<String, String> {
    let mut variables = IndexMap::from([
        ("DATABASE_PASSWORD".to_owned(), secrets.database.clone()),
        ("S3_SECRET_KEY".to_owned(), secrets.store.clone()),
    ]);
    if let Some(license) = &inputs.license {
        variables.insert("LICENSE".into(), license.expose_secret().trim().to_owned());
        variables.insert("CLUSTER".into(), "true".into());
    }
    if inputs.apps == "true" {
        variables.insert("APPS".into(), "true".into());
    }
    for (_, name, image) in images(inputs) {
        if !image.is_empty() {
            variables.insert(name.into(), image.to_owned());
        }
    }
    let lines = inputs.variables.lines().map(str::trim).enumerate();
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

/// The inputs that name images of the built-in cluster: input, variable, image.
pub(crate) fn images(inputs: &Inputs) -> [(&'static str, &'static str, &str); 3] {
    [
        ("database-image", "DATABASE_IMAGE", inputs.database_image.trim()),
        ("store-image", "STORE_IMAGE", inputs.store_image.trim()),
        ("balancer-image", "BALANCER_IMAGE", inputs.balancer_image.trim()),
    ]
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_an_expression_can_have() {
        let read = |line: &str| {
            let mut problems = Problems::default();
            let inputs = Inputs { variables: line.into(), ..Inputs::defaults() };
            (variables(&inputs, &Secrets::new(), &mut problems), problems)
        };
        for right in ["A=1", "_a9=x=y", "A=", "# no = name", " A = 1 "] {
            assert_eq!(read(right).1, Problems::default(), "{right}");
        }
        for wrong in
            ["9A=hunter2", "A-B=hunter2", "A B=hunter2", "A.B=hunter2", "ä=hunter2", "=hunter2", "hunter2"]
        {
            let problems = read(wrong).1;
            assert_eq!(problems.0.len(), 1, "{wrong}");
            assert!(!problems.to_string().contains("hunter2"), "{problems}");
        }
        assert_eq!(read("DATABASE_PASSWORD=own").0["DATABASE_PASSWORD"], "own");
    }
}
