//! The tests of every store on MongoDB, and faults that it must survive.

use gleaner::dataset::Dataset;
use gleaner::store::{self, Access, Store, StoreError};

use super::server::{Mongo, shared};
use crate::store_contract::check_store_contract;

#[test]
fn mongodb_passes_the_store_contract() {
    let Some(mongo) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = mongo.dataset(folder.path());
    check_store_contract(|| store::open(&dataset, Access::Write).unwrap());
}

#[test]
fn a_standalone_mongodb_passes_the_store_contract() {
    let Some(mongo) = Mongo::standalone() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = mongo.dataset(folder.path());
    check_store_contract(|| store::open(&dataset, Access::Write).unwrap());
}

#[test]
fn a_database_that_was_never_written_to_is_no_dataset() {
    let Some(mongo) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset: Dataset = mongo.dataset(folder.path());
    let Err(StoreError::Missing(place)) = store::open(&dataset, Access::Read) else { panic!("opened") };
    assert_eq!(place, dataset.to_string());
    let writer: Box<dyn Store> = store::open(&dataset, Access::Write).unwrap();
    assert!(store::open(&dataset, Access::Read).unwrap().scan_sealed(None, 1).unwrap().is_empty());
    drop(writer);
}
