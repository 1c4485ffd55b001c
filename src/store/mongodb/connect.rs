//! Connecting, and making what a new database needs.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, ClientOptions, IndexOptions, ReadConcern, WriteConcern};
use mongodb::{Client, Database, IndexModel};

use super::Home;
use super::persist::{persist, words};
use crate::dataset::Server;
use crate::hash::hex;
use crate::store::{Access, DATASET_ID, STORE_ID, StoreError};

/// The newest format of documents that this program knows.
const NEWEST: i64 = 1;
/// Note: which format the documents have.
const FORMAT: &str = "format";
/// How long a server is looked for, where the address does not say; then it is tried again or given up.
const SELECTION: Duration = Duration::from_secs(10);
/// How long a majority may take to acknowledge.
const ACKNOWLEDGED: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_hours(24);
/// MongoDB 6.0's wire version.
const OLDEST_WIRE: i32 = 17;

/// Connects to a database and checks that it is one of ours, or an empty one.
pub async fn home(server: Server, access: Access) -> Result<Home, StoreError> {
    let database = database(&server).await?;
    let home = Home {
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
    };
    check_server(&database).await?;
    match home.note(FORMAT).await?.and_then(|format| format.parse::<i64>().ok()) {
        Some(found) if found > NEWEST => return Err(StoreError::Newer { found, known: NEWEST }),
        Some(_) => {}
        None if access == Access::Read => return Err(StoreError::Missing(home.shown)),
        None => home.create(&database).await?,
    }
    Ok(home)
}

/// The database that an address names, with what we ask of writes and reads.
pub(crate) async fn database(server: &Server) -> Result<Database, StoreError> {
    // What the driver says of an address may quote it, and it may hold a password.
    let unreadable = |err: mongodb::error::Error| match words(&err) {
        StoreError::Unreachable(why) => StoreError::Unreachable(why),
        _ => StoreError::Address(format!("the address of {server} is not right")),
    };
    let mut options = ClientOptions::parse(server.expose().as_str()).await.map_err(unreadable)?;
    options.app_name.get_or_insert_with(|| "gleaner".to_owned());
    options.server_selection_timeout.get_or_insert(SELECTION);
    options.connect_timeout.get_or_insert(SELECTION);
    let written = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(ACKNOWLEDGED).build();
    options.write_concern = Some(written);
    options.read_concern = Some(ReadConcern::majority());
    // What was just written is read again: only the primary has it for sure.
    options.selection_criteria = None;
    let client = Client::with_options(options).map_err(unreadable)?;
    Ok(client.database(server.database()))
}

async fn check_server(database: &Database) -> Result<(), StoreError> {
    // Once, not as long as patience lasts: a wrong address should be said soon.
    let hello = database.run_command(doc! {"hello": 1}).await.map_err(|err| words(&err))?;
    if hello.get_i32("maxWireVersion").is_ok_and(|wire| wire < OLDEST_WIRE) {
        return Err(StoreError::Other("this MongoDB is older than 6.0, which is the oldest that works".to_owned()));
    }
    Ok(())
}

impl Home {
    /// Indexes and first notes; done twice by two that begin at once, it is the same.
    async fn create(&self, database: &Database) -> Result<(), StoreError> {
        let strangers = persist(|| async { self.photos.find_one(doc! {}).await }).await?;
        if strangers.is_some() {
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
            index(doc! {"place.country": 1, "taken.at": 1}, "country_taken"),
        ];
        persist(|| async { self.photos.create_indexes(photos.clone()).await }).await?;
        let of_tombstones = index(doc! {"seq": 1}, "seq");
        persist(|| async { self.tombstones.create_index(of_tombstones.clone()).await }).await?;
        let of_leases = index(doc! {"holder": 1}, "holder");
        persist(|| async { self.leases.create_index(of_leases.clone()).await }).await?;
        for (collection, field) in [(&self.leases, "until"), (&self.workers, "heard")] {
            // What nobody came back for goes by itself, a day later.
            let options = IndexOptions::builder().name("old".to_owned()).expire_after(DAY).build();
            let old = IndexModel::builder().keys(doc! {field: 1}).options(options).build();
            persist(|| async { collection.create_index(old.clone()).await }).await?;
        }
        for name in ["sealed", "vectors", "counters"] {
            let made = database.create_collection(name).await;
            // 48: it is there already.
            if let Err(err) = made
                && !matches!(err.kind.as_ref(), mongodb::error::ErrorKind::Command(command) if command.code == 48)
            {
                return Err(words(&err));
            }
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        self.first_note(DATASET_ID, &hex(&id)).await?;
        getrandom::fill(&mut id).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        self.first_note(STORE_ID, &hex(&id)).await?;
        self.first_note(FORMAT, &NEWEST.to_string()).await.map(drop)
    }

    /// Writes a note unless it is there; what stands there then.
    pub(super) async fn first_note(&self, key: &str, value: &str) -> Result<String, StoreError> {
        let (which, first) = (doc! {"_id": key}, doc! {"$setOnInsert": {"value": value}});
        persist(|| async { self.notes.update_one(which.clone(), first.clone()).upsert(true).await }).await?;
        Ok(self.note(key).await?.unwrap_or_default())
    }

    /// Reads a note.
    pub(super) async fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found = persist(|| async { self.notes.find_one(doc! {"_id": key}).await }).await?;
        Ok(found.and_then(|note| note.get_str("value").ok().map(str::to_owned)))
    }

    /// Writes or removes a note.
    pub(super) async fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let which = doc! {"_id": key};
        match value {
            Some(value) => {
                let to = doc! {"$set": {"value": value}};
                persist(|| async { self.notes.update_one(which.clone(), to.clone()).upsert(true).await })
                    .await
                    .map(drop)
            }
            None => persist(|| async { self.notes.delete_one(which.clone()).await }).await.map(drop),
        }
    }
}
