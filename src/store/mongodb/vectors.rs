//! What models made of photos: `_id` is the model's id and the photo's, `data` 16-bit floats, little-endian.

use std::collections::HashSet;

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document, RawDocumentBuf, doc};

use super::Home;
use super::persist::persist;
use super::photos::{Reading, found};
use crate::photo::{PhotoId, Vector};
use crate::store::StoreError;

/// Vectors of one command.
const BATCH: usize = 500;

impl Home {
    /// Keeps vectors of photos that are there.
    pub async fn save_vectors(&self, model: &str, vectors: Vec<(PhotoId, Vector)>) -> Result<(), StoreError> {
        for some in vectors.chunks(BATCH) {
            let ids: Vec<&str> = some.iter().map(|(id, _)| id.as_str()).collect();
            let pipeline = doc! {"_id": {"$in": ids}};
            let there = found(&self.photos, &pipeline, Reading::default()).await?;
            let there: HashSet<&str> = there.iter().filter_map(|photo| photo.get_str("_id").ok()).collect();
            let kept = some.iter().filter(|(id, _)| there.contains(id.as_str()));
            let updates: Vec<Bson> = kept.map(|(id, vector)| Bson::Document(upsert(model, id, vector))).collect();
            if updates.is_empty() {
                continue;
            }
            let command = doc! {
                "update": self.vectors.name(), "updates": updates, "ordered": false,
                "writeConcern": {"w": "majority", "j": true, "wtimeout": 10_000},
            };
            let database = self.vectors.client().database(&self.vectors.namespace().db);
            // A duplicate is of the same vector, made at once by another worker.
            persist(|| async { super::put::carried_out(&database.run_command(command.clone()).await?) }).await?;
        }
        Ok(())
    }

    /// The vectors of these photos, in their order.
    pub async fn vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let keys: Vec<Bson> = ids.iter().map(|id| Bson::Document(key(model, id.as_str()))).collect();
        let found = found(&self.vectors, &doc! {"_id": {"$in": keys}}, Reading::default()).await?;
        let mut by_id: std::collections::HashMap<PhotoId, Vector> =
            found.iter().filter_map(read).filter_map(|(id, vector)| Some((id, vector?))).collect();
        // A damaged one is as good as none: it is made again.
        Ok(ids.iter().filter_map(|id| Some((id.clone(), by_id.remove(id)?))).collect())
    }

    /// The models that made vectors, each found by the first vector behind the last one's.
    pub async fn models(&self) -> Result<Vec<String>, StoreError> {
        let mut models: Vec<String> = Vec::new();
        let mut after = doc! {};
        loop {
            let next = found(&self.vectors, &after, Reading::of(doc! {"_id": 1}, 1)).await?;
            let model = next.first().and_then(|next| next.get_document("_id").ok()?.get_str("model").ok());
            let Some(model) = model else { return Ok(models) };
            after = doc! {"_id": {"$gt": {"model": model, "photo": Bson::MaxKey}}};
            models.push(model.to_owned());
        }
    }

    /// How many photos a model has seen.
    pub async fn count_vectors(&self, model: &str) -> Result<u64, StoreError> {
        persist(|| async { self.vectors.count_documents(of_model(model, None)).await }).await
    }

    /// Vectors by the photo's id.
    pub async fn scan_vectors(
        &self,
        model: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let which = of_model(model, after);
        let found = found(&self.vectors, &which, Reading::of(doc! {"_id": 1}, limit)).await?;
        // A damaged one stands as an empty one, so that the walk goes on from it.
        Ok(found.iter().filter_map(read).map(|(id, vector)| (id, vector.unwrap_or_default())).collect())
    }
}

fn key(model: &str, photo: &str) -> Document {
    doc! {"model": model, "photo": photo}
}

/// A model's vectors: documents are compared field by field.
fn of_model(model: &str, after: Option<String>) -> Document {
    let last = doc! {"model": model, "photo": Bson::MaxKey};
    doc! {"_id": {"$gt": key(model, &after.unwrap_or_default()), "$lt": last}}
}

fn upsert(model: &str, id: &PhotoId, vector: &Vector) -> Document {
    let data = Binary { subtype: BinarySubtype::Generic, bytes: vector.to_bytes() };
    doc! {"q": {"_id": key(model, id.as_str())}, "u": {"$set": {"photo": id.as_str(), "data": data}}, "upsert": true}
}

fn read(document: &RawDocumentBuf) -> Option<(PhotoId, Option<Vector>)> {
    let id = PhotoId::from_text(document.get_str("photo").ok()?);
    let data = document.get_binary("data").ok();
    Some((id, data.and_then(|data| Vector::from_bytes(data.bytes))))
}
