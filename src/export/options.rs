//! Options of a format: described once, read from the command line or from the API's query.

use std::collections::BTreeMap;
use std::path::Path;

use thiserror::Error;

use super::{EXPORTS, ExportFormat};

/// An option of an export format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportOption {
    /// `--NAME` on the command line, `NAME=` in the API.
    pub name: &'static str,
    /// Older names that are still accepted.
    pub aliases: &'static [&'static str],
    /// The kind of value.
    pub kind: OptionKind,
    /// The placeholder of the value in `--help`.
    pub value_name: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// The default value.
    pub default: Option<&'static str>,
}

/// The kind of an option's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// Any text.
    Text,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number from 0 to 1.
    Share,
    /// The path of a file or folder on this computer. The API does not accept it.
    Path,
}

/// An invalid option.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OptionError {
    /// No format has it.
    #[error("there is no option `{0}`")]
    Unknown(String),
    /// It belongs to other formats.
    #[error("the option `{option}` belongs to the format {formats}, not to {format}")]
    OfAnother {
        /// The option.
        option: &'static str,
        /// The formats that have it.
        formats: String,
        /// The format that was asked for.
        format: &'static str,
    },
    /// It has no effect on a file.
    #[error("the option `{0}` is for a MongoDB database, and this export writes a file")]
    NeedsDatabase(&'static str),
    /// The value is not one of the allowed ones.
    #[error("the option `{option}` takes {allowed}, not \"{value}\"")]
    Value {
        /// The option.
        option: &'static str,
        /// The allowed values.
        allowed: String,
        /// The given value.
        value: String,
    },
}

/// The values of a format's options.
#[derive(Clone, Debug, Default)]
pub struct OptionValues {
    given: BTreeMap<&'static str, String>,
}

impl OptionValues {
    /// Checks the values that were given for a format, by name or older name.
    pub fn of(
        format: &'static ExportFormat,
        given: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, OptionError> {
        let mut values = Self::default();
        for option in format.options {
            values.given.extend(option.default.map(|default| (option.name, default.to_owned())));
        }
        for (name, value) in given {
            let option = find(format, &name)?;
            if let OptionKind::Words(words) = option.kind
                && !words.contains(&value.as_str())
            {
                return Err(OptionError::Value { option: option.name, allowed: words.join(" or "), value });
            }
            let is_share = |value: &str| value.parse().is_ok_and(|share: f64| (0.0..=1.0).contains(&share));
            if option.kind == OptionKind::Share && !is_share(&value) {
                let allowed = "a number from 0 to 1".to_owned();
                return Err(OptionError::Value { option: option.name, allowed, value });
            }
            values.given.insert(option.name, value);
        }
        Ok(values)
    }

    /// The value of an option: the given one, or its default.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// All values except paths of this computer, by name.
    pub fn without_paths(&self, format: &ExportFormat) -> BTreeMap<&'static str, String> {
        let shown = format.options.iter().filter(|option| option.kind != OptionKind::Path);
        shown.filter_map(|option| Some((option.name, self.get(option.name)?.to_owned()))).collect()
    }

    /// The value of an option as a path.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name).map(Path::new)
    }
}

fn find(format: &'static ExportFormat, name: &str) -> Result<&'static ExportOption, OptionError> {
    let named = |format: &'static ExportFormat| format.options.iter().find(|option| option.has_name(name));
    if let Some(option) = named(format) {
        return Ok(option);
    }
    let others: Vec<_> = EXPORTS.iter().filter_map(|other| Some((named(other)?, other.name))).collect();
    let Some((option, _)) = others.first() else { return Err(OptionError::Unknown(name.to_owned())) };
    let formats = others.iter().map(|(_, format)| *format).collect::<Vec<_>>().join(" or ");
    Err(OptionError::OfAnother { option: option.name, formats, format: format.name })
}

impl ExportOption {
    fn has_name(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// All options with the names of the formats that have them, each once.
    pub fn all() -> Vec<(&'static Self, Vec<&'static str>)> {
        let mut all: Vec<(&'static Self, Vec<&'static str>)> = Vec::new();
        for format in EXPORTS {
            for option in format.options {
                match all.iter_mut().find(|(known, _)| known.name == option.name) {
                    Some((_, formats)) => formats.push(format.name),
                    None => all.push((option, vec![format.name])),
                }
            }
        }
        all
    }
}
