//! Google Vision as a scorer, with the simulated service: requests, charges and stored labels.

mod answers;
mod cost;
mod interruptions;
mod privacy;
mod program;
mod scores;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt as _;
use gleaner::config;
use gleaner::dataset::Dataset;
use gleaner::files::BlobName;
use gleaner::net::{Client, NetConfig, RetryPolicy, Secret};
use gleaner::photo::ImageFormat;
use gleaner::photo::{FileHash, ImageFile, Labels, Photo, PhotoId};
use gleaner::pipeline::Stop;
use gleaner::pipeline::annotate::{Annotated, Annotator, Todo, annotate};
use gleaner::reference::Registry;
use gleaner::scorers::vision::{self, Service, VisionError, request};
use gleaner::seal::{Key, Vault};
use gleaner::setting::default_concepts;
use gleaner::stages::Derived;
use gleaner::store::{self, Access, Store};
use parking_lot::Mutex;
use tempfile::TempDir;
use testbed::vision::{Running, Vision};

/// A key of the right form.
pub const KEY: &str = "AIzaCANARYcanaryCANARYcanaryCANARY01234";

/// A dataset of photos and a simulated service.
pub struct Fixture {
    pub vision: Running,
    pub dataset: Dataset,
    pub store: Arc<dyn Store>,
    pub settings: config::Vision,
    vault: Vault,
    _folder: TempDir,
}

impl Fixture {
    pub async fn new(vision: Vision, photos: u64) -> Self {
        let vision = vision.start().await.unwrap();
        let folder = TempDir::new().unwrap();
        let dataset = Dataset::at(folder.path().join("set"));
        let store: Arc<dyn Store> = store::open(&dataset, Access::Write).unwrap().into();
        let settings = config::Vision {
            api_url: vision.api_url.parse().unwrap(),
            calls_per_minute: 1e6,
            calls_at_once: 1,
            ..config::Vision::default()
        };
        let fixture = Self { vision, dataset, store, settings, vault: Vault::new(Key::generate()), _folder: folder };
        let photo = |subject| fixture.photo(&format!("{subject:04}"), &picture(subject, (96, 72)));
        let sealed: Vec<_> = (0..photos).map(|subject| fixture.vault.seal(photo(subject)).unwrap()).collect();
        fixture.store.save(&sealed).unwrap();
        fixture
    }

    /// Adds a photo with this image.
    pub fn add(&self, own: &str, jpeg: &[u8]) {
        self.store.save(&[self.vault.seal(self.photo(own, jpeg)).unwrap()]).unwrap();
    }

    /// A photo whose image is in the dataset.
    fn photo(&self, own: &str, jpeg: &[u8]) -> Photo {
        let sha256 = FileHash::of(jpeg);
        let path = self.dataset.root().join(BlobName::Image { sha256: &sha256, extension: "jpg" }.key());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, jpeg).unwrap();
        let file = ImageFile { sha256, format: "jpeg".into(), orientation: 1, ..ImageFile::default() };
        Photo { id: id(own), file: Some(file), ..Photo::default() }
    }

    pub fn annotator(&self, stop: &Stop) -> Annotator {
        let net = NetConfig { trusted_hosts: vec!["127.0.0.1".into()], ..NetConfig::default() };
        let patience = RetryPolicy { attempts: 6, base_ms: 1, max_ms: 20, seed: Some(1) };
        let service = Service::new(Client::new(net).unwrap(), &self.settings, Secret::new(KEY), patience);
        let derived = Derived::of(Registry::default(), default_concepts(), self.dataset.setting_model()).into();
        let (dataset, on_progress) = (self.dataset.clone(), Arc::new(|_: &Annotated| {}));
        Annotator { service, dataset, derived, on_progress, stop: stop.clone() }
    }

    pub fn todo(&self) -> Todo {
        Todo::gather(self.store.as_ref()).unwrap()
    }

    /// Requests labels for `confirmed` images of photos without labels.
    pub async fn run_some(&self, confirmed: u64) -> Result<Annotated, VisionError> {
        annotate(&self.annotator(&Stop::default()), &self.store, self.todo(), confirmed).await
    }

    pub async fn run(&self) -> Annotated {
        self.run_some(u64::MAX).await.unwrap()
    }

    pub fn photos(&self) -> Vec<Photo> {
        let sealed = self.store.scan_sealed(None, 10_000).unwrap();
        sealed.iter().map(|sealed| sealed.photo().clone()).collect()
    }

    /// The labels of all photos that have some, by the photo's own id.
    pub fn labels(&self) -> BTreeMap<String, Labels> {
        let labelled = |photo: Photo| Some((photo.id.own().to_owned(), photo.labels.get(vision::NAME)?.clone()));
        self.photos().into_iter().filter_map(labelled).collect()
    }

    /// The body that is posted for a photo.
    pub fn posted(&self, photo: &Photo) -> Vec<u8> {
        let sha256 = &photo.file.as_ref().unwrap().sha256;
        let bytes =
            std::fs::read(self.dataset.root().join(BlobName::Image { sha256, extension: "jpg" }.key())).unwrap();
        request::picture(&bytes, ImageFormat::Jpeg, 1, self.settings.long_edge_px).unwrap().unwrap()
    }

    /// Fails if a photo has labels of another image, or lacks some of its own.
    pub fn assert_labels_are_right(&self) {
        for photo in self.photos() {
            let Some(labels) = photo.labels.get(vision::NAME).filter(|labels| labels.refused.is_none()) else {
                continue;
            };
            let kept: Vec<_> = labels.labels.iter().map(|label| (label.description.clone(), label.score)).collect();
            assert_eq!(kept, self.vision.labels(&self.posted(&photo)), "{}", photo.id);
        }
    }
}

/// Runs with results in memory instead of the store; `each` is called before they are added.
pub async fn run_in_memory(
    annotator: &Annotator,
    todo: Todo,
    each: impl Fn(usize) -> anyhow::Result<()> + Send + Sync,
) -> (Result<Annotated, VisionError>, usize) {
    let kept = Arc::new(Mutex::new(0));
    let save = |labels: Vec<(PhotoId, Labels)>| {
        let done = each(labels.len()).map(|()| *kept.lock() += labels.len());
        async move { done }.boxed()
    };
    let result = annotator.run(todo, u64::MAX, &save).await;
    let kept = *kept.lock();
    (result, kept)
}

pub fn id(own: &str) -> PhotoId {
    PhotoId::new("flickr", own)
}

pub fn picture(subject: u64, pixels: (u32, u32)) -> Vec<u8> {
    testbed::picture::draw(subject, pixels, None)
}
