//! What the reader of a red run does next: the log to open, and the call that does it again.

use super::causes::RedCause;
use super::fit::Room;
use super::words::cut;
use run_record::event::{Breakage, RunHeader};
use run_record::outcome::PROCESSES;
use run_record::record::{Evidence, Record};

/// Checks that look at what all others did to the servers: alone they would see nothing.
const OF_ALL_CHECKS: [&str; 3] = ["logs", "growth", PROCESSES];
/// Words of a call that are shown; nobody types more, and a record may be somebody else's.
const WORDS: usize = 40;
/// Stands for what is not shown.
const UNSHOWN: &str = "…";

/// The evidence to open, most telling first: the log of the node that answered, else what has the check's name.
pub(crate) fn evidence<'r>(record: &'r Record, cause: &RedCause<'r>) -> Option<&'r Evidence> {
    let node = cause.failure().and_then(|failure| failure.node.as_deref());
    let file_of = |name: &str| {
        record.evidence.iter().find(|file| file.path.rsplit('/').next() == Some(&format!("{name}.log")))
    };
    let about = |file: &&Evidence| {
        file.path.split('/').any(|part| part.split('.').next() == Some(cause.first.check.as_str()))
    };
    node.and_then(file_of)
        .or_else(|| file_of(&cause.first.check))
        .or_else(|| record.evidence.iter().find(about))
}

/// The log of the part that broke the run.
pub(crate) fn log_of<'r>(record: &'r Record, broken: &Breakage) -> Option<&'r Evidence> {
    let name = format!("{}.log", broken.trouble.part);
    record.evidence.iter().find(|file| file.path.rsplit('/').next() == Some(&name))
}

/// The call that does it again, with this check alone where one is named. None where nobody can say it: an attached cluster is
/// not what it was before.
pub(crate) fn call(record: &Record, check: Option<&str>, room: Room) -> Option<String> {
    let header = record.header.as_ref()?;
    let mut words = if header.again.is_empty() { by_header(header)? } else { shown(&header.again) };
    if header.provider == "attached" {
        return None;
    }
    let check = check.filter(|check| !OF_ALL_CHECKS.contains(check));
    words.extend(check.into_iter().flat_map(|check| ["--only".to_owned(), check.to_owned()]));
    words.insert(0, "upgrade-gate".to_owned());
    let quoted: Vec<String> = words.iter().map(|word| quoted(word, room)).collect();
    Some(quoted.join(" "))
}

/// What older records tell of the call that made them.
fn by_header(header: &RunHeader) -> Option<Vec<String>> {
    let command = match header.provider.as_str() {
        "compose" => "run",
        "stand-in" => "demo",
        _ => return None,
    };
    let mut words = vec![command.to_owned()];
    let mut add = |flag: &str, value: &str| words.extend([flag.to_owned(), value.to_owned()]);
    add("--stable", &header.stable.given);
    add("--release", &header.release.given);
    add("--nodes", &header.nodes.to_string());
    header.compose_file.iter().for_each(|file| add("--compose-file", file));
    Some(words)
}

/// The words, without commands of anybody's: a record that was made elsewhere must not hand a reader one to run.
fn shown(words: &[String]) -> Vec<String> {
    let mut of_command = false;
    let show = |word: &String| {
        let is_flag = word.starts_with("--");
        let hidden = of_command && !is_flag;
        of_command = is_flag && word.contains("command");
        match word.split_once('=') {
            Some((flag, _)) if of_command => format!("{flag}={UNSHOWN}"),
            _ if hidden => UNSHOWN.to_owned(),
            _ => word.clone(),
        }
    };
    let mut shown: Vec<String> = words.iter().take(WORDS).map(show).collect();
    shown.extend((words.len() > WORDS).then(|| UNSHOWN.to_owned()));
    shown
}

/// A word as a shell takes it.
fn quoted(word: &str, room: Room) -> String {
    let word = cut(word, room.0.min(200));
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@=,+…".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::causes;
    use run_record::event::{Blame, EventKind, Stage};
    use run_record::samples::{breakage, failed, header, record, result};

    fn run(again: &[&str], provider: &str) -> Record {
        let mut head = header(&[(Stage::Release, &["posts"])]);
        head.again = again.iter().map(|&word| word.to_owned()).collect();
        head.provider = provider.into();
        let saved = |path: &str| EventKind::EvidenceSaved { path: path.into(), about: "log".into() };
        record([
            EventKind::RunStarted(head),
            EventKind::CheckFinished(result(Stage::Release, "posts", failed("a", "b"))),
            saved("evidence/node2.log"),
            saved("evidence/node1.log"),
        ])
    }

    #[test]
    fn the_call_is_that_of_the_run_with_the_check_alone() {
        let again = [
            "demo",
            "--fault",
            "lost-post",
            "--suite-command",
            "rm -rf /",
            "--x-command=rm",
            "--skip",
            "a b'c",
        ];
        let told = call(&run(&again, "stand-in"), Some("posts"), Room(300)).unwrap();
        assert_eq!(
            told,
            r"upgrade-gate demo --fault lost-post --suite-command … --x-command=… --skip 'a b'\''c' --only posts"
        );
        assert_eq!(call(&run(&again, "attached"), None, Room(300)), None);
        for check in OF_ALL_CHECKS {
            let of_all = call(&run(&["demo"], "stand-in"), Some(check), Room(300));
            assert_eq!(of_all.as_deref(), Some("upgrade-gate demo"));
        }
    }

    #[test]
    fn an_older_record_tells_what_it_has() {
        let told = call(&run(&[], "compose"), None, Room(300)).unwrap();
        assert_eq!(told, "upgrade-gate run --stable 9.8.0 --release 9.9.0 --nodes 2");
        assert_eq!(call(&run(&[], "something"), None, Room(300)), None);
    }

    #[test]
    fn the_log_to_open_is_that_of_the_node_that_answered() {
        let run = run(&[], "compose");
        let path = evidence(&run, &causes(&run)[0]).map(|file| file.path.as_str());
        assert_eq!(path, Some("evidence/node1.log"));
        assert_eq!(
            log_of(&run, &breakage(Blame::Release)).map(|file| file.path.as_str()),
            Some("evidence/node2.log")
        );
    }
}
