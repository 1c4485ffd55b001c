//! A record that no store can hold costs only itself.

use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::photo::{Photo, PhotoId, State};
use gleaner::pipeline::RecordWriter;
use gleaner::seal::{Key, Vault};
use gleaner::store::{self, Access, Store};

fn titled(id: &str, description: String) -> Photo {
    Photo { id: PhotoId::new("folder", id), title: format!("Title of {id}"), description, ..Photo::default() }
}

#[tokio::test]
async fn the_photo_is_kept_with_its_fault_and_the_others_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let store: Arc<dyn Store> = Arc::from(store::open(&dataset, Access::Write).unwrap());
    let writer = Arc::new(RecordWriter::new(Arc::clone(&store), Arc::new(Vault::new(Key::generate())), dataset));
    let large = || "x".repeat(17 << 20);
    let stored = |id: &str| store.load(&[PhotoId::new("folder", id)]).unwrap().pop().unwrap();

    let mut counted = titled("counted", String::new());
    counted.views = Some(u64::MAX);
    writer.save(vec![titled("a", "small".into()), titled("large", large()), counted]).await.unwrap();
    assert_eq!((stored("a").state(), stored("a").title.as_str()), (State::Found, "Title of a"));
    for (id, why) in [
        ("large", "the record cannot be stored: it has 18 MB; a record has at most 16 MB"),
        (
            "counted",
            "the record cannot be stored: views is 18446744073709551615; the largest number of a record is 9223372036854775807",
        ),
    ] {
        let photo = stored(id);
        assert_eq!(photo.fault.as_ref().map(|fault| fault.message.as_str()), Some(why));
        assert_eq!((photo.state(), photo.description.as_str(), photo.views), (State::Rejected, "", None));
    }

    // What is stored of a photo is not lost to a record that cannot be.
    writer.save(vec![titled("a", large())]).await.unwrap();
    assert_eq!((stored("a").state(), stored("a").description.as_str()), (State::Rejected, "small"));
    // The next record that fits takes its place.
    writer.save(vec![titled("large", "fits".into())]).await.unwrap();
    assert_eq!((stored("large").state(), stored("large").description.as_str()), (State::Found, "fits"));
}
