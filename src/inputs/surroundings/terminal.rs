//! What standard output can show.

/// What standard output can show, by what it is and by what the environment says of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Terminal {
    pub(super) terminal: bool,
    pub(super) colour: bool,
    pub(super) ascii: bool,
}

impl Terminal {
    /// `NO_COLOR` wins (<https://no-color.org>), then `CLICOLOR_FORCE` (<https://bixense.com/clicolors>); a terminal that is called
    /// dumb cannot be redrawn.
    pub(super) fn of(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let terminal = is_terminal && variable("TERM").is_none_or(|term| term != "dumb");
        let forced = variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name)).unwrap_or_default();
        // Of a locale that names no characters nothing is known, and most terminals show all of them.
        let named = locale == "C" || locale == "POSIX" || locale.contains('.');
        Self {
            terminal,
            colour: variable("NO_COLOR").is_none() && (terminal || forced),
            ascii: terminal && named && !locale.to_lowercase().contains("utf"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(is_terminal: bool, variables: &[(&str, &str)]) -> Terminal {
        Terminal::of(is_terminal, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_are_as_the_user_wants_them() {
        let colour = |is_terminal, variables: &[(&str, &str)]| of(is_terminal, variables).colour;
        assert!(colour(true, &[]) && !colour(false, &[]));
        assert!(colour(false, &[("CLICOLOR_FORCE", "1")]) && !colour(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!colour(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(!colour(true, &[("TERM", "dumb")]));
    }

    #[test]
    fn what_cannot_be_redrawn_is_no_terminal_and_what_is_ascii_says_so() {
        assert!(!of(true, &[("TERM", "dumb")]).terminal && of(true, &[("TERM", "xterm")]).terminal);
        for (locale, ascii) in [
            ("C", true),
            ("POSIX", true),
            ("de_DE.ISO-8859-1", true),
            ("C.UTF-8", false),
            ("UTF-8", false),
            ("en_GB.utf8", false),
        ] {
            assert_eq!(of(true, &[("LANG", locale)]).ascii, ascii, "{locale}");
        }
        assert!(!of(true, &[]).ascii);
        assert!(!of(true, &[("LC_ALL", "en_US.UTF-8"), ("LANG", "C")]).ascii);
    }
}
