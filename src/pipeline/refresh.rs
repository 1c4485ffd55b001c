//! Asks the sources again for the stored photos: what changed is merged, what their owners withdrew is removed.
//!
//! A photo that was confirmed says when (`checked_at`), so that an interrupted refresh continues. Nothing is removed on the
//! word of one answer: the source must say twice, in complete answers, that it does not show a photo, and a suspicious share
//! of such photos needs the user's consent.

mod compare;
mod folder;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::choice::next_of_source;
use super::collect::announce_wait;
use super::withdraw::{Trace, remove_unused, withdraw};
use super::{Choice, Observer, Pipeline, RecordWriter, Stop};
use crate::dataset::Dataset;
use crate::photo::{ImageFile, Photo, PhotoId, SourceField, StageName};
use crate::sources::lookup::LookupResult;
use crate::sources::search::{Ask, SearchClient, SearchError};
use crate::sources::{Lookup, Record};
use crate::store;

pub use folder::{FolderRefreshed, refresh_folder};

/// The start of the notes that say when a refresh of a source began.
const NOTE: &str = "refresh:";
/// After this time an interrupted refresh begins again.
const ROUND_HOURS: i64 = 7 * 24;
/// More withdrawn photos than this, and more than one in [`SUSPICIOUS_SHARE`], need consent.
const SUSPICIOUS: u64 = 20;
/// See [`SUSPICIOUS`].
const SUSPICIOUS_SHARE: u64 = 5;
/// This many photos need consent if the source shows none of them.
const SUSPICIOUS_ALL: u64 = 5;

/// Whether the user agrees: the source, the number of photos that would be removed, and the number of all that were asked for.
pub type Consent = dyn Fn(&str, u64, u64) -> bool + Send + Sync;

/// Refreshes the photos of services.
pub struct Refresher {
    /// Saves the photos.
    pub writer: Arc<RecordWriter>,
    /// The dataset, for its files.
    pub dataset: Dataset,
    /// Downloads pictures that were replaced, and looks up places.
    pub pipeline: Pipeline,
    /// The photos that are asked for.
    pub choice: Arc<Choice>,
    /// Photos that their source confirmed since then are not asked for.
    pub confirmed_since: Option<Timestamp>,
    /// Asked before a suspicious number of photos is removed.
    pub consent: Arc<Consent>,
    /// Receives progress events.
    pub observer: Arc<dyn Observer>,
    /// Raised when the user stops the run.
    pub stop: Stop,
}

/// What a source said about its photos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Refreshed {
    /// The source's name.
    pub source: String,
    /// Requests that were answered.
    pub requests: u64,
    /// Photos that the source still shows.
    pub confirmed: u64,
    /// Of these, photos that it had confirmed recently; they were not asked for.
    pub recent: u64,
    /// Photos with another licence.
    pub relicensed: u64,
    /// Photos with other coordinates, or none any more.
    pub moved: u64,
    /// Photos with other words, dates, tags and so on.
    pub edited: u64,
    /// Photos whose image addresses have changed.
    pub readdressed: u64,
    /// Photos whose picture was replaced and downloaded again.
    pub new_images: u64,
    /// Photos whose picture was replaced and could not be downloaded. The next refresh tries again.
    pub failed_images: u64,
    /// Photos that the source does not show any more.
    pub withdrawn: u64,
    /// Of these, photos that were removed.
    pub removed: u64,
    /// Whether nothing was removed because the number is suspicious.
    pub held_back: bool,
    /// Photos about which the source said nothing definite. They stay as they are.
    pub unclear: u64,
    /// Photos whose record does not say by what the source could be asked.
    pub without_key: u64,
    /// Why it ended early, if it did.
    pub cut_short: Option<String>,
}

impl Refreshed {
    /// Whether all photos were asked for and everything that was found was done.
    pub fn is_complete(&self) -> bool {
        self.cut_short.is_none() && !self.held_back
    }

    fn is_suspicious(&self) -> bool {
        let asked = self.confirmed + self.withdrawn;
        let many = self.withdrawn > SUSPICIOUS && self.withdrawn * SUSPICIOUS_SHARE > asked;
        many || (self.withdrawn == asked && asked >= SUSPICIOUS_ALL)
    }
}

/// One photo of a request: the key, and the record as it is stored.
type Asked = (String, Photo);

/// A refresh of one source.
struct Round<'a> {
    refresher: &'a Refresher,
    client: &'a SearchClient,
    lookup: &'a dyn Lookup,
    since: Timestamp,
    result: Refreshed,
    withdrawn: Vec<Asked>,
    /// Image files that were replaced.
    replaced: Vec<ImageFile>,
}

impl Refresher {
    /// Refreshes the photos of several sources side by side. The first error of the store or of a key ends it.
    pub async fn run(&self, clients: &[SearchClient]) -> Result<Vec<Refreshed>, SearchError> {
        let rounds = clients.iter().filter_map(|client| Some(self.source(client, client.source().lookup()?)));
        let refreshed = join_all(rounds).await.into_iter().collect();
        self.observer.ended();
        refreshed
    }

    async fn source(&self, client: &SearchClient, lookup: &dyn Lookup) -> Result<Refreshed, SearchError> {
        let name = client.source().about().name;
        let (note, began) = (format!("{NOTE}{name}"), Timestamp::now());
        let began = self.round_began(&note, began).await?;
        let since = self.confirmed_since.map_or(began, |confirmed| confirmed.min(began));
        let result = Refreshed { source: name.to_owned(), ..Refreshed::default() };
        let (withdrawn, replaced) = Default::default();
        let mut round = Round { refresher: self, client, lookup, since, result, withdrawn, replaced };
        match Box::pin(round.all()).await {
            Ok(()) | Err(SearchError::Stopped) => {}
            Err(SearchError::Unanswered(why)) => round.result.cut_short = Some(why),
            Err(err) => return Err(err),
        }
        let (dataset, store) = (self.dataset.clone(), Arc::clone(self.writer.store()));
        let replaced = std::mem::take(&mut round.replaced);
        blocking(move || remove_unused(&dataset, store.as_ref(), replaced)).await?;
        let Round { result, .. } = round;
        if result.is_complete() && !self.stop.is_raised() {
            let store = Arc::clone(self.writer.store());
            blocking(move || Ok(store.set_note(&note, None)?)).await?;
        }
        Ok(result)
    }

    /// When the refresh of a source began that is continued.
    async fn round_began(&self, note: &str, now: Timestamp) -> Result<Timestamp> {
        let (store, note) = (Arc::clone(self.writer.store()), note.to_owned());
        blocking(move || {
            let known = store.note(&note)?.and_then(|text| text.parse::<Timestamp>().ok());
            let oldest = now - SignedDuration::from_hours(ROUND_HOURS);
            if let Some(known) = known.filter(|known| *known > oldest && *known <= now) {
                return Ok(known);
            }
            store.set_note(&note, Some(&now.to_string()))?;
            Ok(now)
        })
        .await
    }
}

impl Round<'_> {
    /// Asks for all photos, then again for those that the source does not show, and removes these.
    async fn all(&mut self) -> Result<(), SearchError> {
        let source = self.client.source().about().name;
        let (mut after, mut batch) = (None, Vec::new());
        loop {
            let own = next_of_source(self.refresher.writer.store(), source, after.as_ref()).await?;
            let Some(last) = own.last() else { break };
            after = Some(last.id.clone());
            for photo in own {
                let Some(asked) = self.admit(photo) else { continue };
                Box::pin(self.add(&mut batch, asked, Turn::First)).await?;
            }
        }
        if !batch.is_empty() {
            self.ask(batch, Turn::First).await?;
        }
        Box::pin(self.remove_withdrawn()).await
    }

    /// The photo and its key, if it is to be asked for.
    fn admit(&mut self, photo: Photo) -> Option<Asked> {
        let is_unreadable = photo.id.own().starts_with("unreadable-");
        if is_unreadable || !self.refresher.choice.passes(&photo) {
            self.refresher.observer.photos_passed(1);
            return None;
        }
        if photo.checked_at.is_some_and(|at| at >= self.since) {
            self.result.confirmed += 1;
            self.result.recent += 1;
            self.refresher.observer.photos_passed(1);
            return None;
        }
        let key = self.lookup.key(&photo);
        if key.is_none() {
            self.result.without_key += 1;
            self.refresher.observer.photos_passed(1);
        }
        Some((key?, photo))
    }

    /// Adds a photo to the next request. If that is full of other keys, it is sent first.
    async fn add(&mut self, batch: &mut Vec<Asked>, asked: Asked, turn: Turn) -> Result<(), SearchError> {
        let keys: HashSet<&str> = batch.iter().map(|(key, _)| key.as_str()).collect();
        if keys.len() == self.lookup.batch() && !keys.contains(asked.0.as_str()) {
            self.ask(std::mem::take(batch), turn).await?;
        }
        batch.push(asked);
        Ok(())
    }

    /// Sends one request and saves what the source says about the photos that it shows.
    async fn ask(&mut self, batch: Vec<Asked>, turn: Turn) -> Result<(), SearchError> {
        if self.refresher.stop.is_raised() {
            return Err(SearchError::Stopped);
        }
        announce_wait(self.client, "the refresh", self.refresher.observer.as_ref());
        let keys: BTreeSet<&String> = batch.iter().map(|(key, _)| key).collect();
        let keys: Vec<String> = keys.into_iter().cloned().collect();
        let (lookup, asked) = (self.lookup, keys.as_slice());
        let ask = Ask { request: &|| lookup.request(asked), parse: &|status, body| lookup.parse(asked, status, body) };
        let records = self.client.ask(ask, self.refresher.stop.clone().raised()).await?;
        self.result.requests += 1;
        let records = records.ok_or_else(|| SearchError::Unanswered("there was no answer".into()))?;
        let ids: Vec<PhotoId> = batch.iter().map(|(_, photo)| photo.id.clone()).collect();
        let looked_up = LookupResult::of(&ids, records);
        let mut known: HashMap<PhotoId, Asked> =
            batch.into_iter().map(|(key, photo)| (photo.id.clone(), (key, photo))).collect();
        let mut saved = Vec::new();
        for record in looked_up.found {
            if let Some((_, before)) = known.remove(&record.photo.id) {
                saved.push(Box::pin(self.refreshed(&before, record)).await?);
                self.result.confirmed += 1;
            }
        }
        self.refresher.writer.save(saved).await?;
        if turn == Turn::First {
            self.result.unclear += looked_up.unclear.len() as u64;
            self.result.withdrawn += looked_up.withdrawn.len() as u64;
            self.refresher.observer.photos_passed(ids.len() as u64);
        }
        self.withdrawn.extend(looked_up.withdrawn.iter().filter_map(|id| known.remove(id)));
        Ok(())
    }

    /// A photo as the source describes it now, with a new image if the picture was replaced.
    async fn refreshed(&mut self, before: &Photo, record: Record) -> Result<Photo, SearchError> {
        let mut photo = record.photo;
        photo.checked_at = Some(Timestamp::now());
        let readdressed = compare::has_other_addresses(before, &photo);
        if readdressed {
            self.find_sizes(&mut photo).await?;
            let edge = before.file.as_ref().map(|file| file.width.max(file.height));
            self.client.source().choose_size(&mut photo, edge);
        } else {
            photo.sizes.clone_from(&before.sizes);
            photo.image_url.clone_from(&before.image_url);
            photo.file_name.clone_from(&before.file_name);
            photo.unasked.insert(SourceField::Sizes);
        }
        let changes = compare::changes(before, &photo);
        self.result.relicensed += u64::from(changes.license);
        self.result.moved += u64::from(changes.location);
        self.result.edited += u64::from(changes.words);
        self.result.readdressed += u64::from(readdressed);
        let Some(file) = before.file.clone().filter(|_| readdressed) else {
            return Ok(self.with_place(photo, before).await?);
        };
        let old = (photo.clone(), file);
        let photo = self.refresher.pipeline.process(photo).await?;
        Ok(self.replaced(photo, old, before))
    }

    /// A photo whose image was downloaded again, or as it was if that failed.
    fn replaced(&mut self, photo: Photo, (described, file): (Photo, ImageFile), before: &Photo) -> Photo {
        match &photo.file {
            Some(new) if photo.fault.is_none() => {
                if new.sha256 != file.sha256 {
                    self.result.new_images += 1;
                    self.replaced.push(file);
                }
                photo
            }
            _ => {
                self.result.failed_images += 1;
                // The old addresses stay, and the time of the answer before, so that the next refresh tries again.
                let mut kept = Photo { checked_at: before.checked_at, sizes: before.sizes.clone(), ..described };
                kept.image_url.clone_from(&before.image_url);
                kept.file_name.clone_from(&before.file_name);
                kept.unasked.insert(SourceField::Sizes);
                kept
            }
        }
    }

    /// The place of new coordinates and the taxon of new words; the known place stays with the known coordinates.
    async fn with_place(&self, photo: Photo, before: &Photo) -> Result<Photo> {
        let moved = photo.location != before.location && !photo.unasked.contains(&SourceField::Location);
        let mut early = self.refresher.pipeline.early();
        early.stages.retain(|stage| moved || stage.name() != StageName::Geocode);
        Box::pin(early.process(photo)).await
    }

    /// All sizes of a photo whose addresses have changed.
    async fn find_sizes(&mut self, photo: &mut Photo) -> Result<(), SearchError> {
        let Some(_) = self.lookup.sizes_request(photo) else { return Ok(()) };
        let (lookup, asked) = (self.lookup, photo.clone());
        let ask = Ask {
            request: &|| lookup.sizes_request(&asked).expect("the source has just given one"),
            parse: &|status, body| lookup.parse_sizes(status, body),
        };
        let sizes = self.client.ask(ask, self.refresher.stop.clone().raised()).await?.unwrap_or_default();
        self.result.requests += 1;
        if !sizes.is_empty() {
            photo.sizes = sizes;
        }
        Ok(())
    }

    /// Asks again for the photos that the source does not show, and removes those that it does not show then either.
    async fn remove_withdrawn(&mut self) -> Result<(), SearchError> {
        let first = std::mem::take(&mut self.withdrawn);
        if first.is_empty() {
            return Ok(());
        }
        let (title, result) = (self.client.source().about().title, &self.result);
        let asked = result.confirmed + result.withdrawn;
        if result.is_suspicious() && !(self.refresher.consent)(title, result.withdrawn, asked) {
            self.result.held_back = true;
            return Ok(());
        }
        let mut batch = Vec::new();
        for asked in first {
            Box::pin(self.add(&mut batch, asked, Turn::Second)).await?;
        }
        if !batch.is_empty() {
            self.ask(batch, Turn::Second).await?;
        }
        let ids: Vec<PhotoId> = self.withdrawn.iter().map(|(_, photo)| photo.id.clone()).collect();
        let (writer, dataset) = (Arc::clone(&self.refresher.writer), self.refresher.dataset.clone());
        let removing = move || {
            let marker = store::marker_or_new(writer.store().as_ref(), writer.vault())?;
            let marks: Vec<PhotoId> = ids.iter().map(|id| marker.mark(id)).collect();
            withdraw(&dataset, writer.store().as_ref(), &ids, Trace::Marks(&marks))
        };
        // What the source showed the second time is not withdrawn.
        self.result.withdrawn = self.withdrawn.len() as u64;
        self.result.removed = blocking(removing).await?.photos;
        Ok(())
    }
}

/// How often a photo was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    First,
    Second,
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("the store failed")?
}
