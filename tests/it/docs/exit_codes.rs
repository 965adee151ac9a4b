//! Exit codes and causes with their remedies: docs/errors.md and README.md.

use upgrade_gate::docker::{Cause, NoEngine};
use upgrade_gate::verdict::ExitCode;

use super::region::{hold, table, text};

/// One constant of [`ExitCode`], read from its definition, so that none can be forgotten here.
struct Code {
    number: u8,
    meaning: String,
}

fn codes() -> Vec<Code> {
    let source = text("crates/run-record/src/verdict.rs");
    let mut doc = String::new();
    let mut codes = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("/// ") {
            doc = words.to_owned();
        } else if let Some((_, number)) =
            line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": Self = Self("))
        {
            let number = number.trim_end_matches(");").parse().unwrap();
            codes.push(Code { number, meaning: doc.clone() });
        }
    }
    codes
}

/// What somebody does who sees this code.
fn what_to_do(code: u8) -> &'static str {
    match code {
        0 => "Nothing.",
        1 => {
            "Read the first cause in the summary: it names check, node, version and request id. `evidence/` in the report folder has every part's log."
        }
        2 => {
            "Correct the inputs that the message names: it has all of them, each with its value and its remedy."
        }
        3 => {
            "Look at the part that the message names and at its log lines. It says nothing about the release."
        }
        4 => "Read why in the summary. Treat it as red: what was not measured is not known to work.",
        70 => "Report it with `events.jsonl` and `record.json`; both are free of the run's secrets.",
        130 | 143 => {
            "Nothing, if it was you. The reports say how far the run came; the cluster was removed, or a warning says what is left."
        }
        other => panic!("exit code {other} has no remedy here: write one"),
    }
}

#[test]
fn every_exit_code_is_explained() {
    let codes = codes();
    let numbers: Vec<u8> = codes.iter().map(|code| code.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 70, 130, 143]);
    assert_eq!(ExitCode::PASSED.code(), 0);
    let rows =
        || codes.iter().map(|code| (code.number.to_string(), code.meaning.clone(), what_to_do(code.number)));
    hold(
        "README.md",
        "exit-codes",
        &table(["exit code", "means"], rows().map(|(number, meaning, _)| [number, meaning])),
    );
    hold(
        "docs/errors.md",
        "exit-codes",
        &table(
            ["exit code", "means", "what to do"],
            rows().map(|(number, meaning, remedy)| [number, meaning, remedy.to_owned()]),
        ),
    );
}

const CAUSES: [Cause; 20] = [
    Cause::EngineUnreachable,
    Cause::ImageNotFound,
    Cause::Architecture,
    Cause::RegistryUnreachable,
    Cause::RateLimited,
    Cause::NoSpace,
    Cause::OutOfMemory,
    Cause::AddressPoolsExhausted,
    Cause::NetworkInUse,
    Cause::NameConflict,
    Cause::PortAllocated,
    Cause::Exited(1),
    Cause::Unhealthy,
    Cause::HostPath,
    Cause::FolderForFile,
    Cause::NoHealthcheck,
    Cause::Absent,
    Cause::Invalid,
    Cause::Deadline,
    Cause::Other,
];

/// What happened; a new cause does not compile without its sentence, and belongs into [`CAUSES`] then.
fn what_happened(cause: Cause) -> &'static str {
    match cause {
        Cause::EngineUnreachable => "No Docker engine answers, or it is older than 20.10",
        Cause::ImageNotFound => "An image is not there, or may not be had",
        Cause::Architecture => "An image is made for another kind of processor than the engine's",
        Cause::RegistryUnreachable => "A registry does not answer",
        Cause::RateLimited => "A registry asks to come back later",
        Cause::NoSpace => "The engine's disk is full",
        Cause::OutOfMemory => "A container was killed for want of memory",
        Cause::AddressPoolsExhausted => "The engine has no subnet left for another network",
        Cause::NetworkInUse => "Somebody is on a network, or the engine believes so",
        Cause::NameConflict => "Something else has that name",
        Cause::PortAllocated => "Something else has that port of the host",
        Cause::Exited(_) => "A container ended although it should run",
        Cause::Unhealthy => "A container's health check fails",
        Cause::HostPath => "A folder of the host is to be mounted and is not there",
        Cause::FolderForFile => "A folder is to be mounted over a file, or a file over a folder",
        Cause::NoHealthcheck => "A service waits for the health of another one that has no health check",
        Cause::Absent => "Something that was made is gone",
        Cause::Invalid => "The compose file asks for something that cannot be done",
        Cause::Deadline => "It took too long",
        Cause::Other => "Anything else that the engine refuses",
    }
}

#[test]
fn every_reason_for_having_no_engine_has_its_remedy() {
    let rows = NoEngine::ALL.map(|reason| [reason.words().to_owned(), reason.remedy().to_owned()]);
    hold("docs/errors.md", "no-engine", &table(["the message says", "what to do"], rows));
}

#[test]
fn every_cause_of_the_engine_has_its_remedy() {
    let rows = CAUSES.map(|cause| [what_happened(cause).to_owned(), cause.remedy().to_owned()]);
    hold("docs/errors.md", "engine", &table(["what happened", "what to do"], rows));
}
