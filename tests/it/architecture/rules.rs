//! Rules about single files: who may name what, and how they look.

use super::tree::{File, Finding, Tree};

/// Something that is allowed in spite of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exception<'a> {
    pub(super) file: &'a str,
    /// What it may name; empty where the rule says the rest.
    pub(super) name: &'a str,
    pub(super) why: &'a str,
}

impl Exception<'_> {
    fn covers(&self, file: &File, name: &str) -> bool {
        file.path == self.file && (self.name.is_empty() || self.name == name)
    }
}

/// Reads of the environment (variables, arguments, the working folder), and flags that read it through clap.
pub(super) fn environment(tree: &Tree, owner: &str, exceptions: &[Exception<'_>]) -> Vec<Finding> {
    const REMEDY: &str = "Read it in src/inputs.rs or a file below it, and hand it down as an input";
    let mut found = Vec::new();
    for file in sources(tree).filter(|file| file.room() != owner) {
        for named in &file.paths {
            let module = named.parts.iter().position(|part| part == "env");
            let Some(name) = module.map(|at| named.parts.get(at + 1).map_or("", String::as_str)) else {
                continue;
            };
            // Constants of the build are no environment; a lone word `env` is a variable of ours.
            let harmless = name == "consts" || (name.is_empty() && !named.imported);
            if !harmless && !exceptions.iter().any(|exception| exception.covers(file, name)) {
                let what = format!("{} reads the environment", named.parts.join("::"));
                found.push(file.finding(named.line, what, REMEDY));
            }
        }
        if exceptions.iter().any(|exception| exception.covers(file, "#[arg(env)]")) {
            continue;
        }
        found.extend(clap_flags(file).map(|line| {
            let what = "a flag's `env` reads the environment".to_owned();
            file.finding(line, what, REMEDY)
        }));
    }
    found
}

/// Lines with an `env` inside `#[arg(…)]`.
fn clap_flags(file: &File) -> impl Iterator<Item = usize> {
    let mut attribute = 0;
    file.tokens.iter().enumerate().filter_map(move |(at, token)| {
        let before = |n: usize| at.checked_sub(n).map_or("", |at| file.tokens[at].text.as_str());
        match token.text.as_str() {
            "(" if attribute > 0 => attribute += 1,
            "(" if before(1) == "arg" && before(2) == "[" && before(3) == "#" => attribute = 1,
            ")" if attribute > 0 => attribute -= 1,
            "env" if attribute == 1 => return Some(token.line),
            _ => {}
        }
        None
    })
}

/// Uses of standard output and standard error outside their owners (files, or folders that end with `/`).
pub(super) fn standard_streams(tree: &Tree, owners: &[&str], exceptions: &[Exception<'_>]) -> Vec<Finding> {
    const STREAMS: [&str; 4] = ["stdout", "stderr", "Stdout", "Stderr"];
    let mut found = Vec::new();
    for file in sources(tree).filter(|file| !owners.iter().any(|owner| file.path.starts_with(owner))) {
        for named in &file.paths {
            let stream =
                named.parts.windows(2).find(|pair| pair[0] == "io" && STREAMS.contains(&pair[1].as_str()));
            let Some(stream) = stream.map(|pair| pair[1].as_str()) else { continue };
            if !exceptions.iter().any(|exception| exception.covers(file, stream)) {
                let what = format!("{} touches a standard stream", named.parts.join("::"));
                found.push(file.finding(named.line, what, "Send an event; the console prints it"));
            }
        }
    }
    found
}

/// Pauses outside the one place that waits.
pub(super) fn pauses(tree: &Tree, owner: &str, exceptions: &[Exception<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in sources(tree).filter(|file| file.path != owner) {
        for named in &file.paths {
            let pause = named.parts.iter().find(|part| *part == "sleep" || *part == "sleep_until");
            let Some(pause) = pause.filter(|_| named.imported || named.parts.len() > 1) else { continue };
            if !exceptions.iter().any(|exception| exception.covers(file, pause)) {
                let what = format!("{} is a wait of its own", named.parts.join("::"));
                found.push(file.finding(named.line, what, "Say what is waited for to basics::wait"));
            }
        }
    }
    found
}

/// Printing macros, in tests too.
pub(super) fn printing(tree: &Tree) -> Vec<Finding> {
    const MACROS: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];
    let mut found = Vec::new();
    for file in sources(tree) {
        for three in file.tokens.windows(3) {
            let [name, mark, open] = three else { continue };
            let call = mark.text == "!" && matches!(open.text.as_str(), "(" | "[" | "{");
            if call && MACROS.contains(&name.text.as_str()) {
                let what = format!("{}! prints past the console", name.text);
                found.push(file.finding(
                    name.line,
                    what,
                    "Send an event, or write to the writer that you were given",
                ));
            }
        }
    }
    found
}

/// Files with more lines than `most`, and exceptions that are needed no more.
pub(super) fn long_files(tree: &Tree, most: usize, exceptions: &[Exception<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        let lines = file.text.lines().count();
        let excused = exceptions.iter().any(|exception| exception.covers(file, ""));
        if lines > most && !excused {
            let what = format!("{lines} lines, and {most} are the most");
            found.push(file.finding(most + 1, what, "Take out the part that has a name of its own"));
        } else if lines <= most && excused {
            let what = format!("{lines} lines need no exception");
            found.push(file.finding(1, what, "Remove it from tests/it/architecture.rs"));
        }
    }
    found
}

/// Files named `mod.rs` or `lib.rs` without a story on top.
pub(super) fn stories(tree: &Tree) -> Vec<Finding> {
    let rooms = sources(tree).filter(|file| file.path.ends_with("/mod.rs") || file.path.ends_with("/lib.rs"));
    let silent = rooms.filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        first.strip_prefix("//!").is_none_or(|story| story.trim().is_empty())
    });
    let findings = silent.map(|file| {
        let what = "no story on top".to_owned();
        file.finding(1, what, "Say in `//!` what the room is for and how its files work together")
    });
    findings.collect()
}

fn sources(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files.iter().filter(|file| file.path.starts_with("src/"))
}

#[cfg(test)]
mod tests;
