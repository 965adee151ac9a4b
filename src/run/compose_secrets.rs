//! What of a compose project nobody may show: masked in everything that is said and written of the run.
//!
//! What `secrets:` hold, variables whose names tell, and logins in addresses, wherever a service has them: in its
//! environment, its command, its health check, its labels.

use std::collections::BTreeSet;
use std::path::Path;

use crate::compose::Project;
use crate::confidential::{of_addresses, of_lines, of_variable, of_words};
use crate::limited::{self, Links};

/// A longer `.env` is none.
const DOTENV_LIMIT: u64 = 65_536;

/// What is secret in the `.env` beside the first of these compose files; nothing where it cannot be read.
pub(crate) fn in_dotenv(compose_files: &[String]) -> Vec<String> {
    let Some(first) = compose_files.first() else { return Vec::new() };
    let path = Path::new(first).with_file_name(".env");
    let text = limited::read(&path, Links::Followed, DOTENV_LIMIT).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut secrets = of_lines(&text);
    secrets.extend(text.lines().filter_map(|line| line.trim().strip_prefix("export ")).flat_map(of_lines));
    // `PASSWORD="hunter2"`: what is said later has no quotes, and of a wrong line perhaps a part alone.
    let parts = secrets.iter().flat_map(|secret| secret.split(['"', '\'', '$', '{', '}'])).map(str::to_owned);
    let parts: Vec<String> = parts.collect();
    secrets.extend(parts);
    secrets
}

/// What is secret in a project.
pub(crate) fn in_project(project: &Project) -> Vec<String> {
    let mut secrets = BTreeSet::new();
    for secret in project.secrets.values() {
        secrets.extend(of_variable("SECRET", &String::from_utf8_lossy(&secret.content)));
    }
    for config in project.configs.values() {
        secrets.extend(of_words(&String::from_utf8_lossy(&config.content)));
    }
    for service in project.services.values() {
        for (name, value) in service.environment.iter().chain(&service.labels) {
            secrets.extend(of_variable(name, value));
        }
        secrets.extend(of_addresses(&service.image));
        let healthcheck = service.healthcheck.as_ref().map(|check| &check.test);
        for words in service.command.iter().chain(&service.entrypoint).chain(healthcheck) {
            secrets.extend(of_words(&words.join(" ")));
        }
    }
    for volume in project.volumes.values() {
        secrets.extend(volume.driver_opts.values().flat_map(|options| of_words(options)));
    }
    secrets.into_iter().filter(|secret| !secret.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{FileSource, Healthcheck, Service, Volume};

    #[test]
    fn secrets_are_found_where_a_project_has_them() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let pairs = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into_iter().collect();
        let service = Service {
            image: "u:secret0@reg/x".into(),
            environment: pairs("DB_PASSWORD", "secret1"),
            labels: pairs("auth.token", "secret2"),
            command: Some(words("serve --password secret3 --token=secret4 --verbose yes")),
            healthcheck: Some(Healthcheck {
                test: words("CMD curl http://u:secret5@h"),
                ..Healthcheck::default()
            }),
            ..Service::default()
        };
        let file = |text: &str| FileSource { content: text.into(), origin: String::new() };
        let volume = Volume { driver_opts: pairs("o", "username=me,password=secret8"), ..Volume::default() };
        let project = Project {
            services: [("n".to_owned(), service)].into_iter().collect(),
            secrets: [("a".to_owned(), file("secret6"))].into_iter().collect(),
            configs: [("a".to_owned(), file("level = info\nuri=\"ldap://u:secret7@h\"\n"))]
                .into_iter()
                .collect(),
            volumes: [("v".to_owned(), volume)].into_iter().collect(),
            ..Project::default()
        };
        let expected: Vec<String> = (0..9).map(|number| format!("secret{number}")).collect();
        assert_eq!(in_project(&project), expected);
    }

    #[test]
    fn a_dotenv_is_read_as_far_as_it_can_be() {
        let dir = tempfile::tempdir().unwrap();
        let file = [dir.path().join("compose.yaml").display().to_string()];
        assert!(in_dotenv(&file).is_empty());
        std::fs::write(dir.path().join(".env"), "A=b\nPASSWORD=\"hunter2\"\nlost line\nexport hunter3 x")
            .unwrap();
        let found = in_dotenv(&file);
        assert!(
            found.contains(&"hunter2".to_owned()) && found.contains(&"lost line".to_owned()),
            "{found:?}"
        );
        assert!(found.contains(&"hunter3 x".to_owned()) && !found.contains(&"b".to_owned()), "{found:?}");
    }
}
