//! Analyses: questions about the photos that pass a filter. Each has its own file.
//!
//! An analysis reads a [`View`] of the explorer's columns and gives an [`Answer`]: a title, notes and a shape. The
//! command line, the API and the page list what is in [`all`]; docs/analyses.md describes each.

mod answer;
mod areas;
mod binned;
mod bins;
mod bootstrap;
mod circular;
mod compare;
mod correlation;
mod distribution;
mod extent;
mod field_counts;
mod funnel;
mod habitat;
mod hull;
mod languages;
mod marks;
mod measure;
mod parameters;
mod photographers;
mod range;
mod red_list;
mod red_list_gaps;
mod red_list_layers;
mod seasons;
mod selection_ratio;
mod setting;
mod svg;
mod table;
mod time;
mod user_days;
mod visitor_counts;
mod visits;

use std::sync::LazyLock;

use crate::explorer::View;

pub use answer::{
    Answer, AreaCell, Axis, Bars, Cells, Densities, Density, HeatMap, IntervalEstimate, IntervalEstimates, Line, Lines,
    Mark, Ranking, Shape, Table,
};
pub(crate) use measure::Tally;
pub use parameters::{AnalysisError, Parameter, ParameterKind, Request};
pub use svg::{figure, svg};
pub use table::{TextTable, csv, rows, table};

/// Analyses in files of their own. The counts of single fields are derived from the list of fields.
const ANALYSES: &[fn() -> Analysis] = &[
    compare::analysis,
    distribution::analysis,
    extent::analysis,
    funnel::analysis,
    habitat::analysis,
    languages::analysis,
    photographers::analysis,
    range::analysis,
    red_list::analysis,
    seasons::analysis,
    time::analysis,
    user_days::analysis,
    visitor_counts::analysis,
    visits::analysis,
];

/// One question about photos.
pub struct Analysis {
    /// The name on the command line and in the API.
    pub name: &'static str,
    /// The heading of its answer.
    pub title: &'static str,
    /// The question that it answers.
    pub question: String,
    /// Its parameters, in addition to the filter.
    pub parameters: &'static [Parameter],
    /// Position in lists, in ascending order.
    pub rank: u8,
    /// Answers the question.
    pub run: Run,
}

/// Answers the question of an analysis.
pub type Run = fn(&View, &Request) -> Result<Answer, AnalysisError>;

/// All analyses, in the order in which they are listed.
pub fn all() -> &'static [Analysis] {
    static ALL: LazyLock<Vec<Analysis>> = LazyLock::new(|| {
        let mut all = field_counts::analyses();
        all.extend(ANALYSES.iter().map(|analysis| analysis()));
        all.sort_by_key(|analysis| analysis.rank);
        all
    });
    &ALL
}

/// The analysis with this name.
pub fn named(name: &str) -> Option<&'static Analysis> {
    all().iter().find(|analysis| analysis.name == name)
}
