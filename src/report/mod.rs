//! A report: one HTML file without scripts, with chosen analyses, the methods, what is to be cited, credits, and what was done for
//! privacy. The same dataset, filter and analyses give the same report.

mod attribution;
mod html;
mod methods;
mod numbers;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use anyhow::Result;

use crate::analysis::{Analysis, AnalysisError, Answer, Request};
use crate::config::Citation;
use crate::dataset::Dataset;
use crate::explorer::{Clauses, Explorer};
use crate::export::manifest::Manifest;
use crate::export::package::data_name;
use crate::export::{Export, ExportContext};
use crate::photo::filter::Filter;
use crate::pipeline::search_report::SearchReport;
use crate::reference::Catalogue;
use crate::store::Store;

pub use attribution::{Attribution, Credit};
pub use numbers::Numbers;

/// The analyses of a report that names none, those that a dataset cannot answer aside.
pub const USUAL: [&str; 10] = [
    "funnel",
    "species",
    "country",
    "taken",
    "season",
    "user-days",
    "distribution",
    "extent",
    "photographers",
    "red-list",
];

/// The name of the file of a dataset's report.
pub fn file_name(dataset: &str) -> String {
    data_name(&format!("{dataset}-report"), &attribution::PASS)
}

/// An analysis with its parameters, as it is written: `visits` or `visits:by=city,monthly=yes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The name of the analysis.
    pub name: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
}

/// A checked request of a report.
pub struct Asked {
    request: Request,
    parameters: BTreeMap<String, String>,
}

/// An analysis in a report.
pub struct Answered {
    /// The analysis.
    pub analysis: &'static Analysis,
    /// The parameters that were set.
    pub parameters: BTreeMap<String, String>,
    /// The answer, or why there is none.
    pub answer: Result<Answer, String>,
}

/// Everything that a report says.
pub struct Report {
    /// The record of the photos: query, searches, sources, licences, digest of the dataset.
    pub manifest: Manifest,
    /// Numbers of the photos.
    pub numbers: Numbers,
    /// Credits, and accepted taxa.
    pub attribution: Attribution,
    /// The analyses.
    pub answers: Vec<Answered>,
    /// How the dataset is described.
    pub citation: Citation,
}

impl Chosen {
    /// Reads `NAME` or `NAME:PARAMETER=VALUE,...`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let mut parameters: Vec<(String, String)> = Vec::new();
        for part in rest.split(',').filter(|_| !rest.trim().is_empty()) {
            let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            match (part.split_once('='), parameters.last_mut()) {
                (Some((name, value)), _) if is_name(name.trim()) => {
                    parameters.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                // A filter has commas too: `with=country:MY,ID`.
                (_, Some((_, value))) => *value += &format!(",{part}"),
                _ => return Err(format!("\"{part}\" is no NAME=VALUE")),
            }
        }
        Ok(Self { name: name.trim().to_owned(), parameters: parameters.into_iter().collect() })
    }

    /// The request, if the parameters are right.
    pub fn asked(self, analysis: &'static Analysis, layers: &Arc<Catalogue>) -> Result<Asked, AnalysisError> {
        let request = Request::with_layers(analysis, Clauses::All, self.parameters.clone(), layers)?;
        Ok(Asked { request, parameters: self.parameters })
    }

    /// The analyses of a report that names none.
    pub fn usual() -> Vec<Self> {
        let chosen = |name: &&str| Self { name: (*name).to_owned(), parameters: BTreeMap::new() };
        USUAL.iter().filter(|name| crate::analysis::named(name).is_some()).map(chosen).collect()
    }
}

impl Report {
    /// Reads all records and answers the analyses.
    pub fn make(
        dataset: &Dataset,
        store: &dyn Store,
        explorer: &Explorer,
        filter: &Filter,
        (asked, citation): (Vec<Asked>, Citation),
    ) -> Result<Self> {
        let context = ExportContext { citation: citation.clone(), ..ExportContext::sealed(dataset.clone()) };
        let mut export = Export::open(&attribution::PASS, &context, filter.clone())?.recorded();
        let summary = export.write_all_with(store, &mut io::sink(), &mut |_| {})?;
        let manifest = export.manifest(store, &summary, None)?;
        let reports = SearchReport::all(store)?;
        let view = explorer.view(filter);
        let answer = |Asked { request, parameters }: Asked| {
            let request = request.with_reports(reports.clone());
            let answer = request.answer(&view).map_err(|err| err.to_string());
            Answered { analysis: request.analysis, parameters, answer }
        };
        let answers = asked.into_iter().map(answer).collect();
        let (numbers, attribution) = (Numbers::of(&view), attribution::read(summary)?);
        Ok(Self { manifest, numbers, attribution, answers, citation })
    }

    /// The report as HTML.
    pub fn html(&self) -> String {
        html::page(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_analysis_is_written_with_its_parameters() {
        let parsed = |text: &str| Chosen::parse(text).map(|chosen| (chosen.name, chosen.parameters));
        let expected = |name: &str, pairs: &[(&str, &str)]| {
            Ok((name.to_owned(), pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()))
        };
        for (text, name, pairs) in [
            ("country", "country", &[][..]),
            ("visits: by=city, monthly=yes", "visits", &[("by", "city"), ("monthly", "yes")]),
            (
                "compare:with=country:MY,ID score.monkey:>=0.5",
                "compare",
                &[("with", "country:MY,ID score.monkey:>=0.5")],
            ),
            ("country:", "country", &[]),
        ] {
            assert_eq!(parsed(text), expected(name, pairs), "{text}");
        }
        assert_eq!(parsed("visits:month"), Err("\"month\" is no NAME=VALUE".to_owned()));
        assert!(Chosen::usual().len() >= 10, "all usual analyses exist");
    }
}
