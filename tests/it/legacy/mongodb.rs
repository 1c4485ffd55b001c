//! The Python system's MongoDB: import and export of documents on a real server.

use futures::TryStreamExt;
use gleaner::dataset::Server;
use mongodb::bson::{Bson, Document, doc, oid::ObjectId};
use serde_json::{Map, Value, json};

use super::super::mongodb::server::{Mongo, shared};
use super::super::pipeline::talk;
use super::{Fixture, frame, frame_with_special_cases, row};

const COLLECTION: &str = "scraped_metadata_100_per_search_with_PREDS_encrypted";
const DATABASE: &str = "scraped_data_100_encrypted";

/// A row as pymongo sends it.
fn document(row: &Map<String, Value>) -> Document {
    let bson = |cell: &Value| match cell {
        Value::Null => Bson::Null,
        Value::String(text) => Bson::String(text.clone()),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Bson::Int32(i32::try_from(whole).unwrap()),
            None => Bson::Double(number.as_f64().unwrap()),
        },
        _ => unreachable!(),
    };
    let mut document = doc! {"_id": ObjectId::new()};
    document.extend(row.iter().map(|(column, cell)| (column.clone(), bson(cell))));
    document
}

/// The rows of a frame.
fn rows(frame: &Value) -> Vec<Map<String, Value>> {
    let columns = frame.as_object().unwrap();
    let indices: Vec<String> = columns["filename"].as_object().unwrap().keys().cloned().collect();
    let row = |index: &String| columns.iter().map(|(column, cells)| (column.clone(), cells[index].clone())).collect();
    indices.iter().map(row).collect()
}

fn server(mongo: &Mongo, database: &str) -> Server {
    Server::parse(&mongo.url(database)).unwrap()
}

fn documents(mongo: &Mongo, database: &str, collection: &str) -> Vec<Document> {
    mongo.with(&server(mongo, database), async |database| {
        database.collection::<Document>(collection).find(doc! {}).await.unwrap().try_collect().await.unwrap()
    })
}

#[test]
fn documents_come_in_and_go_out_as_the_python_system_keeps_them() {
    let Some(mongo) = shared() else { return };
    let fixture = Fixture::new();
    let sealed = rows(&fixture.sealed(&frame_with_special_cases()));
    let mut there: Vec<Document> = sealed.iter().map(document).collect();
    // The Python system requires numbers, Gleaner does not.
    there[7].insert("views", Bson::Double(f64::NAN));
    mongo.with(&server(mongo, DATABASE), async |database| {
        database.collection::<Document>(COLLECTION).insert_many(there.clone()).await.unwrap();
    });
    let (from, to) = (mongo.url(DATABASE), mongo.url("out_again"));
    let import = ["import", "seed", &from, "--key-file", "KEY_DB.txt", "--dataset", "d"];
    let said = fixture.answer(1, &import);
    assert_eq!((&said["rows"], &said["tokens_opened"], &said["double_links"]), (&json!(8), &json!(32), &json!(1)));
    let digest = fixture.digest("d");
    fixture.expect(1, &import);
    assert_eq!(fixture.digest("d"), digest);

    there[7].insert("views", Bson::Null);
    let export = ["export", "d", "--format", "seed", "--unseal", "--collection", "rows", "-o", &to];
    for _ in 0..2 {
        fixture.expect(0, &export);
        let opened: Vec<_> = rows(&frame_with_special_cases());
        let expected = there.iter().zip(&opened).map(|(document, row)| {
            let mut document = document.clone();
            for column in gleaner::legacy::PERSONAL {
                document.insert(column, row[column].as_str().unwrap());
            }
            document
        });
        assert_eq!(documents(mongo, "out_again", "rows"), expected.collect::<Vec<_>>());
    }
}

#[test]
fn rows_without_an_id_get_one_that_is_the_same_next_time_and_other_documents_stay() {
    let Some(mongo) = shared() else { return };
    let fixture = Fixture::new();
    fixture.write("df.json", &frame(&[row(1), row(2), row(2)]));
    fixture.expect(0, &["import", "seed", "df.json", "--dataset", "d"]);
    let to = mongo.url("made_ids");
    mongo.with(&server(mongo, "made_ids"), async |database| {
        database.collection::<Document>("scraped_metadata").insert_one(doc! {"_id": "theirs"}).await.unwrap();
    });
    let ids = || -> Vec<Bson> {
        fixture.expect(0, &["export", "d", "--format", "seed", "--seed-key-file", "KEY_DB.txt", "-o", &to]);
        documents(mongo, "made_ids", "scraped_metadata")
            .iter()
            .map(|document| document.get("_id").unwrap().clone())
            .collect()
    };
    let first = ids();
    assert_eq!((first.len(), ids()), (4, first));
    let known: Vec<Document> = documents(mongo, "made_ids", "scraped_metadata");
    assert!(gleaner::legacy::is_token(known[1].get_str("owner name").unwrap()));
}

#[test]
fn a_missing_database_or_an_ambiguous_collection_is_reported() {
    let Some(mongo) = shared() else { return };
    let fixture = Fixture::new();
    let said = talk(&fixture.expect(2, &["import", "seed", &mongo.url("nobody_made_this"), "--dataset", "d"]));
    assert!(said.contains("nobody_made_this") && said.contains("scraped_data_100_encrypted"), "{said}");
    mongo.with(&server(mongo, "two_collections"), async |database| {
        for name in ["one", "two"] {
            database.collection::<Document>(name).insert_one(doc! {"x": 1}).await.unwrap();
        }
    });
    let said = talk(&fixture.expect(2, &["import", "seed", &mongo.url("two_collections"), "--dataset", "d"]));
    assert!(said.contains("--collection") && said.contains("one") && said.contains("two"), "{said}");
    let secret = "mongodb://somebody:planted-password@127.0.0.1:1/x";
    let said = talk(&fixture.expect(2, &["import", "seed", secret, "--dataset", "d"]));
    assert!(!said.contains("planted-password"), "{said}");
    assert!(!fixture.path("d").exists());
}
