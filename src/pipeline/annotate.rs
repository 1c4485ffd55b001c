//! Labels photos with Google Vision: up to 16 images per call, a few calls in parallel. The labels of a call are saved before
//! the next call. If the program is killed, at most the running calls are sent, and charged, again.

mod save;
mod todo;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::future::{BoxFuture, FutureExt, select};
use futures::stream::{self, StreamExt};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::Stop;
use crate::dataset::Dataset;
use crate::files::BlobName;
use crate::net::Backoff;
use crate::photo::{Labels, PhotoId};
use crate::scorers::vision::request::{self, MAX_IMAGES};
use crate::scorers::vision::response::{BatchResponse, ImageResponse};
use crate::scorers::vision::{self, CallOutcome, Service, VisionError};
use crate::stages::Derived;
use crate::store::Store;

pub use todo::{Image, Todo};

/// How long running calls may take after the user asked to stop: they are already paid for.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// Pictures are decoded one at a time, to save memory; the service is slower anyway.
static DECODING: Semaphore = Semaphore::const_new(1);

/// The result of a run. An image counts once, however many photos show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Annotated {
    /// Images that the service labelled, each charged once.
    pub images: u64,
    /// Of these, images without any label.
    pub empty: u64,
    /// Images that the service rejects permanently. They are not sent again.
    pub refused: u64,
    /// Images whose file is missing or cannot be decoded; not sent.
    pub unreadable: u64,
    /// Images whose answer was lost, which may have been charged. They are not sent again in this run.
    pub in_doubt: u64,
    /// Photos with new labels or a rejection.
    pub photos: u64,
    /// Calls that were answered or whose answer was lost.
    pub calls: u64,
    /// Images left for the next run, including those whose answer was lost.
    pub left: u64,
    /// Why it ended early, if it did. Labels so far are saved, and the next run continues.
    pub cut_short: Option<String>,
}

/// Saves the results of one call durably. The next call waits for it.
pub type Save<'a> = &'a (dyn Fn(Vec<(PhotoId, Labels)>) -> BoxFuture<'static, Result<()>> + Send + Sync);

/// Called after each call with the result so far.
pub type ProgressFn = Arc<dyn Fn(&Annotated) + Send + Sync>;

/// Labels the images of a dataset with Google Vision.
pub struct Annotator {
    /// The client of the service.
    pub service: Service,
    /// The dataset of the images.
    pub dataset: Dataset,
    /// Brings the taxon and the setting of labelled photos up to date.
    pub derived: Arc<Derived>,
    /// Receives the progress.
    pub on_progress: ProgressFn,
    /// Raised when the user wants to stop: no new call is made, running calls have 15 s.
    pub stop: Stop,
}

/// Labels at most `confirmed` images and saves the labels in the store. Needs no key. Images that have labels under another
/// photo's id are not sent.
pub async fn annotate(
    annotator: &Annotator,
    store: &Arc<dyn Store>,
    todo: Todo,
    confirmed: u64,
) -> Result<Annotated, VisionError> {
    let (copying, copies) = ((Arc::clone(store), Arc::clone(&annotator.derived)), todo.copies().to_vec());
    let given = tokio::task::spawn_blocking(move || save::copy_labels((copying.0.as_ref(), &copying.1), &copies));
    let given = given.await.context("could not copy labels")??;
    let save = |labels| {
        let (store, derived) = (Arc::clone(store), Arc::clone(&annotator.derived));
        let saved = tokio::task::spawn_blocking(move || save::labels((store.as_ref(), &derived), labels));
        async move { saved.await.context("could not save labels")? }.boxed()
    };
    let mut annotated = annotator.run(todo, confirmed, &save).await?;
    annotated.photos += given;
    Ok(annotated)
}

/// State that the calls of one run share.
struct Run<'a> {
    annotator: &'a Annotator,
    save: Save<'a>,
    /// Raised when further calls are useless.
    halt: Stop,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    annotated: Annotated,
    /// Images in running calls.
    under_way: u64,
    failure: Option<VisionError>,
}

/// An image and the JPEG to send.
type PreparedImage = (Image, Vec<u8>);

impl Annotator {
    /// Labels at most `confirmed` images; lost answers count. The first error of the key, of the endpoint or of `save` ends
    /// the run, after the running calls are saved.
    pub async fn run(&self, todo: Todo, confirmed: u64, save: Save<'_>) -> Result<Annotated, VisionError> {
        let images = todo.into_images();
        let all = images.len() as u64;
        let confirmed = images.into_iter().take(usize::try_from(confirmed).unwrap_or(usize::MAX));
        let batches: Vec<Vec<Image>> = confirmed.collect::<Vec<_>>().chunks(MAX_IMAGES).map(<[_]>::to_vec).collect();
        let run = Run { annotator: self, save, halt: Stop::default(), state: Mutex::default() };
        let late = self.stop.clone();
        stream::iter(batches)
            .map(|batch| run.batch(batch))
            .buffer_unordered(self.service.settings().calls_at_once)
            .take_until(Box::pin(async move {
                late.raised().await;
                sleep(STOP_TIMEOUT).await;
            }))
            .for_each(|()| std::future::ready(()))
            .await;
        let State { mut annotated, under_way, failure } = run.state.into_inner();
        if let Some(failure) = failure {
            return Err(failure);
        }
        annotated.in_doubt += under_way;
        annotated.left = all - annotated.images - annotated.refused - annotated.unreadable;
        Ok(annotated)
    }
}

impl Run<'_> {
    /// Prepares up to 16 images and sends them in as many calls as their size needs.
    async fn batch(&self, images: Vec<Image>) {
        if self.is_stopped() {
            return;
        }
        let mut ready = match self.prepare(images).await {
            Ok(ready) => ready,
            Err(err) => return self.fail(err.into()),
        };
        let sizes: Vec<usize> = ready.iter().map(|(_, jpeg)| jpeg.len()).collect();
        for call in request::split_into_calls(&sizes, self.annotator.service.settings().max_call_bytes) {
            let rest = ready.split_off(call.len());
            let some = std::mem::replace(&mut ready, rest);
            if let Err(err) = self.send(some).await {
                self.fail(err);
            }
        }
    }

    /// Sends images until each has a final answer. Temporary failures are sent again.
    async fn send(&self, mut images: Vec<PreparedImage>) -> Result<(), VisionError> {
        let patience = self.annotator.service.patience();
        let mut backoff = Backoff::new(patience);
        for _ in 0..patience.attempts {
            if images.is_empty() || self.is_stopped() {
                break;
            }
            let jpegs: Vec<&[u8]> = images.iter().map(|(_, jpeg)| &jpeg[..]).collect();
            let sent = images.len() as u64;
            self.note(|state| state.under_way += sent);
            let called = self.annotator.service.call(&jpegs, &|| self.stopped()).await;
            self.note(|state| state.under_way -= sent);
            let answers = match called? {
                CallOutcome::Answered(answers) => answers,
                CallOutcome::Cancelled => break,
                CallOutcome::NotProcessed(why) => {
                    self.end_early(why);
                    break;
                }
                CallOutcome::Uncertain(_) => BatchResponse::default(),
            };
            images = self.save_results(images, answers).await?;
            if !images.is_empty() {
                select(Box::pin(sleep(backoff.next_wait())), self.stopped()).await;
            }
        }
        Ok(())
    }

    /// Saves the answers. Returns the images with a temporary failure.
    async fn save_results(
        &self,
        images: Vec<PreparedImage>,
        answers: BatchResponse,
    ) -> Result<Vec<PreparedImage>, VisionError> {
        let asked = self.annotator.service.settings().max_results;
        let (mut gained, mut labels, mut again) =
            (Annotated { calls: 1, ..Annotated::default() }, Vec::new(), Vec::new());
        gained.in_doubt = (images.len() - answers.images.len()) as u64;
        let mut denied = None;
        for ((image, jpeg), answer) in images.into_iter().zip(answers.images) {
            let found = match answer {
                ImageResponse::Labels(found) => {
                    gained.images += 1;
                    gained.empty += u64::from(found.is_empty());
                    vision::labels(found, asked)
                }
                ImageResponse::Refused(why) => {
                    gained.refused += 1;
                    vision::refused(why, asked)
                }
                ImageResponse::Transient(_) => {
                    again.push((image, jpeg));
                    continue;
                }
                ImageResponse::Denied(why) => {
                    denied = Some(why);
                    continue;
                }
                ImageResponse::Unreadable(_) => continue,
            };
            labels.extend(image.photos.into_iter().map(|id| (id, found.clone())));
        }
        gained.photos = labels.len() as u64;
        if !labels.is_empty() {
            (self.save)(labels).await.context("the labels could not be saved")?;
        }
        let so_far = self.note(|state| {
            state.annotated.add(&gained);
            state.annotated.clone()
        });
        (self.annotator.on_progress)(&so_far);
        denied.map_or(Ok(again), |why| Err(VisionError::Credentials(why)))
    }

    /// The pictures to send. A missing or damaged image is left out.
    async fn prepare(&self, images: Vec<Image>) -> Result<Vec<PreparedImage>> {
        let mut ready = Vec::with_capacity(images.len());
        for image in images {
            let (files, sha256) = (self.annotator.dataset.files().clone(), image.sha256.clone());
            let edge_px = self.annotator.service.settings().long_edge_px;
            let (format, orientation) = (image.format, image.orientation);
            let turn = DECODING.acquire().await?;
            let made = tokio::task::spawn_blocking(move || {
                match files.read(BlobName::Image { sha256: &sha256, extension: format.extension() }) {
                    Ok(Some(bytes)) => request::picture(&bytes, format, orientation, edge_px).map(Result::ok),
                    Err(err) if err.is_storage_failure() => Err(err.into()),
                    // Missing or unreadable: `verify` reports it.
                    _ => Ok(None),
                }
            });
            let made = made.await.context("could not prepare an image")??;
            drop(turn);
            match made {
                Some(jpeg) => ready.push((image, jpeg)),
                None => self.note(|state| state.annotated.unreadable += 1),
            }
        }
        Ok(ready)
    }

    fn is_stopped(&self) -> bool {
        self.halt.is_raised() || self.annotator.stop.is_raised()
    }

    fn stopped(&self) -> BoxFuture<'static, ()> {
        let (halted, stopped) = (self.halt.clone().raised().boxed(), self.annotator.stop.clone().raised().boxed());
        select(halted, stopped).map(|_| ()).boxed()
    }

    fn end_early(&self, why: String) {
        self.note(|state| state.annotated.cut_short = state.annotated.cut_short.take().or(Some(why)));
        self.halt.raise();
    }

    fn fail(&self, err: VisionError) {
        self.note(|state| state.failure = state.failure.take().or(Some(err)));
        self.halt.raise();
    }

    fn note<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock())
    }
}

impl Annotated {
    fn add(&mut self, more: &Self) {
        self.images += more.images;
        self.empty += more.empty;
        self.refused += more.refused;
        self.in_doubt += more.in_doubt;
        self.photos += more.photos;
        self.calls += more.calls;
    }
}
