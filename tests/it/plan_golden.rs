//! The printed plan of each kind of run, byte for byte: its numbered lines are the steps that run.
//!
//! `UPGRADE_GATE_BLESS=1 cargo test --test it plan_golden` writes the golden files anew; read their diff.

use std::fs;
use std::path::Path;

use upgrade_gate::Inputs;
use upgrade_gate::day::Day;
use upgrade_gate::{Pair, pairs};

use super::bless;
use super::gate::Gate;

/// The plan that is printed for these arguments, without what is beside its steps: notes hang on the day, and what is left
/// out on the catalogue.
fn planned(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let ended = Gate::of(&["plan"]).args(arguments).envs(variables).run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let is_beside =
        |line: &&str| line.is_empty() || line.starts_with("note: ") || line.starts_with("left out: ");
    ended.stdout.lines().filter(|line| !is_beside(line)).map(|line| format!("{line}\n")).collect()
}

fn compare(name: &str, text: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/plan").join(name);
    if bless::asked() {
        fs::write(&golden, text).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        expected == text,
        "{name} differs; if that is meant, run again with UPGRADE_GATE_BLESS=1\n--- expected\n{expected}--- got\n{text}"
    );
}

/// A few checks are enough to see where they stand.
const FEW: [&str; 2] = ["--only", "startup,boards,config,flags"];
const ROLL: [&str; 4] = ["--stable", "12.0.0", "--release", "12.1.0"];

#[test]
fn a_roll_of_servers_that_share_a_database() {
    compare("rolling-shared-database.txt", &planned(&ROLL, &[]));
}

#[test]
fn a_roll_of_servers_with_a_licence() {
    let arguments = [&ROLL[..], &FEW].concat();
    compare("rolling-ha.txt", &planned(&arguments, &[("INPUT_LICENSE", "licence-text")]));
}

#[test]
fn a_stop_of_all_nodes() {
    let arguments = [&["--stable", "11.7.0", "--release", "12.1.0", "--keep"], &FEW[..]].concat();
    compare("stop-start.txt", &planned(&arguments, &[]));
}

#[test]
fn a_rehearsal_on_a_sites_own_data() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("site.dump");
    fs::write(&path, "PGDMP\u{1}\u{e}\u{0}").unwrap();
    let dump = ["--database-dump", path.to_str().unwrap()];
    let few = ["--only", "startup,census", "--nodes", "2"];
    let shown = planned(&[&ROLL[..], &few, &dump].concat(), &[]);
    compare("site-copy.txt", &shown.replace(dir.path().to_str().unwrap(), "/srv"));
}

#[test]
fn a_cluster_that_is_there_already() {
    let attached = [
        "--cluster",
        "attached",
        "--node-urls",
        "http://10.0.0.1:8065\nmm-b=http://10.0.0.2:8065",
        "--balancer-url",
        "https://staging.example",
        "--replace-command",
        "./replace.sh",
    ];
    let arguments = [&ROLL[..], &FEW, &attached].concat();
    let token = [("INPUT_ADMIN-TOKEN", "token")];
    compare("attached.txt", &planned(&arguments, &token));
    let commands = ["--drain-command", "./drain.sh", "--undrain-command", "./undrain.sh"];
    compare("attached-drain-command.txt", &planned(&[&arguments[..], &commands].concat(), &token));
}

#[test]
fn a_suite_of_the_users_own() {
    let suite = ["--suite-image", "my/suite:1", "--nodes", "2", "--only", "startup,suite"];
    compare("suite.txt", &planned(&[&ROLL[..], &suite].concat(), &[]));
}

#[test]
fn each_pair_of_a_matrix() {
    let inputs = Inputs::given(&[("release", "12.1.0")]);
    let pairs = pairs(&inputs, Day::try_from("2026-11-26".to_owned()).unwrap()).unwrap();
    let texts = pairs.iter().map(|Pair { name, stable, release }| {
        let arguments = [&["--stable", stable, "--release", release], &FEW[..]].concat();
        format!("# {name}\n{}", planned(&arguments, &[]))
    });
    compare("matrix.txt", &texts.collect::<Vec<_>>().join("\n"));
}
