//! `gleaner plan`: what a search would cost. The sources are asked only how many results they have.

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::output::{self, UsageError, counted};
use super::progress::duration;
use super::search_options::SearchArgs;
use super::{Global, Outcome, criteria, settings, source_access};
use crate::net::Client;
use crate::photo::text::grouped;
use crate::sources::cost::{Cost, SearchCost};
use crate::sources::estimate::Estimate;
use crate::sources::search::{SearchClient, SearchError};
use crate::sources::{self, ALL, SOURCES};

/// Arguments of `gleaner plan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner plan -s monkey --country PH --posted 2010..2025\n  gleaner plan --source inaturalist,gbif,commons -s \"Macaca fascicularis\" --country PH"
)]
pub struct PlanArgs {
    #[command(flatten)]
    search: SearchArgs,
    /// Source of the photos; several with commas are searched side by side
    #[arg(long, default_value = "flickr", value_name = "SOURCE", value_delimiter = ',', value_parser = services())]
    source: Vec<String>,
}

fn services() -> PossibleValuesParser {
    PossibleValuesParser::new(SOURCES.iter().map(|entry| PossibleValue::new(entry.about.name).help(entry.about.title)))
}

/// Runs `gleaner plan`.
pub async fn run(args: PlanArgs, global: &Global) -> Result<Outcome> {
    let access = source_access::with(settings::config(global)?);
    let client = Client::new(access.config.net.client())?;
    let searches = args.search.read(ALL, &access, &client).await?;
    let mut clients: Vec<SearchClient> = Vec::new();
    for entry in sources::services(&args.source) {
        searches.iter().try_for_each(|search| criteria::check(&search.criteria, entry.about))?;
        clients.push(access.search_client(entry, &client)?);
    }
    let cost = Cost::of(&clients, &searches, &access.config).await.map_err(|err| match err {
        SearchError::Query(why) => UsageError::error(why, "change the search"),
        err => err.into(),
    })?;
    let faults = cost.searches.iter().any(|planned| planned.problem.is_some());
    if global.json {
        output::print_json(&cost)?;
    } else {
        output::print_data(&text(&cost))?;
    }
    Ok(if faults { Outcome::Faults } else { Outcome::Success })
}

fn text(cost: &Cost) -> String {
    let mut lines: Vec<String> = cost.searches.iter().map(search_text).collect();
    for time in &cost.sources {
        let requests = time.request_seconds.map_or_else(|| "unknown".to_owned(), seconds_text);
        let images = time.image_seconds.map_or_else(|| "unknown".to_owned(), seconds_text);
        let (source, rate) = (time.source, time.images_per_second);
        lines.push(format!(
            "time at {source}: {requests} for the requests, {images} for the images ({rate} a second from a host)"
        ));
    }
    let number = |number: Option<u64>, noun| match number {
        Some(number) => counted(number, noun),
        None => format!("an unknown number of {noun}s"),
    };
    let time = cost.seconds.map(|seconds| format!(", {}", seconds_text(seconds))).unwrap_or_default();
    let (photos, requests) = (number(cost.photos, "photo"), number(cost.requests, "request"));
    lines.push(format!(
        "in all: at most {photos}, about {requests}{time}; this plan took {}",
        counted(cost.sent, "request")
    ));
    lines.join("\n")
}

fn search_text(cost: &SearchCost) -> String {
    let language = cost.language.as_ref().map(|language| format!(" ({language})")).unwrap_or_default();
    let criteria = cost.criteria.as_ref().map(|criteria| format!(", {criteria}")).unwrap_or_default();
    let search = format!("{}, \"{}\"{language}{criteria}", cost.source, cost.term);
    if let Some(problem) = &cost.problem {
        return format!("{search}: no answer: {problem}");
    }
    let Estimate { claimed, photos, requests } = &cost.estimate;
    let claimed =
        claimed.map_or_else(|| "the source reports no number".to_owned(), |claimed| counted(claimed, "result"));
    let photos = match photos {
        Some(photos) if Some(*photos) != cost.estimate.claimed => {
            format!(", at most {} of them received", grouped(*photos))
        }
        _ => String::new(),
    };
    let requests = requests.map(|requests| format!(", {}", counted(requests, "request"))).unwrap_or_default();
    format!("{search}: {claimed}{photos}{requests}")
}

fn seconds_text(seconds: u64) -> String {
    duration(seconds as f64)
}
