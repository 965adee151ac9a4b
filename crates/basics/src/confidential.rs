//! What among variables and addresses is a secret: known by a name, or by its place in an address.
//!
//! What is found here is masked wherever it turns up, so an ordinary word must not be found: a database whose password is
//! `mattermost` would blacken every report.

/// Words in a name that say that its value is a secret.
const TELLING: [&str; 12] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "LICENSE",
    "LICENCE",
    "CREDENTIAL",
    "DATASOURCE",
    "APIKEY",
    "PRIVATEKEY",
    "ACCESSKEY",
];
/// The same, where one of them is the last word of a name.
const TELLING_AT_THE_END: [&str; 8] = ["KEY", "KEYS", "PASS", "PWD", "PW", "AUTH", "DSN", "CONNECTIONSTRING"];
/// A name that ends so says where or how a secret is, and not what it is.
const ABOUT: [&str; 19] = [
    "FILE",
    "PATH",
    "DIR",
    "URL",
    "ENDPOINT",
    "HOST",
    "PORT",
    "USER",
    "USERNAME",
    "TYPE",
    "METHOD",
    "LENGTH",
    "TTL",
    "AGE",
    "EXPIRY",
    "COUNT",
    "NUMBER",
    "SOCK",
    "PUBLICKEY",
];
/// Values that people write for passwords and that stand in every report.
const ORDINARY: [&str; 20] = [
    "true",
    "false",
    "none",
    "null",
    "enabled",
    "disabled",
    "trust",
    "required",
    "mattermost",
    "postgres",
    "postgresql",
    "minio",
    "haproxy",
    "database",
    "admin",
    "root",
    "user",
    "password",
    "secret",
    "test",
];
/// Numbers below this length are limits and ports.
const SHORTEST_NUMBER: usize = 8;
/// Shorter parts of an address's query are settings.
const SHORTEST_IN_QUERY: usize = 6;

/// Whether a variable of this name holds a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let last = name.rsplit(['_', '-', '.', ' ']).next().unwrap_or_default();
    if ABOUT.iter().any(|about| last.ends_with(about))
        || name == "PWD"
        || name == "OLDPWD"
        || name == "PUBLIC_KEY"
    {
        return false;
    }
    TELLING.iter().any(|word| name.contains(word)) || TELLING_AT_THE_END.contains(&last)
}

/// The secrets in a variable: its value, if the name says so, and the passwords of addresses in it under any name.
#[must_use]
pub fn of_variable(name: &str, value: &str) -> Vec<String> {
    let mut secrets = of_addresses(value);
    let value = value.trim();
    let is_setting = value.chars().all(|c| c.is_ascii_digit()) && value.len() < SHORTEST_NUMBER;
    if is_secret_name(name) && !is_setting && !is_ordinary(value) && !looks_like_an_open_address(value) {
        secrets.push(value.to_owned());
    }
    secrets
}

fn is_ordinary(value: &str) -> bool {
    ORDINARY.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The secrets in lines of `NAME=value`. A line without a name may be the rest of a key of several lines: it is one as a whole.
#[must_use]
pub fn of_lines(lines: &str) -> Vec<String> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .flat_map(|line| match line.split_once('=') {
            Some((name, value)) if is_name(name) => of_variable(name.trim(), value),
            Some((_, value)) => vec![line.to_owned(), value.trim().to_owned()],
            None => vec![line.to_owned()],
        })
        .collect()
}

/// Whether a line begins with the name of a variable; else it may be in the middle of anything.
fn is_name(text: &str) -> bool {
    let name = text.trim().trim_start_matches("export ");
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// The secrets in a command or a line of settings: `password=hunter2`, `--password hunter2` and the passwords of addresses.
#[must_use]
pub fn of_words(text: &str) -> Vec<String> {
    let words: Vec<&str> =
        text.split([' ', '\t', '\r', '\n', ',', ';', '"', '\'']).filter(|word| !word.is_empty()).collect();
    let mut secrets = Vec::new();
    for (index, word) in words.iter().enumerate() {
        match word.split_once('=') {
            Some((name, value)) if !word.contains("://") => secrets.extend(of_variable(name, value)),
            _ => secrets.extend(of_addresses(word)),
        }
        let is_flag = word.starts_with('-') && is_secret_name(word.trim_start_matches('-'));
        let value = words.get(index + 1).filter(|_| is_flag && !word.contains('='));
        secrets.extend(value.into_iter().flat_map(|value| of_variable("PASSWORD", value)));
    }
    secrets
}

/// The passwords of addresses in a text; of `https://TOKEN@host`, the token.
#[must_use]
pub fn of_addresses(text: &str) -> Vec<String> {
    let logins = text.split_whitespace().filter_map(login);
    let secrets = logins.map(|(user, password)| password.unwrap_or(user));
    secrets.filter(|secret| !is_ordinary(secret)).map(str::to_owned).collect()
}

/// The same, and the user, the query and the fragment: for an address that should have none of these.
#[must_use]
pub fn of_wrong_addresses(text: &str) -> Vec<String> {
    let mut secrets = of_addresses(text);
    for word in text.split_whitespace() {
        secrets.extend(login(word).map(|(user, _)| user.to_owned()));
        let Some((_, more)) = word.split_once(['?', '#']) else { continue };
        let parts = more.split(['&', '#', '?', ';']);
        let values = parts.map(|part| part.split_once('=').map_or(part, |(_, value)| value));
        secrets.extend(values.filter(|value| value.chars().count() >= SHORTEST_IN_QUERY).map(str::to_owned));
    }
    secrets
}

/// User and password in front of an address's host. Both may hold what ends them elsewhere: the last `@` counts.
fn login(word: &str) -> Option<(&str, Option<&str>)> {
    let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
    let (login, host) = rest.rsplit_once('@')?;
    let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
    // `name@host` without a scheme may be an address of mail, and a path may have an @ of its own.
    let has_login = login.contains(':') || (word.contains("://") && !login.contains('/'));
    if is_digest || !has_login {
        return None;
    }
    Some(match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    })
}

/// `TOKEN_SERVICE=http://auth:80` and the like: its name deceives. A password in it is found all the same.
fn looks_like_an_open_address(value: &str) -> bool {
    value.starts_with("http://") || value.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        let secret = [
            "DB_PASSWORD",
            "POSTGRES_PASSWORD",
            "MM_EMAILSETTINGS_SMTPPASSWORD",
            "GITHUB_TOKEN",
            "LICENSE",
            "API_KEY",
            "MM_FILESETTINGS_AMAZONS3SECRETACCESSKEY",
            "INPUT_ADMIN-TOKEN",
            "MM_SQLSETTINGS_DATASOURCE",
            "DB_PASS",
            "PW",
            "AtRestEncryptKey_KEY",
            "SENTRY_DSN",
        ];
        for name in secret {
            assert!(is_secret_name(name), "{name}");
        }
        let open = [
            "POSTGRES_USER",
            "POSTGRES_PASSWORD_FILE",
            "MM_PASSWORDSETTINGS_MINIMUMLENGTH",
            "PWD",
            "SITE_URL",
            "MONKEY",
            "TOKEN_TTL",
            "POSTGRES_HOST_AUTH_METHOD",
            "PUBLIC_KEY",
            "SSH_AUTH_SOCK",
            "S3_PREFIX",
            "AWS_REGION",
        ];
        for name in open {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn what_stands_in_every_report_is_no_secret() {
        for value in ["true", "Mattermost", "5432", "", "http://auth:80/token"] {
            assert!(of_variable("DB_PASSWORD", value).iter().all(String::is_empty), "{value}");
        }
        assert_eq!(of_variable("DB_PASSWORD", " hunter2 "), ["hunter2"]);
        assert_eq!(of_variable("PIN_SECRET", "12345678"), ["12345678"]);
        assert!(of_variable("COLOUR", "hunter2").is_empty());
    }

    #[test]
    fn logins_of_addresses_are_found_under_any_name() {
        assert_eq!(of_variable("MM_CONFIG", "postgres://mm:hunter2@db:5432/mm?sslmode=disable"), ["hunter2"]);
        assert_eq!(of_addresses("a https://hunter2@h/x b"), ["hunter2"]);
        assert_eq!(of_addresses("https://u:hunt/er2@h/x"), ["hunt/er2"]);
        let open = [
            "mm@sha256:01",
            "reg:5000/mm@sha256:01",
            "https://h/a@b",
            "me@example.com",
            "postgres://mm:postgres@h",
        ];
        for address in open {
            assert_eq!(of_addresses(address), Vec::<String>::new(), "{address}");
        }
        assert_eq!(
            of_wrong_addresses("https://me:pw@h?a=hunter2&b=1#fragment"),
            ["pw", "me", "hunter2", "fragment"]
        );
    }

    #[test]
    fn commands_hold_secrets_in_their_words() {
        let found = of_words(
            "curl -s --token hunter1 -d 'password=hunter2' https://u:hunter3@h --key=hunter4 --user me",
        );
        assert_eq!(found, ["hunter1", "hunter2", "hunter3", "hunter4"]);
    }

    #[test]
    fn a_line_without_a_name_is_the_rest_of_one() {
        assert_eq!(of_lines("A=b\n# x\nKEY=-----BEGIN\nMIIBVA\n"), ["-----BEGIN", "MIIBVA"]);
        assert_eq!(of_lines("=hunter2\nMII/x=="), ["=hunter2", "hunter2", "MII/x==", "="]);
    }
}
