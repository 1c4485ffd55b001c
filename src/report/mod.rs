//! A report: one HTML file without scripts, with chosen analyses, the methods, what is to be cited, credits, and what was done for
//! privacy. The same dataset, filter and analyses give the same report.

mod attribution;
mod html;
mod methods;

use std::collections::BTreeMap;
use std::io;

use anyhow::Result;

use crate::analysis::{Analysis, Answer, Request};
use crate::config::Citation;
use crate::dataset::Dataset;
use crate::explorer::{Clauses, Explorer};
use crate::export::manifest::Manifest;
use crate::export::package::data_name;
use crate::export::{Export, ExportContext};
use crate::photo::filter::Filter;
use crate::store::Store;

pub use attribution::{Credit, Numbers};

/// The analyses of a report that names none, those that a dataset cannot answer aside.
pub const USUAL: [&str; 9] =
    ["species", "country", "taken", "season", "user-days", "distribution", "extent", "photographers", "red-list"];

/// The name of the file of a dataset's report.
pub fn file_name(dataset: &str) -> String {
    data_name(&format!("{dataset}-report"), &attribution::PASS)
}

/// An analysis with its parameters, as it is written: `visits` or `visits:by=month,unit=photos`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The name of the analysis.
    pub name: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
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
    /// The analyses.
    pub answers: Vec<Answered>,
    /// How the dataset is described.
    pub citation: Citation,
}

impl Chosen {
    /// Reads `NAME` or `NAME:PARAMETER=VALUE,...`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let parts = rest.split(',').map(str::trim).filter(|part| !part.is_empty());
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').ok_or_else(|| format!("\"{part}\" is no NAME=VALUE"))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        Ok(Self { name: name.trim().to_owned(), parameters: parts.map(pair).collect::<Result<_, String>>()? })
    }

    /// The analyses of a report that names none.
    pub fn usual() -> Vec<Self> {
        let chosen = |name: &&str| Self { name: (*name).to_owned(), parameters: BTreeMap::new() };
        USUAL.iter().filter(|name| crate::analysis::named(name).is_some()).map(chosen).collect()
    }
}

impl Report {
    /// Reads all records and answers the analyses. `requests` are checked.
    pub fn make(
        dataset: &Dataset,
        store: &dyn Store,
        explorer: &Explorer,
        filter: &Filter,
        (chosen, citation): (Vec<(&'static Analysis, BTreeMap<String, String>)>, Citation),
    ) -> Result<Self> {
        let context = ExportContext { citation: citation.clone(), ..ExportContext::sealed(dataset.clone()) };
        let mut export = Export::open(&attribution::PASS, &context, filter.clone())?.recorded();
        let summary = export.write_all_with(store, &mut io::sink(), &mut |_| {})?;
        let manifest = export.manifest(store, &summary, None)?;
        let view = explorer.view(filter);
        let answer = |(analysis, parameters): (&'static Analysis, BTreeMap<String, String>)| {
            let request = Request::new(analysis, Clauses::All, parameters.clone());
            let answer = request.and_then(|request| request.answer(&view)).map_err(|err| err.to_string());
            Answered { analysis, parameters, answer }
        };
        let answers = chosen.into_iter().map(answer).collect();
        Ok(Self { manifest, numbers: attribution::numbers(summary)?, answers, citation })
    }

    /// The report as HTML.
    pub fn html(&self) -> String {
        html::page(self)
    }
}
