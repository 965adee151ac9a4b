//! Inputs that are a choice, a number, a time, a list, a path, or lines of variables.

use super::case::Case;

/// No answer to a question with yes or no.
const NO_TRUTH: &[&str] =
    &["maybe", "yes", "no", "1", "0", "TRUE", "False", "on", "true,false", "true false", "\u{1b}[1m"];
/// No time, or none that a run could have.
const NO_TIME: &[&str] = &[
    "soon",
    "30",
    "0",
    "0s",
    "-1m",
    "1",
    "30 m m",
    "m",
    "1.5",
    "1e9s",
    "99999999999999999999s",
    "99999999999y",
    "1h30",
    "thirty minutes",
    "30x",
    "∞",
    "30m;id",
    "10ms",
    "nan",
    "30m\u{1b}",
];

/// Inputs with a few possible values, and values that are none of them.
const CHOICES: &[(&str, &[&str])] = &[
    (
        "mode",
        &[
            "fast",
            "Rolling",
            "ROLLING",
            "stopstart",
            "stop_start",
            "rolling,auto",
            "roll",
            "1",
            "none",
            "all",
        ],
    ),
    ("migrate", &["Job", "node", "true", "operator", "first", "first_node", "jobs"]),
    ("rollback", &["back", "Mid", "half", "true", "no", "mid,full", "1", "never"]),
    ("pull", &["never", "Always", "if_not_present", "true", "build", "daily", "missing,always"]),
    ("reaper", &["grim", "always", "Auto", "yes", "true", "on"]),
    ("comment", &["loud", "Always", "true", "yes", "on", "once"]),
    ("cluster", &["kubernetes", "Compose", "docker", "swarm", "true", "none", "attached,compose"]),
    (
        "nodes",
        &[
            "0",
            "-1",
            "10",
            "100",
            "4294967297",
            "99999999999999999999",
            "three",
            "3.0",
            "3.5",
            "1e0",
            "0x3",
            "3 3",
            "3,",
            "+-3",
            "٣",
            "NaN",
            "1-3",
        ],
    ),
    (
        "pull-request",
        &[
            "seven",
            "-7",
            "7.0",
            "#",
            "##7",
            "7 8",
            "https://github.com/a/b/pull/7",
            "99999999999999999999",
            "0x7",
            "PR-7",
            "7#",
        ],
    ),
    (
        "only",
        &[
            "pots",
            "S9.9",
            "posts,pots",
            "posts;users",
            "*",
            "all",
            "Posts!",
            "../posts",
            "\u{1b}[31mposts",
            "S1",
            "none",
        ],
    ),
    ("crowd", &["0", "19", "1001", "-60", "+60", "6e1", "60.0", "many", "3 0", "99999999999999999999", "٣٣"]),
    ("skip", &["pots", "S9.9", "posts,pots", "posts|users", "*", "all", "Posts!", "posts.", ".posts", "E9"]),
];

/// Lines that set no variable.
const NO_VARIABLES: &[&str] = &[
    "X",
    "=1",
    " = 1",
    "A=1\nB",
    "9A=1",
    "A-B=1",
    "A B=1",
    "A.B=1",
    "ü=1",
    "A=1\n=2",
    "export A=1",
    "$A=1",
    "${A}=1",
    "\"A\"=1",
    "A:1",
    "- A=1",
    "A\u{200b}=1",
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for &(input, values) in CHOICES {
        cases.extend(values.iter().map(|value| Case::inputs("plan", &[(input, value)])));
    }
    for input in ["keep", "apps", "allow-unsafe-fork", "matrix"] {
        for value in NO_TRUTH {
            cases.push(Case::inputs("plan", &[(input, value)]));
        }
    }
    for value in NO_TIME {
        cases.push(Case::inputs("plan", &[("timeout", value)]));
        cases.push(Case::inputs("plan", &[("suite-timeout", value), ("suite-command", "make e2e")]));
    }
    cases.extend(NO_VARIABLES.iter().map(|lines| Case::inputs("plan", &[("variables", lines)])));
    cases.push(Case::inputs("plan", &[("only", "posts"), ("skip", "posts")]));
    cases.push(Case::inputs("plan", &[("only", "posts"), ("suite-command", "make e2e")]).says("suite"));
    cases.push(Case::inputs("plan", &[("only", "posts"), ("suite-image", "my/suite:1")]).says("suite"));
    cases.extend(registry());
    cases.extend(suites());
    cases.extend(bundles());
    cases.push(Case::inputs("plan", &[("apps", "true"), ("release", "12.0.0"), ("stable", "11.11.0")]));
    cases
}

fn registry() -> Vec<Case> {
    let login = |host: &str, user: &str, password: &str, named: &str| {
        let inputs = [("registry", host), ("registry-username", user), ("registry-password", password)];
        let mut case = Case::inputs("plan", &inputs);
        case.says = vec![named.to_owned()];
        case
    };
    let mut cases = vec![
        login("ghcr.io", "", "", "registry-username"),
        login("", "me", "", "registry-password"),
        login("", "", "secret", "registry-username"),
        login("ghcr.io", "", "secret", "registry-username"),
        login("ghcr.io", "me", "", "registry-password"),
    ];
    for host in [
        "https://ghcr.io",
        "ghcr.io/x",
        "me@ghcr.io",
        "me:hunter2@ghcr.io",
        "ghcr io",
        "ghcr.io:",
        "ghcr.io:port",
        "-ghcr.io",
        "ghcr..io",
        "*",
        "ghcr.io?x",
        "ghcr.io#x",
        "gh\u{1b}cr.io",
    ] {
        cases.push(login(host, "me", "secret", "registry"));
    }
    cases
}

fn suites() -> Vec<Case> {
    vec![
        Case::inputs("plan", &[("suite-results", "/results")]),
        Case::inputs("plan", &[("suite-results", "results"), ("suite-image", "my/suite:1")]),
        Case::inputs("plan", &[("suite-results", "../results"), ("suite-image", "my/suite:1")]),
        Case::inputs("plan", &[("suite-results", "./results"), ("suite-image", "my/suite:1")]),
        Case::inputs("run", &[("suite-results", "/results")]),
    ]
}

fn bundles() -> Vec<Case> {
    let named =
        |content: &[u8]| Case::inputs("plan", &[("plugins", "plugin.tar.gz")]).file("plugin.tar.gz", content);
    let mut cases = vec![
        Case::inputs("plan", &[("plugins", "/no/such.tar.gz")]),
        Case::inputs("plan", &[("plugins", "folder")]).file("folder/plugin.json", "{}"),
        Case::inputs("plan", &[("plugins", "a.tar.gz,b.tar.gz")]),
        Case::inputs("plan", &[("plugins", "https://plugins.example/x.tar.gz")]),
        Case::inputs("plan", &[("plugins", "*.tar.gz")]),
        Case::inputs("plan", &[("plugins", "/dev/zero")]),
        Case::inputs("plan", &[("plugins", "/dev/null")]),
    ];
    cases.extend(
        [&b""[..], b"no archive", &[0x1f, 0x8b], &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], &[0; 1024]]
            .map(named),
    );
    for manifest in [
        "",
        "{}",
        "[]",
        "null",
        "{\"id\": 1}",
        "{\"id\": \"x\"}",
        "{\"version\": \"1.0.0\"}",
        "{",
        "\u{feff}",
    ] {
        let bundle = upgrade_gate::tarball::pack(&[("plugin.json", manifest.as_bytes())]).unwrap();
        cases.push(named(&bundle));
    }
    let deep =
        upgrade_gate::tarball::pack(&[("a/b/plugin.json", b"{\"id\": \"x\", \"version\": \"1.0.0\"}")])
            .unwrap();
    cases.push(named(&deep));
    let good =
        upgrade_gate::tarball::pack(&[("plugin.json", b"{\"id\": \"x\", \"version\": \"1.0.0\"}")]).unwrap();
    let twice = Case::inputs("plan", &[("plugins", "a.tar.gz\nb.tar.gz")]);
    cases.push(twice.file("a.tar.gz", &good).file("b.tar.gz", &good));
    cases
}
