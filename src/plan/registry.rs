//! The login at a registry: whole or not at all.

use super::problems::Problems;
use crate::inputs::Inputs;
use crate::reference;
use crate::shown::Shown;

/// Judges the three inputs. Nothing of them is part of the plan, which anybody may read.
pub(super) fn judge(inputs: &Inputs, problems: &mut Problems) {
    let (user, password) = (&inputs.registry_username, inputs.registry_password.is_some());
    if !inputs.registry.is_empty() && reference::registry(&inputs.registry).is_err() {
        let remedy = "Write the part of the image's name before its first slash, such as \"ghcr.io\".";
        // What is no host may hold a login.
        let plain = |c: char| c.is_ascii_alphanumeric() || ".:/-".contains(c);
        let shown = inputs.registry.chars().all(plain).then(|| Shown::plain(&inputs.registry));
        problems.add("registry", shown.unwrap_or_default(), "is no host", remedy);
    }
    if user.contains(char::is_whitespace) || user.contains(':') {
        let remedy = "Write the name alone; the password or token goes into registry-password.";
        problems.add("registry-username", Shown::nothing(), "is no name of a user", remedy);
    }
    if user.is_empty() && (password || !inputs.registry.is_empty()) {
        let remedy = "Give it, or leave registry and registry-password out as well.";
        problems.add("registry-username", Shown::plain(user), "is not given", remedy);
    }
    if !user.is_empty() && !password {
        let remedy = "Give it, for ghcr.io as ${{ github.token }}, or leave registry-username out as well.";
        problems.add("registry-password", Shown::nothing(), "is not given", remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(registry: &str, user: &str, password: Option<&str>) -> Vec<String> {
        let inputs = Inputs {
            registry: registry.into(),
            registry_username: user.into(),
            registry_password: password.map(Into::into),
            ..Inputs::defaults()
        };
        let mut problems = Problems::default();
        judge(&inputs, &mut problems);
        problems.0.into_iter().map(|problem| problem.input).collect()
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
}
