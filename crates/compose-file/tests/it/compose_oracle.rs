//! What we read from compose files, against what compose itself reads: its own loader, in the Go program of `tests/oracle`.
//!
//! Each case is a small project. Both sides bring it to one plain view. A case that both read must be read as the same; what we
//! refuse and compose takes, or the other way about, must have a reason in `reasons.rs`.

mod cases;
mod corpus;
mod ours;
mod random;
mod reasons;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use cases::Case;
use reasons::{DIFFERENCES, LENIENCIES, REFUSALS, Reason};

/// Names the built oracle.
const PROGRAM: &str = "UPGRADE_GATE_COMPOSE_ORACLE";

/// Projects that are made at random, and as many sets of env files. The seed is fixed: the same cases each time.
const RANDOM: u64 = 1500;

#[test]
fn we_read_compose_files_as_compose_does() {
    let Some(program) = std::env::var_os(PROGRAM) else {
        eprintln!("{PROGRAM} is not set (see tests/oracle/README.md): nothing was compared with compose");
        return;
    };
    let mut cases = corpus::cases();
    assert!(cases.len() >= 500, "the corpus has shrunk to {} cases", cases.len());
    cases.extend((0..RANDOM).map(random::project));
    cases.extend((0..RANDOM).map(random::env_files));
    let answers = ask(&program, &cases);
    assert_eq!(answers.len(), cases.len(), "the oracle did not answer every case");
    let mut seen = Seen::default();
    for (case, answer) in cases.iter().zip(&answers) {
        seen.compare(case, answer);
    }
    eprintln!("{}", seen.counts());
    for reason in REFUSALS.iter().chain(&LENIENCIES).chain(&DIFFERENCES) {
        if !seen.used.contains_key(reason.found_by) {
            eprintln!("no case needs this reason any more: {:?} ({})", reason.found_by, reason.why);
        }
    }
    assert!(seen.wrong.is_empty(), "{} cases:\n{}", seen.wrong.len(), seen.wrong.join("\n"));
}

/// The answers of the oracle, one a case.
fn ask(program: &std::ffi::OsStr, cases: &[Case]) -> Vec<Value> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{PROGRAM} names {program:?}, which cannot be started: {error}"));
    let mut input = child.stdin.take().unwrap();
    let asked: String = cases.iter().map(|case| format!("{}\n", case.asked())).collect();
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the oracle ended with {}", output.status);
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// How the cases came out.
#[derive(Default)]
struct Seen {
    same: usize,
    both_refuse: usize,
    we_refuse: usize,
    we_accept: usize,
    explained: usize,
    used: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Seen {
    fn compare(&mut self, case: &Case, answer: &Value) {
        match (ours::read(case), answer["error"].as_str()) {
            (Err(_), Some(_)) => self.both_refuse += 1,
            (Ok(ours), None) => {
                let theirs = &answer["project"];
                let mut differences = Vec::new();
                differ("", &ours, theirs, &mut differences);
                if differences.is_empty() {
                    self.same += 1;
                } else if self.explain(&DIFFERENCES, &differences) {
                    self.explained += 1;
                } else {
                    self.wrong("read differently", case, &differences);
                }
            }
            (Err(problems), None) => {
                self.we_refuse += 1;
                if !self.explain(&REFUSALS, &problems) {
                    self.wrong("refused here, taken by compose", case, &problems);
                }
            }
            (Ok(_), Some(error)) => {
                self.we_accept += 1;
                if !self.explain(&LENIENCIES, &[error.to_owned()]) {
                    self.wrong("refused by compose, taken here", case, &[error.to_owned()]);
                }
            }
        }
    }

    /// Whether each of these texts has a reason.
    fn explain(&mut self, reasons: &[Reason], texts: &[String]) -> bool {
        texts.iter().all(|text| match reasons.iter().find(|reason| reason.fits(text)) {
            Some(reason) => {
                *self.used.entry(reason.found_by).or_default() += 1;
                true
            }
            None => false,
        })
    }

    fn wrong(&mut self, how: &str, case: &Case, why: &[String]) {
        let mut told = format!("- {how}: {}", case.title);
        for line in why {
            write!(told, "\n    {line}").unwrap();
        }
        for (name, text) in &case.files {
            write!(told, "\n    --- {name}\n{text}").unwrap();
        }
        self.wrong.push(told);
    }

    fn counts(&self) -> String {
        let Self { same, both_refuse, we_refuse, we_accept, explained, wrong, .. } = self;
        let all = same + both_refuse + we_refuse + we_accept + explained;
        format!(
            "{all} cases: {same} read the same, {both_refuse} refused by both, {we_refuse} refused here only, \
             {we_accept} accepted here only, {explained} differ as explained, {} without a reason",
            wrong.len()
        )
    }
}

/// Every place where the two differ, as `services/app/user: ours "a", theirs "b"`.
fn differ(place: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let missing = json!("(missing)");
                let side = |map: &serde_json::Map<String, Value>| map.get(key).unwrap_or(&missing).clone();
                differ(&format!("{place}/{key}"), &side(a), &side(b), found);
            }
        }
        _ if ours == theirs => {}
        _ => found.push(format!("{place}: ours {ours}, theirs {theirs}")),
    }
}
