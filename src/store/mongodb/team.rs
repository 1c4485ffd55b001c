//! Workers and leases, by the server's clock. A lease is a document whose `_id` is the work and the photo; who holds it is
//! decided by the server, one document at a time, so two never hold the same.

use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

use super::persist::persist;
use super::{Home, MongoStore};
use crate::photo::PhotoId;
use crate::store::StoreError;
use crate::store::coordination::{LeaseOutcome, RETRY_AFTER, Worker, WorkerCoordination};

/// Leases of one command.
const BATCH: usize = 500;

impl WorkerCoordination for MongoStore {
    fn heartbeat(&self, worker: &Worker) -> Result<(), StoreError> {
        let worker = worker.clone();
        self.run(|home| async move { home.beat(&worker).await })
    }

    fn unregister(&self, worker: &str) -> Result<(), StoreError> {
        let worker = worker.to_owned();
        self.run(|home| async move { home.leave(&worker).await })
    }

    fn workers(&self) -> Result<Vec<Worker>, StoreError> {
        self.run(|home| async move { home.living().await })
    }

    fn lease(&self, worker: &Worker, ids: &[PhotoId]) -> Result<LeaseOutcome, StoreError> {
        let (worker, ids) = (worker.clone(), ids.to_vec());
        self.run(|home| async move { home.lease(&worker, &ids).await })
    }

    fn release(&self, worker: &Worker, ids: &[PhotoId], tried: bool) -> Result<(), StoreError> {
        let (worker, ids) = (worker.clone(), ids.to_vec());
        self.run(|home| async move { home.return_leases(&worker, &ids, tried).await })
    }

    fn lease_duration(&self) -> Duration {
        self.home.lease
    }

    fn forget_attempts(&self, work: &str) -> Result<(), StoreError> {
        let tried = doc! {"_id.work": work, "tried": true};
        self.run(
            |home| async move { persist(|| async { home.leases.delete_many(tried.clone()).await }).await.map(drop) },
        )
    }
}

impl Home {
    async fn beat(&self, worker: &Worker) -> Result<(), StoreError> {
        let change = doc! {
            "$set": {
                "work": &worker.work, "host": &worker.host, "process": i64::from(worker.process),
                "since": worker.since.map(|since| since.to_string()).unwrap_or_default(),
                "done": i64::try_from(worker.done).unwrap_or(i64::MAX), "per_minute": worker.per_minute,
            },
            "$currentDate": {"heard": true},
        };
        let own = doc! {"_id": &worker.id};
        persist(|| async { self.workers.update_one(own.clone(), change.clone()).upsert(true).await }).await?;
        let held = doc! {"holder": &worker.id, "tried": false};
        let longer = vec![doc! {"$set": {"until": after(self.lease)}}];
        persist(|| async { self.leases.update_many(held.clone(), longer.clone()).await }).await.map(drop)
    }

    async fn leave(&self, worker: &str) -> Result<(), StoreError> {
        let held = doc! {"holder": worker, "tried": false};
        persist(|| async { self.leases.delete_many(held.clone()).await }).await?;
        persist(|| async { self.workers.delete_one(doc! {"_id": worker}).await }).await.map(drop)
    }

    async fn living(&self) -> Result<Vec<Worker>, StoreError> {
        let silent = doc! {"$subtract": ["$$NOW", "$heard"]};
        let lately = doc! {"$expr": {"$lt": [silent, millis(self.lease)]}};
        let found: Vec<Document> = persist(|| async {
            self.workers.find(lately.clone()).sort(doc! {"work": 1, "_id": 1}).await?.try_collect().await
        })
        .await?;
        Ok(found.iter().map(worker).collect())
    }

    async fn lease(&self, worker: &Worker, ids: &[PhotoId]) -> Result<LeaseOutcome, StoreError> {
        let mut leased = LeaseOutcome::default();
        for some in ids.chunks(BATCH) {
            let updates: Vec<Bson> =
                some.iter().map(|id| Bson::Document(taking(&worker.id, key(&worker.work, id), self.lease))).collect();
            let command = doc! {
                "update": self.leases.name(), "updates": updates, "ordered": false,
                "writeConcern": {"w": "majority", "j": true, "wtimeout": 10_000},
            };
            let database = self.leases.client().database(&self.leases.namespace().db);
            // Two that make the same lease at once: one of them is told of a duplicate. What stands there decides.
            persist(|| async { super::put::carried_out(&database.run_command(command.clone()).await?) }).await?;
            let keys: Vec<Bson> = some.iter().map(|id| Bson::Document(key(&worker.work, id))).collect();
            let which = doc! {"_id": {"$in": keys}};
            let found: Vec<Document> =
                persist(|| async { self.leases.find(which.clone()).await?.try_collect().await }).await?;
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

    async fn return_leases(&self, worker: &Worker, ids: &[PhotoId], tried: bool) -> Result<(), StoreError> {
        for some in ids.chunks(BATCH) {
            let keys: Vec<Bson> = some.iter().map(|id| Bson::Document(key(&worker.work, id))).collect();
            let which = doc! {"_id": {"$in": keys}, "holder": &worker.id};
            if tried {
                let later = vec![doc! {"$set": {"tried": true, "until": after(RETRY_AFTER)}}];
                persist(|| async { self.leases.update_many(which.clone(), later.clone()).await }).await?;
            } else {
                persist(|| async { self.leases.delete_many(which.clone()).await }).await?;
            }
        }
        Ok(())
    }
}

/// Takes a lease if it is free, run out, or the taker's own.
fn taking(holder: &str, key: Document, time: Duration) -> Document {
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

/// The server's time, and so much later.
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
