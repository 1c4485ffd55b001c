//! Counts of the records on a server: only the fields that are counted are read.

use mongodb::bson::{Document, RawDocumentBuf, doc};
use rayon::prelude::*;

use super::Collections;
use super::document::parse_photo;
use super::retry::retry;
use crate::photo::Photo;
use crate::store::StoreError;
use crate::store::tally::{Counter, Tally};

/// Records read at a time.
const BATCH: u32 = 4_096;

/// The fields of a record that are counted.
const FIELDS: [&str; 13] = [
    "id",
    "searches",
    "place",
    "license",
    "other_records",
    "same_as",
    "fault",
    "file",
    "thumbnail",
    "location",
    "scores",
    "labels",
    "owner_pseudonym",
];

impl Collections {
    /// Counts of all records. A record that is changed meanwhile is counted as before or as after.
    pub async fn tally(&self) -> Result<Tally, StoreError> {
        let (mut counter, mut after) = (Counter::default(), String::new());
        loop {
            let batch = self.counted_fields(&after).await?;
            let Some(last) = batch.last().and_then(|document| document.get_str("_id").ok()) else { break };
            last.clone_into(&mut after);
            let count = move || {
                // A damaged record is left out.
                let photo = |document: &RawDocumentBuf| parse_photo(document).ok();
                let photos: Vec<Option<Photo>> = batch.par_iter().map(photo).collect();
                photos.iter().flatten().for_each(|photo| counter.add(photo));
                counter
            };
            let counted = tokio::task::spawn_blocking(count).await;
            counter = counted.map_err(|err| StoreError::Other(format!("counting failed: {err}")))?;
        }
        Ok(counter.end())
    }

    async fn counted_fields(&self, after: &str) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let which = doc! {"_id": {"$gt": after}};
        let fields: Document = FIELDS.iter().map(|field| ((*field).to_owned(), 1.into())).collect();
        retry(|| async {
            let find = self.photos.find(which.clone()).sort(doc! {"_id": 1}).projection(fields.clone());
            let mut cursor = find.limit(i64::from(BATCH)).batch_size(BATCH).await?;
            let mut documents = Vec::with_capacity(BATCH as usize);
            while cursor.advance().await? {
                documents.push(cursor.current().to_owned());
            }
            Ok(documents)
        })
        .await
    }

    /// The bytes that the database takes on the server's disk; `None` if it does not say.
    pub async fn disk_bytes(&self) -> Result<Option<u64>, StoreError> {
        let database = self.photos.client().database(&self.photos.namespace().db);
        // Some users may not ask for this.
        let Ok(stats) = database.run_command(doc! {"dbStats": 1}).await else { return Ok(None) };
        let number = |name: &str| {
            let value = stats.get(name)?;
            value.as_f64().or_else(|| value.as_i64().map(|n| n as f64)).or_else(|| value.as_i32().map(f64::from))
        };
        Ok(number("storageSize").zip(number("indexSize")).map(|(records, indexes)| (records + indexes) as u64))
    }
}
