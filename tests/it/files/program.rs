//! The built program with `[files] bucket`: a full run, errors for wrong keys, and no personal data in clear.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::picture::strip;
use gleaner::serve::ExplorerServer;
use gleaner::store::{Access, SqliteStore, Store};
use serde_json::Value;
use tempfile::TempDir;
use testbed::faults::{Fault, Target};
use testbed::record::nsid;
use testbed::s3::fault::ServiceFault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::pipeline::{self, command, photos, privacy::leaks, talk};
use super::{Fixture, KEY_ID, PHOTOS, SECRET, demo};

/// Runs the program with keys for the bucket.
fn run(folder: &Path, keys: (&str, &str), args: &[&str]) -> Output {
    let mut command = command(folder, args);
    command.env("AWS_ACCESS_KEY_ID", keys.0).env("AWS_SECRET_ACCESS_KEY", keys.1).output().unwrap()
}

fn expect(folder: &Path, code: i32, args: &[&str]) -> Value {
    let output = run(folder, (KEY_ID, SECRET), args);
    assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
    assert!(!talk(&output).contains(SECRET));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn scrape(folder: &Path, fixture: &Fixture) {
    fs::write(folder.join("gleaner.toml"), fixture.settings()).unwrap();
    let args = demo("d");
    expect(folder, 0, &args.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Everything is in the bucket, without metadata, and `verify` finds no fault.
fn all_well(folder: &Path, fixture: &Fixture) {
    for name in ["images", "quarantine"] {
        assert!(!folder.join("d").join(name).exists(), "{name} is in the folder");
    }
    let objects = fixture.objects();
    let images: Vec<_> = objects.iter().filter(|(key, _)| key.starts_with("images/")).collect();
    assert_eq!((images.len(), objects.len()), (PHOTOS, 2 * PHOTOS));
    assert!(images.iter().all(|(_, bytes)| strip::check(bytes).is_ok()));
    let found = expect(folder, 0, &["verify", "d", "--read-data", "--json"]);
    assert_eq!(
        (&found["images"], &found["orphans"], &found["problems"]),
        (&PHOTOS.into(), &0.into(), &Value::Array(vec![]))
    );
}

#[test]
fn a_scrape_writes_files_to_the_bucket_and_other_commands_read_them() {
    let (fixture, folder) = (Fixture::new(|s3| s3.page(3)), TempDir::new().unwrap());
    scrape(folder.path(), &fixture);
    assert!(!folder.path().join("d/thumbs").exists());
    all_well(folder.path(), &fixture);
    let scored = expect(folder.path(), 0, &["score", "d", "--json"]);
    assert_eq!((&scored["looked"], &scored["unreadable"]), (&PHOTOS.into(), &0.into()));

    let (image, _) = fixture.objects().into_iter().next().unwrap();
    fixture.s3.put(&format!("team/monkeys/{image}"), b"changed");
    fixture.s3.put("team/monkeys/images/00/nobody.jpg", b"nobody's");
    let found = expect(folder.path(), 1, &["verify", "d", "--json"]);
    assert_eq!(found["orphans"], 1);
    assert!(found["problems"][0].as_str().unwrap().ends_with("its image has another length"), "{found}");
    fixture.s3.remove(&format!("team/monkeys/{image}"));
    let found = expect(folder.path(), 1, &["verify", "d", "--json"]);
    assert!(found["problems"][0].as_str().unwrap().ends_with("its image is missing"), "{found}");
}

#[test]
fn a_scrape_with_many_faults_equals_one_without() {
    let fixture = Fixture::new(|s3| s3.page(3).seed(5).faults(0.3, &ServiceFault::PASSING));
    let folder = TempDir::new().unwrap();
    scrape(folder.path(), &fixture);
    all_well(folder.path(), &fixture);
    let stats = fixture.s3.stats();
    assert!(stats.faults.values().sum::<u64>() > 5, "{stats:?}");
}

#[test]
fn no_object_contains_names_and_bad_bytes_are_sealed() {
    let bucket = Fixture::new(|s3| s3.faults(0.1, &ServiceFault::PASSING));
    let healthy = pipeline::Fixture::new(photos(100, 6));
    let ids = healthy.flickr.truth_of(&[("text", "monkey"), ("media", "photos")]).unwrap();
    let cut = Fault::named("cut-body").unwrap();
    let flickr_stand = pipeline::Fixture::new(photos(100, 6).script(Target::Photo(ids[0]), cut));
    let settings = fs::read_to_string(flickr_stand.path("gleaner.toml")).unwrap();
    let files = bucket.settings().split_once("[files]").unwrap().1.to_owned();
    fs::write(flickr_stand.path("gleaner.toml"), format!("{settings}[files]{files}")).unwrap();
    let output =
        run(flickr_stand.folder.path(), (KEY_ID, SECRET), &["scrape", "-s", "monkey", "-n", "100", "--dataset", "d"]);
    assert_eq!(output.status.code(), Some(1), "{}", talk(&output));
    let objects = TempDir::new().unwrap();
    for (nth, (key, bytes)) in bucket.objects().into_iter().enumerate() {
        if key.starts_with("images/") {
            strip::check(&bytes).unwrap();
        }
        fs::write(objects.path().join(nth.to_string()), bytes).unwrap();
    }
    let kept = bucket.objects();
    assert!(kept.keys().filter(|key| key.starts_with("images/")).count() > 10);
    let sealed: Vec<_> = kept.iter().filter(|(key, _)| key.starts_with("quarantine/")).collect();
    assert!(sealed.len() == 1 && sealed[0].1.starts_with(b"gAAAAA"), "a Fernet token");
    let mut planted = vec!["CANARY".to_owned()];
    for photo in flickr_stand.flickr.truth().iter().take(12) {
        planted.extend([nsid(photo.owner), photo.owner_name.clone()]);
    }
    assert_eq!(leaks(objects.path(), &planted), Vec::<String>::new());
    assert_eq!(leaks(flickr_stand.folder.path(), &planted), Vec::<String>::new());
    assert_eq!(leaks(flickr_stand.folder.path(), &[SECRET.to_owned()]), Vec::<String>::new());
}

async fn open(port: u16, path: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).unwrap(), body)
}

#[test]
fn the_explorer_shows_images_from_the_bucket_and_keeps_thumbnails() {
    let (fixture, folder) = (Fixture::new(|s3| s3), TempDir::new().unwrap());
    scrape(folder.path(), &fixture);
    let dataset = Dataset::at(folder.path().join("d")).with_files(fixture.files());
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dataset, Access::Read).unwrap());
    let sealed = store.scan_sealed(None, 1).unwrap().remove(0);
    let file = sealed.photo().file.clone().unwrap();
    let server = ExplorerServer::open(store, dataset).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = tokio::spawn(gleaner::serve::run(server, listener, std::future::pending()));
        let (thumb, image) =
            (format!("/thumbs/{}.jpg", file.sha256), format!("/images/{}.{}", file.sha256, file.format));
        for (path, size) in [(&image, file.stored_bytes as usize), (&thumb, 0)] {
            let (head, body) = open(port, path).await;
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            assert!(body.len() > 100 && (size == 0 || body.len() == size));
        }
        fixture.s3.put("team/monkeys/gone", b"");
        for key in fixture.objects().keys() {
            fixture.s3.remove(&format!("team/monkeys/{key}"));
        }
        assert!(open(port, &thumb).await.0.starts_with("HTTP/1.1 200"), "a thumbnail that was shown is here");
        assert!(open(port, &image).await.0.starts_with("HTTP/1.1 404"));
        served.abort();
    });
    assert!(!folder.path().join("d/images").exists());
}

/// The exit code and the messages.
fn failure(folder: &Path, keys: (&str, &str), args: &[&str]) -> (Option<i32>, String) {
    let output = run(folder, keys, args);
    (output.status.code(), talk(&output))
}

#[test]
fn missing_or_wrong_keys_are_reported_before_anything_is_created() {
    let (fixture, folder) = (Fixture::new(|s3| s3), TempDir::new().unwrap());
    let here = folder.path();
    fs::write(here.join("gleaner.toml"), fixture.settings()).unwrap();
    let args = demo("d");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let another = "AKIAANOTHER000000000";
    for (keys, code, says) in [
        (("", SECRET), 2, "there are no keys for s3://photos/team/monkeys at 127.0.0.1"),
        ((KEY_ID, " "), 2, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ((another, SECRET), 13, "refused the keys: 403 Forbidden, InvalidAccessKeyId"),
        ((KEY_ID, "a wrong secret"), 13, "refused the keys: 403 Forbidden, SignatureDoesNotMatch"),
    ] {
        let (exit, said) = failure(here, keys, &args);
        assert_eq!(exit, Some(code), "{said}");
        assert!(said.contains(says), "{said}");
        assert!([SECRET, "a wrong secret", another, KEY_ID].iter().all(|secret| !said.contains(secret)), "{said}");
    }
    assert!(!here.join("d").exists() && fixture.objects().is_empty());

    scrape(here, &fixture);
    // What needs no files needs no keys.
    for args in [&["status", "d"][..], &["export", "d", "-o", "d.csv", "--format", "csv"]] {
        assert_eq!(failure(here, ("", ""), args).0, Some(0));
    }
    for args in [&["verify", "d"][..], &["score", "d"], &["serve", "d", "--port", "0"]] {
        assert_eq!(failure(here, ("", ""), args).0, Some(2), "{args:?}");
        assert_eq!(failure(here, (another, SECRET), args).0, Some(13), "{args:?}");
    }
}

#[test]
fn a_missing_or_unreachable_bucket_is_reported() {
    let (fixture, folder) = (Fixture::new(|s3| s3), TempDir::new().unwrap());
    let args = demo("d");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    fs::write(folder.path().join("gleaner.toml"), fixture.settings_of("others")).unwrap();
    let (code, said) = failure(folder.path(), (KEY_ID, SECRET), &args);
    assert!(code == Some(2) && said.contains("there is no bucket s3://others at 127.0.0.1"), "{said}");

    fs::write(folder.path().join("gleaner.toml"), fixture.settings()).unwrap();
    drop(fixture);
    let (code, said) = failure(folder.path(), (KEY_ID, SECRET), &args);
    assert!(code == Some(1) && said.contains("could not list images in s3://photos/team/monkeys"), "{said}");
    assert!(said.contains("onnect"), "{said}");
}
