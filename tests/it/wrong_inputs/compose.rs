//! Compose files that are none, or that say what cannot be.

use super::case::Case;

/// Values that a key of a service cannot have.
const NO_VALUES: &[(&str, &[&str])] = &[
    ("restart", &["sometimes", "on-failure:x", "on-failure:-1", "[always]", "{a: b}", "Always"]),
    (
        "ports",
        &[
            "['80:x']",
            "['0:0']",
            "['65536']",
            "['80:80/icmp']",
            "['1-3:4-9']",
            "['a:80']",
            "[{published: 80}]",
            "[{target: x}]",
            "['80:']",
            "{a: b}",
            "['1-99999:1-99999']",
            "['3-1']",
            "[true]",
        ],
    ),
    ("expose", &["['x']", "['0']", "['65536']", "[{a: b}]"]),
    (
        "volumes",
        &[
            "['a:b']",
            "[':']",
            "[{type: bind}]",
            "[{type: tape, target: /x}]",
            "[{target: /x, colour: red}]",
            "['undeclared:/x']",
            "{a: b}",
            "['/x:/y:ro:rw:z']",
            "[7]",
        ],
    ),
    ("environment", &["[1, {a: b}]", "{A: [1]}", "{A: {b: c}}", "7", "['=x']", "{'': x}"]),
    (
        "env_file",
        &[
            "nope.env",
            "[nope.env]",
            "[{path: nope.env}]",
            "[{format: raw}]",
            "{a: b}",
            "[7, [8]]",
            "/dev/zero",
            "folder",
        ],
    ),
    (
        "healthcheck",
        &[
            "{test: [x]}",
            "{interval: soon}",
            "{interval: -1s}",
            "{retries: x}",
            "{retries: -1}",
            "{timeout: 1y2}",
            "{colour: red}",
            "7",
            "[a]",
            "{test: {a: b}}",
        ],
    ),
    (
        "depends_on",
        &[
            "[nope]",
            "{nope: {condition: service_started}}",
            "{d: {condition: soon}}",
            "7",
            "{d: 7}",
            "{d: {colour: red}}",
        ],
    ),
    (
        "networks",
        &[
            "[nope]",
            "{nope: }",
            "7",
            "{default: 7}",
            "{default: {ipv4_address: x}}",
            "{default: {aliases: 7}}",
            "{default: {colour: red}}",
        ],
    ),
    ("mem_limit", &["lots", "-1", "1q", "1.5.5g", "{a: b}"]),
    ("cpus", &["many", "-1", "{a: b}", "nan", "inf"]),
    ("pids_limit", &["x", "{a: b}", "99999999999999999999"]),
    ("stop_grace_period", &["soon", "-1s", "1x", "{a: b}"]),
    ("ulimits", &["{nofile: x}", "{nofile: {soft: x}}", "7", "[a]", "{nofile: {colour: 1}}"]),
    ("extra_hosts", &["[x]", "[':']", "7", "{a: {b: c}}"]),
    (
        "deploy",
        &[
            "{replicas: x}",
            "{replicas: -1}",
            "{resources: {limits: {memory: lots}}}",
            "7",
            "{colour: red}",
            "{replicas: 1.5}",
        ],
    ),
    ("scale", &["x", "-1", "1.5", "{a: b}"]),
    (
        "configs",
        &[
            "[nope]",
            "[{target: /x}]",
            "[{source: nope}]",
            "7",
            "[{source: c, colour: red}]",
            "[{source: c, mode: '9'}]",
        ],
    ),
    ("secrets", &["[nope]", "[{target: /x}]", "7", "[{source: s, uid: x}]"]),
    ("container_name", &["'a b'", "'-x'", "x", "[a]", "'ü'", "''"]),
    ("init", &["maybe", "7", "[a]"]),
    ("tty", &["maybe", "7"]),
    ("read_only", &["maybe", "7"]),
    ("privileged", &["true", "maybe"]),
    ("network_mode", &["host", "'container:x'", "'service:nope'", "7", "{a: b}"]),
    ("pid", &["host"]),
    ("devices", &["['/dev/sda:/dev/sda']"]),
    ("use_api_socket", &["true"]),
    ("volumes_from", &["[d]"]),
    ("external_links", &["[x]"]),
    (
        "extends",
        &["nope", "{service: nope}", "{file: nope.yaml, service: x}", "{file: nope.yaml}", "7", "{}"],
    ),
    ("pull_policy", &["sometimes", "7", "[a]"]),
    ("mem_reservation", &["text", "''"]),
    ("cpu_shares", &["text", "{a: b}"]),
    ("oom_kill_disable", &["maybe"]),
    ("gpus", &["text", "[a]"]),
    ("logging", &["{a: b}", "text"]),
    ("build", &["[a]"]),
    ("annotations", &["7"]),
    ("shm_size", &["lots", "-1", "{a: b}"]),
    ("sysctls", &["7", "{a: {b: c}}"]),
    ("labels", &["7", "{a: {b: c}}", "[[a]]"]),
    ("command", &["{a: b}", "'a \"b'"]),
    ("entrypoint", &["{a: b}", "'a \"b'"]),
    ("tmpfs", &["{a: b}", "[{a: b}]"]),
    ("security_opt", &["{a: b}", "['seccomp:nope.json']"]),
    ("cap_add", &["{a: b}", "7"]),
    ("profiles", &["{a: b}", "7"]),
    ("image", &["''", "[a]", "{a: b}", "~"]),
    ("colour", &["red", "{a: b}"]),
    ("hostname", &["[a]", "{a: b}"]),
    ("user", &["[a]", "{a: b}"]),
];

/// Whole files.
const NO_FILES: &[&str] = &[
    "",
    "{",
    "[",
    "- a",
    "7",
    "null",
    "a: b: c",
    "services:",
    "services: []",
    "services: 7",
    "services: {}",
    "services: {'a b': {image: x}}",
    "services: {a: }",
    "services: {a: 7}",
    "services: {a: [image]}",
    "\t",
    "services:\n\ta: b",
    "{services: {a: {image: x}}, services: {b: {image: x}}}",
    "services: &a {x: *b}",
    "services: *a",
    "%YAML 9.9\n---\n",
    "--- a\n--- b\n",
    "services: {a: {<<: 7, image: x}}",
    "services: {a: {image: !odd x}}",
    "{services: {a: {image: x}}, colour: red}",
    "{services: {a: {image: x}}, models: {m: {model: x}}}",
    "{services: {a: {image: x}}, networks: 7}",
    "{services: {a: {image: x, networks: [n]}}, networks: {n: {driver_opts: 7}}}",
    "{services: {a: {image: x}}, volumes: 7}",
    "{services: {a: {image: x, volumes: ['v:/x']}}, volumes: {v: {external: maybe}}}",
    "{services: {a: {image: x, configs: [c]}}, configs: {c: {}}}",
    "{services: {a: {image: x, configs: [c]}}, configs: {c: {file: nope}}}",
    "{services: {a: {image: x, configs: [c]}}, configs: {c: {external: true}}}",
    "{services: {a: {image: x, secrets: [s]}}, secrets: {s: {environment: NOPE}}}",
    "{services: {a: {image: x, configs: [c]}}, configs: {c: {content: a, file: b}}}",
    "{services: {a: {image: x}}, include: nope.yaml}",
    "{services: {a: {image: x}}, include: [nope.yaml]}",
    "{services: {a: {image: x}}, include: 7}",
    "{services: {a: {image: x}}, include: [compose.yaml]}",
    "services: {a: {image: x, extends: b}, b: {image: x, extends: a}}",
    "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}",
    "services: {a: {image: '${X'}}",
    "services: {a: {image: '${X:?needed}'}}",
    "services: {a: {image: '${1X}'}}",
    "services: {a: {image: '$'}}",
    "services: {a: {image: '${X:'}}",
    "services: {a: {image: '${}'}}",
    "services: {a: {image: '${X!}'}}",
    "\u{0}",
    "services: {a: {image: \u{1b}[31mx}}",
    "services: {\"a\\u202e\": {image: x}}",
    "services: {a: {image: x, hostname: \"\\e[31m\", restart: \"\\e[31m\"}}",
    "services: {a: {image: x, 7: 8}}",
];

/// Lines that a `.env` cannot have.
const NO_DOTENV: &[&str] = &[
    "no name",
    "=x",
    "A='",
    "A=\"",
    "A=\"x\"y",
    "A='x'y",
    "A=${X",
    "A=${X:?needed}",
    "9 A=b",
    "A B=c",
    "A\u{0}=b",
    "A=\"${\"",
    "A=${1X}",
];

/// A good set-up but for one key of its node.
fn with(key: &str, value: &str) -> Case {
    let text = format!(
        "services:\n  n:\n    image: 'x:1'\n    environment: {{MM_CONFIG: 'postgres://u:p@d/m'}}\n    labels: {{upgrade-gate.role: node}}\n  \
         b: {{image: 'h:1', labels: {{upgrade-gate.role: balancer}}}}\n  d: {{image: 'p:1', labels: {{upgrade-gate.role: database}}}}\n  \
         o: {{image: 'o:1', {key}: {value}}}\nconfigs: {{c: {{content: x}}}}\nsecrets: {{s: {{environment: S}}}}\n"
    );
    let text = if key == "image" { text.replace("image: 'o:1', ", "") } else { text };
    let mut case = Case::compose(&text).says("compose.yaml").file("folder/x", "");
    case.name = format!("{key}: {value}");
    case.args.push("--variables=S=x".into());
    case
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for &(key, values) in NO_VALUES {
        cases.extend(values.iter().map(|value| with(key, value)));
    }
    cases.extend(NO_FILES.iter().map(|text| Case::compose(text).says("compose.yaml")));
    for text in NO_DOTENV {
        let mut case = Case::compose("services: {n: {image: 'x:1', labels: {upgrade-gate.role: node}}}")
            .file(".env", text);
        case.name = format!(".env {text:?}");
        case.says = vec![".env".into()];
        cases.push(case);
        let mut case = with("env_file", "x.env").file("x.env", text);
        case.name = format!("env_file {text:?}");
        case.says = vec!["x.env".into()];
        cases.push(case);
    }
    for path in [
        "/no/such.yaml",
        "nope.yaml",
        "folder",
        "a.yml,b.yml",
        "a.yml b.yml",
        "/dev/zero",
        "/dev/null",
        "compose.yaml\nnope.yaml",
        "*.yaml",
        "~",
        "-",
    ] {
        let case = Case::inputs("plan", &[("compose-file", path)])
            .file("folder/x", "")
            .file("compose.yaml", "services: {a: {image: x}}");
        cases.push(case);
    }
    cases.push(huge("a deep list in one line", format!("a: {}", "[".repeat(100_000))));
    cases.push(huge("a deep mapping in one line", format!("a: {}", "{a: ".repeat(50_000))));
    cases.push(huge("a deep block", (0..3_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect()));
    cases.push(huge("ten million blanks", " ".repeat(10_000_000)));
    cases.push(huge("aliases of aliases", aliases()));
    cases.push(huge("a file that is no text", "\u{fffd}".into()));
    let binary =
        Case::inputs("plan", &[("compose-file", "compose.yaml")]).file("compose.yaml", [0xff, 0xfe, 0, 0x80]);
    cases.push(binary.says("UTF-8"));
    cases
}

fn huge(name: &str, text: String) -> Case {
    let mut case = Case::compose(&text);
    case.name = name.to_owned();
    case
}

/// Ten to the tenth scalars, if somebody writes them all out.
fn aliases() -> String {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..10 {
        let above = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{above}]\n");
    }
    text
}
