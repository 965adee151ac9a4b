//! Projects and env files that are made at random, the same ones each time.

use std::fmt::Write as _;

use super::cases::Case;
use super::corpus::env_file;

/// Keys of a service with values to choose from. All of them are right by themselves; what they make together may not be.
const KEYS: [(&str, &[&str]); 26] = [
    ("image", &["a", "b:1", "'c:${TAG}'", "!override d"]),
    ("command", &["run --fast", "[a, 'b c']", "[]", "!reset null", "~", "\"sh -c 'x $$Y'\""]),
    ("entrypoint", &["/e", "[e, f]", "!override [g]", "!reset null"]),
    (
        "environment",
        &[
            "{A: 1, B: two}",
            "[A=x, C]",
            "{A: , GIVEN: }",
            "{B: !reset null}",
            "!override {D: 0022}",
            "!reset null",
            "{E: '$GIVEN', A: true}",
            "[GIVEN, 'F=${UNSET:-d}']",
            "{A: 1_000, Z: 1e21}",
            "{}",
        ],
    ),
    (
        "env_file",
        &[
            "app.env",
            "[app.env, second.env]",
            "[{path: gone.env, required: false}]",
            "!override second.env",
            "!reset null",
        ],
    ),
    ("labels", &["{a: 1}", "[a=2, b]", "{a: }", "{c: '$TAG'}", "!override {d: x}", "{a: !reset null}"]),
    (
        "depends_on",
        &[
            "[s1]",
            "{s1: {condition: service_healthy}}",
            "{s2: {condition: service_started, required: false}}",
            "!reset []",
            "!override [s2]",
        ],
    ),
    (
        "healthcheck",
        &[
            "{test: a}",
            "{test: [CMD, b], retries: 2}",
            "{interval: 5s, timeout: 1m}",
            "{disable: true}",
            "!reset null",
            "{start_period: 1m30s, test: [CMD-SHELL, c]}",
        ],
    ),
    (
        "networks",
        &[
            "[front]",
            "{front: {aliases: [x]}}",
            "{back: , front: {aliases: [y, z]}}",
            "!override [default]",
            "!reset null",
            "{front: {ipv4_address: 10.1.0.9}}",
        ],
    ),
    (
        "ports",
        &[
            "['80']",
            "['${PORT:-8081}:81', '82/udp']",
            "[{target: 83, published: '8083'}]",
            "['127.0.0.1::84']",
            "!reset []",
            "!override ['85-86']",
            "['8087-8088:87-88']",
        ],
    ),
    ("expose", &["[80]", "['81', 82]", "!reset null"]),
    (
        "volumes",
        &[
            "['data:/d']",
            "['./h:/d:ro']",
            "[/anon, 'more:/m']",
            "[{type: tmpfs, target: /t, tmpfs: {size: 1m}}]",
            "!override ['data:/x']",
            "[{type: bind, source: ./b, target: /d}]",
            "!reset []",
        ],
    ),
    ("tmpfs", &["/run", "[/run, /tmp]", "!override [/var]"]),
    ("configs", &["[settings]", "[{source: settings, target: /c, mode: 0440}]", "!reset null"]),
    ("secrets", &["[token]", "[{source: token, target: t, uid: '5'}]"]),
    (
        "deploy",
        &[
            "{replicas: 2}",
            "{resources: {limits: {cpus: '0.5'}}}",
            "{resources: {limits: {memory: 1g, pids: 9}}}",
            "!reset null",
        ],
    ),
    ("mem_limit", &["64m", "1g", "!reset null"]),
    ("ulimits", &["{nofile: 5}", "{nofile: {soft: 1, hard: 2}}", "{nproc: 7}", "!override {core: 0}"]),
    ("extra_hosts", &["['a:1.1.1.1']", "{b: 2.2.2.2}", "['a=3.3.3.3']"]),
    ("user", &["u", "'1000'", "!reset null", "'${GIVEN}'"]),
    ("restart", &["always", "'no'", "on-failure:3", "!reset null"]),
    ("cap_add", &["[A]", "[B, A]", "!override [C]"]),
    ("sysctls", &["{a: 1}", "[b=2]", "{a: }"]),
    ("stop_grace_period", &["10s", "1m30s", "!reset null"]),
    ("init", &["true", "false", "'true'", "!reset null"]),
    ("extends", &["s1", "{service: s2}"]),
];

/// What lines of an env file are made of.
const NAMES: [&str; 8] = ["A", "B", "C", "GIVEN", "export A", "A_1", " B ", "C "];
const BETWEEN: [&str; 5] = ["=", "=", "= ", " =", ": "];
const PIECES: [&str; 30] = [
    "x",
    "#",
    " #",
    "$A",
    "${B}",
    "${C:-d}",
    "${UNSET-e}",
    "'",
    "\"",
    "\\n",
    "\\\\",
    "\\\"",
    "$$",
    "$",
    " ",
    "=",
    ":",
    "é",
    "\\$",
    "\\'",
    "\\0101",
    "${A:+y}",
    "'q'",
    "\"r $A\"",
    "#f0",
    "\t",
    "{",
    "}",
    "0",
    "\\t",
];

/// Random numbers: xorshift, whose quality is of no matter here.
struct Dice(u64);

impl Dice {
    fn new(seed: u64, kind: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ kind.wrapping_mul(0xd1b5_4a32_d192_ed03) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<'a, T>(&mut self, choice: &'a [T]) -> &'a T {
        &choice[self.below(choice.len())]
    }
}

/// One to three files with services `s0` to `s2`.
pub(super) fn project(seed: u64) -> Case {
    let mut dice = Dice::new(seed, 1);
    let count = 1 + dice.below(3);
    let mut texts = Vec::new();
    for file in 0..count {
        let mut text = "services:\n".to_owned();
        for name in ["s0", "s1", "s2"] {
            if file > 0 && name != "s0" && dice.below(3) == 0 {
                continue;
            }
            writeln!(text, "  {name}:").unwrap();
            let mut used = Vec::new();
            if file == 0 {
                text.push_str("    image: x\n");
                used.push("image");
            }
            for _ in 0..=dice.below(4) {
                let (key, values) = dice.of(&KEYS);
                // Only the first service extends and depends: circles have cases of their own.
                let fits = name == "s0" || !matches!(*key, "extends" | "depends_on");
                if fits && !used.contains(key) {
                    used.push(key);
                    writeln!(text, "    {key}: {}", dice.of(values)).unwrap();
                }
            }
            if used.is_empty() {
                text.push_str("    tty: true\n");
            }
        }
        if file == 0 {
            text.push_str("networks: {front: , back: }\nvolumes: {data: , more: }\n");
            text.push_str("configs: {settings: {content: c}}\nsecrets: {token: {file: ./secret.txt}}\n");
        }
        texts.push(text);
    }
    Case::of(format!("random project {seed}"), &texts)
}

/// Env files of one to five lines.
pub(super) fn env_files(seed: u64) -> Case {
    let mut dice = Dice::new(seed, 2);
    let mut text = String::new();
    for _ in 0..=dice.below(5) {
        text.push_str(dice.of::<&str>(&NAMES));
        if dice.below(12) > 0 {
            text.push_str(dice.of::<&str>(&BETWEEN));
            let quote = *dice.of(&["", "", "'", "\""]);
            text.push_str(quote);
            for _ in 0..dice.below(5) {
                text.push_str(dice.of::<&str>(&PIECES));
            }
            text.push_str(quote);
        }
        text.push('\n');
    }
    env_file(&format!("random env file {seed}"), &text)
}
