//! An `env_file` of the format `raw`: lines of `KEY=value` that are taken as they are, as `docker run --env-file` does.

use super::dotenv::{Dotenv, DotenvError};

/// Reads a file; a name without `=` is passed on from `outer`.
pub(super) fn parse_raw(text: &str, outer: &dyn Fn(&str) -> Option<String>) -> Result<Dotenv, DotenvError> {
    let mut read = Dotenv::default();
    for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (line, outer(line)),
        };
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(DotenvError { line: index + 1, message: "there is no name before `=`".to_owned() });
        }
        if let Some(value) = value {
            read.variables.insert(name.to_owned(), value);
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_are() {
        let outer = |name: &str| (name == "PASSED").then(|| "on".to_owned());
        let read = parse_raw("# note\nA=\"b\" # c\n B=$A \nPASSED\nGONE\n\nC=", &outer).unwrap().variables;
        let shown: Vec<String> = read.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["A=\"b\" # c", "B=$A ", "PASSED=on", "C="]);
        assert_eq!(parse_raw("A=1\nB C=2", &outer).unwrap_err().line, 2);
        assert_eq!(parse_raw("=2", &outer).unwrap_err().line, 1);
    }
}
