//! Connecting to a database, and creating the collections and indexes of a new one.

use std::time::Duration;

use futures::TryStreamExt as _;
use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, ClientOptions, IndexOptions, ReadConcern, WriteConcern};
use mongodb::{Client, Database, IndexModel};

use super::Collections;
use super::retry::{retry, store_error};
use crate::dataset::Server;
use crate::hash::hex;
use crate::store::checksum::Checksums;
use crate::store::{Access, DATASET_ID, DamageLog, STORE_ID, StoreError};

/// The newest document format that this program knows.
const NEWEST: i64 = 1;
/// Note: the format of the documents.
const FORMAT: &str = "format";
/// Timeout for finding a server and connecting to it, unless the address sets one.
const SELECTION_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for the acknowledgement by a majority.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_hours(24);
/// MongoDB 6.0's wire version.
const MIN_WIRE_VERSION: i32 = 17;

/// Connects to a database and checks that Gleaner made it or that it is empty.
pub async fn collections(server: Server, access: Access) -> Result<Collections, StoreError> {
    let database = database(&server).await?;
    let collections = Collections {
        photos: database.collection("photos"),
        sealed: database.collection("sealed"),
        tombstones: database.collection("tombstones"),
        vectors: database.collection("vectors"),
        notes: database.collection("notes"),
        counters: database.collection("counters"),
        workers: database.collection("workers"),
        leases: database.collection("leases"),
        lease: server.lease(),
        shown: server.to_string(),
        checksums: Checksums::default(),
        damage: DamageLog::default(),
    };
    check_server(&database).await?;
    match collections.note(FORMAT).await?.and_then(|format| format.parse::<i64>().ok()) {
        Some(found) if found > NEWEST => return Err(StoreError::Newer { found, known: NEWEST }),
        Some(_) => {}
        None if access == Access::Read => return Err(StoreError::Missing(collections.shown)),
        None => collections.create(&database).await?,
    }
    Ok(collections)
}

/// The database of an address, with our write and read concerns.
pub(crate) async fn database(server: &Server) -> Result<Database, StoreError> {
    // The driver's message may quote the address, which may hold a password.
    let unreadable = |err: mongodb::error::Error| match store_error(&err) {
        StoreError::Unreachable(why) => StoreError::Unreachable(why),
        _ => StoreError::Address(format!("the address of {server} is not valid")),
    };
    let mut options = ClientOptions::parse(server.expose().as_str()).await.map_err(unreadable)?;
    options.app_name.get_or_insert_with(|| "gleaner".to_owned());
    options.server_selection_timeout.get_or_insert(SELECTION_TIMEOUT);
    options.connect_timeout.get_or_insert(SELECTION_TIMEOUT);
    let write_concern =
        WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(WRITE_TIMEOUT).build();
    options.write_concern = Some(write_concern);
    options.read_concern = Some(ReadConcern::majority());
    // We read what we have just written; only the primary is sure to have it.
    options.selection_criteria = None;
    let client = Client::with_options(options).map_err(unreadable)?;
    Ok(client.database(server.database()))
}

async fn check_server(database: &Database) -> Result<(), StoreError> {
    // Without retries, so that a wrong address is reported soon.
    let hello = database.run_command(doc! {"hello": 1}).await.map_err(|err| store_error(&err))?;
    if hello.get_i32("maxWireVersion").is_ok_and(|wire| wire < MIN_WIRE_VERSION) {
        return Err(StoreError::Other("this MongoDB is older than 6.0, which is the oldest that works".to_owned()));
    }
    Ok(())
}

impl Collections {
    /// Creates indexes and the first notes. Two processes may do so at once.
    async fn create(&self, database: &Database) -> Result<(), StoreError> {
        let foreign = retry(|| async { self.photos.find_one(doc! {}).await }).await?;
        if foreign.is_some() {
            return Err(StoreError::Other(format!(
                "{} has a collection `photos` that Gleaner did not make; choose another database",
                self.shown
            )));
        }
        let index = |keys: Document, name: &str| {
            let options = IndexOptions::builder().name(name.to_owned()).build();
            IndexModel::builder().keys(keys).options(options).build()
        };
        let photos = [
            index(doc! {"seq": 1}, "seq"),
            index(doc! {"state": 1, "_id": 1}, "state"),
            index(doc! {"searches.term": 1}, "search"),
            index(doc! {"place.country": 1, "taken.local": 1}, "country_taken_local"),
        ];
        retry(|| async { self.photos.create_indexes(photos.clone()).await }).await?;
        let of_tombstones = index(doc! {"seq": 1}, "seq");
        retry(|| async { self.tombstones.create_index(of_tombstones.clone()).await }).await?;
        let of_leases = index(doc! {"holder": 1}, "holder");
        retry(|| async { self.leases.create_index(of_leases.clone()).await }).await?;
        for (collection, field) in [(&self.leases, "until"), (&self.workers, "heard")] {
            // The server removes expired documents a day later.
            let options = IndexOptions::builder().name("old".to_owned()).expire_after(DAY).build();
            let old = IndexModel::builder().keys(doc! {field: 1}).options(options).build();
            retry(|| async { collection.create_index(old.clone()).await }).await?;
        }
        for name in ["sealed", "vectors", "counters"] {
            let made = database.create_collection(name).await;
            // 48: the collection exists.
            if let Err(err) = made
                && !matches!(err.kind.as_ref(), mongodb::error::ErrorKind::Command(command) if command.code == 48)
            {
                return Err(store_error(&err));
            }
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        self.first_note(DATASET_ID, &hex(&id)).await?;
        getrandom::fill(&mut id).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        self.first_note(STORE_ID, &hex(&id)).await?;
        self.first_note(FORMAT, &NEWEST.to_string()).await.map(drop)
    }

    /// Writes a note unless it exists, and returns the stored one.
    pub(super) async fn first_note(&self, key: &str, value: &str) -> Result<String, StoreError> {
        let (which, first) = (doc! {"_id": key}, doc! {"$setOnInsert": {"value": value}});
        retry(|| async { self.notes.update_one(which.clone(), first.clone()).upsert(true).await }).await?;
        Ok(self.note(key).await?.unwrap_or_default())
    }

    /// Reads a note.
    pub(super) async fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found = retry(|| async { self.notes.find_one(doc! {"_id": key}).await }).await?;
        Ok(found.and_then(|note| note.get_str("value").ok().map(str::to_owned)))
    }

    /// The notes whose keys begin with `prefix`, by key.
    pub(super) async fn notes_with(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        // No key has a character after U+10FFFF.
        let which = doc! {"_id": {"$gte": prefix, "$lt": format!("{prefix}\u{10ffff}")}};
        let found: Vec<Document> =
            retry(|| async { self.notes.find(which.clone()).sort(doc! {"_id": 1}).await?.try_collect().await }).await?;
        let text = |note: &Document, name: &str| note.get_str(name).ok().map(str::to_owned);
        Ok(found.iter().filter_map(|note| Some((text(note, "_id")?, text(note, "value")?))).collect())
    }

    /// Writes or removes a note.
    pub(super) async fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let which = doc! {"_id": key};
        match value {
            Some(value) => {
                let to = doc! {"$set": {"value": value}};
                retry(|| async { self.notes.update_one(which.clone(), to.clone()).upsert(true).await }).await.map(drop)
            }
            None => retry(|| async { self.notes.delete_one(which.clone()).await }).await.map(drop),
        }
    }
}
