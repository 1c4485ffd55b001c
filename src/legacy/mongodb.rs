//! The Python system's MongoDB: one document a row, fields named like the columns, `_id` made by the server's driver.

use std::collections::HashSet;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc, oid::ObjectId};
use mongodb::{Collection, Database};
use serde_json::{Map, Value, json};

use super::kept::Kept;
use super::{Frame, Row};
use crate::dataset::Server;
use crate::hash::sha256_hex;
use crate::store::{self, StoreError};

/// Its databases, and the collection in each.
const LAYOUT: [(&str, &str); 4] = [
    ("scraped_data_100_encrypted", "scraped_metadata_100_per_search_with_PREDS_encrypted"),
    ("scraped_data_all_encrypted", "scraped_data_all_encrypted"),
    ("scraped_data_100", "scraped_metadata_100_per_search_with_PREDS"),
    ("scraped_data_all", "scraped_data_all"),
];

/// Rows written at a time.
const BATCH: usize = 500;

/// What can go wrong with the Python system's MongoDB. Never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum MongoError {
    /// What is there is not what was meant.
    #[error("{message}")]
    Misused {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The server did not do what was asked.
    #[error("the Python system's MongoDB did not do what was asked")]
    Server(#[source] StoreError),
}

impl From<mongodb::error::Error> for MongoError {
    fn from(err: mongodb::error::Error) -> Self {
        Self::Server(store::mongodb::store_error(&err))
    }
}

/// Connects to the database that an address names.
pub async fn connect(server: &Server) -> Result<Database, MongoError> {
    store::mongodb::database(server).await.map_err(MongoError::Server)
}

/// Reads the rows of a collection in the order in which the server gives them; without a name the Python system's
/// collection of this database, or the only one.
pub async fn read(database: &Database, named: Option<&str>) -> Result<Frame, MongoError> {
    let name = match named {
        Some(name) => name.to_owned(),
        None => collection(database).await?,
    };
    let documents = database.collection::<Document>(&name).find(doc! {}).await?;
    let documents: Vec<Document> = documents.try_collect().await?;
    let rows = (0u64..).zip(documents).map(|(at, document)| {
        let cells = document.into_iter().map(|(column, value)| (column, cell(value)));
        Row { index: at.to_string(), cells: cells.collect() }
    });
    Ok(Frame { name: format!("{}.{name}", database.name()), rows: rows.collect(), texts: false })
}

async fn collection(database: &Database) -> Result<String, MongoError> {
    let names = database.list_collection_names().await?;
    let usual = usual(database.name()).filter(|usual| names.iter().any(|name| name == usual));
    if let Some(usual) = usual {
        return Ok(usual.to_owned());
    }
    if let [only] = &names[..] {
        return Ok(only.clone());
    }
    if names.is_empty() {
        return Err(MongoError::Misused {
            message: format!("there is no database {} on this server, or nothing in it", database.name()),
            hint: format!("the Python system's are called {}", LAYOUT.map(|(database, _)| database).join(", ")),
        });
    }
    Err(MongoError::Misused {
        message: format!("the database {} has {} collections", database.name(), names.len()),
        hint: format!("say which one with --collection: {}", names.join(", ")),
    })
}

/// The Python system's collection in one of its databases.
fn usual(database: &str) -> Option<&'static str> {
    LAYOUT.iter().find(|(name, _)| *name == database).map(|(_, collection)| *collection)
}

/// Writes rows as documents, each where its `_id` is; a row without one gets an id that is always the same. Gives the
/// collection's name. Other documents of the collection stay.
pub async fn write(database: &Database, named: Option<&str>, rows: &[Row]) -> Result<String, MongoError> {
    let name = named.or_else(|| usual(database.name())).unwrap_or("scraped_metadata").to_owned();
    let collection = database.collection::<Document>(&name);
    let mut seen = HashSet::new();
    for batch in rows.chunks(BATCH) {
        let documents: Vec<Document> = batch.iter().map(|row| document(row, &mut seen)).collect();
        write_batch(&collection, documents).await?;
    }
    Ok(name)
}

/// New documents are inserted in their order, which is the order in which they are read again; known ones replaced.
async fn write_batch(collection: &Collection<Document>, documents: Vec<Document>) -> Result<(), MongoError> {
    let ids: Vec<Bson> = documents.iter().filter_map(|document| document.get("_id").cloned()).collect();
    let known = collection.find(doc! {"_id": {"$in": ids}}).await?;
    let known: Vec<Document> = known.try_collect().await?;
    let mut new = Vec::new();
    for document in documents {
        match known.iter().find(|known| known.get("_id") == document.get("_id")) {
            None => new.push(document),
            Some(known) if *known == document => {}
            Some(known) => {
                let filter = doc! {"_id": known.get("_id").cloned()};
                collection.replace_one(filter, document).await?;
            }
        }
    }
    if !new.is_empty() {
        collection.insert_many(new).await?;
    }
    Ok(())
}

fn document(row: &Row, seen: &mut HashSet<[u8; 12]>) -> Document {
    let given = row.cells.get("_id").and_then(Value::as_str).and_then(|text| ObjectId::parse_str(text).ok());
    let mut id = given.unwrap_or_else(|| made(&row.cells, 0));
    let mut nth = 0;
    while !seen.insert(id.bytes()) {
        nth += 1;
        id = made(&row.cells, nth);
    }
    let mut document = doc! {"_id": id};
    for (column, cell) in row.cells.iter().filter(|(column, _)| *column != "_id") {
        document.insert(column.clone(), bson(cell));
    }
    document
}

/// An id from what makes a row the row that it is.
fn made(cells: &Map<String, Value>, nth: u64) -> ObjectId {
    let digest = sha256_hex(json!([Kept::identity(cells), nth]).to_string().as_bytes());
    ObjectId::parse_str(&digest[..24]).expect("24 hexadecimal digits are an ObjectId")
}

/// A value as pandas' `to_json(default_handler=str)` has it.
fn cell(value: Bson) -> Value {
    match value {
        Bson::ObjectId(id) => json!(id.to_hex()),
        Bson::Int32(number) => json!(number),
        Bson::Int64(number) => json!(number),
        // No number: pandas' way to say that there is none.
        Bson::Double(number) => json!(number),
        other => serde_json::to_value(&other).unwrap_or_default(),
    }
}

/// A cell as pymongo sends it: whole numbers as short as they can be.
fn bson(cell: &Value) -> Bson {
    match cell {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => i32::try_from(whole).map_or(Bson::Int64(whole), Bson::Int32),
            None => number.as_f64().map_or(Bson::Null, Bson::Double),
        },
        Value::String(text) => Bson::String(text.clone()),
        Value::Bool(truth) => Bson::Boolean(*truth),
        Value::Null => Bson::Null,
        other => mongodb::bson::serialize_to_bson(other).unwrap_or(Bson::Null),
    }
}
