//! The login at a registry: whole or not at all.

use secrecy::SecretString;

use super::problems::Problems;
use super::row::family;
use crate::reference;
use crate::shown::Shown;

family! {
    /// A login at a registry, as given.
    RegistryInputs, "Cluster";
    /// Registry that the images of `registry-username` are pulled from, such as `ghcr.io`; Docker Hub if not given.
    registry: String = "registry" "HOST", Text, Any, "";
    /// User at that registry; the logins of the machine that the gate runs on are not seen.
    registry_username: String = "registry-username" "USER", Line, Any, "";
    /// Password or token of that user.
    registry_password: Option<SecretString> = "registry-password" "PASSWORD", Secret, Any, "";
}

/// The registry of images whose names have none.
const DOCKER_HUB: &str = "docker.io";

/// A login at a registry. Nothing of it is part of the plan, which anybody may read.
#[derive(Debug, Clone)]
pub struct RegistryLogin {
    /// The registry's host.
    pub registry: String,
    /// Who logs in.
    pub username: String,
    /// Their password or token.
    pub password: SecretString,
}

impl RegistryInputs {
    /// The login, if there is one.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<RegistryLogin> {
        let (user, password) = (&self.registry_username, self.registry_password.is_some());
        if !self.registry.is_empty() && reference::registry(&self.registry).is_err() {
            let remedy = "Write the part of the image's name before its first slash, such as \"ghcr.io\".";
            // What is no host may hold a login.
            let plain = |c: char| c.is_ascii_alphanumeric() || ".:/-".contains(c);
            let shown = self.registry.chars().all(plain).then(|| Shown::plain(&self.registry));
            problems.add("registry", shown.unwrap_or_default(), "is no host", remedy);
        }
        if user.contains(char::is_whitespace) || user.contains(':') {
            let remedy = "Write the name alone; the password or token goes into registry-password.";
            problems.add("registry-username", Shown::nothing(), "is no name of a user", remedy);
        }
        if user.is_empty() && (password || !self.registry.is_empty()) {
            let remedy = "Give it, or leave registry and registry-password out as well.";
            problems.add("registry-username", Shown::plain(user), "is not given", remedy);
        }
        if !user.is_empty() && !password {
            let remedy =
                "Give it, for ghcr.io as ${{ github.token }}, or leave registry-username out as well.";
            problems.add("registry-password", Shown::nothing(), "is not given", remedy);
        }
        let registry = if self.registry.is_empty() { DOCKER_HUB } else { &self.registry };
        let password = self.registry_password.clone()?;
        Some(RegistryLogin { registry: registry.to_owned(), username: user.clone(), password })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(registry: &str, user: &str, password: Option<&str>) -> Vec<String> {
        let inputs = RegistryInputs {
            registry: registry.into(),
            registry_username: user.into(),
            registry_password: password.map(Into::into),
        };
        let mut problems = Problems::default();
        inputs.judge(&mut problems);
        problems.named()
    }

    #[test]
    fn a_login_is_whole_or_not_there() {
        assert!(wrong("", "", None).is_empty());
        assert!(wrong("", "me", Some("secret")).is_empty());
        assert!(wrong("ghcr.io", "me", Some("secret")).is_empty());
        for registry in
            ["https://ghcr.io", "ghcr.io/me", "u:hunter2@ghcr.io", "ghcr.io:x", "a b", "-a", "a..b"]
        {
            assert_eq!(wrong(registry, "me", Some("secret")), ["registry"], "{registry}");
        }
        assert!(wrong("localhost:5000", "me", Some("secret")).is_empty());
        assert_eq!(wrong("ghcr.io", "me:hunter2", Some("secret")), ["registry-username"]);
        assert_eq!(wrong("ghcr.io", "", None), ["registry-username"]);
        assert_eq!(wrong("", "", Some("secret")), ["registry-username"]);
        assert_eq!(wrong("", "me", None), ["registry-password"]);
    }

    #[test]
    fn a_login_without_registry_is_docker_hubs() {
        let inputs = |registry: &str, password: Option<&str>| RegistryInputs {
            registry: registry.into(),
            registry_username: "me".into(),
            registry_password: password.map(Into::into),
        };
        assert!(inputs("", None).judge(&mut Problems::default()).is_none());
        let login =
            |registry| inputs(registry, Some("secret")).judge(&mut Problems::default()).unwrap().registry;
        assert_eq!((login(""), login("ghcr.io")), ("docker.io".to_owned(), "ghcr.io".to_owned()));
    }
}
