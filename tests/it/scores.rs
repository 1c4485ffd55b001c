//! Scores of real photos by the built program: concepts from words, heads trained on a few labels,
//! and work that is not repeated.

mod labels;
mod run;

use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::OnceLock;

use gleaner::dataset::Dataset;
use gleaner::photo::{Photo, PhotoId, Vector};
use gleaner::store::{self, Access, Store};
use tempfile::TempDir;

use super::pipeline::{command, shared, talk};

/// A folder in which the program runs, with a dataset `d` of some photos.
struct Fixture {
    folder: TempDir,
}

impl Fixture {
    /// Of a folder of photos.
    fn of(photos: &Path) -> Self {
        let fixture = Self { folder: TempDir::new().unwrap() };
        fixture.expect(0, &["scrape", "--source", "folder", photos.to_str().unwrap(), "--dataset", "d"]);
        fixture
    }

    fn expect(&self, code: i32, args: &[&str]) -> Output {
        let output = command(self.folder.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }

    fn settings(&self, text: &str) {
        fs::write(self.folder.path().join("gleaner.toml"), text).unwrap();
    }

    /// The counts of `gleaner score d`.
    fn score(&self) -> serde_json::Value {
        serde_json::from_slice(&self.expect(0, &["score", "d", "--json"]).stdout).unwrap()
    }

    fn dataset(&self) -> Dataset {
        Dataset::at(self.folder.path().join("d"))
    }

    fn store(&self) -> Box<dyn Store> {
        store::open(&self.dataset(), Access::Read).unwrap()
    }

    fn photos(&self) -> Vec<Photo> {
        self.store().scan_sealed(None, 1000).unwrap().into_iter().map(|sealed| sealed.photo().clone()).collect()
    }

    /// Every photo's file name, without its ending, and its score of this name.
    fn scores(&self, name: &str) -> Vec<(String, f64)> {
        let score = |photo: Photo| Some((stem(&photo.id), photo.scores.get(name)?.value?));
        self.photos().into_iter().filter_map(score).collect()
    }

    fn vectors(&self) -> Vec<(PhotoId, Vector)> {
        let store = self.store();
        let id = gleaner::models::Model::bundled(&gleaner::models::Runtime::rust()).unwrap().id().to_owned();
        store.scan_vectors(&id, None, 1000).unwrap()
    }
}

/// `cage-22` of `folder:flickr_monkey_cage-22.jpg`.
fn stem(id: &PhotoId) -> String {
    let own = id.own().rsplit_once('.').map_or(id.own(), |(stem, _)| stem);
    own.trim_start_matches("flickr_monkey_").to_owned()
}

/// The sample of real photos; `None`, with a message, if it is missing.
fn seed_sample() -> Option<Fixture> {
    Some(Fixture::of(&shared("seed-sample/images")?))
}

/// The bundled demo photos: imported once, then copied with the key.
fn demo() -> Fixture {
    static TAKEN: OnceLock<Fixture> = OnceLock::new();
    let taken = TAKEN.get_or_init(|| {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        let fixture = Fixture { folder: TempDir::new().unwrap() };
        let (photos, metadata) = (demo.join("photos"), demo.join("ATTRIBUTION.csv"));
        let (photos, metadata) = (photos.to_str().unwrap(), metadata.to_str().unwrap());
        fixture.expect(0, &["scrape", "--source", "folder", photos, "--metadata", metadata, "--dataset", "d"]);
        fixture
    });
    let fixture = Fixture { folder: TempDir::new().unwrap() };
    copy(taken.folder.path(), fixture.folder.path());
    fixture
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
