//! The cost of searches at several sources: photos, requests and time. The sources are asked only how many results they
//! have.

use futures::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Search;
use super::estimate::{self, Estimate};
use super::search::{SearchClient, SearchError};
use crate::config::Config;

/// The cost of all searches.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cost {
    /// Each search at each source.
    pub searches: Vec<SearchCost>,
    /// The time at each source.
    pub sources: Vec<SourceTime>,
    /// The most photos that can be received, counted again where several searches find them; absent if a source reports no number.
    #[schema(required)]
    pub photos: Option<u64>,
    /// Requests to the APIs; absent if a source reports no number.
    #[schema(required)]
    pub requests: Option<u64>,
    /// Seconds until the last image has come, if nothing but the limits delays it.
    #[schema(required)]
    pub seconds: Option<u64>,
    /// Requests that were sent for this estimate.
    pub sent: u64,
}

/// The cost of one search at one source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SearchCost {
    /// The source's name.
    pub source: &'static str,
    /// The words.
    pub term: String,
    /// The language of a translated term, BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<String>,
    /// What it asks for besides the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub criteria: Option<String>,
    /// Results, photos, requests.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// Why the source did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<String>,
}

/// How long the searches of one source take, one after the other.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceTime {
    /// The source's name.
    pub source: &'static str,
    /// Seconds for the requests to the API.
    #[schema(required)]
    pub request_seconds: Option<u64>,
    /// Images a second, from one host.
    pub images_per_second: f64,
    /// Seconds for the images.
    #[schema(required)]
    pub image_seconds: Option<u64>,
}

impl Cost {
    /// Asks the sources, side by side, how many results each search has. A source without an answer is a `problem` of its
    /// searches; a refused key or query is an error.
    pub async fn of(clients: &[SearchClient], searches: &[Search], config: &Config) -> Result<Self, SearchError> {
        let counted = join_all(clients.iter().map(|client| of_source(client, searches))).await;
        let mut cost = Self {
            searches: Vec::new(),
            sources: Vec::new(),
            photos: Some(0),
            requests: Some(0),
            seconds: None,
            sent: 0,
        };
        for (client, counted) in clients.iter().zip(counted) {
            let (planned, sent) = counted?;
            cost.sent += sent;
            cost.add(client, planned, config)?;
        }
        Ok(cost)
    }

    fn add(&mut self, client: &SearchClient, planned: Vec<SearchCost>, config: &Config) -> Result<(), SearchError> {
        let about = client.source().about();
        let sum =
            |of: fn(&Estimate) -> Option<u64>| planned.iter().map(|planned| of(&planned.estimate)).sum::<Option<u64>>();
        let (requests, photos) = (sum(|estimate| estimate.requests), sum(|estimate| estimate.photos));
        let request_seconds = requests.map(|requests| client.seconds_for(requests)).transpose();
        let request_seconds = request_seconds.map_err(|err| SearchError::Other(err.into()))?;
        let limits = about.images.host_limits(Some(&config.source(about.name)), &config.net);
        let images_per_second = limits.requests_per_second;
        let image_seconds = photos.map(|photos| (photos as f64 / images_per_second).ceil() as u64);
        let seconds = request_seconds.into_iter().chain(image_seconds).max();
        self.seconds = self.seconds.max(seconds);
        self.photos = self.photos.zip(photos).map(|(all, photos)| all + photos);
        self.requests = self.requests.zip(requests).map(|(all, requests)| all + requests);
        self.sources.push(SourceTime { source: about.name, request_seconds, images_per_second, image_seconds });
        self.searches.extend(planned);
        Ok(())
    }
}

/// The searches at one source, and the number of requests sent.
async fn of_source(client: &SearchClient, searches: &[Search]) -> Result<(Vec<SearchCost>, u64), SearchError> {
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
                Err(SearchError::Query(why)) => return Err(SearchError::Query(format!("{}: {why}", about.title))),
                Err(err) => return Err(err),
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
        let (source, term, language) = (about.name, found.term, found.language);
        planned.push(SearchCost { source, term, language, criteria, estimate, problem });
    }
    Ok((planned, sent))
}
