//! Image references, at every input that names an image.

use super::case::Case;

/// What the reference grammar does not know (distribution/reference), each wrong in one place.
const NO_REFERENCE: &[&str] = &[
    "mm:",
    "mm@",
    "mm:1@",
    "mm:1@sha256",
    "mm:1@sha256:",
    "mm@sha256:abc",
    "http://reg/x:1",
    "https://reg/x:1",
    "docker://mm:1",
    "oci://mm:1",
    "MM/Upper:1",
    "reg.io/Upper:1",
    "mm:-x",
    "mm:.x",
    "mm:a:b",
    ":11.6.0",
    ":",
    "@",
    "/",
    "mm:1;id",
    "mm:$(id)",
    "mm:`id`",
    "mm:1|2",
    "mm:1&2",
    "mm:1#2",
    "mm:1?x",
    "mm:1%20",
    "mm:*",
    "mm:+1",
    "mm:1+build",
    "mm:\"1\"",
    "'mm:1'",
    "mm\\x:1",
    "mm:\u{1b}[31m",
    "mm:1\u{202e}",
    "mm:ü",
    "ümm:1",
    "a b:1",
    "a\tb:1",
    "mm: 1",
    "mm :1",
    "/mm:1",
    "mm/:1",
    "mm//x:1",
    "-mm:1",
    "mm-:1",
    "mm_:1",
    ".mm:1",
    "mm.:1",
    "_mm:1",
    "mm..x:1",
    "mm___x:1",
    "x/-mm:1",
    "x/mm-:1",
    "reg:port/mm:1",
    "reg:/mm:1",
    "localhost:/mm:1",
    "[::1/mm:1",
    "u:hunter2@ghcr.io/x:1",
    "https://u:hunter2@ghcr.io/x:1",
    "mm:1,mm:2",
    "mm:1 mm:2",
    "mm:(1)",
    "mm:{1}",
    "mm:<1>",
    "mm:~1",
    "mm:!1",
    "mm:=1",
    "docker.io//mm:1",
];

/// Every input that is an image, and what must stand beside it.
const INPUTS: &[&str] =
    &["stable", "release", "suite-image", "browser-image", "database-image", "store-image", "balancer-image"];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for input in INPUTS {
        cases.extend(references().iter().map(|reference| Case::inputs("plan", &[(input, reference)])));
    }
    // A repository, which versions become tags of: tag and digest are wrong there as well.
    let digest = format!("mm@sha256:{}", "0".repeat(64));
    for repository in
        ["mm:1", "reg.io:5000/mm:1", "mm:latest", &digest, "Mm", "mm/", "/mm", "mm//x", "a b", "https://x/mm"]
    {
        cases.push(Case::inputs("plan", &[("image", repository)]));
    }
    cases.extend(old_databases());
    // Two browsers, whether the one of this machine is there or not.
    for command in ["plan", "run"] {
        let both = [("browser-image", "my/browser:1"), ("browser", "/no/such/browser")];
        cases.push(Case::inputs(command, &both).says("is given beside browser").says("is not there"));
    }
    for reference in ["mm:", "http://reg/x:1", "MM/Upper:1", "a b:1", "mm:1@sha256:abc"] {
        cases.push(Case::inputs("run", &[("stable", reference)]));
        let yaml = format!(
            "services: {{n: {{image: {reference:?}, labels: {{upgrade-gate.role: node}}}}, d: {{image: {reference:?}}}}}"
        );
        cases.push(Case::compose(&yaml).says("image"));
    }
    cases
}

/// PostgreSQL that is too old for one of the releases, by its tag: the input's, a variable's, a compose file's own.
fn old_databases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (image, stable, release, least) in [
        ("postgres:14", "11.11.0", "12.0.0", "release version 12.0.0 needs 15"),
        ("postgres:14-alpine", "12.0.1", "12.1.0", "stable version 12.0.1 needs 15"),
        ("postgres:13.21-bookworm", "11.7.9", "11.11.0", "release version 11.11.0 needs 14"),
        ("bitnami/postgresql:14.5.0", "11.11", "12.0", "release version 12.0 needs 15"),
        ("pgvector/pgvector:pg14", "11.11.0", "x/mm:12.0.0-rc2", "12.0.0-rc2 needs 15"),
    ] {
        let says = |case: Case| case.says("or later (https://").says(least).says("postgres:1");
        let inputs = [("database-image", image), ("stable", stable), ("release", release)];
        cases.push(says(Case::inputs("plan", &inputs)));
        cases.push(says(Case::inputs("run", &inputs)));
        let variable = format!("DATABASE_IMAGE={image}");
        cases.push(says(Case::inputs(
            "plan",
            &[("variables", &variable), ("stable", stable), ("release", release)],
        )));
        for (labels, node) in [
            ("", "environment: {MM_CONFIG: 'postgres://mm@db/mm'}"),
            (", labels: {upgrade-gate.role: database}", "environment: {A: b}"),
            ("", "environment: {A: b}"),
        ] {
            let yaml = format!(
                "services: {{n: {{image: x, labels: {{upgrade-gate.role: node}}, {node}}}, db: {{image: {image:?}{labels}}}}}"
            );
            let inputs = [("compose-file", "compose.yaml"), ("stable", stable), ("release", release)];
            cases.push(says(Case::inputs("plan", &inputs).file("compose.yaml", yaml)).says("service db"));
        }
    }
    cases
}

fn references() -> Vec<String> {
    let mut all: Vec<String> = NO_REFERENCE.iter().map(|&text| text.to_owned()).collect();
    let digest = |algorithm: &str, hex: String| format!("mm@{algorithm}:{hex}");
    all.push(digest("sha256", "0".repeat(63)));
    all.push(digest("sha256", "0".repeat(65)));
    all.push(digest("sha256", "A".repeat(64)));
    all.push(digest("sha256", "g".repeat(64)));
    all.push(digest("", "0".repeat(64)));
    all.push(format!("mm:{}", "x".repeat(129)));
    all.push(format!("{}:1", "x".repeat(256)));
    all
}
