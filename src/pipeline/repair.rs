//! Mends what is damaged in a dataset, as far as it can be known or had again.
//!
//! A single changed bit of a record is found by its checksum. Other damaged records are asked for at their source. Images come
//! from their addresses, thumbnails from the images, vectors from the next `gleaner score`, the index from the records.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Serialize;

use super::file_check::{check_vectors, image_problem, thumbnail_problem};
use super::{Pipeline, RecordWriter, Stop};
use crate::dataset::Dataset;
use crate::files::BlobName;
use crate::photo::{Photo, PhotoId};
use crate::sources::FOLDER;
use crate::sources::folder::Folder;
use crate::sources::lookup::LookupResult;
use crate::sources::search::{Ask, SearchClient};
use crate::store::{Store, StoreCheck};

/// Records changed at a time.
const BATCH: usize = 200;

/// What was mended and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Repaired {
    /// Records and thumbnails that had no checksum and have one now.
    pub given_checksums: u64,
    /// Records in which one changed bit was changed back.
    pub mended: Vec<PhotoId>,
    /// Records that were made again from what their source says now. What only the dataset knew of them is lost: other
    /// searches, scores and labels of services.
    pub asked_again: Vec<PhotoId>,
    /// Images that were downloaded again.
    pub images: Vec<PhotoId>,
    /// Thumbnails that were made again.
    pub thumbnails: Vec<PhotoId>,
    /// Damaged vectors that were removed; `gleaner score` makes them again.
    pub vectors: u64,
    /// What cannot be had again: a photo or a file, and why.
    pub lost: BTreeMap<String, String>,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// Repairs a dataset that is open for writing.
pub struct Repairer {
    /// Saves photos.
    pub writer: Arc<RecordWriter>,
    /// The dataset.
    pub dataset: Dataset,
    /// Downloads images and makes thumbnails.
    pub pipeline: Pipeline,
    /// The folder of the photos that came from one, with the pipeline that reads its files.
    pub folder: Option<(Arc<Folder>, Pipeline)>,
    /// Raised when the user stops the run.
    pub stop: Stop,
}

impl Repairer {
    /// Repairs everything. `clients` are asked for damaged records, by the name of their source.
    pub async fn run(&self, clients: &BTreeMap<String, SearchClient>) -> Result<Repaired> {
        let mut repaired = Repaired::default();
        let store = Arc::clone(self.writer.store());
        let is_new_key = blocking(&store, |store| Ok(store.mend_checksum_key()?)).await?;
        if is_new_key {
            let why = "both copies were damaged: a new key was made, and no record could be compared with its checksum";
            repaired.lost.insert("the key of the checksums".to_owned(), why.to_owned());
        }
        // The index is made again from the records.
        for file in [self.dataset.snapshot(), self.dataset.known_digest()] {
            let _ = fs::remove_file(file);
        }
        let check = blocking(&store, |store| store.check(&mut |_| Ok(()))).await?;
        self.records(&check, clients, &mut repaired).await?;
        self.files(&mut repaired).await?;
        self.vectors(&mut repaired).await?;
        repaired.interrupted = self.stop.is_raised();
        Ok(repaired)
    }

    /// Mends damaged records, and gives those that have none a checksum.
    async fn records(
        &self,
        check: &StoreCheck,
        clients: &BTreeMap<String, SearchClient>,
        repaired: &mut Repaired,
    ) -> Result<()> {
        let store = self.writer.store();
        for some in check.without_checksum.chunks(BATCH) {
            let ids = some.to_vec();
            let saved = blocking(store, move |store| store.update(&ids, &mut |_, known| Ok(known))).await?;
            repaired.given_checksums += saved.len() as u64;
        }
        let damaged = store.damage().found().records;
        let ids: Vec<PhotoId> = damaged.keys().cloned().collect();
        let vault = Arc::clone(self.writer.vault());
        let mended = blocking(store, move |store| {
            let mut mended = store.mended(&ids)?;
            // Of sealed fields the checksum is short; the key is sure.
            mended.retain(|sealed| vault.open(sealed).is_ok());
            store.save(&mended)?;
            Ok(mended)
        });
        repaired.mended = mended.await?.iter().map(|sealed| sealed.photo().id.clone()).collect();
        for (id, why) in damaged {
            if self.stop.is_raised() {
                break;
            }
            if repaired.mended.contains(&id) {
                continue;
            }
            match Box::pin(self.ask_again(&id, clients)).await {
                Ok(()) => repaired.asked_again.push(id),
                Err(err) => drop(repaired.lost.insert(id.to_string(), format!("{why}; {err:#}"))),
            }
        }
        Ok(())
    }

    /// Makes a record again from what its source says.
    async fn ask_again(&self, id: &PhotoId, clients: &BTreeMap<String, SearchClient>) -> Result<()> {
        if id.source() == FOLDER {
            let (folder, pipeline) = self.folder.as_ref().context("to read its file again: --folder DIR")?;
            let photo = folder.photos().find(|photo| photo.id == *id).context("its file is not in the folder")?;
            return self.replace(pipeline.process(photo).await?).await;
        }
        let client = clients.get(id.source()).with_context(|| format!("{} cannot be asked for it", id.source()))?;
        let lookup = client.source().lookup().context("its source has no search by id")?;
        let asked = Photo { id: id.clone(), ..Photo::default() };
        let key = lookup.key(&asked).context("its id does not say by what its source could be asked")?;
        let keys = [key];
        let ask = Ask { request: &|| lookup.request(&keys), parse: &|status, body| lookup.parse(&keys, status, body) };
        let records = client.ask(ask, self.stop.clone().raised()).await?.context("its source did not answer")?;
        let found = LookupResult::of(std::slice::from_ref(id), records).found;
        let mut photo = found.into_iter().next().context("its source does not show it any more")?.photo;
        client.source().choose_size(&mut photo, None);
        self.replace(self.pipeline.process(photo).await?).await
    }

    /// Puts a photo in the place of its damaged record.
    async fn replace(&self, photo: Photo) -> Result<()> {
        let writer = Arc::clone(&self.writer);
        tokio::task::spawn_blocking(move || {
            let sealed = writer.vault().seal(Photo { received: None, ..photo })?;
            Ok(writer.store().save(&[sealed])?)
        })
        .await
        .context("saving failed")?
    }

    /// Compares every image and thumbnail with its record, and has those again that differ.
    async fn files(&self, repaired: &mut Repaired) -> Result<()> {
        let store = self.writer.store();
        let mut after: Option<PhotoId> = None;
        while !self.stop.is_raised() {
            let from = after.clone();
            let batch = blocking(store, move |store| Ok(store.scan_sealed(from.as_ref(), BATCH)?)).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.photo().id.clone());
            for sealed in batch {
                if sealed.photo().file.is_some() {
                    Box::pin(self.files_of(sealed.into_photo(), repaired)).await?;
                }
            }
        }
        Ok(())
    }

    async fn files_of(&self, photo: Photo, repaired: &mut Repaired) -> Result<()> {
        let (files, own) = (self.dataset.files().clone(), photo.clone());
        let read = tokio::task::spawn_blocking(move || {
            let Some(file) = &own.file else { return Ok((None, None)) };
            Ok::<_, anyhow::Error>((image_problem(&files, file)?, thumbnail_problem(&files, &own)?))
        });
        let (image, thumbnail) = read.await.context("reading failed")??;
        let has_no_hash = photo.thumbnail.as_ref().is_some_and(|thumbnail| thumbnail.sha256.is_none());
        let (id, before) = (photo.id.clone(), photo.clone());
        if let Some(why) = image {
            let wanted = Photo { file: None, thumbnail: None, fault: None, ..photo };
            let pipeline = match &self.folder {
                Some((_, pipeline)) if id.source() == FOLDER => pipeline,
                _ => &self.pipeline,
            };
            let made = pipeline.process(wanted).await?;
            if made.file.is_none() {
                let none = if id.source() == FOLDER { "to read it again: --folder DIR" } else { "it has no address" };
                let why_not = made.fault.map_or_else(|| none.to_owned(), |fault| fault.message);
                repaired.lost.insert(id.to_string(), format!("{why}; it cannot be had again: {why_not}"));
                return Ok(());
            }
            self.writer.save(vec![made]).await?;
            repaired.images.push(id);
        } else if thumbnail.is_some() || has_no_hash {
            if let (Some(file), false) = (&before.file, self.dataset.files().is_shared() && thumbnail.is_none()) {
                let (files, file) = (self.dataset.files().clone(), file.clone());
                let removed = tokio::task::spawn_blocking(move || files.remove(BlobName::thumbnail(&file)));
                removed.await.context("removing a thumbnail failed")??;
            }
            let made = self.pipeline.process(Photo { thumbnail: None, ..photo }).await?;
            if made.thumbnail.is_none() {
                let why = thumbnail.unwrap_or("its thumbnail has no hash");
                repaired.lost.insert(id.to_string(), format!("{why}; the image gives none"));
                return Ok(());
            }
            self.writer.save(vec![made]).await?;
            match thumbnail {
                Some(_) => repaired.thumbnails.push(id),
                None => repaired.given_checksums += 1,
            }
        }
        Ok(())
    }

    /// Removes damaged vectors, so that they are made again.
    async fn vectors(&self, repaired: &mut Repaired) -> Result<()> {
        let removing = |store: &dyn Store| {
            let (_, damaged) = check_vectors(store)?;
            let damaged: Vec<PhotoId> = damaged.into_iter().map(|(id, _)| id).collect();
            store.remove_vectors(&damaged)?;
            Ok(damaged.len() as u64)
        };
        repaired.vectors = blocking(self.writer.store(), removing).await?;
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl FnOnce(&dyn Store) -> Result<T> + Send + 'static,
) -> Result<T> {
    let store = Arc::clone(store);
    tokio::task::spawn_blocking(move || work(store.as_ref())).await.context("the store failed")?
}
