//! The options of the export formats as command-line arguments, built from the registry.

use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::export::{ExportOption, OptionKind};

/// The given options by name. Whether the format has them is checked later.
#[derive(Clone, Debug, Default)]
pub struct FormatOptions(Vec<(String, String)>);

impl FormatOptions {
    /// Names and values.
    pub fn given(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().cloned()
    }
}

fn argument(option: &'static ExportOption, formats: &[&str]) -> Arg {
    let arg = Arg::new(option.name)
        .long(option.name)
        .visible_aliases(option.aliases.iter().copied())
        .value_name(option.value_name)
        .help(format!("With {}: {}", formats.join(", "), uncapitalised(option.help)))
        .help_heading("Format options");
    let arg = match option.kind {
        OptionKind::Words(words) => arg.value_parser(PossibleValuesParser::new(words)),
        OptionKind::Text | OptionKind::Share | OptionKind::Path => arg,
    };
    option.default.into_iter().fold(arg, Arg::default_value)
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

impl Args for FormatOptions {
    fn augment_args(command: Command) -> Command {
        ExportOption::all()
            .into_iter()
            .fold(command, |command, (option, formats)| command.arg(argument(option, &formats)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FormatOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        let given = |option: &&ExportOption| matches.value_source(option.name) == Some(ValueSource::CommandLine);
        let options = ExportOption::all().into_iter().map(|(option, _)| option).filter(given);
        let values = options.filter_map(|option| Some((option.name, matches.get_one::<String>(option.name)?)));
        self.0 = values.map(|(name, value)| (name.to_owned(), value.clone())).collect();
        Ok(())
    }
}
