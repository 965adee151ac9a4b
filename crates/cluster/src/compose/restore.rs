//! A site's own database, put into the cluster's before any node starts, by the programs of the database's own image.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use crate::site_copy::{DatabaseDump, DumpForm};
use basics::trouble::{OfPart as _, OrBug as _, Trouble};
use docker::ExecOutput;

/// What restores, in a shell of the container.
const SCRIPT: &str = include_str!("restore.sh");
/// Where the file is put there.
const FOLDER: &str = "/tmp";
const FILE: &str = "upgrade-gate.dump";
/// How its exit codes are told: they are above those of psql.
const CUT_OFF: i64 = 91;
const UNREADABLE: i64 = 92;
const OF_ANOTHER: i64 = 93;

/// Who asks the database for what, and where.
pub(super) struct Account<'a> {
    pub(super) service: &'a str,
    pub(super) user: &'a str,
    pub(super) database: &'a str,
}

impl ComposeCluster {
    fn account(&self) -> Result<Account<'_>, Trouble> {
        let service = self.options.roles.databases.first();
        let service = service.or_bug("database", "no service is the database")?;
        let (user, database) = self.database_login(service);
        Ok(Account { service, user, database })
    }

    /// Puts a dump into the database, which is empty.
    ///
    /// # Errors
    /// What kept it: by error codes, because the server's own words may have rows of the site in them.
    pub(crate) async fn restore(&self, dump: &DatabaseDump, deadline: Instant) -> Result<(), Trouble> {
        let Account { service, user, database } = self.account()?;
        let running = self.running()?;
        self.confidential.store(true, Ordering::Relaxed);
        running.put_file(service, &dump.path, (FOLDER, FILE), deadline).await.part(service)?;
        let form = match dump.form {
            DumpForm::Plain => "plain",
            DumpForm::Archive => "archive",
        };
        let packed = if dump.packed { "true" } else { "false" };
        let file = format!("{FOLDER}/{FILE}");
        let command = ["sh", "-c", SCRIPT, "restore", &file, form, packed, user, database];
        let ended = running.exec(service, 1, &command, deadline).await.map_err(|error| {
            // The command is a page long.
            Trouble::new(
                service,
                format!("restoring the dump failed: {}", error.message),
                error.remedy.to_string(),
            )
        })?;
        if ended.exit_code == 0 { Ok(()) } else { Err(not_restored(service, &ended)) }
    }

    /// Asks the database: lines of columns, divided by tabs. The statements are ours.
    pub(super) async fn sql(&self, statements: &str, deadline: Instant) -> Result<String, Trouble> {
        let Account { service, user, database } = self.account()?;
        let set = "ON_ERROR_STOP=1";
        let head = ["psql", "-X", "-q", "-t", "-A", "-F", "\t", "-v", set, "-v", "VERBOSITY=sqlstate"];
        let command = [&head[..], &["-U", user, "-d", database, "-c", statements]].concat();
        let answer = self.running()?.exec(service, 1, &command, deadline).await;
        let told = |what: String| Trouble::new(service, what, "Look whether the database still runs.");
        match answer {
            Ok(ExecOutput { exit_code: 0, stdout, .. }) => Ok(stdout),
            Ok(ended) => Err(told(format!("the database answered with {}", said(&ended)))),
            Err(error) => Err(told(format!("the database could not be asked: {}", error.message))),
        }
    }

    /// Makes an account of the gate's own a system admin: nobody of a site that was restored can do so for us.
    ///
    /// # Errors
    /// When the database does not answer, or has no such account.
    pub(crate) async fn promote(&self, username: &str) -> Result<(), Trouble> {
        // A name of ours: letters, digits and hyphens.
        let name = username.replace('\'', "");
        let statement = format!(
            "UPDATE users SET roles = 'system_user system_admin' WHERE username = '{name}' RETURNING 1"
        );
        let made = self.sql(&statement, Instant::now() + Duration::from_secs(30)).await?;
        if made.trim() == "1" {
            return Ok(());
        }
        let remedy = "Look at the log of the first node: it answered that it made the account.";
        Err(Trouble::new("database", format!("it has no account {name}"), remedy))
    }
}

/// The last lines of what the script said on standard error; none of the data is in it.
fn said(ended: &ExecOutput) -> String {
    let lines: Vec<&str> = ended.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(3)..];
    if last.is_empty() { format!("exit code {}", ended.exit_code) } else { last.join("; ") }
}

fn not_restored(service: &str, ended: &ExecOutput) -> Trouble {
    let told = said(ended);
    let missing: Vec<&str> =
        ended.stderr.lines().filter_map(|line| line.trim().strip_prefix("no extension ")).collect();
    let (message, remedy) = match ended.exit_code {
        CUT_OFF => (
            "the dump is cut off: its last line is missing".to_owned(),
            "Make it anew with pg_dump, and copy it whole.",
        ),
        UNREADABLE => (
            format!("pg_restore of the database's image cannot read the dump: {told}"),
            "Take a database-image that is as new as the pg_dump that made it, or dump as plain SQL; a file that is cut off must be copied anew.",
        ),
        OF_ANOTHER => (
            "the dump has no tables posts and users in the schema public".to_owned(),
            "Give a dump of the database that Mattermost uses.",
        ),
        _ if !missing.is_empty() => (
            format!("the dump needs what the database's image has not: the extension {}", missing.join(", ")),
            "Give a database-image that has it, or leave it out of the dump: pg_dump --extension=plpgsql.",
        ),
        _ => (
            format!("restoring the dump ended with {told}{}", meaning(&ended.stderr)),
            "The code is PostgreSQL's (docs: Appendix A). Try the dump on an empty database of the same version with psql -v ON_ERROR_STOP=1: that shows the line, which the gate does not, because rows of yours stand in it.",
        ),
    };
    Trouble::new(service, message, remedy)
}

/// What a code of PostgreSQL means, of those that restoring ends with.
fn meaning(stderr: &str) -> &'static str {
    const KNOWN: [(&str, &str); 8] = [
        ("0A000", ": a feature or an extension that this server has not"),
        ("58P01", ": a file of the server's, such as an extension, is missing"),
        ("22P04", ": a row that has not the columns of its table"),
        ("42601", ": no SQL that this server knows"),
        ("42704", ": something that the dump names is not there, such as a setting or a type"),
        ("42710", ": something is made twice"),
        ("23505", ": a row is there twice"),
        ("53100", ": the disk of the engine is full"),
    ];
    KNOWN.iter().find(|(code, _)| stderr.contains(code)).map_or("", |(_, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kept_a_dump_from_being_restored_is_told_by_codes() {
        let told = |exit_code, stderr: &str| {
            let ended = ExecOutput { exit_code, stdout: String::new(), stderr: stderr.into() };
            not_restored("database", &ended).message
        };
        assert_eq!(
            told(3, "ERROR:  23505\n"),
            "restoring the dump ended with ERROR:  23505: a row is there twice"
        );
        assert_eq!(
            told(3, "ERROR:  0A000\nno extension pg_bigm\n"),
            "the dump needs what the database's image has not: the extension pg_bigm"
        );
        assert!(told(92, "pg_restore: error: unsupported version (1.16) in file header").contains("(1.16)"));
        assert!(told(137, "").contains("exit code 137"));
    }
}
