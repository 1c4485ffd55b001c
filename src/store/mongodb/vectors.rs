//! Vectors in MongoDB: `_id` is the model's id and the photo's id, `data` holds 16-bit floats, little-endian.

use std::collections::HashSet;

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document, RawDocumentBuf, doc};

use super::read::{Query, find};
use super::retry::retry;
use super::{Collections, checksum};
use crate::photo::{PhotoId, Vector};
use crate::store::StoreError;

/// Number of vectors in one command.
const BATCH: usize = 500;

impl Collections {
    /// Removes all vectors of these photos.
    pub async fn remove_vectors(&self, ids: &[String]) -> Result<(), StoreError> {
        let of_them = doc! {"photo": {"$in": ids}};
        retry(|| async { self.vectors.delete_many(of_them.clone()).await }).await.map(drop)
    }

    /// Saves vectors of stored photos.
    pub async fn save_vectors(&self, model: &str, vectors: Vec<(PhotoId, Vector)>) -> Result<(), StoreError> {
        for some in vectors.chunks(BATCH) {
            let ids: Vec<&str> = some.iter().map(|(id, _)| id.as_str()).collect();
            let filter = doc! {"_id": {"$in": ids}};
            let stored = find(&self.photos, &filter, Query::default()).await?;
            let stored: HashSet<&str> = stored.iter().filter_map(|photo| photo.get_str("_id").ok()).collect();
            let kept = some.iter().filter(|(id, _)| stored.contains(id.as_str()));
            let updates: Vec<Bson> = kept.map(|(id, vector)| Bson::Document(self.upsert(model, id, vector))).collect();
            if updates.is_empty() {
                continue;
            }
            let command = doc! {
                "update": self.vectors.name(), "updates": updates, "ordered": false,
                "writeConcern": {"w": "majority", "j": true, "wtimeout": 10_000},
            };
            let database = self.vectors.client().database(&self.vectors.namespace().db);
            // A duplicate key is the same vector, written by another worker at the same time.
            retry(|| async { super::write::check_updates(&database.run_command(command.clone()).await?) }).await?;
        }
        Ok(())
    }

    /// The stored vectors of `ids`, in the order of `ids`.
    pub async fn vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let keys: Vec<Bson> = ids.iter().map(|id| Bson::Document(key(model, id.as_str()))).collect();
        let found = find(&self.vectors, &doc! {"_id": {"$in": keys}}, Query::default()).await?;
        let mut by_id: std::collections::HashMap<PhotoId, Vector> = found
            .iter()
            .filter_map(|found| self.read_vector(model, found))
            .filter_map(|(id, vector)| Some((id, vector?)))
            .collect();
        // A damaged vector is left out, so that it is computed again.
        Ok(ids.iter().filter_map(|id| Some((id.clone(), by_id.remove(id)?))).collect())
    }

    /// The models that have vectors. Each is found by the first vector after those of the previous model.
    pub async fn models(&self) -> Result<Vec<String>, StoreError> {
        let mut models: Vec<String> = Vec::new();
        let mut after = doc! {};
        loop {
            let next = find(&self.vectors, &after, Query::sorted(doc! {"_id": 1}, 1)).await?;
            let model = next.first().and_then(|next| next.get_document("_id").ok()?.get_str("model").ok());
            let Some(model) = model else { return Ok(models) };
            after = doc! {"_id": {"$gt": {"model": model, "photo": Bson::MaxKey}}};
            models.push(model.to_owned());
        }
    }

    /// How many photos have a vector of this model.
    pub async fn count_vectors(&self, model: &str) -> Result<u64, StoreError> {
        retry(|| async { self.vectors.count_documents(of_model(model, None)).await }).await
    }

    /// Vectors by photo id.
    pub async fn scan_vectors(
        &self,
        model: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let which = of_model(model, after);
        let found = find(&self.vectors, &which, Query::sorted(doc! {"_id": 1}, limit)).await?;
        // A damaged vector is empty, so that the scan can go on after it.
        Ok(found
            .iter()
            .filter_map(|found| self.read_vector(model, found))
            .map(|(id, vector)| (id, vector.unwrap_or_default()))
            .collect())
    }
}

fn key(model: &str, photo: &str) -> Document {
    doc! {"model": model, "photo": photo}
}

/// A filter for a model's vectors. MongoDB compares documents field by field.
fn of_model(model: &str, after: Option<String>) -> Document {
    let last = doc! {"model": model, "photo": Bson::MaxKey};
    doc! {"_id": {"$gt": key(model, &after.unwrap_or_default()), "$lt": last}}
}

impl Collections {
    fn upsert(&self, model: &str, id: &PhotoId, vector: &Vector) -> Document {
        let data = Binary { subtype: BinarySubtype::Generic, bytes: vector.to_bytes() };
        let sum = checksum::of_vector((id.as_str(), model), &data.bytes, &self.checksums);
        let mut to = doc! {"photo": id.as_str(), "data": data};
        if let Some(sum) = sum {
            to.insert("sum", sum);
        }
        doc! {"q": {"_id": key(model, id.as_str())}, "u": {"$set": to}, "upsert": true}
    }

    /// The photo and the vector, if that is not damaged.
    fn read_vector(&self, model: &str, document: &RawDocumentBuf) -> Option<(PhotoId, Option<Vector>)> {
        let id = document.get_document("_id").ok()?.get_str("photo").ok()?;
        let data = document.get_binary("data").map(|data| data.bytes).unwrap_or_default();
        let is_good = match document.get("sum").ok().flatten() {
            None => true,
            Some(stored) => {
                let sum = checksum::of_vector((id, model), data, &self.checksums);
                sum.is_none_or(|sum| stored.as_binary().is_some_and(|stored| stored.bytes == sum.bytes))
            }
        };
        Some((PhotoId::from_text(id), if is_good { Vector::from_bytes(data) } else { None }))
    }
}
