//! Commands and flags that there are not, and what other commands than `run` are given.

use super::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for args in [
        &[][..],
        &["rum"],
        &["Run"],
        &["--run"],
        &["run", "--stabel", "11.5.1"],
        &["run", "11.5.1"],
        &["plan", "--nope"],
        &["plan", "-x"],
        &["plan", "--format", "yaml"],
        &["plan", "--format"],
        &["plan", "--stable"],
        &["checks", "--format", "xml"],
        &["checks", "x"],
        &["checks", "--timings"],
        &["checks", "--timings", "nope.json"],
        &["checks", "--timings", "/dev/null"],
        &["cleanup"],
        &["cleanup", "--run"],
        &["cleanup", "--expired", "yes"],
        &["cleanup", "--all"],
        &["demo", "--fault", "nope"],
        &["demo", "--fault", ""],
        &["demo", "--fault"],
        &["demo", "--nodes", "0"],
        &["demo", "--nodes", "10"],
        &["demo", "--nodes", "x"],
        &["demo", "--mode", "fast"],
        &["demo", "--stable", "eleven"],
        &["demo", "--release", "eleven"],
        &["demo", "--stable", "11.6.0", "--release", "11.5.0"],
        &["demo", "--only", "pots"],
        &["demo", "--skip", "pots"],
        &["demo", "--suite-timeout", "soon"],
        &["demo", "--report-dir", "/dev/null/x"],
        &["demo", "--suite-results", "x"],
        &["demo", "--release", "11.6.0+x"],
        &["demo", "--stable", "10.0.0", "--mode", "rolling"],
        &["help", "nope"],
        &["run", "--help=x"],
        &["run", "--stable=1", "--stable=2"],
        &["report", "--from=a", "--from=b"],
        &["run", "\u{1b}[31mred"],
        &["plan", "--\u{202e}x"],
        &["demo", "--fault", "\u{1b}]0;x\u{7}"],
        &["report", "--form", "x"],
        &["standin"],
        &["standin", "nope"],
        &["reap"],
        &["reap", "--run", "x"],
        &["post", "--nope"],
    ] {
        cases.push(Case::new(format!("upgrade-gate {}", args.join(" "))).args(args));
    }
    for run in [
        "",
        "typo",
        "ug-",
        "ug-xyz",
        "../x",
        "*",
        "ug-0123456789;id",
        "UG-0123456789",
        "\u{1b}[31m",
        "ug-01 23",
    ] {
        let case = Case::new(format!("cleanup of the run {run:?}"));
        cases.push(case.args(&["cleanup", &format!("--run={run}")]).says("run"));
    }
    for record in ["", "{", "[]", "null", "{\"format\": 0}", "{\"format\": 99}"] {
        let case = Case::new(format!("timings of the record {record:?}"));
        cases.push(case.args(&["checks", "--timings", "record.json"]).file("record.json", record));
    }
    // The same wrong words as variables of a runner's, where an Action has no flags.
    for (input, value) in [
        ("STABLE", "eleven"),
        ("RELEASE", "eleven"),
        ("NODES", "0"),
        ("MODE", "fast"),
        ("TIMEOUT", "soon"),
        ("KEEP", "maybe"),
        ("ONLY", "pots"),
        ("SKIP", "pots"),
        ("COMMENT", "loud"),
        ("PULL-REQUEST", "seven"),
        ("REAPER", "grim"),
        ("CLUSTER", "swarm"),
        ("COMPOSE-FILE", "/no/such.yaml"),
        ("VARIABLES", "X"),
        ("PLUGINS", "/no/such.tar.gz"),
        ("SUITE-TIMEOUT", "soon"),
        ("SUITE-RESULTS", "/x"),
        ("REGISTRY", "https://x"),
        ("MATRIX", "maybe"),
        ("PAIRS", "x"),
        ("CA-BUNDLE", "/no/such.pem"),
        ("REPORT-FROM", "nope"),
        ("REPORT-MERGE", "nope"),
        ("REPORT-BUCKET", "a/b"),
        ("REPORT-PREFIX", "x"),
        ("ALLOW-UNSAFE-FORK", "maybe"),
        ("APPS", "maybe"),
        ("NODE-URLS", "http://h"),
        ("IMAGE", "mm:1"),
        ("DATABASE-IMAGE", "a b"),
        ("STORE-IMAGE", "a b"),
        ("BALANCER-IMAGE", "a b"),
        ("SUITE-IMAGE", "a b"),
    ] {
        let mut case = Case::new(format!("INPUT_{input}={value:?}"));
        for (name, right) in [("STABLE", "11.5.1"), ("RELEASE", "11.6.0")] {
            if name != input {
                case = case.variable(&format!("INPUT_{name}"), right);
            }
        }
        // The pairs are only read where a matrix is wanted.
        if input == "PAIRS" {
            case = case.variable("INPUT_MATRIX", "true");
        }
        // A merge has no release: with one, a missing pair would be a result.
        if input == "REPORT-MERGE" {
            case.variables.clear();
        }
        let case = case.variable("GITHUB_ACTIONS", "true").variable("GITHUB_EVENT_NAME", "push");
        let case = case.variable(&format!("INPUT_{input}"), value);
        cases.push(case.says(&input.to_ascii_lowercase()));
    }
    cases
}
