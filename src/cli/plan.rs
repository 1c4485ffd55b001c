//! `gleaner plan`: what a search would cost. The sources are asked only how many results they have.

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use futures::future::join_all;
use jiff::Timestamp;
use serde::Serialize;

use super::progress::duration;
use super::report::{self, UsageError, counted};
use super::search_options::SearchArgs;
use super::{Global, Outcome, criteria, settings, source_access};
use crate::config::Config;
use crate::net::Client;
use crate::photo::text::grouped;
use crate::sources::estimate::{self, Estimate};
use crate::sources::search::{SearchClient, SearchError};
use crate::sources::{ALL, About, SOURCES, Search, find};

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

/// The plan of all searches, for `--json`.
#[derive(Serialize)]
struct Plan {
    searches: Vec<Planned>,
    sources: Vec<SourceTime>,
    /// The most photos that can be received, counted again where several searches find them; absent if a source reports no number.
    photos: Option<u64>,
    /// Absent if a source reports no number.
    requests: Option<u64>,
    /// Seconds until the last image has come, if nothing but the limits delays it.
    seconds: Option<u64>,
    /// Requests that were sent for this plan.
    sent: u64,
}

/// One search at one source.
#[derive(Serialize)]
struct Planned {
    source: &'static str,
    term: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    criteria: Option<String>,
    #[serde(flatten)]
    estimate: Estimate,
    /// Why the source did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// How long the searches of one source take, one after the other.
#[derive(Serialize)]
struct SourceTime {
    source: &'static str,
    request_seconds: Option<u64>,
    /// Images a second, from one host.
    images_per_second: f64,
    image_seconds: Option<u64>,
}

/// Runs `gleaner plan`.
pub async fn run(args: PlanArgs, global: &Global) -> Result<Outcome> {
    let config = settings::config(global)?;
    let client = Client::new(config.net.client())?;
    let searches = args.search.read(ALL, &config, &client).await?;
    let mut clients: Vec<SearchClient> = Vec::new();
    for entry in args.source.iter().filter_map(|name| find(name)) {
        if clients.iter().all(|known| known.source().about().name != entry.about.name) {
            searches.iter().try_for_each(|search| criteria::check(&search.criteria, entry.about))?;
            clients.push(source_access::search_client(entry, &config, &client)?);
        }
    }
    let counted = join_all(clients.iter().map(|client| of_source(client, &searches))).await;
    let mut plan =
        Plan { searches: Vec::new(), sources: Vec::new(), photos: Some(0), requests: Some(0), seconds: None, sent: 0 };
    for (client, planned) in clients.iter().zip(counted) {
        let (planned, sent) = planned?;
        plan.sent += sent;
        plan.add(client, planned, &config)?;
    }
    let faults = plan.searches.iter().any(|planned| planned.problem.is_some());
    if global.json {
        report::print_json(&plan)?;
    } else {
        report::print_data(&plan.text())?;
    }
    Ok(if faults { Outcome::Faults } else { Outcome::Success })
}

/// The searches at one source, and the number of requests sent. Wrong keys and queries end the command.
async fn of_source(client: &SearchClient, searches: &[Search]) -> Result<(Vec<Planned>, u64)> {
    let about = client.source().about();
    let (mut planned, mut sent) = (Vec::new(), 0);
    for search in searches {
        let queries = estimate::queries(search, about, Timestamp::now().as_second());
        let (mut totals, mut problem) = (Vec::new(), None);
        for query in &queries {
            sent += 1;
            match client.total(query, std::future::pending()).await {
                Ok(total) => totals.push(total),
                Err(SearchError::Unanswered(why)) => problem = Some(why),
                Err(SearchError::Query(why)) => {
                    return Err(UsageError::error(format!("{}: {why}", about.title), "change the search"));
                }
                Err(err) => return Err(err.into()),
            }
        }
        let estimate = match problem {
            Some(_) => Estimate::default(),
            None => Estimate::of(search, client.source(), &queries, &totals),
        };
        let found = search.found(0);
        let criteria: Vec<String> =
            found.bbox.map(|bbox| format!("box {bbox}")).into_iter().chain(found.criteria).collect();
        let criteria = Some(criteria.join(" ")).filter(|text| !text.is_empty());
        planned.push(Planned {
            source: about.name,
            term: found.term,
            language: found.language,
            criteria,
            estimate,
            problem,
        });
    }
    Ok((planned, sent))
}

impl Plan {
    fn add(&mut self, client: &SearchClient, planned: Vec<Planned>, config: &Config) -> Result<()> {
        let about = client.source().about();
        let sum =
            |of: fn(&Estimate) -> Option<u64>| planned.iter().map(|planned| of(&planned.estimate)).sum::<Option<u64>>();
        let (requests, photos) = (sum(|estimate| estimate.requests), sum(|estimate| estimate.photos));
        let request_seconds = requests.map(|requests| client.seconds_for(requests)).transpose()?;
        let images_per_second = images_per_second(about, config);
        let image_seconds = photos.map(|photos| (photos as f64 / images_per_second).ceil() as u64);
        let seconds = request_seconds.into_iter().chain(image_seconds).max();
        self.seconds = self.seconds.max(seconds);
        self.photos = self.photos.zip(photos).map(|(all, photos)| all + photos);
        self.requests = self.requests.zip(requests).map(|(all, requests)| all + requests);
        self.sources.push(SourceTime { source: about.name, request_seconds, images_per_second, image_seconds });
        self.searches.extend(planned);
        Ok(())
    }

    fn text(&self) -> String {
        let mut lines: Vec<String> = self.searches.iter().map(Planned::text).collect();
        for time in &self.sources {
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
        let time = self.seconds.map(|seconds| format!(", {}", seconds_text(seconds))).unwrap_or_default();
        let (photos, requests) = (number(self.photos, "photo"), number(self.requests, "request"));
        lines.push(format!(
            "in all: at most {photos}, about {requests}{time}; this plan took {}",
            counted(self.sent, "request")
        ));
        lines.join("\n")
    }
}

impl Planned {
    fn text(&self) -> String {
        let language = self.language.as_ref().map(|language| format!(" ({language})")).unwrap_or_default();
        let criteria = self.criteria.as_ref().map(|criteria| format!(", {criteria}")).unwrap_or_default();
        let search = format!("{}, \"{}\"{language}{criteria}", self.source, self.term);
        if let Some(problem) = &self.problem {
            return format!("{search}: no answer: {problem}");
        }
        let Estimate { claimed, photos, requests } = &self.estimate;
        let claimed =
            claimed.map_or_else(|| "the source reports no number".to_owned(), |claimed| counted(claimed, "result"));
        let photos = match photos {
            Some(photos) if Some(*photos) != self.estimate.claimed => {
                format!(", at most {} of them received", grouped(*photos))
            }
            _ => String::new(),
        };
        let requests = requests.map(|requests| format!(", {}", counted(requests, "request"))).unwrap_or_default();
        format!("{search}: {claimed}{photos}{requests}")
    }
}

fn images_per_second(about: &About, config: &Config) -> f64 {
    config.source(about.name).images_per_second.or(about.images.per_second).unwrap_or(config.net.images_per_second)
}

fn seconds_text(seconds: u64) -> String {
    duration(seconds as f64)
}
