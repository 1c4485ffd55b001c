//! Sends a source's requests within its limits, with retries. Only this module connects a
//! source to the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use thiserror::Error;
use tracing::debug;

use super::{Cursor, Page, Query, ResponseError, SignIn, Source, Token, host};
use crate::net::{Attempt, Budget, Client, HostLimits, NetError, Request, RetryPolicy, Secret, Window, with_retry};

/// A token is renewed this long before it expires.
const EARLY: Duration = Duration::from_secs(60);

/// Rate limit and retry policy of a source.
#[derive(Clone, Debug)]
pub struct RequestPolicy {
    /// Requests per second.
    pub per_second: f64,
    /// The retry policy.
    pub retry: RetryPolicy,
}

/// Fetches pages from one source.
pub struct SearchClient {
    client: Client,
    source: Arc<dyn Source>,
    budget: Option<Budget>,
    policy: RequestPolicy,
    allowance: Option<Allowance>,
    /// The token for the requests, and until when it is used.
    token: Mutex<Option<(Secret, Instant)>>,
}

/// A number of requests that one run may send, to all its sources.
#[derive(Clone, Debug)]
pub struct Allowance {
    granted: u64,
    left: Arc<AtomicU64>,
}

impl Allowance {
    /// At most so many requests, repeated ones included.
    pub fn of(requests: u64) -> Self {
        Self { granted: requests, left: Arc::new(AtomicU64::new(requests)) }
    }

    fn take(&self) -> Result<(), SearchError> {
        let less = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        less.map(drop).map_err(|_| SearchError::Unanswered(format!("this run may send {} requests", self.granted)))
    }
}

/// An error of a search.
#[derive(Debug, Error)]
pub enum SearchError {
    /// The source refused the key.
    #[error("{why}")]
    Credentials {
        /// The source's name.
        source_name: &'static str,
        /// The source's message.
        why: String,
    },
    /// The query is invalid or not allowed.
    #[error("{0}")]
    Query(String),
    /// There was no response after all attempts.
    #[error("{0}")]
    Unanswered(String),
    /// The user stopped the run.
    #[error("stopped")]
    Stopped,
    /// A local error (the store, the disk).
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl SearchClient {
    /// A client for `source`; `budget` is shared by all runs with the same key.
    pub fn new(client: Client, source: Arc<dyn Source>, budget: Option<Budget>, policy: RequestPolicy) -> Self {
        let limits = HostLimits { requests_per_second: policy.per_second, at_once: 1 };
        client.limit(&host(source.api_url()), limits);
        Self { client, source, budget, policy, allowance: None, token: Mutex::default() }
    }

    /// The same, with a limit on the requests of this run.
    pub fn within(self, allowance: Option<Allowance>) -> Self {
        Self { allowance, ..self }
    }

    /// About how many seconds so many requests take, at least.
    pub fn seconds_for(&self, requests: u64) -> std::io::Result<u64> {
        let waiting = self.budget.as_ref().map_or(Ok(0), |budget| budget.seconds_for(requests))?;
        Ok(waiting.max((requests as f64 / self.policy.per_second).ceil() as u64))
    }

    /// The source.
    pub fn source(&self) -> &dyn Source {
        self.source.as_ref()
    }

    /// Seconds until the budget allows another request, and the limit that is reached, or none if the service asked for a pause;
    /// `None` if it allows one now.
    pub fn budget_wait(&self) -> Option<(u32, Option<Window>)> {
        self.budget.as_ref()?.wait().ok()?
    }

    /// The page of `query` at `cursor`; `None` if there are no more results.
    pub async fn page(
        &self,
        query: &Query,
        cursor: &Cursor,
        stopped: impl Future<Output = ()>,
    ) -> Result<Option<Page>, SearchError> {
        let ask = Ask {
            request: &|| self.source.request(query, cursor),
            parse: &|status, body| self.source.parse(status, body),
        };
        let page = self.ask(ask, stopped).await?;
        if let Some(page) = &page {
            debug!(source = self.source.about().name, photos = page.photos.len(), "page received");
        }
        Ok(page)
    }

    /// The number of results of `query` that the source reports, if any.
    pub async fn total(&self, query: &Query, stopped: impl Future<Output = ()>) -> Result<Option<u64>, SearchError> {
        let ask = Ask {
            request: &|| self.source.count_request(query),
            parse: &|status, body| self.source.parse(status, body),
        };
        let page = self.ask(ask, stopped).await?;
        Ok(page.map_or(Some(0), |page| page.total))
    }

    /// Sends a request until it is answered, within the budget. `None` if there are no more results.
    pub async fn ask<T>(&self, ask: Ask<'_, T>, stopped: impl Future<Output = ()>) -> Result<Option<T>, SearchError> {
        // Boxed, because a request within a request would take much of the stack.
        let answered = Box::pin(with_retry(&self.policy.retry, || self.attempt(&ask)));
        tokio::select! {
            answer = answered => match answer {
                Ok(answer) => Ok(Some(answer)),
                Err(Failure::End) => Ok(None),
                Err(Failure::Error(err)) => Err(err),
            },
            () = stopped => Err(SearchError::Stopped),
        }
    }

    async fn attempt<T>(&self, ask: &Ask<'_, T>) -> Result<T, Attempt<Failure>> {
        let mut request = (ask.request)();
        let mut is_token_old = false;
        if let Some(sign_in) = self.source.sign_in() {
            let (token, is_old) = self.token(&sign_in).await?;
            request.secret_headers.push(("authorization", token));
            is_token_old = is_old;
        }
        self.take_request().await?;
        let answer = match self.client.get(&request).await {
            Ok(answer) => answer,
            Err(err @ (NetError::Refused { .. } | NetError::TooManyRedirects { .. })) => {
                return Err(Attempt::Stop(SearchError::Query(err.to_string()).into()));
            }
            Err(err) => return Err(retry(None, err.to_string())),
        };
        let after = answer.retry_after();
        if let (429 | 503, Some(after), Some(budget)) = (answer.status, after, &self.budget) {
            budget.pause(after).map_err(|err| Attempt::Stop(SearchError::Other(err.into()).into()))?;
        }
        match (ask.parse)(answer.status, &answer.body).map_err(ResponseError::printable) {
            Ok(answer) => Ok(answer),
            Err(ResponseError::Temporary(why)) => Err(retry(after, why)),
            // It may have expired, or been withdrawn: the next attempt gets a new one.
            Err(ResponseError::Credentials(why)) if is_token_old => {
                *self.token.lock() = None;
                Err(retry(after, why))
            }
            Err(ResponseError::Credentials(why)) => {
                let source_name = self.source.about().name;
                Err(Attempt::Stop(SearchError::Credentials { source_name, why }.into()))
            }
            Err(ResponseError::Query(why)) => Err(Attempt::Stop(SearchError::Query(why).into())),
            Err(ResponseError::End) => Err(Attempt::Stop(Failure::End)),
        }
    }
}

/// A request to a source and the parser of its answer.
#[derive(Clone, Copy)]
pub struct Ask<'a, T> {
    /// Builds the request.
    pub request: &'a (dyn Fn() -> Request + Sync),
    /// Parses the answer by its status and body.
    pub parse: &'a ParseFn<'a, T>,
}

/// Parses an answer by its status and body.
pub type ParseFn<'a, T> = dyn Fn(u16, &[u8]) -> Result<T, ResponseError> + Sync + 'a;

impl SearchClient {
    /// Takes a request from the allowance of this run and from the budget of all runs, which may wait.
    async fn take_request(&self) -> Result<(), Attempt<Failure>> {
        if let Some(allowance) = &self.allowance {
            allowance.take().map_err(|err| Attempt::Stop(err.into()))?;
        }
        let Some(budget) = &self.budget else { return Ok(()) };
        let taken = budget.take().await;
        taken.map(|_| ()).map_err(|err| Attempt::Stop(SearchError::Other(err.into()).into()))
    }

    /// The token for a request, and whether an earlier request got it.
    async fn token(&self, sign_in: &SignIn) -> Result<(Secret, bool), Attempt<Failure>> {
        let known =
            self.token.lock().as_ref().filter(|(_, until)| *until > Instant::now()).map(|(token, _)| token.clone());
        if let Some(token) = known {
            return Ok((token, true));
        }
        self.take_request().await?;
        let answer = match self.client.post(&sign_in.post, std::future::pending()).await {
            Ok(Some(answer)) => answer,
            Ok(None) => return Err(Attempt::Stop(SearchError::Stopped.into())),
            Err(err @ NetError::Refused { .. }) => {
                return Err(Attempt::Stop(SearchError::Query(err.to_string()).into()));
            }
            Err(err) => return Err(retry(None, err.to_string())),
        };
        match (sign_in.read)(answer.status, &answer.body).map_err(ResponseError::printable) {
            Ok(Token { authorization, lifetime }) => {
                debug!(source = self.source.about().name, seconds = lifetime.as_secs(), "token received");
                let until = Instant::now() + lifetime.saturating_sub(EARLY);
                *self.token.lock() = Some((authorization.clone(), until));
                Ok((authorization, false))
            }
            Err(ResponseError::Temporary(why)) => Err(retry(answer.retry_after(), why)),
            Err(err) => {
                let (source_name, why) = (self.source.about().name, err.to_string());
                Err(Attempt::Stop(SearchError::Credentials { source_name, why }.into()))
            }
        }
    }
}

fn retry(after: Option<Duration>, why: String) -> Attempt<Failure> {
    Attempt::Retry { after, err: SearchError::Unanswered(why).into() }
}

/// A failed attempt.
enum Failure {
    End,
    Error(SearchError),
}

impl From<SearchError> for Failure {
    fn from(err: SearchError) -> Self {
        Self::Error(err)
    }
}
