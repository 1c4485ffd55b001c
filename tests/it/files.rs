//! Image files in a folder and in a bucket: the same tests for both, then the built program on a simulated S3.

mod program;
mod shared;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use gleaner::bucket::{Bucket, Keys};
use gleaner::config::Config;
use gleaner::dataset::Dataset;
use gleaner::files::{BlobKind, BlobName, Files, FilesError, copy_missing};
use gleaner::net::Secret;
use gleaner::photo::{FileHash, ImageFile, Photo, Thumbnail};
use tempfile::TempDir;
use testbed::s3::fault::ServiceFault;
use testbed::s3::{Running, S3};
use tokio::runtime::Runtime;

const KEY_ID: &str = "AKIATESTBED000000001";
const SECRET: &str = "s3cr3t/of+the/testbed00000000000000000000";

/// The simulated S3 with the bucket `photos`, served by a runtime of its own.
struct Fixture {
    s3: Running,
    runtime: Runtime,
}

impl Fixture {
    fn new(change: impl FnOnce(S3) -> S3) -> Self {
        let runtime = Runtime::new().unwrap();
        let s3 = runtime.block_on(change(S3::builder("photos", KEY_ID, SECRET)).start()).unwrap();
        Self { s3, runtime }
    }

    /// Its entry in `gleaner.toml`.
    fn settings(&self) -> String {
        self.settings_of("photos/team/monkeys")
    }

    fn settings_of(&self, bucket: &str) -> String {
        let endpoint = &self.s3.endpoint;
        format!(
            "[net]\nattempts = 12\nretry_base_ms = 2\n[files]\nbucket = \"s3://{bucket}\"\nendpoint = \"{endpoint}\"\n"
        )
    }

    fn files(&self) -> Files {
        Files::in_store(self.bucket(Some(SECRET)))
    }

    fn bucket(&self, secret: Option<&str>) -> Bucket {
        let config = Config::parse(&self.settings()).unwrap();
        let keys = secret.map(|secret| Keys { id: Secret::new(KEY_ID), secret: Secret::new(secret), session: None });
        let address = config.files.bucket().unwrap().unwrap();
        Bucket::new(address, keys.as_ref(), &config.net.client(), config.net.patience()).unwrap()
    }

    /// Objects below the prefix.
    fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let below = |(key, bytes): (String, Vec<u8>)| Some((key.strip_prefix("team/monkeys/")?.to_owned(), bytes));
        self.s3.objects().into_iter().filter_map(below).collect()
    }
}

fn sha256(number: u8) -> FileHash {
    format!("{number:02x}").repeat(32).parse().unwrap()
}

fn listed(files: &Files, kind: BlobKind) -> Vec<(String, u64)> {
    let mut listed = Vec::new();
    files.list(kind, &mut |key, bytes| listed.push((key, bytes))).unwrap();
    listed.sort();
    listed
}

/// The behaviour of every file storage.
fn check_store_contract(files: &Files) {
    files.check().unwrap();
    let (first, second) = (sha256(1), sha256(0xab));
    let image = BlobName::Image { sha256: &second, extension: "jpg" };
    assert_eq!(image.key(), format!("images/ab/{second}.jpg"));
    assert_eq!(
        (files.read(image).unwrap(), files.len(image).unwrap(), files.exists(image).unwrap()),
        (None, None, false)
    );
    files.remove(image).unwrap();
    assert_eq!(listed(files, BlobKind::Images), []);

    let large: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    files.write(image, &large).unwrap();
    files.write(BlobName::Thumbnail { sha256: &second }, b"small").unwrap();
    files.write(BlobName::Quarantined { sha256: &first }, b"sealed").unwrap();
    assert_eq!(files.read(image).unwrap().unwrap(), large);
    assert_eq!(files.len(image).unwrap(), Some(300_000));
    assert_eq!(listed(files, BlobKind::Images), [(image.key(), 300_000)]);
    assert_eq!(listed(files, BlobKind::Quarantine), [(format!("quarantine/{first}.fernet"), 6)]);

    files.write(image, b"another").unwrap();
    assert_eq!(files.read(image).unwrap().unwrap(), b"another");
    files.write(BlobName::Image { sha256: &first, extension: "png" }, b"").unwrap();
    assert_eq!(files.read(BlobName::Image { sha256: &first, extension: "png" }).unwrap().unwrap(), b"");
    files.remove(image).unwrap();
    assert!(!files.exists(image).unwrap());

    for number in 10..33 {
        files
            .write(BlobName::Image { sha256: &sha256(number), extension: "gif" }, &vec![b'x'; usize::from(number)])
            .unwrap();
    }
    let mut wanted: Vec<_> = (10..33).map(|n| (format!("images/{n:02x}/{}.gif", sha256(n)), u64::from(n))).collect();
    wanted.push((format!("images/01/{first}.png"), 0));
    wanted.sort();
    assert_eq!(listed(files, BlobKind::Images), wanted);
}

#[test]
fn files_in_a_folder_are_read_back() {
    let folder = TempDir::new().unwrap();
    check_store_contract(Dataset::at(folder.path().join("not yet")).files());
    check_store_contract(&Files::in_folder(folder.path()));
}

#[test]
fn files_in_a_bucket_are_read_back_also_with_small_pages() {
    let fixture = Fixture::new(|s3| s3.page(5));
    fixture.s3.put("team/monkeysandmore/images/00/x.jpg", b"of another dataset");
    check_store_contract(&fixture.files());
    assert_eq!(fixture.objects().len(), 26);
    assert!(fixture.s3.stats().requests["LIST"] > 5);
    assert_eq!(fixture.s3.stats().refused, 0);
}

#[test]
fn no_data_is_lost_if_a_service_fails_or_truncates_responses() {
    for (seed, kinds) in [
        (1, &ServiceFault::PASSING[..]),
        (2, &[ServiceFault::Cut]),
        (3, &[ServiceFault::Reset, ServiceFault::InternalDone]),
    ] {
        let fixture = Fixture::new(|s3| s3.page(5).seed(seed).faults(0.3, kinds));
        check_store_contract(&fixture.files());
        assert!(!fixture.s3.stats().faults.is_empty());
    }
}

#[test]
fn a_bucket_can_be_used_and_dropped_inside_another_runtime() {
    let fixture = Fixture::new(|s3| s3);
    let files = fixture.files();
    let name = sha256(7);
    let name = BlobName::Thumbnail { sha256: &name };
    fixture.runtime.block_on(async {
        files.write(name, b"from within").unwrap();
        assert_eq!(files.read(name).unwrap().unwrap(), b"from within");
        drop(files);
    });
    let alone = tokio::runtime::Builder::new_current_thread().build().unwrap();
    alone.block_on(async { assert_eq!(fixture.files().len(name).unwrap(), Some(11)) });
}

#[test]
fn credentials_are_never_shown_and_a_refusal_is_reported() {
    let fixture = Fixture::new(|s3| s3);
    assert!(!format!("{:?}", fixture.files()).contains(SECRET));
    let wrong = fixture.bucket(Some("another secret"));
    let err = Files::in_store(wrong).check().unwrap_err();
    assert!(
        matches!(&err, FilesError::Refused { why, .. } if why == "403 Forbidden, SignatureDoesNotMatch"),
        "{err:?}"
    );
    let none = Files::in_store(fixture.bucket(None));
    assert!(matches!(none.check().unwrap_err(), FilesError::NoKeys(_)));
    assert_eq!(fixture.s3.stats().refused, 1, "a refusal is not retried, and without keys no request is sent");
}

fn photo() -> Photo {
    let file = ImageFile { sha256: sha256(9), format: "webp".into(), stored_bytes: 5, ..ImageFile::default() };
    Photo { file: Some(file), thumbnail: Some(Thumbnail::default()), ..Photo::default() }
}

#[test]
fn missing_files_are_copied_once() {
    let (fixture, here) = (Fixture::new(|s3| s3), TempDir::new().unwrap());
    let local = Dataset::at(here.path().join("local"));
    let team = Dataset::at(here.path().join("team")).with_files(fixture.files());
    let (photo, key) = (photo(), sha256(9));
    assert_eq!(
        copy_missing(local.files(), team.files(), &photo).unwrap(),
        0,
        "a file missing on both sides is no error"
    );
    local.files().write(BlobName::Image { sha256: &key, extension: "webp" }, b"image").unwrap();
    local.files().write(BlobName::Thumbnail { sha256: &key }, b"thumb!").unwrap();
    assert_eq!(copy_missing(local.files(), team.files(), &photo).unwrap(), 11);
    assert_eq!(copy_missing(local.files(), team.files(), &photo).unwrap(), 0);
    assert_eq!(fixture.s3.stats().requests["PUT"], 2);
    let back = Dataset::at(here.path().join("back"));
    assert_eq!(copy_missing(team.files(), back.files(), &photo).unwrap(), 11);
    assert_eq!(back.files().read(BlobName::Thumbnail { sha256: &key }).unwrap().unwrap(), b"thumb!");
    assert_eq!(copy_missing(local.files(), team.files(), &Photo::default()).unwrap(), 0);
}

#[test]
fn a_remote_thumbnail_is_fetched_once_and_images_every_time() {
    let (fixture, here) = (Fixture::new(|s3| s3), TempDir::new().unwrap());
    let dataset = Dataset::at(here.path()).with_files(fixture.files());
    let name = sha256(3);
    let (image, thumbnail) =
        (BlobName::Image { sha256: &name, extension: "jpg" }, BlobName::Thumbnail { sha256: &name });
    for name in [image, thumbnail] {
        dataset.files().write(name, b"bytes").unwrap();
        for _ in 0..3 {
            assert_eq!(dataset.files().read(name).unwrap().unwrap(), b"bytes");
        }
    }
    assert_eq!(fixture.s3.stats().requests["GET"], 3 + 1);
    assert!(here.path().join(thumbnail.key()).exists() && !here.path().join("images").exists());
    fixture.s3.remove(&format!("team/monkeys/{}", thumbnail.key()));
    assert!(!dataset.files().exists(thumbnail).unwrap(), "a local copy does not count as a file in the bucket");
}

#[test]
fn invalid_file_settings_are_reported() {
    let says = |text: &str| format!("{:#}", Config::parse(text).unwrap_err());
    for (text, part) in [
        ("folder = \"/mnt/a\"\nbucket = \"s3://photos\"", "has a folder and a bucket"),
        ("folder = \"pictures\"", "must be an absolute path"),
        ("bucket = \"photos\"", "bucket must begin with s3://"),
        ("bucket = \"s3://\"", "is not a valid name"),
        ("bucket = \"s3://Photos_of_mine\"", "is not a valid name"),
        ("bucket = \"s3://photos/../mine\"", "may only have letters"),
        ("bucket = \"s3://photos//mine\"", "may only have letters"),
        ("endpoint = \"https://s3.example.org\"", "require bucket"),
        ("bucket = \"s3://photos\"\nregion = \" \"", "region is empty"),
        ("bucket = \"s3://photos\"\nendpoint = \"https://s3.example.org/photos\"", "only a server's address"),
        ("bucket = \"s3://photos\"\nendpoint = \"https://me:sesame@s3.example.org\"", "endpoint has a password"),
        ("bucket = \"s3://photos\"\nendpoint = \"http://s3.example.org\"", "photos would travel in clear"),
        ("bucket = \"s3://photos\"\nendpoint = \"ftp://s3.example.org\"", "must begin with https://"),
        ("buckets = \"s3://photos\"", "unknown field"),
    ] {
        let said = says(&format!("[files]\n{text}\n"));
        assert!(said.contains(part), "{text}: {said}");
        assert!(!said.contains("sesame"), "{said}");
    }
    for endpoint in
        ["http://127.0.0.1:9000", "http://localhost:9000/", "http://[::1]:9000", "https://s3.example.org:9000"]
    {
        Config::parse(&format!("[files]\nbucket = \"s3://photos/a/b/\"\nendpoint = \"{endpoint}\"\n")).unwrap();
    }
    let trusted = "[net]\ntrusted_hosts = [\"minio.lab\"]\n[files]\nbucket = \"s3://photos\"\nendpoint = \"http://minio.lab:9000\"\n";
    let address = Config::parse(trusted).unwrap().files.bucket().unwrap().unwrap();
    assert_eq!((address.to_string().as_str(), address.region.as_str()), ("s3://photos at minio.lab:9000", "us-east-1"));
}

/// The number of photos that [`demo`] imports.
const PHOTOS: usize = 8;

/// Some of the bundled photos, as arguments of a scrape.
fn demo(dataset: &str) -> Vec<String> {
    static SOME: OnceLock<TempDir> = OnceLock::new();
    let some = SOME.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let photos = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos")).unwrap();
        let mut photos: Vec<_> = photos.map(|photo| photo.unwrap().path()).collect();
        photos.sort();
        for photo in &photos[..PHOTOS] {
            fs::copy(photo, folder.path().join(photo.file_name().unwrap())).unwrap();
        }
        folder
    });
    ["scrape", "--source", "folder", some.path().to_str().unwrap(), "--dataset", dataset].map(str::to_owned).into()
}
