//! The numbers of changes. Many writers take numbers at once and finish in any order, so a follower reads only up to the
//! first number that is still under way: nothing appears behind it afterwards.

use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReturnDocument;

use super::Home;
use super::persist::persist;
use crate::hash::hex;
use crate::store::StoreError;

const SEQ: &str = "seq";
/// After that, by the server's clock, numbers whose writer was killed hold nobody up. A writer that is slower takes new ones.
const UNDER_WAY: Duration = Duration::from_secs(60);

/// Numbers that were given out: `first` and those after it.
pub struct Numbers {
    pub first: i64,
    token: String,
}

impl Home {
    /// Takes `count` numbers.
    pub async fn take_numbers(&self, count: usize) -> Result<Numbers, StoreError> {
        let mut token = [0; 8];
        getrandom::fill(&mut token).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        let token = hex(&token);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let last = doc! {"$ifNull": ["$last", Bson::Int64(0)]};
        let own = doc! {
            "token": &token, "first": {"$add": [&last, Bson::Int64(1)]},
            "until": {"$add": ["$$NOW", i64::try_from(UNDER_WAY.as_millis()).unwrap_or(i64::MAX)]},
        };
        let change = vec![doc! {"$set": {
            "under_way": {"$concatArrays": [living(), [own]]},
            "last": {"$add": [&last, count]},
        }}];
        let after = persist(|| async {
            let taking = self.counters.find_one_and_update(doc! {"_id": SEQ}, change.clone());
            taking.upsert(true).return_document(ReturnDocument::After).await
        });
        let first = after.await?.and_then(|after| {
            let mut own = after.get_array("under_way").ok()?.iter().filter_map(Bson::as_document);
            own.find(|numbers| numbers.get_str("token").ok() == Some(token.as_str()))?.get_i64("first").ok()
        });
        let first = first.ok_or_else(|| StoreError::Other("MongoDB gave out no numbers".to_owned()))?;
        Ok(Numbers { first, token })
    }

    /// Says that everything with these numbers is written, or never will be. Whether that was in time: if not, followers may
    /// have read past these numbers, and what stands under them needs new ones.
    pub async fn give_back(&self, numbers: Numbers) -> Result<bool, StoreError> {
        let tokens = doc! {"$map": {"input": living(), "in": "$$this.token"}};
        let in_time = doc! {"_id": SEQ, "$expr": {"$in": [&numbers.token, tokens]}};
        let done = doc! {"$pull": {"under_way": {"token": &numbers.token}}};
        let given = persist(|| async { self.counters.update_one(in_time.clone(), done.clone()).await }).await?;
        Ok(given.matched_count > 0)
    }

    /// The last number before everything that is still under way.
    pub async fn horizon(&self) -> Result<u64, StoreError> {
        let pipeline = [
            doc! {"$match": {"_id": SEQ}},
            doc! {"$project": {"last": 1, "first": {"$min": {"$map": {"input": living(), "in": "$$this.first"}}}}},
        ];
        let found: Option<Document> =
            persist(|| async { self.counters.aggregate(pipeline.clone()).await?.try_next().await }).await?;
        let number = |name: &str| found.as_ref().and_then(|found| found.get_i64(name).ok());
        let last = number("first").map_or(number("last").unwrap_or(0), |first| first - 1);
        Ok(u64::try_from(last).unwrap_or(0))
    }
}

/// Numbers under way whose time is not over.
fn living() -> Document {
    doc! {"$filter": {
        "input": {"$ifNull": ["$under_way", []]}, "as": "numbers", "cond": {"$gt": ["$$numbers.until", "$$NOW"]},
    }}
}
