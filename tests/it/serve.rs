//! The explorer over real loopback HTTP: what it shows, what it refuses, what it never lets out.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::photo::{Fault, ImageFile, License, Photo, StageName, Thumbnail};
use gleaner::seal::{Key, Vault};
use gleaner::store::{Access, SqliteStore, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::seal::photo;

const SHA256: &str = "00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa";

/// An explorer of a dataset in a folder of its own.
struct Explorer {
    port: u16,
    stop: oneshot::Sender<()>,
    served: JoinHandle<anyhow::Result<()>>,
    dataset: Dataset,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Explorer {
    async fn of(photos: Vec<Photo>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::at(folder.path().join("monkeys & <cages>"));
        let vault = Vault::new(Key::generate());
        let store = SqliteStore::open(&dataset, Access::Write).unwrap();
        let sealed: Vec<_> = photos.into_iter().map(|photo| vault.seal(photo).unwrap()).collect();
        store.save(&sealed).unwrap();
        drop(store);
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dataset, Access::Read).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let ended = async { stopped.await.unwrap_or_default() };
        let served = tokio::spawn(gleaner::serve::run(store, dataset.clone(), listener, ended));
        Self { port, stop, served, dataset, _folder: folder }
    }

    /// Sends exactly this and reads until the other side ends.
    async fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        Answer { status, headers: lines.filter_map(header).collect(), body: body.to_owned() }
    }

    async fn ask(&self, method: &str, path: &str, more: &str) -> Answer {
        let host = format!("127.0.0.1:{}", self.port);
        self.raw(&format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n")).await
    }

    async fn open(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    async fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.open(path).await.body).unwrap()
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

/// A photo whose image is said to lie in the folder.
fn stored(own: &str) -> Photo {
    let file =
        ImageFile { sha256: SHA256.into(), format: "jpeg".into(), width: 40, height: 30, ..ImageFile::default() };
    let thumbnail = Thumbnail { width: 40, height: 30, ..Thumbnail::default() };
    Photo { file: Some(file), thumbnail: Some(thumbnail), ..photo(own) }
}

/// The ids that a page links to, in order.
fn linked(html: &str) -> Vec<String> {
    let titles = html.split("<h2 dir=\"auto\"><a href=\"/photos/").skip(1);
    titles.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_photo_stands_in_the_gallery_once() {
    let explorer = Explorer::of((0..150).map(|own| stored(&format!("{own} /?&#é"))).collect()).await;
    let (mut seen, mut pages, mut path) = (Vec::new(), 0, "/".to_owned());
    loop {
        let page = explorer.open(&path).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("150 photos") && page.body.contains("150 images"));
        seen.extend(linked(&page.body));
        pages += 1;
        let Some((_, next)) = page.body.split_once("rel=\"next\" href=\"") else { break };
        path = next.split('"').next().unwrap().to_owned();
    }
    assert_eq!((pages, seen.len()), (3, 150));
    for id in &seen {
        assert_eq!(explorer.open(&format!("/photos/{id}")).await.status, 200, "{id}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 150);
    explorer.end().await;
}

#[tokio::test]
async fn the_api_pages_through_the_same_photos() {
    let mut photos: Vec<_> = (0..7).map(|own| stored(&own.to_string())).collect();
    photos[3].fault = Some(Fault::permanent(StageName::Download, "gone"));
    let explorer = Explorer::of(photos).await;
    let (mut ids, mut path) = (Vec::new(), "/api/v1/photos?limit=3".to_owned());
    loop {
        let page = explorer.json(&path).await;
        ids.extend(page["photos"].as_array().unwrap().iter().map(|photo| photo["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/photos?limit=3&after={next}");
    }
    assert_eq!(ids, (0..7).map(|own| format!("flickr:{own}")).collect::<Vec<_>>());
    assert_eq!(explorer.json("/api/v1/photos/flickr:3").await["state"], "gone");
    assert_eq!(
        explorer.json("/api/v1/summary").await,
        serde_json::json!({"photos": 7, "states": {"stored": 6, "gone": 1}})
    );
    for wrong in ["limit=0", "limit=201", "limit=x", "limit=-1"] {
        let answer = explorer.open(&format!("/api/v1/photos?{wrong}")).await;
        let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, &error["error"]["status"]), (400, &serde_json::json!(400)), "{wrong}");
        assert!(error["error"]["message"].as_str().is_some_and(|message| message.contains("1 to 200")));
    }
    explorer.end().await;
}

#[tokio::test]
async fn nothing_that_a_photo_says_becomes_markup_or_a_bad_link() {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let mut bad = stored(&format!("1{evil}"));
    bad.title = evil.into();
    bad.description = format!("<b>bold</b> &lt;script&gt;alert(2)&lt;/script&gt; {evil}");
    bad.tags = vec![evil.into()];
    bad.attribution = Some(evil.into());
    bad.landing_url = Some("javascript:alert(1)".into());
    bad.license = Some(License { name: evil.into(), url: Some("data:text/html,x".into()), ..License::default() });
    bad.fault = Some(Fault::temporary(StageName::Download, evil));
    bad.found_by(gleaner::photo::Found { term: evil.into(), rank: 1, bbox: None });
    let explorer = Explorer::of(vec![bad]).await;
    let gallery = explorer.open("/").await.body;
    let one = explorer.open(&format!("/photos/{}", linked(&gallery)[0])).await;
    assert_eq!(one.status, 200);
    for html in [&gallery, &one.body] {
        assert!(html.contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
        for never in ["<script", "<img src=x", "<b>", "<cages>", "href=\"javascript:", "href=\"data:", "style=\""] {
            assert!(!html.contains(never), "{never} in {html}");
        }
    }
    explorer.end().await;
}

#[tokio::test]
async fn people_and_tokens_stay_in_the_store() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    for path in ["/", "/photos/flickr:1", "/api/v1/photos", "/api/v1/photos/flickr:1"] {
        let answer = explorer.open(path).await;
        assert_eq!(answer.status, 200);
        for never in ["11111111@N00", "Ünique", "0012345", "gAAAA", "raw_record", "\"exif\""] {
            assert!(!answer.body.contains(never), "{path} shows {never}");
        }
    }
    assert!(explorer.open("/").await.body.contains("owner sealed"));
    explorer.end().await;
}

#[tokio::test]
async fn every_answer_has_the_strict_headers() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let paths = [
        ("/", 200),
        ("/photos/flickr:1", 200),
        ("/photos/flickr:none", 404),
        ("/photos/%ff", 404),
        ("/api/v1/photos", 200),
        ("/api/v1/summary", 200),
        ("/api/v1/photos/none", 404),
        ("/api/nothing", 404),
        ("/assets/app.css", 200),
        ("/assets/icon.svg", 200),
        ("/favicon.ico", 404),
        ("/thumbs/x.jpg", 404),
    ];
    for (path, status) in paths {
        let answer = explorer.open(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_strict(path, &answer);
        let media = &answer.headers["content-type"];
        assert_eq!(media == "application/json", path.starts_with("/api/"), "{path} is {media}");
    }
    assert!(explorer.open("/photos/flickr:none").await.body.contains("There is no such photo here"));
    let error = explorer.json("/api/v1/photos/none").await;
    assert_eq!(error, serde_json::json!({"error": {"status": 404, "message": "There is no such photo here"}}));
    explorer.end().await;
}

fn assert_strict(path: &str, answer: &Answer) {
    let policy = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let wanted = [
        ("content-security-policy", policy),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in wanted {
        assert_eq!(answer.headers.get(name).map(String::as_str), Some(value), "{name} of {path}");
    }
}

#[tokio::test]
async fn only_names_of_this_machine_are_answered() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    for host in ["localhost", "LocalHost:80", "127.0.0.1:8420", "[::1]:1", "[::1]"] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(explorer.raw(&request).await.status, 200, "{host}");
    }
    let bad = [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "localhost:x",
        "localhost@evil.example",
        "127.0.0.2",
        "",
    ];
    for host in bad {
        let request = format!("GET /api/v1/photos HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = explorer.raw(&request).await;
        assert_eq!(answer.status, 421, "{host}");
        assert!(!answer.body.contains("flickr:1"));
        assert_strict(host, &answer);
    }
    for head in ["Host: localhost\r\nHost: evil.example\r\n", ""] {
        let answer = explorer.raw(&format!("GET / HTTP/1.1\r\n{head}Connection: close\r\n\r\n")).await;
        assert_eq!(answer.status, 421, "{head}");
    }
    let absolute = "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(explorer.raw(absolute).await.status, 421);
    explorer.end().await;
}

#[tokio::test]
async fn files_are_served_by_their_hash_and_by_nothing_else() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let (image, thumbnail) = (explorer.dataset.image(SHA256, "jpeg"), explorer.dataset.thumbnail(SHA256));
    for (path, content) in [(&image, "an image"), (&thumbnail, "a thumbnail")] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    for (path, content) in [("images", "an image"), ("thumbs", "a thumbnail")] {
        let path = format!("/{path}/{SHA256}.jpg");
        let answer = explorer.open(&path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, content));
        assert_eq!(answer.headers["content-type"], "image/jpeg");
        assert!(answer.headers["cache-control"].contains("immutable"));
        assert_strict(&path, &answer);
        let known = format!("If-None-Match: \"x\", W/{}\r\n", answer.headers["etag"]);
        let again = explorer.ask("GET", &path, &known).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        assert_strict(&path, &again);
        let head = explorer.ask("HEAD", &path, "").await;
        assert_eq!(
            (head.status, head.body.as_str(), head.headers["content-length"].as_str()),
            (200, "", &*content.len().to_string())
        );
    }
    let gallery = explorer.open("/").await.body;
    assert!(gallery.contains(&format!("src=\"/thumbs/{SHA256}.jpg\" width=\"40\" height=\"30\" alt=\"A monkey\"")));
    let upper = SHA256.to_uppercase();
    let names = [
        format!("images/{SHA256}.png"),
        format!("images/{SHA256}.svg"),
        format!("images/{SHA256}"),
        format!("images/{SHA256}.jpg.jpg"),
        format!("images/{upper}.jpg"),
        format!("images/{}.jpg", &SHA256[1..]),
        format!("images/00/{SHA256}.jpg"),
        format!("thumbs/{SHA256}.png"),
        "images/..%2f..%2fdataset.db".into(),
        "images/..%2fdataset.db".into(),
        "images/../dataset.db".into(),
        "images/%2e%2e/dataset.db".into(),
        "thumbs/..%5c..%5cdataset.db".into(),
        "images/%00.jpg".into(),
        "images/%ff.jpg".into(),
        "images//etc/passwd".into(),
        "dataset.db".into(),
        "quarantine/x.fernet".into(),
    ];
    for name in names {
        let answer = explorer.open(&format!("/{name}")).await;
        assert!(matches!(answer.status, 400 | 404), "{name}: {}", answer.status);
        assert!(!answer.body.contains("an image") && !answer.body.contains("SQLite"), "{name}");
        assert_strict(&name, &answer);
    }
    explorer.end().await;
}

#[tokio::test]
async fn nothing_can_be_changed_through_it() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        for path in ["/", "/photos/flickr:1", "/api/v1/photos", "/nothing"] {
            let answer = explorer.ask(method, path, "").await;
            assert_eq!((answer.status, answer.headers["allow"].as_str()), (405, "GET, HEAD"), "{method} {path}");
            assert_strict(path, &answer);
        }
    }
    assert_eq!(explorer.ask("HEAD", "/", "").await.status, 200);
    explorer.end().await;
}

#[tokio::test]
async fn an_empty_dataset_says_what_to_do_and_a_photo_without_an_image_has_a_place() {
    let empty = Explorer::of(Vec::new()).await;
    let page = empty.open("/").await;
    assert!(page.status == 200 && page.body.contains("No photos yet") && page.body.contains("gleaner scrape"));
    empty.end().await;
    let explorer = Explorer::of(vec![photo("1")]).await;
    let page = explorer.open("/").await.body;
    assert!(page.contains("no image") && page.contains("not downloaded") && !page.contains("<img"));
    assert!(explorer.open("/photos/flickr:1").await.body.contains("not downloaded"));
    explorer.end().await;
}
