//! What a part's log says of its failure: the lines that tell why, what they mean, and what to do.
//!
//! One place for nodes, database, store, balancer and commands of the user's. The table has what people's set-ups die of;
//! what it does not know is shown as it was printed.

use basics::telling;
use basics::trouble::Trouble;

/// What a log says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastWords {
    /// The lines that tell why, oldest first.
    pub lines: Vec<String>,
    /// Why, as a clause, where the log says it.
    pub why: Option<String>,
    /// What to do about it, as sentences, where we know it.
    pub remedy: Option<String>,
}

/// Words of a log in lower case, and what to do. The first that is found counts, so that the particular stands before the
/// general. Each was seen, at the versions of the tests beside it.
const KNOWN: [(&str, &str); 17] = [
    (
        "password authentication failed",
        "User and password in the nodes' data source (MM_CONFIG, MM_SQLSETTINGS_DATASOURCE) must be the database's. \
         PostgreSQL takes POSTGRES_PASSWORD only when its folder is empty: one of an earlier run keeps its old password.",
    ),
    (
        "permission denied for schema",
        "Let the database's user own the database: since PostgreSQL 15 others may not create tables in its schema public.",
    ),
    (
        "minimum postgres version requirements not met",
        "Take a newer PostgreSQL (input database-image, or the image in the compose file).",
    ),
    (
        "database files are incompatible with server",
        "The database's folder was made by another major version of PostgreSQL: take that version, or an empty volume.",
    ),
    (
        "superuser password is not specified",
        "Set POSTGRES_PASSWORD on the database: it is often in an `.env` file that is not here, or in the input variables.",
    ),
    (
        "exists but is not empty",
        "Mount the database's folder where its image expects it, or give it an empty one.",
    ),
    (
        "invalid config: config.isvalid",
        "The line names the setting: correct its variable (MM_<SECTION>_<SETTING>) on the nodes, or the mounted config.json.",
    ),
    (
        "host not found in upstream",
        "nginx looks up its upstreams once, when it starts: give the balancer the label upgrade-gate.reload: HUP, and write \
         the nodes' service names in its configuration.",
    ),
    ("fatal errors found in configuration", "Correct haproxy's configuration where the line says."),
    (
        "exec format error",
        "The image is made for another kind of processor than the engine's machine: take another, or set `platform:`.",
    ),
    (
        "address already in use",
        "Something else in that container or on its network listens there: give it another port.",
    ),
    (
        "no space left on device",
        "Free space on the engine's disk (`docker system df`), or on the volume that the line names.",
    ),
    ("failed to grab connection to the database", NO_DATABASE),
    ("error setting up connections", NO_DATABASE),
    (
        "unable to initialize backend",
        "Look at the store's volume: it must be empty or this store's, and writable.",
    ),
    (
        "address family not supported",
        "The machine has no IPv6: set MM_SERVICESETTINGS_LISTENADDRESS or the part's own listen address to an IPv4 one.",
    ),
    ("cannot allocate memory", "Give it more memory: `deploy.resources.limits`, or a larger machine."),
];

const NO_DATABASE: &str = "The node did not reach its database: check host and database name in its data source (MM_CONFIG, \
     MM_SQLSETTINGS_DATASOURCE), and let it wait with `depends_on: {…: {condition: service_healthy}}` and a `healthcheck:` \
     on the database.";

impl LastWords {
    /// What `log` says by itself.
    #[must_use]
    pub fn of(log: &[String]) -> Self {
        let whole = log.iter().map(|line| line.to_lowercase()).collect::<Vec<_>>().join("\n");
        let known = KNOWN.iter().find(|(words, _)| whole.contains(words));
        Self {
            lines: telling::lines(log, telling::SHOWN),
            why: telling::cause(log),
            remedy: known.map(|(_, remedy)| (*remedy).to_owned()),
        }
    }

    /// What went wrong with the part, with what its log says of it: the lines, and the reason and remedy where they are known.
    #[must_use]
    pub fn explain(self, mut trouble: Trouble) -> Trouble {
        if let Some(why) = self.why {
            trouble.message = format!("{}: {}", trouble.message, why.trim_end_matches(['.', ' ']));
        }
        if let Some(remedy) = self.remedy {
            trouble.remedy = remedy;
        }
        trouble.with_log(self.lines)
    }

    /// The lines alone, of a part that lives: what it complained of need not be why something failed.
    #[must_use]
    pub fn of_the_living(log: &[String]) -> Self {
        Self { lines: telling::lines(log, telling::SHOWN), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(log: &str) -> String {
        LastWords::of(&log.lines().map(str::to_owned).collect::<Vec<_>>()).remedy.unwrap_or_default()
    }

    #[test]
    fn what_peoples_set_ups_die_of_has_its_remedy() {
        let node = "Error: failed to load configuration: failed to initialize: driver: postgres, message: failed to grab connection to the database, command: grabbing_connection, originalError: ";
        for (log, named) in [
            (format!("{node}pq: password authentication failed for user \"mmuser\", query: "), "POSTGRES_PASSWORD"),
            (format!("{node}dial tcp 192.0.2.1:25499: connect: connection refused, query: "), "service_healthy"),
            (format!("{node}pq: database \"nosuchdb\" does not exist, query: "), "database name"),
            (
                "Error: failed to initialize platform: cannot create store: error setting up connections: dial tcp 192.0.2.1:25499: connect: connection refused".into(),
                "service_healthy",
            ),
            (
                "Error: failed to load configuration: failed to initialize: pq: permission denied for schema public".into(),
                "own the database",
            ),
            (
                "Error: failed to initialize platform: cannot create store: minimum Postgres version requirements not met. Found: 13.4, Wanted: 14.0".into(),
                "database-image",
            ),
            (
                "Error: failed to load configuration: failed to create store: unable to load on store creation: invalid config: Config.IsValid: Invalid listen address for service settings Must be set.".into(),
                "MM_<SECTION>_<SETTING>",
            ),
            (
                "2026-11-26 04:50:00.123 UTC [1] FATAL:  database files are incompatible with server".into(),
                "another major version",
            ),
            ("Error: Database is uninitialized and superuser password is not specified.".into(), ".env"),
            (
                "2026/11/26 04:57:28 [emerg] 1#1: host not found in upstream \"nosuch:8065\" in /etc/nginx/conf.d/default.conf:1".into(),
                "upgrade-gate.reload",
            ),
            ("[ALERT]    (1) : config : Fatal errors found in configuration.".into(), "haproxy's configuration"),
            ("exec /mattermost/bin/mattermost: exec format error".into(), "platform"),
        ] {
            assert!(remedy(&log).contains(named), "{log}: {}", remedy(&log));
        }
        assert_eq!(remedy("Error: something nobody saw before"), "");
    }

    #[test]
    fn what_a_living_part_complained_of_is_shown_and_not_believed() {
        let log = ["Error: no such plugin: password authentication failed".to_owned()];
        let words = LastWords::of_the_living(&log);
        assert_eq!((words.lines.as_slice(), words.why, words.remedy), (&log[..], None, None));
    }
}
