//! Versions, pairs and matrices.

use super::case::Case;

/// No version, and no image either.
const NO_VERSION: &[&str] = &[
    "",
    " ",
    "eleven",
    "11",
    "v11",
    "11.",
    ".11",
    "11.6.",
    "11..6",
    "11.6.0.1",
    "11.6.x",
    "11,6,0",
    "11.6 0",
    "-11.6.0",
    "+11.6.0",
    "11.-6.0",
    "11.6.0-",
    "11.6.0+",
    "11.6.0+abc",
    "11.6.0-rc1+abc",
    "011.6.0",
    "11.06.0",
    "11.6.00",
    "99999999999999999999.1.0",
    "11.99999999999999999999.0",
    "11.6.99999999999999999999",
    "release-",
    "release-11.6.x",
    "release-eleven",
    "latest-11.6",
    "^11.6.0",
    "~11.6",
    ">=11.6.0",
    "11.6.*",
    "*",
    "11.6.0;id",
    "$(id)",
    "`id`",
    "11.6.0|x",
    "11.6.0#",
    "11.6.0\u{1b}[31m",
    "11.6\u{202e}.0",
    "１１.６.０",
    "11.6.0\u{200b}",
    "11 .6.0",
    "null",
    "true",
    "11_6_0",
    "11-6-0",
    "rc1",
    "v",
    "vv11.6.0",
    "11.6.0rc1",
    "11.6.0-ü",
];

/// Wrong from a stable to a release.
const WRONG_WAY: &[(&str, &str)] = &[
    ("11.6.0", "11.5.9"),
    ("11.6.1", "11.6.0"),
    ("12.0.0", "11.11.0"),
    ("11.6", "11.5"),
    ("11.6.0-rc10", "11.6.0-rc2"),
    ("11.6.0-rc.10", "11.6.0-rc.9"),
    ("11.6.0", "11.6.0-rc1"),
    ("11.10.0", "11.9.0"),
    ("x/mm:11.6.0", "x/mm:11.5.0"),
    ("x/mm:11.6.0-rc10", "y/mm:11.6.0-rc9"),
    ("release-11.7", "release-11.6"),
    ("v11.7.0", "v11.6.0"),
];

/// Too far apart to be rolled.
const TOO_FAR: &[(&str, &str)] = &[
    ("11.4.0", "11.6.0"),
    ("10.11.0", "11.0.0"),
    ("9.11.0", "11.0.0"),
    ("11.0", "11.7"),
    ("10.5.0", "10.11.0"),
    ("x/mm:11.1.0", "x/mm:11.9.0"),
];

/// No pairs of versions.
const NO_PAIRS: &[&str] = &[
    "11.5.1",
    "11.5.1..",
    "..11.6.0",
    "11.5.1...11.6.0",
    "11.5.1..11.6.0..11.7.0",
    "11.5.1 11.6.0",
    "11.5.1-11.6.0",
    "11.5.1..eleven",
    "a..b",
    "11.6.0..11.5.0",
    "11.5.1..11.6.0,x",
    "11.5.1->11.6.0",
    "..",
    "11.5.1..11.6.0+x",
    "11.6.0-rc10..11.6.0-rc2",
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for input in ["stable", "release"] {
        cases.extend(NO_VERSION.iter().map(|version| Case::inputs("plan", &[(input, version)])));
    }
    cases.extend(NO_VERSION.iter().take(8).map(|version| Case::inputs("run", &[("release", version)])));
    for &(stable, release) in WRONG_WAY {
        cases.push(Case::inputs("plan", &[("release", release), ("stable", stable)]).says("older than"));
    }
    for &(stable, release) in TOO_FAR {
        let inputs = [("mode", "rolling"), ("stable", stable), ("release", release)];
        cases.push(Case::inputs("plan", &inputs).says("minor"));
    }
    for pairs in NO_PAIRS {
        let mut case = Case::new(format!("plan --format matrix --pairs {pairs:?}"));
        case = case.args(&["plan", "--format", "matrix", &format!("--pairs={pairs}")]);
        cases.push(case);
        cases.push(Case::inputs("run", &[("pairs", pairs), ("matrix", "true")]));
    }
    for release in ["", "1", "mm:11.6.0@", "eleven"] {
        let release = format!("--release={release}");
        cases.push(Case::new(format!("matrix of {release}")).args(&["plan", "--format", "matrix", &release]));
    }
    // Whatever the day is: support of 10.5's predecessors is over.
    cases.push(
        Case::new("a matrix of a release that nobody upgrades to")
            .args(&["plan", "--format", "matrix", "--release=10.5.0"])
            .says("supported today"),
    );
    let many: Vec<String> = (0..300).map(|n| format!("11.5.{n}..11.6.{n}")).collect();
    cases.push(
        Case::new("more pairs than a matrix has rows")
            .args(&["plan", "--format", "matrix", &format!("--pairs={}", many.join(" "))])
            .says("256"),
    );
    cases
}
