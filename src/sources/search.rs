//! The only place where a source meets the network: asks for a page, with patience and within budget.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::{AnswerError, Page, Query, Source};
use crate::net::{Attempt, Budget, Client, HostLimits, NetError, RetryPolicy, with_retry};

/// How a source is asked.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Requests a second.
    pub per_second: f64,
    /// How often and how long to try.
    pub patience: RetryPolicy,
}

/// Asks one source.
pub struct Asker {
    client: Client,
    source: Arc<dyn Source>,
    budget: Option<Budget>,
    asking: Asking,
}

/// Why there is no page.
#[derive(Debug, Error)]
pub enum AskError {
    /// The source refuses our key.
    #[error("{0}")]
    Credentials(String),
    /// The source cannot make sense of the query.
    #[error("{0}")]
    Query(String),
    /// No answer for now, after all attempts.
    #[error("{0}")]
    Unanswered(String),
    /// The user asked to stop.
    #[error("stopped")]
    Stopped,
    /// Not the source's doing (the store, the disk).
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl Asker {
    /// An asker; `budget` is shared by all runs with the same key.
    pub fn new(client: Client, source: Arc<dyn Source>, budget: Option<Budget>, asking: Asking) -> Self {
        client.limit(&source.host(), HostLimits { requests_per_second: asking.per_second, at_once: 1 });
        Self { client, source, budget, asking }
    }

    /// The source it asks.
    pub fn source(&self) -> &dyn Source {
        self.source.as_ref()
    }

    /// Seconds until the hourly budget admits another request; `None` when it does now.
    pub fn budget_wait_s(&self) -> Option<u32> {
        let wait_s = self.budget.as_ref()?.wait_s().ok()?;
        (wait_s > 0).then_some(wait_s)
    }

    /// One page; `None` when the source has nothing past this point.
    pub async fn ask(
        &self,
        query: &Query,
        page: u64,
        stopped: impl Future<Output = ()>,
    ) -> Result<Option<Page>, AskError> {
        let asked = with_retry(&self.asking.patience, || self.attempt(query, page));
        tokio::select! {
            answer = asked => match answer {
                Ok(page) => Ok(Some(page)),
                Err(Refusal::End) => Ok(None),
                Err(Refusal::Error(err)) => Err(err),
            },
            () = stopped => Err(AskError::Stopped),
        }
    }

    async fn attempt(&self, query: &Query, page: u64) -> Result<Page, Attempt<Refusal>> {
        let request = self.source.request(query, page);
        if let Some(budget) = &self.budget {
            budget.take().await.map_err(|err| Attempt::Stop(AskError::Other(err.into()).into()))?;
        }
        let answer = match self.client.get(&request).await {
            Ok(answer) => answer,
            Err(err @ (NetError::Refused { .. } | NetError::TooManyRedirects { .. })) => {
                return Err(Attempt::Stop(AskError::Query(err.to_string()).into()));
            }
            Err(err) => return Err(retry(None, err.to_string())),
        };
        let after = answer.retry_after();
        match self.source.parse(answer.status, &answer.body) {
            Ok(page) => Ok(page),
            Err(AnswerError::Temporary(why)) => Err(retry(after, why)),
            Err(AnswerError::Credentials(why)) => Err(Attempt::Stop(AskError::Credentials(why).into())),
            Err(AnswerError::Query(why)) => Err(Attempt::Stop(AskError::Query(why).into())),
            Err(AnswerError::End) => Err(Attempt::Stop(Refusal::End)),
        }
    }
}

fn retry(after: Option<Duration>, why: String) -> Attempt<Refusal> {
    Attempt::Retry { after, err: AskError::Unanswered(why).into() }
}

/// What ends an attempt without a page.
enum Refusal {
    End,
    Error(AskError),
}

impl From<AskError> for Refusal {
    fn from(err: AskError) -> Self {
        Self::Error(err)
    }
}
