//! The numbers of changes (`seq`). Several writers reserve numbers at once and finish in any order. A follower reads only
//! up to the first number that is still in use, so no change appears behind the follower.

use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReturnDocument;

use super::Collections;
use super::retry::retry;
use crate::hash::hex;
use crate::store::StoreError;

const SEQ: &str = "seq";
/// How long a reservation is valid, by the server's clock. Then the numbers of a killed writer hold up nobody. A slower
/// writer reserves new numbers.
const RESERVATION: Duration = Duration::from_secs(60);

/// Reserved numbers: `first` and those after it.
pub struct SeqRange {
    pub first: i64,
    token: String,
}

impl Collections {
    /// Reserves `count` numbers.
    pub async fn reserve_seqs(&self, count: usize) -> Result<SeqRange, StoreError> {
        let mut token = [0; 8];
        getrandom::fill(&mut token).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        let token = hex(&token);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let last = doc! {"$ifNull": ["$last", Bson::Int64(0)]};
        let own = doc! {
            "token": &token, "first": {"$add": [&last, Bson::Int64(1)]},
            "until": {"$add": ["$$NOW", i64::try_from(RESERVATION.as_millis()).unwrap_or(i64::MAX)]},
        };
        let change = vec![doc! {"$set": {
            "under_way": {"$concatArrays": [valid_reservations(), [own]]},
            "last": {"$add": [&last, count]},
        }}];
        let after = retry(|| async {
            let update = self.counters.find_one_and_update(doc! {"_id": SEQ}, change.clone());
            update.upsert(true).return_document(ReturnDocument::After).await
        });
        let first = after.await?.and_then(|after| {
            let mut reservations = after.get_array("under_way").ok()?.iter().filter_map(Bson::as_document);
            let own = reservations.find(|range| range.get_str("token").ok() == Some(token.as_str()))?;
            own.get_i64("first").ok()
        });
        let first = first.ok_or_else(|| StoreError::Other("MongoDB reserved no change numbers".to_owned()))?;
        Ok(SeqRange { first, token })
    }

    /// Releases numbers: everything with these numbers is written or never will be. Returns whether the reservation was
    /// still valid. If not, followers may have read past these numbers, and what was written needs new ones.
    pub async fn release_seqs(&self, range: SeqRange) -> Result<bool, StoreError> {
        let tokens = doc! {"$map": {"input": valid_reservations(), "in": "$$this.token"}};
        let is_valid = doc! {"_id": SEQ, "$expr": {"$in": [&range.token, tokens]}};
        let remove = doc! {"$pull": {"under_way": {"token": &range.token}}};
        let updated = retry(|| async { self.counters.update_one(is_valid.clone(), remove.clone()).await }).await?;
        Ok(updated.matched_count > 0)
    }

    /// The last number before all that are still reserved.
    pub async fn last_visible_seq(&self) -> Result<u64, StoreError> {
        let first = doc! {"$min": {"$map": {"input": valid_reservations(), "in": "$$this.first"}}};
        let pipeline = [doc! {"$match": {"_id": SEQ}}, doc! {"$project": {"last": 1, "first": first}}];
        let found: Option<Document> =
            retry(|| async { self.counters.aggregate(pipeline.clone()).await?.try_next().await }).await?;
        let number = |name: &str| found.as_ref().and_then(|found| found.get_i64(name).ok());
        let last = number("first").map_or(number("last").unwrap_or(0), |first| first - 1);
        Ok(u64::try_from(last).unwrap_or(0))
    }
}

/// The reservations that have not expired.
fn valid_reservations() -> Document {
    doc! {"$filter": {
        "input": {"$ifNull": ["$under_way", []]}, "as": "numbers", "cond": {"$gt": ["$$numbers.until", "$$NOW"]},
    }}
}
