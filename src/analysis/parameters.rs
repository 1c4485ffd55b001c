//! Parameters of analyses, and requests with checked values.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::Analysis;
use super::red_list_layers::StatusLayers;
use crate::explorer::{Clauses, View};
use crate::layers::{ClassLayer, Ranges};
use crate::photo::filter::{Filter, FilterError, Parsed};
use crate::photo::suggest::did_you_mean;
use crate::pipeline::search_report::SearchReport;
use crate::reference::{Catalogue, VisitorCounts};

/// A parameter of an analysis.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// `NAME=` in the API, `--set NAME=VALUE` on the command line.
    pub name: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// The values that it accepts.
    pub kind: ParameterKind,
    /// The default value; `None` if the parameter is required.
    pub default: Option<&'static str>,
}

/// The values that a parameter accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A whole number between two bounds (inclusive).
    Number(u64, u64),
    /// A concept with scores in this dataset.
    Concept,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A filter; empty selects all photos.
    Filter,
    /// A layer of classes: one of the program, or the user's polygons or raster.
    Layer,
    /// One of some words, or the user's polygons: `polygons:LAYER`.
    Areas(&'static [&'static str]),
    /// The user's visitor counts: a layer, or `all` of them.
    Counts,
}

/// All layers of visitor counts.
pub(super) const ALL_COUNTS: &str = "all";

/// What stands before the name of a layer of polygons.
pub(super) const POLYGONS: &str = "polygons:";

impl ParameterKind {
    /// The name of the kind in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number(..) => "number",
            Self::Concept => "concept",
            Self::Choice(_) | Self::Layer | Self::Areas(_) | Self::Counts => "choice",
            Self::Filter => "filter",
        }
    }

    /// The words that it accepts, if it is a choice.
    pub fn words(self, layers: &Catalogue) -> Vec<String> {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match self {
            Self::Choice(words) => own(words),
            Self::Layer => layers.names(),
            Self::Counts => own(&[ALL_COUNTS]).into_iter().chain(layers.counts()).collect(),
            Self::Areas(words) => {
                let polygons = layers.polygons().into_iter().map(|name| format!("{POLYGONS}{name}"));
                own(words).into_iter().chain(polygons).collect()
            }
            Self::Number(..) | Self::Concept | Self::Filter => Vec::new(),
        }
    }
}

/// An invalid request.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AnalysisError {
    /// The parameter does not exist.
    #[error("{analysis} has no parameter \"{parameter}\"{}{}", listed(.known), did_you_mean(.parameter, .known.iter().copied()))]
    Unknown {
        /// The analysis.
        analysis: &'static str,
        /// The given name.
        parameter: String,
        /// The parameters of the analysis.
        known: Vec<&'static str>,
    },
    /// A required parameter is missing.
    #[error("{analysis} requires the parameter \"{parameter}\": {help}")]
    Missing {
        /// The analysis.
        analysis: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What it does.
        help: String,
    },
    /// The parameter does not accept the value.
    #[error("the parameter \"{parameter}\" takes {allowed}, not \"{value}\"{meant}")]
    Value {
        /// The parameter.
        parameter: &'static str,
        /// The values that it accepts.
        allowed: String,
        /// The given value.
        value: String,
        /// `; did you mean NAME?`, or empty.
        meant: String,
    },
    /// A layer cannot be read.
    #[error("{0}")]
    Layer(String),
}

impl AnalysisError {
    /// There are no scores of a concept.
    pub(super) fn no_concept(parameter: &'static str, concept: &str, view: &View) -> Self {
        let concepts = view.concepts();
        let meant = did_you_mean(concept, concepts.iter().map(String::as_str));
        let allowed = match concepts[..] {
            [] => "a concept with scores, and this dataset has none yet (`gleaner score`)".to_owned(),
            _ => format!("a concept with scores in this dataset ({})", concepts.join(", ")),
        };
        Self::Value { parameter, allowed, value: concept.to_owned(), meant }
    }
}

impl Parameter {
    /// Checks a value, as far as it does not depend on the dataset.
    fn check(&self, value: &str, layers: &Catalogue) -> Result<(), AnalysisError> {
        let refuse = |allowed: String, meant: String| AnalysisError::Value {
            parameter: self.name,
            allowed,
            value: value.to_owned(),
            meant,
        };
        match self.kind {
            ParameterKind::Number(least, most) if !value.parse().is_ok_and(|n: u64| (least..=most).contains(&n)) => {
                Err(refuse(format!("a whole number from {least} to {most}"), String::new()))
            }
            ParameterKind::Choice(words) if !words.contains(&value) => {
                Err(refuse(words.join(", "), did_you_mean(value, words.iter().copied())))
            }
            ParameterKind::Layer | ParameterKind::Areas(_) | ParameterKind::Counts => {
                let words = self.kind.words(layers);
                if words.iter().any(|word| word == value) {
                    return Ok(());
                }
                let more = match self.kind {
                    ParameterKind::Areas(_) if layers.polygons().is_empty() => {
                        "; `gleaner reference add` adds layers of polygons"
                    }
                    ParameterKind::Counts => "; `gleaner reference add --kind counts` adds layers of visitor counts",
                    _ => "",
                };
                let meant = did_you_mean(value, words.iter().map(String::as_str));
                Err(refuse(words.join(", "), format!("{meant}{more}")))
            }
            ParameterKind::Filter => match placed(value, layers) {
                Ok(_) => Ok(()),
                Err(err) => Err(refuse("a filter".to_owned(), format!(": {err}"))),
            },
            _ => Ok(()),
        }
    }
}

/// A filter with the areas of its layers.
fn placed(text: &str, layers: &Catalogue) -> Result<Filter, FilterError> {
    text.parse::<Parsed>()?.placed(Some(layers))
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!("; it has {}", names.join(", ")) }
}

/// A request for an analysis, with checked parameters.
#[derive(Clone)]
pub struct Request {
    /// The requested analysis.
    pub analysis: &'static Analysis,
    /// The clauses of the filter that apply when the values of a field are counted.
    pub clauses: Clauses,
    values: BTreeMap<&'static str, String>,
    layers: Arc<Catalogue>,
    reports: Vec<SearchReport>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("analysis", &self.analysis)
            .field("values", &self.values)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Request {
    /// Checks the given parameters. Layers are those of the program.
    pub fn new(
        analysis: &'static Analysis,
        clauses: Clauses,
        given: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, AnalysisError> {
        Self::with_layers(analysis, clauses, given, &Arc::default())
    }

    /// The same with the layers of a user.
    pub fn with_layers(
        analysis: &'static Analysis,
        clauses: Clauses,
        given: impl IntoIterator<Item = (String, String)>,
        layers: &Arc<Catalogue>,
    ) -> Result<Self, AnalysisError> {
        let defaults = analysis.parameters.iter().filter_map(|known| Some((known.name, known.default?.to_owned())));
        let mut values: BTreeMap<_, _> = defaults.collect();
        for (name, value) in given {
            let Some(parameter) = analysis.parameters.iter().find(|known| known.name == name) else {
                let known = analysis.parameters.iter().map(|known| known.name).collect();
                return Err(AnalysisError::Unknown { analysis: analysis.name, parameter: name, known });
            };
            parameter.check(&value, layers)?;
            values.insert(parameter.name, value);
        }
        if let Some(missing) = analysis.parameters.iter().find(|parameter| !values.contains_key(parameter.name)) {
            let help = missing.help.to_owned();
            return Err(AnalysisError::Missing { analysis: analysis.name, parameter: missing.name, help });
        }
        Ok(Self { analysis, clauses, values, layers: Arc::clone(layers), reports: Vec::new() })
    }

    /// With the reports of the dataset's searches, which the columns do not have.
    pub fn with_reports(self, reports: Vec<SearchReport>) -> Self {
        Self { reports, ..self }
    }

    /// The reports of the dataset's searches.
    pub(super) fn reports(&self) -> &[SearchReport] {
        &self.reports
    }

    /// Runs the analysis.
    pub fn answer(&self, view: &View) -> Result<super::Answer, AnalysisError> {
        (self.analysis.run)(view, self)
    }

    /// The value of a parameter; empty if the analysis has no parameter with this name.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The value of a parameter that is a filter.
    pub fn filter(&self, name: &str) -> Filter {
        placed(self.text(name), &self.layers).unwrap_or_default()
    }

    /// The layer with this name.
    pub fn layer(&self, name: &str) -> Result<Arc<ClassLayer>, AnalysisError> {
        self.layers.open(name).map_err(|err| AnalysisError::Layer(err.to_string()))
    }

    /// The tables of taxa with Red List categories: the layer's name, which data it is, and the categories.
    pub(super) fn statuses(&self) -> Result<StatusLayers, AnalysisError> {
        self.layers.statuses().map(StatusLayers).map_err(|err| AnalysisError::Layer(err.to_string()))
    }

    /// All layers of ranges of species, with which data they are.
    pub fn ranges(&self) -> Result<Vec<(String, Arc<Ranges>)>, AnalysisError> {
        self.layers.ranges().map_err(|err| AnalysisError::Layer(err.to_string()))
    }

    /// The layers of visitor counts that a parameter names, with which data they are.
    pub fn visitor_counts(&self, name: &str) -> Result<Vec<(String, Arc<VisitorCounts>)>, AnalysisError> {
        let one = self.text(name);
        let names = if one == ALL_COUNTS { self.layers.counts() } else { vec![one.to_owned()] };
        let read = |name: &String| self.layers.visitor_counts(name);
        names.iter().map(|name| read(name).map_err(|err| AnalysisError::Layer(err.to_string()))).collect()
    }

    /// The value of a numeric parameter.
    pub fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_default()
    }
}
