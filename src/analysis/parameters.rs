//! What can be asked of an analysis beside the filter.

use std::collections::BTreeMap;

use thiserror::Error;

use super::Analysis;
use crate::explorer::{Clauses, View};

/// A parameter of an analysis.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// `NAME=` in the API, `--set NAME=VALUE` on the command line.
    pub name: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// What values it takes.
    pub kind: ParameterKind,
    /// The value where none is given; absent: it must be given.
    pub default: Option<&'static str>,
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A whole number between two bounds, both included.
    Number(u64, u64),
    /// A concept with scores in this dataset.
    Concept,
}

/// An analysis that cannot be answered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AnalysisError {
    /// There is no such parameter.
    #[error("{analysis} has no parameter \"{parameter}\"{}", listed(.known))]
    Unknown {
        /// The analysis.
        analysis: &'static str,
        /// What was given.
        parameter: String,
        /// The parameters that it has.
        known: Vec<&'static str>,
    },
    /// A parameter has no default and was not given.
    #[error("{analysis} needs the parameter \"{parameter}\": {help}")]
    Missing {
        /// The analysis.
        analysis: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What it does.
        help: String,
    },
    /// A value is not one that the parameter takes.
    #[error("the parameter \"{parameter}\" takes {allowed}, not \"{value}\"")]
    Value {
        /// The parameter.
        parameter: &'static str,
        /// What it takes.
        allowed: String,
        /// What was given.
        value: String,
    },
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!("; it has {}", names.join(", ")) }
}

/// What is asked of an analysis.
#[derive(Clone, Debug)]
pub struct Request {
    /// The analysis that is asked.
    pub analysis: &'static Analysis,
    /// Which clauses count where the values of a field are counted.
    pub clauses: Clauses,
    values: BTreeMap<&'static str, String>,
}

impl std::fmt::Debug for Analysis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Request {
    /// Checks the parameters that were given.
    pub fn new(
        analysis: &'static Analysis,
        clauses: Clauses,
        given: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, AnalysisError> {
        let defaults = analysis.parameters.iter().filter_map(|known| Some((known.name, known.default?.to_owned())));
        let mut values: BTreeMap<_, _> = defaults.collect();
        for (name, value) in given {
            let Some(parameter) = analysis.parameters.iter().find(|known| known.name == name) else {
                let known = analysis.parameters.iter().map(|known| known.name).collect();
                return Err(AnalysisError::Unknown { analysis: analysis.name, parameter: name, known });
            };
            if let ParameterKind::Number(least, most) = parameter.kind
                && !value.parse().is_ok_and(|number: u64| (least..=most).contains(&number))
            {
                let allowed = format!("a whole number from {least} to {most}");
                return Err(AnalysisError::Value { parameter: parameter.name, allowed, value });
            }
            values.insert(parameter.name, value);
        }
        if let Some(missing) = analysis.parameters.iter().find(|parameter| !values.contains_key(parameter.name)) {
            let help = missing.help.to_owned();
            return Err(AnalysisError::Missing { analysis: analysis.name, parameter: missing.name, help });
        }
        Ok(Self { analysis, clauses, values })
    }

    /// Answers it.
    pub fn answer(&self, view: &View) -> Result<super::Answer, AnalysisError> {
        (self.analysis.run)(view, self)
    }

    /// The value of a parameter; empty where the analysis has none of this name.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The value of a parameter that is a number.
    pub fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_default()
    }
}
