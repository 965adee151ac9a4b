//! Each rule on made-up files: what it must find, and what it must leave alone.

use super::*;

/// `file:line` of what a rule finds.
fn at(found: &[Finding]) -> Vec<String> {
    found.iter().map(|finding| format!("{}:{}", finding.file, finding.line)).collect()
}

#[test]
fn reads_of_the_environment_are_found() {
    let exceptions = [("src/a.rs", "args_os"), ("src/g.rs", "#[arg(env)]")];
    let exceptions = exceptions.map(|(file, name)| Exception { file, name, why: "" });
    let tree = Tree::new(&[
        ("src/inputs.rs", "fn f() { std::env::vars_os() }"),
        ("src/inputs/x.rs", "struct S {\n#[arg(env = \"A\")] a: u8 }"),
        ("src/a.rs", "fn f() { std::env::args_os();\nstd::env::var(\"A\") }"),
        ("src/b.rs", "use std::env;"),
        ("src/c.rs", "use std::{env::{consts, var_os}, fmt};"),
        ("src/d.rs", "fn f(env: &[u8]) { env.len(); env!(\"A\"); std::env::consts::OS }"),
        ("src/e.rs", "struct S {\n#[arg(long, default_value_t = f(), env = \"A\")] a: u8, env: u8 }"),
        ("src/f.rs", "#[cfg(test)] mod tests { use std::env; }"),
        ("src/g.rs", "struct S {\n#[arg(env = \"A\")] a: u8 }\nfn f() { std::env::var(\"A\") }"),
    ]);
    let found = at(&environment(&tree, "inputs", &exceptions));
    assert_eq!(found, ["src/a.rs:2", "src/b.rs:1", "src/c.rs:1", "src/e.rs:2", "src/g.rs:3"]);
}

#[test]
fn standard_streams_are_found() {
    let exceptions = [Exception { file: "src/inputs.rs", name: "stdout", why: "" }];
    let tree = Tree::new(&[
        ("src/cli/a.rs", "fn f() { std::io::stdout() }"),
        ("src/inputs.rs", "fn f() { std::io::stdout();\nstd::io::stderr() }"),
        ("src/b.rs", "use std::io::{self, Write};\nfn f() { io::stderr() }"),
        ("src/c.rs", "use std::io::{Stdout, Write};"),
        ("src/d.rs", "fn f(stdout: &str) { g.stdout(true); h.stderr.len() }"),
    ]);
    let found = at(&standard_streams(&tree, &["src/cli/", "src/main.rs"], &exceptions));
    assert_eq!(found, ["src/inputs.rs:2", "src/b.rs:2", "src/c.rs:1"]);
}

#[test]
fn printing_is_found_in_tests_too() {
    let tree = Tree::new(&[
        ("src/a.rs", "// println!(\"a\")\nfn f() {\n println!(\"b\") }"),
        ("src/b.rs", "#[cfg(test)] mod tests { fn f() { std::eprint![\"c\"]; dbg!(d) } }"),
        ("src/c.rs", "fn print(println: bool) -> bool { println != true }"),
    ]);
    assert_eq!(at(&printing(&tree)), ["src/a.rs:3", "src/b.rs:1", "src/b.rs:1"]);
}

#[test]
fn pauses_are_found_wherever_they_hide() {
    let exceptions = [Exception { file: "src/d.rs", name: "sleep", why: "because" }];
    let tree = Tree::new(&[
        ("src/wait.rs", "fn f() { tokio::time::sleep(p) }"),
        ("src/a.rs", "use tokio::time::{Instant, sleep};"),
        ("src/b.rs", "\nfn f() { std::thread::sleep(p); tokio::time::sleep_until(d) }"),
        ("src/c.rs", "fn f(sleep: bool) -> bool { !sleep }"),
        ("src/d.rs", "use tokio::time::{sleep, sleep_until};"),
    ]);
    let found = at(&pauses(&tree, "src/wait.rs", &exceptions));
    assert_eq!(found, ["src/a.rs:1", "src/b.rs:2", "src/b.rs:2", "src/d.rs:1"]);
}

#[test]
fn long_files_and_needless_exceptions_are_found() {
    let exceptions = ["src/b.rs", "tests/it/c.rs"].map(|file| Exception { file, name: "", why: "" });
    let tree = Tree::new(&[
        ("src/a.rs", "\n\n\n"),
        ("src/b.rs", "\n\n\n"),
        ("tests/it/c.rs", "\n\n"),
        ("tests/it/d.rs", "\n\n\n"),
        ("src/e.rs", "\n\n"),
    ]);
    assert_eq!(at(&long_files(&tree, 2, &exceptions)), ["src/a.rs:3", "tests/it/c.rs:1", "tests/it/d.rs:3"]);
}

#[test]
fn silent_rooms_are_found() {
    let tree = Tree::new(&[
        ("src/a/mod.rs", "//! A story.\nmod b;"),
        ("src/b/mod.rs", "mod c;"),
        ("src/c/mod.rs", "//!\nmod d;"),
        ("src/d/mod.rs", ""),
        ("src/e.rs", ""),
    ]);
    assert_eq!(at(&stories(&tree)), ["src/b/mod.rs:1", "src/c/mod.rs:1", "src/d/mod.rs:1"]);
}
