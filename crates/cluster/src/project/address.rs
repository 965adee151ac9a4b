//! The hosts that an address of a database names. Nothing else of it is looked at: it holds a password.

/// Whom a server asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hosts {
    /// These hosts, without ports.
    Named(Vec<String>),
    /// Nobody can say: it is no address that we can read.
    Unreadable,
}

/// Reads `postgres://user:password@host:port,host:port/name?host=…`, `user:password@tcp(host:port)/name` and `host=… user=…`.
pub(super) fn hosts(address: &str) -> Hosts {
    let address = address.trim();
    let found = match address.split_once("://") {
        Some((_, rest)) => of_url(rest),
        None => match address.split_once("@tcp(").or_else(|| address.split_once("@unix(")) {
            Some((_, rest)) => vec![rest.split(')').next().unwrap_or_default()],
            None => of_words(address),
        },
    };
    let found: Vec<String> = found.into_iter().map(without_port).collect();
    if found.is_empty() || !found.iter().all(|host| is_host(host)) {
        return Hosts::Unreadable;
    }
    Hosts::Named(found)
}

fn of_url(rest: &str) -> Vec<&str> {
    // A password may hold a slash or an `@` that nobody escaped: the host follows the last `@`.
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let after = before.rsplit_once('@').map_or(before, |(_, after)| after);
    let authority = after.split('/').next().unwrap_or_default();
    // mysql://user:password@tcp(host:port)/name, as older servers write it.
    let authority = authority.strip_prefix("tcp(").map_or(authority, |rest| rest.trim_end_matches(')'));
    let asked =
        query.split('&').filter_map(|pair| pair.strip_prefix("host=")).flat_map(|hosts| hosts.split(','));
    let named = authority.split(',').filter(|host| !host.is_empty());
    named.chain(asked).collect()
}

fn of_words(address: &str) -> Vec<&str> {
    let words = address.split_ascii_whitespace().filter_map(|word| word.split_once('='));
    let hosts = words.filter(|(key, _)| matches!(*key, "host" | "hostaddr"));
    hosts.flat_map(|(_, value)| value.trim_matches('\'').split(',')).collect()
}

fn without_port(host: &str) -> String {
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if host.matches(':').count() == 1 => host.split(':').next().unwrap_or_default(),
        None => host,
    };
    bare.to_ascii_lowercase()
}

/// A name, an address, or the folder of a socket.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "._-:/".contains(c))
}

/// Whether a host is the container itself: nothing that was there before is reached by it.
pub(super) fn is_the_container_itself(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.") || host.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_address_names_its_hosts() {
        for (address, expected) in [
            ("postgres://mm:pw@db:5432/mm?sslmode=disable", &["db"][..]),
            ("postgres://mm@db/mm", &["db"]),
            ("postgresql://DB.example/mm", &["db.example"]),
            ("postgres://mm:p@w/x@db/mm", &["db"]),
            ("postgres://mm:pw@a:5432,b:5433/mm", &["a", "b"]),
            ("postgres://mm:pw@[fd00::1]:5432/mm", &["fd00::1"]),
            ("postgres:///mm?host=/var/run/postgresql", &["/var/run/postgresql"]),
            ("postgres://mm:pw@/mm?user=x&host=db", &["db"]),
            ("postgres://mm:pw@db/mm?host=other", &["db", "other"]),
            ("mm:pw@tcp(db:3306)/mm?charset=utf8", &["db"]),
            ("mysql://mm:pw@tcp(db:3306)/mm", &["db"]),
            ("host=db user=mm password=pw dbname=mm", &["db"]),
            ("host='db' port=5432", &["db"]),
            ("postgres://mm:pw@10.0.0.7/mm", &["10.0.0.7"]),
        ] {
            assert_eq!(
                hosts(address),
                Hosts::Named(expected.iter().map(|h| (*h).to_owned()).collect()),
                "{address}"
            );
        }
        for unreadable in ["", "db", "postgres://", "postgres://mm:pw@/mm", "user=mm", "postgres://mm@d b/mm"]
        {
            assert_eq!(hosts(unreadable), Hosts::Unreadable, "{unreadable}");
        }
    }

    #[test]
    fn the_container_itself_is_nobody_elses_data() {
        for host in ["localhost", "127.0.0.1", "::1", "/var/run/postgresql"] {
            assert!(is_the_container_itself(host), "{host}");
        }
        assert!(!is_the_container_itself("db") && !is_the_container_itself("10.0.0.1"));
    }
}
