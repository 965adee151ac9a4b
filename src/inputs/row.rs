//! One row for each input: its name, default, scope, kind and help. Whatever all inputs share is computed from the rows: flags
//! and `INPUT_*`, what is secret, what is for one kind of cluster only, what no program could take.
//!
//! GitHub passes every input as `INPUT_<NAME>`, an unset one as an empty string. To clap an empty variable is a value; here
//! empty counts as not given.

use clap::{Arg, ArgMatches, Command};
use secrecy::{ExposeSecret as _, SecretString};

/// An input.
#[derive(Debug)]
pub(crate) struct InputRow {
    /// As in action.yml, and as the flag is called.
    pub(crate) name: &'static str,
    /// What stands for its value in help.
    pub(crate) value: &'static str,
    /// Its default; nothing where there is none.
    pub(crate) default: &'static str,
    /// Under what it stands in help and in docs/inputs.md.
    pub(crate) heading: &'static str,
    /// What it is.
    pub(crate) help: &'static str,
    pub(crate) kind: InputKind,
    pub(crate) scope: Scope,
}

/// What a value is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// Text that its own judge knows.
    Text,
    /// One line.
    Line,
    /// Lines; no program takes a NUL in them.
    Lines,
    /// A command of the user's; passwords are among its words.
    Command,
    /// `KEY=VALUE` lines; passwords are among them, and a wrong line is told by its number.
    Variables,
    /// `true` or `false`; the flag alone is `true`.
    Truth,
    /// Nobody may show it.
    Secret,
}

/// For which clusters an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// For all.
    Any,
    /// For one that the gate builds.
    Built,
    /// For one that is there already.
    Attached,
}

impl InputRow {
    /// The flag, without its variable.
    pub(super) fn flag(&self) -> Arg {
        let arg = Arg::new(self.name)
            .long(self.name)
            .value_name(self.value)
            .help_heading(self.heading)
            .help(self.help.trim().trim_end_matches('.'));
        match self.kind {
            InputKind::Secret => arg.hide_env_values(true),
            InputKind::Truth => arg.default_value(self.default).num_args(0..=1).default_missing_value("true"),
            _ => arg.default_value(self.default),
        }
    }

    /// The flag, with its variable.
    pub(super) fn arg(&self) -> Arg {
        self.flag().env(self.variable())
    }

    /// The variable that a runner hands the input over in: in capitals, hyphens stay.
    pub(super) fn variable(&self) -> String {
        format!("INPUT_{}", self.name.to_uppercase())
    }
}

/// A value as it was given.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Secret(Option<&'a SecretString>),
}

/// What can hold a value.
pub(super) trait Field {
    fn read(row: &InputRow, matches: &ArgMatches) -> Self;
    fn value(&self) -> Value<'_>;
}

/// What was given; nothing where the command has no such flag.
fn given<'a>(row: &InputRow, matches: &'a ArgMatches) -> Option<&'a String> {
    matches.try_get_one(row.name).ok().flatten()
}

impl Field for String {
    fn read(row: &InputRow, matches: &ArgMatches) -> Self {
        let given = given(row, matches).map_or("", String::as_str);
        match given.trim() {
            "" => row.default.to_owned(),
            _ if row.kind == InputKind::Variables => given.to_owned(),
            text => text.to_owned(),
        }
    }

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Field for Option<SecretString> {
    fn read(row: &InputRow, matches: &ArgMatches) -> Self {
        let given = given(row, matches).cloned().map(SecretString::from);
        given.filter(|text| !text.expose_secret().trim().is_empty())
    }

    fn value(&self) -> Value<'_> {
        Value::Secret(self.as_ref())
    }
}

/// Inputs that belong together.
pub(crate) trait Family {
    /// Their rows, in the order of help and docs.
    const ROWS: &'static [InputRow];

    /// What was given for each row.
    fn values(&self) -> Vec<(&'static InputRow, Value<'_>)>;
}

/// The command with a flag for each row.
pub(super) fn with_flags(command: Command, rows: &'static [InputRow]) -> Command {
    command.args(rows.iter().map(InputRow::arg))
}

/// Defines a family: a struct for clap with what was given, and a row for each field.
///
/// ```text
/// /// Help of the input, which is its line in the docs as well.
/// field: Type = "name" VALUE, Kind, Scope, "default";
/// ```
macro_rules! family {
    (
        $(#[$about:meta])* $name:ident, $heading:literal;
        $( $(#[doc = $help:literal])+ $field:ident: $type:ty = $input:literal $value:literal, $kind:ident, $scope:ident, $default:expr $(, in $other:literal)?; )+
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $( $(#[doc = $help])+ pub $field: $type, )+
        }

        impl $crate::inputs::row::Family for $name {
            const ROWS: &'static [$crate::inputs::row::InputRow] = &[$($crate::inputs::row::InputRow {
                name: $input,
                value: $value,
                default: $default,
                heading: $crate::inputs::row::family!(@heading $heading $(, $other)?),
                help: concat!($($help),+),
                kind: $crate::inputs::row::InputKind::$kind,
                scope: $crate::inputs::row::Scope::$scope,
            }),+];

            fn values(&self) -> Vec<(&'static $crate::inputs::row::InputRow, $crate::inputs::row::Value<'_>)> {
                let values = [$($crate::inputs::row::Field::value(&self.$field)),+];
                Self::ROWS.iter().zip(values).collect()
            }
        }

        impl clap::Args for $name {
            fn augment_args(command: clap::Command) -> clap::Command {
                $crate::inputs::row::with_flags(command, <Self as $crate::inputs::row::Family>::ROWS)
            }

            fn augment_args_for_update(command: clap::Command) -> clap::Command {
                Self::augment_args(command)
            }
        }

        impl clap::FromArgMatches for $name {
            fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
                let mut rows = <Self as $crate::inputs::row::Family>::ROWS.iter();
                // As many rows as fields, in their order: the same lines made both.
                let mut next = || rows.next().ok_or_else(|| clap::Error::new(clap::error::ErrorKind::Format));
                Ok(Self { $( $field: $crate::inputs::row::Field::read(next()?, matches), )+ })
            }

            fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }
    };
    (@heading $heading:literal) => { $heading };
    (@heading $heading:literal, $other:literal) => { $other };
}
pub(super) use family;
