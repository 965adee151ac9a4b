//! Generated parts of files: comparing them, and writing them anew.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::bless;

/// A file of the repository.
pub(super) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Its text.
pub(super) fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("reading {name}: {error}"))
}

/// Tests of one file run beside each other, and with `UPGRADE_GATE_BLESS` they write.
static FILES: Mutex<()> = Mutex::new(());

/// Holds the part `part` of the file `name` to `expected`, or writes it there when asked to bless.
pub(super) fn hold(name: &str, part: &str, expected: &str) {
    let _guard = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let whole = text(name);
    let (before, found, after) = cut(&whole, part)
        .unwrap_or_else(|| panic!("{name} has no line \"generated: {part}\" with a line \"end\" after it"));
    let expected = format!("{}\n", expected.trim_end());
    if found == expected {
        return;
    }
    if bless::asked() {
        // A file is there whole at any moment: other tests read it.
        let part = path(&format!("{name}.part"));
        std::fs::write(&part, format!("{before}{expected}{after}")).unwrap();
        std::fs::rename(&part, path(name)).unwrap();
        return;
    }
    panic!(
        "{name}, part \"{part}\", is not what the code says; UPGRADE_GATE_BLESS=1 cargo test --test it docs:: \
         writes it anew.\n--- found\n{found}--- expected\n{expected}"
    );
}

/// Everything up to the part, the part, everything after it.
fn cut<'a>(whole: &'a str, part: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let is_end = |line: &str| matches!(line.trim(), "<!-- end -->" | "# end");
    let starts = [format!("<!-- generated: {part} -->"), format!("# generated: {part}")];
    let mut at = 0;
    let mut start = None;
    for line in whole.split_inclusive('\n') {
        match start {
            None if starts.iter().any(|wanted| line.trim() == wanted) => start = Some(at + line.len()),
            Some(start) if is_end(line) => return Some((&whole[..start], &whole[start..at], &whole[at..])),
            _ => {}
        }
        at += line.len();
    }
    None
}

/// A Markdown table; a bar inside a cell would end it.
pub(super) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> =
            cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut out = line(&head.map(str::to_owned));
    out += &format!("|{}\n", "---|".repeat(N));
    for row in rows {
        out += &line(&row);
    }
    out
}

/// Words as code, separated by commas; `none` where there are none.
pub(super) fn codes(words: &[impl AsRef<str>], none: &str) -> String {
    if words.is_empty() {
        return none.to_owned();
    }
    let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    words.join(", ")
}

#[test]
fn a_part_is_cut_out_between_its_lines() {
    let whole = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n  # generated: y\n  # end\n";
    let x = cut(whole, "x").unwrap();
    assert_eq!(x, ("a\n<!-- generated: x -->\n", "old\n", "<!-- end -->\nb\n  # generated: y\n  # end\n"));
    assert_eq!(cut(whole, "y").unwrap().1, "");
    assert_eq!(cut(whole, "z"), None);
}
