//! The invariants of the house that a program can see: who stands on whom, who owns which crate, who prints.
//!
//! The sources are read as text, not compiled: a small tokenizer leaves out comments, strings and tests, and `tree` finds
//! the file that a path means. What is allowed stands here as data; each rule is proved on made-up files beside it.

use std::collections::{BTreeMap, BTreeSet};

mod circles;
mod floors;
mod rules;
mod source;
mod tree;

use floors::House;
use rules::Exception;
use tree::{Finding, Tree};

/// ARCHITECTURE.md has the same picture.
const HOUSE: House<'_> = House {
    floors: &[&["main"], &["cli"], &["run"], &["publish"], &["stages"], &["plan"], &["inputs"], &["checks"]],
    // Where everything meets. A stage or a check that knew a report would say there what only events say.
    doors: &[
        ("report", &["cli", "run", "publish", "main"]),
        ("github", &["cli", "run", "publish"]),
        ("record", &["cli", "run", "publish"]),
        ("verdict", &["cli", "run", "publish", "main"]),
        ("docker", &["cli", "run"]),
        ("standin", &["cli", "run", "publish"]),
    ],
};

/// The crates below the gate, each with all of ours that it may stand on: what a picture of floors cannot hold, their manifests do.
/// The stand-in and the client know nothing of each other: a shared mistake would hide itself.
const CRATES: [(&str, &[&str]); 19] = [
    ("availability", &[]),
    ("basics", &[]),
    ("chromium", &[]),
    (
        "cluster",
        &[
            "basics",
            "compose-file",
            "docker",
            "mattermost-client",
            "mattermost-standin",
            "release-policy",
            "run-record",
            "storage",
        ],
    ),
    ("compose-file", &["basics"]),
    ("docker", &["basics", "compose-file", "run-record"]),
    ("fuzz", &[]),
    ("github", &["basics", "reports", "run-record"]),
    ("ledger-findings", &[]),
    ("log-signatures", &[]),
    ("mattermost-client", &["basics"]),
    ("mattermost-standin", &["basics", "storage"]),
    ("release-policy", &["basics", "run-record"]),
    ("reports", &["availability", "basics", "ledger-findings", "run-record"]),
    ("run-record", &["availability", "basics", "ledger-findings"]),
    ("sinks", &[]),
    ("storage", &["basics"]),
    ("watch", &["availability", "basics", "mattermost-client"]),
    ("write-ledger", &["basics", "ledger-findings", "mattermost-client", "sinks"]),
];

/// Who may name these crates: whoever needs what they do says so in our own words there.
const OWNED: [(&str, &str); 5] = [
    ("aws-sdk-s3", "storage"),
    ("bollard", "docker"),
    ("junit-report", "reports"),
    ("octocrab", "github"),
    ("tokio-tungstenite", "mattermost-client"),
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

/// It is asked for more or less fuzzing by a variable, and says what it found: no part of the gate.
const OF_TESTS: &str = "fuzz";

/// Who writes to the outside.
const PRINTERS: [&str; 3] = ["src/console/mod.rs", "src/publish/voice.rs", "src/main.rs"];
const LOOKERS: [Exception<'_>; 1] = [Exception {
    file: "src/inputs/surroundings.rs",
    name: "stdout",
    why: "asks whether it is a terminal, an input like any other; nothing is written",
}];

/// Who pauses without waiting for a condition, or cannot say it in one look.
const PAUSERS: [Exception<'_>; 6] = [
    Exception {
        file: "src/down.rs",
        name: "sleep",
        why: "its passes remove and look by turns, and know how quiet it has been",
    },
    Exception { file: "src/command.rs", name: "sleep_until", why: "an alarm beside two streams, not a wait" },
    Exception {
        file: "src/balancer.rs",
        name: "sleep",
        why: "the stand-in's balancer looks at its nodes as long as it lives",
    },
    Exception {
        file: "src/node/outage.rs",
        name: "sleep_until",
        why: "a fault that lasts as long as it says",
    },
    Exception { file: "src/node/serve.rs", name: "sleep", why: "a fault that makes answers slow" },
    Exception { file: "src/watch.rs", name: "sleep", why: "a watchdog on a thread, of tests" },
];

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
    known("src/cli/run.rs", "src/run/mod.rs");
    known("src/stages/run.rs", "src/stages/node.rs");
    known("src/run/lifecycle.rs", "src/publish/mod.rs");
}

/// The gate and the crates below it, each with its name.
fn trees() -> impl Iterator<Item = (&'static str, Tree)> {
    let crates = CRATES.iter().map(|(name, _)| (*name, Tree::of_crate(name)));
    std::iter::once(("the gate", Tree::of_project(&["src"]))).chain(crates)
}

/// Things of Mattermost's own, which the client and the stand-in each know in their way and must not share.
const OF_MATTERMOST: [&str; 9] =
    ["AccessToken", "Bot", "Call", "Channel", "Emoji", "FileInfo", "Post", "Team", "User"];

#[test]
fn a_types_name_means_one_thing() {
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, tree) in trees() {
        for file in tree.files.iter().filter(|file| file.path.starts_with("src/")) {
            let room =
                if name == "the gate" { format!("src/{}", file.room()) } else { format!("crates/{name}") };
            for declared in file.types() {
                rooms.entry(declared).or_default().insert(room.clone());
            }
        }
    }
    assert!(rooms.len() > 500, "the declarations were not seen");
    let known = |name: &str| OF_MATTERMOST.contains(&name);
    let twice: Vec<_> = rooms.iter().filter(|(name, rooms)| rooms.len() > 1 && !known(name)).collect();
    assert!(twice.is_empty(), "one name for two things; give one of them a name of its own: {twice:#?}");
    let once: Vec<_> =
        OF_MATTERMOST.iter().filter(|name| rooms.get(**name).is_none_or(|rooms| rooms.len() < 2)).collect();
    assert!(once.is_empty(), "no exception is needed any more: {once:?}");
}

#[test]
fn crates_stand_on_each_other_as_drawn() {
    let all: Vec<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    for (name, below) in CRATES {
        assert_eq!(tree::stands_on(name, &all), below, "crates/{name}/Cargo.toml");
    }
}

#[test]
fn imports_go_downwards() {
    assert_none("imports go downwards only", &floors::floors(&Tree::of_project(&["src"]), HOUSE));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for (name, tree) in trees() {
        assert_none(&format!("no import circles in {name}"), &circles::circles(&tree));
    }
}

#[test]
fn crates_stay_with_their_owners() {
    for (dependency, owner) in OWNED {
        // The stand-in speaks the other end of websockets and of S3: it may know what the gate's own side hides.
        let users: Vec<&str> = std::iter::once(".")
            .chain(CRATES.iter().map(|(name, _)| *name))
            .filter(|name| *name != "mattermost-standin" && !tree::stands_on(name, &[dependency]).is_empty())
            .collect();
        assert_eq!(users, [owner], "{dependency} has one owner");
    }
}

#[test]
fn only_the_inputs_read_the_environment() {
    for (name, tree) in trees().filter(|(name, _)| *name != OF_TESTS) {
        let found = rules::environment(&tree, INPUTS, &READERS);
        assert_none(&format!("only the inputs read the environment, and not {name}"), &found);
    }
}

#[test]
fn only_the_console_and_the_commands_touch_standard_streams() {
    for (name, tree) in trees().filter(|(name, _)| *name != OF_TESTS) {
        let found = rules::standard_streams(&tree, &PRINTERS, &LOOKERS);
        assert_none(
            &format!("only the console and the commands touch standard streams, and not {name}"),
            &found,
        );
    }
}

#[test]
fn waiting_is_in_one_place() {
    for (name, tree) in trees() {
        assert_none(&format!("no wait of its own in {name}"), &rules::pauses(&tree, "src/wait.rs", &PAUSERS));
    }
}

#[test]
fn nobody_prints() {
    for (name, tree) in trees() {
        assert_none(&format!("no printing macros in {name}"), &rules::printing(&tree));
    }
}

#[test]
fn files_are_short() {
    let found = rules::long_files(&Tree::of_project(&["src", "tests", "crates"]), MOST_LINES, &LONG);
    assert_none("files are short", &found);
}

#[test]
fn rooms_tell_their_story() {
    for (name, tree) in trees() {
        assert_none(
            &format!("every mod.rs and lib.rs of {name} starts with its story"),
            &rules::stories(&tree),
        );
    }
}

#[test]
fn exceptions_have_reasons() {
    for exception in READERS.iter().chain(&LOOKERS).chain(&LONG) {
        assert!(!exception.why.is_empty(), "{} is excepted without a reason", exception.file);
        let there = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(exception.file).exists();
        assert!(there, "{} is excepted and does not exist: remove the exception", exception.file);
    }
}
