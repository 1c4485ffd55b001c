//! Asks sources for more of the stored photos: comments, EXIF, descriptions. One request for each photo and detail.
//!
//! Each photo is saved when its answers are there, so an interrupted run continues. A refusal is saved too.

use std::sync::Arc;

use anyhow::Result;
use futures::future::join_all;
use parking_lot::Mutex;
use serde::Serialize;

use super::choice::next_of_source;
use super::collect::announce_wait;
use super::{Choice, Observer, RecordWriter, Stop};
use crate::photo::{Photo, StageName};
use crate::sources::details::{Detail, Details, Told};
use crate::sources::search::{Ask, SearchClient, SearchError};

/// Asks for details.
pub struct DetailRun {
    /// Saves the photos.
    pub writer: Arc<RecordWriter>,
    /// The photos that are asked for.
    pub choice: Arc<Choice>,
    /// What is asked for.
    pub wanted: Vec<Detail>,
    /// Whether to ask again for what is known.
    pub again: bool,
    /// Receives progress events.
    pub observer: Arc<dyn Observer>,
    /// Raised when the user stops the run.
    pub stop: Stop,
}

/// What a source told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Detailed {
    /// The source's name.
    pub source: String,
    /// Photos that were asked for.
    pub photos: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Details that were added.
    pub added: u64,
    /// Details that the owner does not show. They are not asked for again.
    pub refused: u64,
    /// Photos that the source does not show; `gleaner refresh` removes them.
    pub not_shown: u64,
    /// Photos that have all details.
    pub complete: u64,
    /// Why it ended early, if it did.
    pub cut_short: Option<String>,
}

impl DetailRun {
    /// Asks several sources side by side. The first error of the store or of a key ends it.
    pub async fn run(&self, clients: &[SearchClient]) -> Result<Vec<Detailed>, SearchError> {
        let asking = clients.iter().filter_map(|client| Some(self.source(client, client.source().details()?)));
        let detailed = join_all(asking).await.into_iter().collect();
        self.observer.ended();
        detailed
    }

    async fn source(&self, client: &SearchClient, details: &dyn Details) -> Result<Detailed, SearchError> {
        let result = Mutex::new(Detailed { source: client.source().about().name.to_owned(), ..Detailed::default() });
        let ended = self.all(client, details, &result).await;
        let mut result = result.into_inner();
        match ended {
            Ok(()) | Err(SearchError::Stopped) => Ok(result),
            Err(SearchError::Unanswered(why)) => {
                result.cut_short = Some(why);
                Ok(result)
            }
            Err(err) => Err(err),
        }
    }

    async fn all(
        &self,
        client: &SearchClient,
        details: &dyn Details,
        result: &Mutex<Detailed>,
    ) -> Result<(), SearchError> {
        let source = client.source().about().name;
        let mut after = None;
        loop {
            let own = next_of_source(self.writer.store(), source, after.as_ref()).await?;
            let Some(last) = own.last() else { return Ok(()) };
            after = Some(last.id.clone());
            for photo in own {
                self.photo(client, details, photo, result).await?;
                self.observer.photos_passed(1);
            }
        }
    }

    /// Asks for the details that a photo lacks, and saves it.
    async fn photo(
        &self,
        client: &SearchClient,
        details: &dyn Details,
        mut photo: Photo,
        result: &Mutex<Detailed>,
    ) -> Result<(), SearchError> {
        // A record that could not be read has no id to ask for.
        let unreadable = photo.fault.as_ref().is_some_and(|fault| fault.stage == StageName::Search);
        if unreadable || !self.choice.passes(&photo) {
            return Ok(());
        }
        let offered = self.wanted.iter().filter(|detail| details.offers().contains(detail));
        let lacks: Vec<Detail> = offered.copied().filter(|detail| self.again || detail.is_missing(&photo)).collect();
        if lacks.is_empty() {
            result.lock().complete += 1;
            return Ok(());
        }
        result.lock().photos += 1;
        let mut is_changed = false;
        for detail in lacks {
            match self.ask(client, details, (detail, &mut photo), result).await? {
                Told::NoPhoto => {
                    result.lock().not_shown += 1;
                    break;
                }
                Told::Added => result.lock().added += 1,
                Told::Refused => result.lock().refused += 1,
            }
            is_changed = true;
        }
        if is_changed {
            self.writer.save(vec![photo]).await?;
        }
        Ok(())
    }

    async fn ask(
        &self,
        client: &SearchClient,
        details: &dyn Details,
        (detail, photo): (Detail, &mut Photo),
        result: &Mutex<Detailed>,
    ) -> Result<Told, SearchError> {
        if self.stop.is_raised() {
            return Err(SearchError::Stopped);
        }
        announce_wait(client, "enriching", self.observer.as_ref());
        let asked = &*photo;
        let parse = |status: u16, body: &[u8]| {
            let mut photo = asked.clone();
            details.add(detail, &mut photo, status, body).map(|told| (told, photo))
        };
        let ask = Ask { request: &|| details.request(detail, asked), parse: &parse };
        let answer = client.ask(ask, self.stop.clone().raised()).await?;
        let (told, filled) = answer.ok_or_else(|| SearchError::Unanswered("there was no answer".into()))?;
        result.lock().requests += 1;
        *photo = filled;
        Ok(told)
    }
}
