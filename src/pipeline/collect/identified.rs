//! Photos that an aggregator returns and another source owns.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;

use super::{Collector, blocking};
use crate::photo::{OtherRecord, Photo, PhotoId, RecognisedBy};
use crate::seal::SealedPhoto;
use crate::sources::{self, Record};

impl Collector {
    /// The photos of a page with the ids of the sources that own them, and with the aggregator's record beside. The stored
    /// record of a photo that another source owns takes precedence, because the aggregator's record is a copy.
    pub(super) async fn identified(&self, records: Vec<Record>) -> Result<Vec<Photo>> {
        let owned = |record: &Record| record.origin.clone().filter(|origin| sources::find(origin.source()).is_some());
        let ids: Vec<PhotoId> = records.iter().filter_map(owned).collect();
        let mut known = if ids.is_empty() { HashMap::new() } else { self.load_stored(ids).await? };
        let mut photos: Vec<Photo> = Vec::with_capacity(records.len());
        for record in records {
            let origin = owned(&record);
            let mut photo = record.photo;
            self.client.source().choose_size(&mut photo, self.long_edge_px);
            if let Some(origin) = origin {
                let copy = self.copy(&photo);
                // Several records of a page may show one photo; the first is kept.
                if let Some(first) = photos.iter_mut().find(|first| first.id == origin) {
                    first.add_copy(copy.clone());
                }
                photo = known.remove(&origin).unwrap_or(Photo { id: origin, ..photo });
                photo.add_copy(copy);
            }
            photos.push(photo);
        }
        Ok(photos)
    }

    /// The record of this source, of a photo that another source owns.
    fn copy(&self, record: &Photo) -> OtherRecord {
        OtherRecord {
            id: record.id.clone(),
            landing_url: self.client.source().record_url(record),
            license: record.license.clone(),
            recognised_by: RecognisedBy::Id.into(),
            checked_at: Some(Timestamp::now()),
        }
    }

    /// The stored photos with these ids.
    async fn load_stored(&self, ids: Vec<PhotoId>) -> Result<HashMap<PhotoId, Photo>> {
        let store = Arc::clone(self.writer.store());
        let known = blocking(move || store.load_sealed(&ids).map_err(anyhow::Error::from)).await?;
        let photos = known.into_iter().map(SealedPhoto::into_photo);
        Ok(photos.map(|photo| (photo.id.clone(), photo)).collect())
    }
}
