//! Workers and leases, by the server's clock. A lease is a document whose `_id` is the kind of work and the photo. The
//! server updates one document atomically, so two workers never hold the same lease.

use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

use super::retry::retry;
use super::{Collections, MongoStore};
use crate::photo::PhotoId;
use crate::store::StoreError;
use crate::store::coordination::{LeaseOutcome, RETRY_AFTER, Worker, WorkerCoordination};

/// Number of leases in one command.
const BATCH: usize = 500;

impl WorkerCoordination for MongoStore {
    fn heartbeat(&self, worker: &Worker) -> Result<(), StoreError> {
        let worker = worker.clone();
        self.run(|collections| async move { collections.heartbeat(&worker).await })
    }

    fn unregister(&self, worker: &str) -> Result<(), StoreError> {
        let worker = worker.to_owned();
        self.run(|collections| async move { collections.unregister(&worker).await })
    }

    fn workers(&self) -> Result<Vec<Worker>, StoreError> {
        self.run(|collections| async move { collections.active_workers().await })
    }

    fn lease(&self, worker: &Worker, ids: &[PhotoId]) -> Result<LeaseOutcome, StoreError> {
        let (worker, ids) = (worker.clone(), ids.to_vec());
        self.run(|collections| async move { collections.lease(&worker, &ids).await })
    }

    fn release(&self, worker: &Worker, ids: &[PhotoId], failed: bool) -> Result<(), StoreError> {
        let (worker, ids) = (worker.clone(), ids.to_vec());
        self.run(|collections| async move { collections.release_leases(&worker, &ids, failed).await })
    }

    fn lease_duration(&self) -> Duration {
        self.collections.lease
    }

    fn forget_attempts(&self, work: &str) -> Result<(), StoreError> {
        let tried = doc! {"_id.work": work, "tried": true};
        self.run(|collections| async move {
            retry(|| async { collections.leases.delete_many(tried.clone()).await }).await.map(drop)
        })
    }
}

impl Collections {
    async fn heartbeat(&self, worker: &Worker) -> Result<(), StoreError> {
        let change = doc! {
            "$set": {
                "work": &worker.work, "host": &worker.host, "process": i64::from(worker.process),
                "since": worker.since.map(|since| since.to_string()).unwrap_or_default(),
                "done": i64::try_from(worker.done).unwrap_or(i64::MAX), "per_minute": worker.per_minute,
            },
            "$currentDate": {"heard": true},
        };
        let own = doc! {"_id": &worker.id};
        retry(|| async { self.workers.update_one(own.clone(), change.clone()).upsert(true).await }).await?;
        let held = doc! {"holder": &worker.id, "tried": false};
        let longer = vec![doc! {"$set": {"until": after(self.lease)}}];
        retry(|| async { self.leases.update_many(held.clone(), longer.clone()).await }).await.map(drop)
    }

    async fn unregister(&self, worker: &str) -> Result<(), StoreError> {
        let held = doc! {"holder": worker, "tried": false};
        retry(|| async { self.leases.delete_many(held.clone()).await }).await?;
        retry(|| async { self.workers.delete_one(doc! {"_id": worker}).await }).await.map(drop)
    }

    async fn active_workers(&self) -> Result<Vec<Worker>, StoreError> {
        let silent = doc! {"$subtract": ["$$NOW", "$heard"]};
        let is_active = doc! {"$expr": {"$lt": [silent, millis(self.lease)]}};
        let found: Vec<Document> = retry(|| async {
            self.workers.find(is_active.clone()).sort(doc! {"work": 1, "_id": 1}).await?.try_collect().await
        })
        .await?;
        Ok(found.iter().map(worker).collect())
    }

    async fn lease(&self, worker: &Worker, ids: &[PhotoId]) -> Result<LeaseOutcome, StoreError> {
        let mut leased = LeaseOutcome::default();
        for some in ids.chunks(BATCH) {
            let updates: Vec<Bson> = some
                .iter()
                .map(|id| Bson::Document(take_lease(&worker.id, key(&worker.work, id), self.lease)))
                .collect();
            let command = doc! {
                "update": self.leases.name(), "updates": updates, "ordered": false,
                "writeConcern": {"w": "majority", "j": true, "wtimeout": 10_000},
            };
            let database = self.leases.client().database(&self.leases.namespace().db);
            // If two workers create the same lease at once, one gets a duplicate key error. The stored lease decides.
            retry(|| async { super::write::check_updates(&database.run_command(command.clone()).await?) }).await?;
            let keys: Vec<Bson> = some.iter().map(|id| Bson::Document(key(&worker.work, id))).collect();
            let which = doc! {"_id": {"$in": keys}};
            let found: Vec<Document> =
                retry(|| async { self.leases.find(which.clone()).await?.try_collect().await }).await?;
            for lease in found {
                let id = lease.get_document("_id").and_then(|id| id.get_str("photo"));
                let Ok(id) = id.map(PhotoId::from_text) else { continue };
                if lease.get_str("holder").ok() == Some(worker.id.as_str()) {
                    leased.granted.push(id);
                } else if !lease.get_bool("tried").unwrap_or(false) {
                    leased.busy.push(id);
                }
            }
        }
        Ok(leased)
    }

    async fn release_leases(&self, worker: &Worker, ids: &[PhotoId], failed: bool) -> Result<(), StoreError> {
        for some in ids.chunks(BATCH) {
            let keys: Vec<Bson> = some.iter().map(|id| Bson::Document(key(&worker.work, id))).collect();
            let which = doc! {"_id": {"$in": keys}, "holder": &worker.id};
            if failed {
                let later = vec![doc! {"$set": {"tried": true, "until": after(RETRY_AFTER)}}];
                retry(|| async { self.leases.update_many(which.clone(), later.clone()).await }).await?;
            } else {
                retry(|| async { self.leases.delete_many(which.clone()).await }).await?;
            }
        }
        Ok(())
    }
}

/// An update that takes a lease if it is free, expired, or held by the same worker.
fn take_lease(holder: &str, key: Document, time: Duration) -> Document {
    let over = doc! {"$lte": [{"$ifNull": ["$until", Bson::Null]}, "$$NOW"]};
    let own = doc! {"$and": [{"$eq": ["$holder", holder]}, {"$ne": ["$tried", true]}]};
    let if_free = |then: Bson, name: &str| doc! {"$cond": ["$free", then, name]};
    let change = vec![
        doc! {"$set": {"free": {"$or": [over, own]}}},
        doc! {"$set": {
            "holder": if_free(holder.into(), "$holder"),
            "until": if_free(after(time).into(), "$until"),
            "tried": if_free(false.into(), "$tried"),
        }},
        doc! {"$unset": "free"},
    ];
    doc! {"q": {"_id": key}, "u": change, "upsert": true}
}

fn key(work: &str, id: &PhotoId) -> Document {
    doc! {"work": work, "photo": id.as_str()}
}

/// The server's time plus `time`.
fn after(time: Duration) -> Document {
    doc! {"$add": ["$$NOW", millis(time)]}
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn worker(document: &Document) -> Worker {
    let text = |name: &str| document.get_str(name).unwrap_or_default().to_owned();
    let number = |name: &str| document.get_i64(name).unwrap_or_default();
    Worker {
        id: text("_id"),
        work: text("work"),
        host: text("host"),
        process: u32::try_from(number("process")).unwrap_or_default(),
        since: text("since").parse().ok(),
        done: u64::try_from(number("done")).unwrap_or_default(),
        per_minute: document.get_f64("per_minute").unwrap_or_default(),
    }
}
