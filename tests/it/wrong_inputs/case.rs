//! One wrong input: a call, what lies around it, and what must come of it.

/// A call of the binary and what is expected of it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// What is wrong, for whoever reads a failure.
    pub(super) name: String,
    pub(super) args: Vec<String>,
    pub(super) variables: Vec<(String, String)>,
    /// Files of the folder that the call is made in.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// What the output must have in it.
    pub(super) says: Vec<String>,
}

impl Case {
    /// Nothing yet but its name.
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            args: Vec::new(),
            variables: Vec::new(),
            files: Vec::new(),
            says: Vec::new(),
        }
    }

    /// A `plan` or `run` that is right but for these inputs; the first of them must be named.
    pub(super) fn inputs(command: &str, inputs: &[(&str, &str)]) -> Self {
        let mut case = Self::new(format!("{command} {}", shown(inputs)));
        let mut all = vec![("stable", "11.5.1"), ("release", "11.6.0")];
        for &(name, value) in inputs {
            match all.iter_mut().find(|(other, _)| *other == name) {
                Some(slot) => slot.1 = value,
                None => all.push((name, value)),
            }
        }
        case.args = vec![command.to_owned()];
        case.args.extend(all.iter().map(|(name, value)| format!("--{name}={value}")));
        if let Some((name, _)) = inputs.first() {
            case.says.push((*name).to_owned());
        }
        case
    }

    /// A `plan` of a compose file of the user's own with this text; the file must be named.
    pub(super) fn compose(text: &str) -> Self {
        let mut case = Self::inputs("plan", &[("compose-file", "compose.yaml")]).file("compose.yaml", text);
        case.name = format!("compose file {text:?}");
        case
    }

    pub(super) fn args(mut self, args: &[&str]) -> Self {
        self.args = args.iter().map(|&arg| arg.to_owned()).collect();
        self
    }

    pub(super) fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.files.push((name.to_owned(), content.as_ref().to_vec()));
        self
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn says(mut self, text: &str) -> Self {
        self.says.push(text.to_owned());
        self
    }

    /// What makes it this case and no other.
    pub(super) fn key(&self) -> String {
        format!("{:?} {:?} {:?}", self.args, self.variables, self.files)
    }
}

fn shown(inputs: &[(&str, &str)]) -> String {
    let one = |(name, value): &(&str, &str)| {
        let value: String = value.chars().take(60).collect();
        format!("{name}={value:?}")
    };
    inputs.iter().map(one).collect::<Vec<_>>().join(" ")
}
