//! What a runner makes of a step's output: commands are obeyed, secrets masked, the rest is shown.
//!
//! By the rules of `ActionCommand.cs` and `ActionCommandManager.cs`: two parsers look at each line, `::name props::data`
//! after blanks at its start, and `##[name props]data` anywhere in it.

/// A log after the runner has read it.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The lines as a reader of the page sees them.
    pub(super) shown: Vec<String>,
    /// Annotations: level, title, message.
    pub(super) annotations: Vec<(String, String, String)>,
    /// Everything that was said before the first mask, without the commands.
    pub(super) before_masks: usize,
    masks: Vec<String>,
    stopped: Option<String>,
}

impl Log {
    pub(super) fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut log = Self::default();
        for line in lines {
            log.line(line);
        }
        assert_eq!(log.stopped, None, "commands were stopped and never resumed");
        log
    }

    fn line(&mut self, line: &str) {
        if let Some((name, properties, data)) = command(line) {
            match (&self.stopped, name) {
                (Some(token), name) if name == token => return self.stopped = None,
                (Some(_), _) => {}
                (None, "stop-commands") => {
                    assert!(data.len() > 6, "the token {data:?} can be guessed");
                    return self.stopped = Some(data.to_owned());
                }
                (None, "add-mask") => {
                    assert!(!data.trim().is_empty(), "an empty mask");
                    return self.masks.extend(unescaped(data).lines().map(str::to_owned));
                }
                (None, level @ ("error" | "warning" | "notice")) => {
                    let title = properties.split(',').find_map(|pair| pair.strip_prefix("title="));
                    let said = (level.to_owned(), unescaped(title.unwrap_or_default()), unescaped(data));
                    return self.annotations.push(said);
                }
                (None, "group" | "endgroup" | "debug") => {}
                (None, other) => panic!("the runner does not know {other}: {line}"),
            }
        }
        if self.masks.is_empty() {
            self.before_masks += 1;
        }
        let masked = self.masks.iter().fold(line.to_owned(), |line, secret| line.replace(secret, "***"));
        self.shown.push(masked);
    }

    /// All that is shown.
    pub(super) fn text(&self) -> String {
        self.shown.join("\n")
    }
}

/// Name, properties and data of a command.
fn command(line: &str) -> Option<(&str, &str, &str)> {
    let (inner, data) = match line.trim_start().strip_prefix("::") {
        Some(rest) => rest.split_once("::")?,
        None => line.split_once("##[")?.1.split_once(']')?,
    };
    let (name, properties) = inner.split_once(' ').unwrap_or((inner, ""));
    (!name.is_empty()).then_some((name, properties, data))
}

fn unescaped(text: &str) -> String {
    [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn commands_are_obeyed_but_not_while_they_are_stopped() {
    let log = Log::read([
        "hello",
        "  ::add-mask::geheim",
        "a geheim b",
        "::error file=a,title=x%3Ay::one%0Atwo",
        "::stop-commands::token-of-mine",
        "::error::forged",
        "it says ##[error]forged",
        "::token-of-mine::",
        "it says ##[warning]legacy",
    ]);
    assert_eq!(log.before_masks, 1);
    assert_eq!(log.shown[..2], ["hello", "a *** b"]);
    assert_eq!(log.annotations.len(), 2);
    assert_eq!(log.annotations[0], ("error".into(), "x:y".into(), "one\ntwo".into()));
    assert_eq!(log.annotations[1].2, "legacy");
}
