//! The invariants of the house that a program can see: who stands on whom, who owns which crate, who prints.
//!
//! The sources are read as text, not compiled: a small tokenizer leaves out comments, strings and tests, and `tree` finds
//! the file that a path means. What is allowed stands here as data; each rule is proved on made-up files beside it.

mod circles;
mod floors;
mod rules;
mod source;
mod tree;

use floors::House;
use rules::{Exception, Owned};
use tree::{Finding, Tree};

/// ARCHITECTURE.md has the same picture.
const HOUSE: House<'_> = House {
    floors: &[
        &["main"],
        &["cli"],
        &["run"],
        &["publish"],
        &["stages"],
        &["plan"],
        &["inputs"],
        &["checks"],
        &["cluster"],
        &["docker", "standin"],
        &[
            "compose",
            "mattermost",
            "fault",
            "announced",
            "policy",
            "waivers",
            "lock",
            "storage",
            "sinks",
            "event",
        ],
        &[
            "outcome",
            "case",
            "day",
            "versions",
            "retry",
            "redact",
            "reference",
            "shown",
            "limited",
            "png",
            "tarball",
            "telling",
            "trust",
        ],
        &["confidential", "unseen"],
    ],
    beside: &[
        ("record", &["event", "outcome"]),
        ("verdict", &["record", "event", "outcome"]),
        (
            "report",
            &[
                "record", "verdict", "event", "outcome", "case", "redact", "shown", "unseen", "limited",
                "lock",
            ],
        ),
        (
            "github",
            &[
                "report",
                "record",
                "verdict",
                "event",
                "outcome",
                "case",
                "versions",
                "redact",
                "reference",
                "shown",
                "unseen",
            ],
        ),
    ],
    meeting: &["main", "cli", "run", "publish"],
};

const OWNED: [Owned<'_>; 3] = [
    Owned { name: "bollard", owner: "src/docker/" },
    Owned { name: "aws_", owner: "src/storage/" },
    Owned { name: "octocrab", owner: "src/github/" },
];

/// The one reader of the environment.
const INPUTS: &str = "inputs";
const READERS: [Exception<'_>; 2] = [
    Exception { file: "src/cli/mod.rs", name: "args_os", why: "the arguments are parsed there" },
    Exception {
        file: "src/cli/standin.rs",
        name: "#[arg(env)]",
        why: "`stand-in` is the entry point of an image: a container is set up by variables, which are no inputs of a run",
    },
];

/// Who writes to the outside.
const PRINTERS: [&str; 3] = ["src/report/console.rs", "src/publish/voice.rs", "src/main.rs"];
const LOOKERS: [Exception<'_>; 1] = [Exception {
    file: "src/inputs/surroundings.rs",
    name: "stdout",
    why: "asks whether it is a terminal, an input like any other; nothing is written",
}];

const MOST_LINES: usize = 400;
const LONG: [Exception<'_>; 0] = [];

fn assert_none(rule: &str, found: &[Finding]) {
    let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{rule} ({} places):\n{}", found.len(), lines.join("\n"));
}

#[test]
fn the_sources_are_read() {
    let tree = Tree::of_project(&["src"]);
    let known = |from: &str, to: &str| {
        assert!(
            tree.imports().any(|(file, _, meant)| file.path == from && meant.path == to),
            "the import of {to} by {from} was not seen: the rules would see none at all. Repair the reading, or choose another"
        );
    };
    known("src/main.rs", "src/cli/mod.rs");
    known("src/docker/project.rs", "src/docker/wait.rs");
    known("src/docker/project.rs", "src/compose/mod.rs");
    known("src/report/mod.rs", "src/report/console.rs");
    known("src/record.rs", "src/event.rs");
}

#[test]
fn imports_go_downwards() {
    assert_none("imports go downwards only", &floors::floors(&Tree::of_project(&["src"]), HOUSE));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    assert_none("no import circles", &circles::circles(&Tree::of_project(&["src"])));
}

#[test]
fn crates_stay_with_their_owners() {
    assert_none(
        "one owner for each of these crates",
        &rules::owned_crates(&Tree::of_project(&["src"]), &OWNED),
    );
}

#[test]
fn only_the_inputs_read_the_environment() {
    let found = rules::environment(&Tree::of_project(&["src"]), INPUTS, &READERS);
    assert_none("only the inputs read the environment", &found);
}

#[test]
fn only_the_console_and_the_commands_touch_standard_streams() {
    let found = rules::standard_streams(&Tree::of_project(&["src"]), &PRINTERS, &LOOKERS);
    assert_none("only the console and the commands touch standard streams", &found);
}

#[test]
fn nobody_prints() {
    assert_none("no printing macros", &rules::printing(&Tree::of_project(&["src"])));
}

#[test]
fn the_stand_in_and_the_client_share_no_types() {
    let found = rules::strangers(&Tree::of_project(&["src"]), "standin", "mattermost");
    assert_none("the stand-in and the client know nothing of each other", &found);
}

#[test]
fn files_are_short() {
    let found = rules::long_files(&Tree::of_project(&["src", "tests"]), MOST_LINES, &LONG);
    assert_none("files are short", &found);
}

#[test]
fn rooms_tell_their_story() {
    assert_none("every mod.rs starts with its story", &rules::stories(&Tree::of_project(&["src"])));
}

#[test]
fn exceptions_have_reasons() {
    for exception in READERS.iter().chain(&LOOKERS).chain(&LONG) {
        assert!(!exception.why.is_empty(), "{} is excepted without a reason", exception.file);
        let there = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(exception.file).exists();
        assert!(there, "{} is excepted and does not exist: remove the exception", exception.file);
    }
}
