//! Which PostgreSQL something is: an image by its name or by its environment, a server by what it says.
//!
//! Sources: the images' own conventions (`PG_MAJOR` of the official image, `APP_VERSION` of Bitnami's, `pg16` in the tags of
//! images with extensions), and PostgreSQL's documentation of `server_version_num`. In doubt nothing is said.

use basics::reference;

/// What a major version may be: a tag of four digits is a year, and nobody's image is older than 8.
const PLAUSIBLE: std::ops::RangeInclusive<u32> = 8..=99;

/// Repositories, by their last part, whose tags begin with PostgreSQL's version.
const POSTGRES: [&str; 4] = ["postgres", "postgresql", "postgis", "postgresql-repmgr"];

/// PostgreSQL's major version by the name of an image: `postgres:15-alpine`, `bitnami/postgresql:14.5.0`,
/// `pgvector/pgvector:pg16`.
#[must_use]
pub fn major_of_image(image: &str) -> Option<u32> {
    let read = reference::parse(image).ok()?;
    let tag = read.tag?;
    let name = read.repository.rsplit('/').next().unwrap_or_default();
    let leading = POSTGRES.contains(&name).then(|| leading(tag)).flatten();
    leading.or_else(|| tag.split(['-', '_', '.']).find_map(|word| whole(word.strip_prefix("pg")?)))
}

/// PostgreSQL's major version by the environment of an image, lines of `NAME=value`.
#[must_use]
pub fn major_of_environment(lines: &[String]) -> Option<u32> {
    let of = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let bitnami = of("BITNAMI_APP_NAME").is_some_and(|name| name.starts_with("postgresql"));
    let told = of("PG_MAJOR").or_else(|| of("PG_VERSION")).or_else(|| of("APP_VERSION").filter(|_| bitnami));
    leading(told?)
}

/// PostgreSQL's major version by what a server says: `150004` (`server_version_num`), or `postgres (PostgreSQL) 15.4`.
#[must_use]
pub fn major_of_server(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u32>() {
        // Before 10 it was major, minor and patch, and 9.6 was a version of its own.
        return Some(number / 10_000).filter(|major| PLAUSIBLE.contains(major));
    }
    leading(text.split_once("(PostgreSQL) ")?.1)
}

/// The number that a text begins with, if it ends there or with what may follow a version.
fn leading(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let follows = rest.is_empty()
        || rest.starts_with(['.', '-', '_', ' '])
        || ["alpha", "beta", "devel", "rc"].iter().any(|word| rest.starts_with(word));
    whole(digits).filter(|_| follows)
}

fn whole(digits: &str) -> Option<u32> {
    digits.parse().ok().filter(|major| PLAUSIBLE.contains(major))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_images_tag_tells_where_its_name_says_postgresql() {
        let digest = "0".repeat(64);
        for (image, major) in [
            ("postgres:14", Some(14)),
            ("postgres:13-alpine", Some(13)),
            ("postgres:9.6.24-bullseye", Some(9)),
            ("postgres:18beta1", Some(18)),
            ("bitnami/postgresql:14.5.0", Some(14)),
            ("docker.io/bitnamilegacy/postgresql:15.4.0-debian-11-r10", Some(15)),
            ("registry.example:5000/mirror/library/postgres:16-alpine3.20", Some(16)),
            ("postgis/postgis:13-3.4", Some(13)),
            ("pgvector/pgvector:pg16", Some(16)),
            ("timescale/timescaledb-ha:pg14.9-ts2.11", Some(14)),
            ("timescale/timescaledb:2.11.2-pg15", Some(15)),
            (&format!("postgres:14@sha256:{digest}"), Some(14)),
            (&format!("postgres@sha256:{digest}"), None),
            ("postgres", None),
            ("postgres:latest", None),
            ("postgres:alpine", None),
            ("postgres:2026-11-01", None),
            ("my/postgres:1.4.0", None),
            ("postgres:14th", None),
            ("my/database:13", None),
            ("mysql:8.0", None),
            ("citusdata/citus:12.1", None),
            ("postgres:", None),
        ] {
            assert_eq!(major_of_image(image), major, "{image}");
        }
    }

    #[test]
    fn an_images_environment_tells_where_it_is_postgresqls() {
        let of = |lines: &[&str]| {
            major_of_environment(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(of(&["PATH=/bin", "PG_MAJOR=14", "PG_VERSION=14.5-1.pgdg110+1"]), Some(14));
        assert_eq!(of(&["PG_VERSION=9.6.24"]), Some(9));
        assert_eq!(of(&["APP_VERSION=15.4.0", "BITNAMI_APP_NAME=postgresql"]), Some(15));
        assert_eq!(of(&["APP_VERSION=15.4.0", "BITNAMI_APP_NAME=redis"]), None);
        assert_eq!(of(&["PG_MAJOR=", "PG_MAJORITY=14"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_server_tells_by_its_number_or_by_its_name() {
        assert_eq!(major_of_server("150004\n"), Some(15));
        assert_eq!(major_of_server("90624"), Some(9));
        assert_eq!(major_of_server("postgres (PostgreSQL) 14.5 (Debian 14.5-1.pgdg110+1)\n"), Some(14));
        assert_eq!(major_of_server("postgres (PostgreSQL) 18beta1"), Some(18));
        for nothing in ["", "15", "psql: error: connection refused", "mysqld 8.0.1", "postgres (PostgreSQL) "]
        {
            assert_eq!(major_of_server(nothing), None, "{nothing}");
        }
    }
}
