//! The explorer over HTTP on loopback: its responses, its refusals, and data that it never sends.

mod access;
mod api;
mod description;
mod key;
mod noscript;
pub mod program;
mod recordings;
mod scores;
mod search;
mod search_options;
mod slow_clients;
mod totals;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::photo::{ImageFile, Photo, Thumbnail};
use gleaner::seal::{Key, Vault};
use gleaner::serve::{AccessControl, ConnectionLimits, ExplorerServer};
use gleaner::store::{Access, RecordWrite, SqliteStore, Store, adopt_key};
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
    key: Key,
    place: Place,
}

/// The folder around a dataset, the dataset, its key.
type Place = (tempfile::TempDir, Dataset, Key);

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
    bytes: Vec<u8>,
}

impl Explorer {
    async fn of(photos: Vec<Photo>) -> Self {
        Self::behind(photos, AccessControl::Local).await
    }

    async fn behind(photos: Vec<Photo>, access: AccessControl) -> Self {
        Self::within(photos, access, ConnectionLimits::default()).await
    }

    async fn within(photos: Vec<Photo>, access: AccessControl, limits: ConnectionLimits) -> Self {
        Self::start(place(photos), |server| server.with_access(access).with_limits(limits)).await
    }

    async fn named(photos: Vec<Photo>, hosts: &[&str]) -> Self {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Self::start(place(photos), |server| server.with_hosts(hosts)).await
    }

    async fn start((folder, dataset, key): Place, change: impl FnOnce(ExplorerServer) -> ExplorerServer) -> Self {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dataset, Access::Read).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let ended = async { stopped.await.unwrap_or_default() };
        let server = change(ExplorerServer::open(store, dataset.clone()).unwrap());
        let served = tokio::spawn(gleaner::serve::run(server, listener, ended));
        Self { port, stop, served, place: (folder, dataset.clone(), key.clone()), dataset, key }
    }

    /// Stops it and starts another one on the same dataset.
    async fn restarted(self) -> Self {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
        Self::start(self.place, |server| server).await
    }

    /// Sends exactly these bytes and reads until the server closes the connection.
    async fn raw(&self, request: impl AsRef<[u8]>) -> Answer {
        let request = request.as_ref();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let bytes = answer.split_off(end + 4);
        let head = String::from_utf8(answer).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers: lines.filter_map(header).collect(), body, bytes }
    }

    async fn ask(&self, method: &str, path: &str, more: &str) -> Answer {
        let host = format!("127.0.0.1:{}", self.port);
        self.raw(&format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n")).await
    }

    /// Requests a change as the page does.
    async fn change(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.change_as(method, path, body, "Content-Type: application/json\r\n").await
    }

    async fn change_as(&self, method: &str, path: &str, body: &[u8], more: &str) -> Answer {
        let (host, length) = (format!("127.0.0.1:{}", self.port), body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nX-Gleaner: 1\r\n\
             Content-Length: {length}\r\nConnection: close\r\n{more}\r\n"
        );
        self.raw([head.as_bytes(), body].concat()).await
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

/// A dataset of these photos in a folder of its own.
fn place(photos: Vec<Photo>) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path().join("monkeys & <cages>"));
    let key = Key::generate();
    let vault = Vault::new(key.clone());
    let store = SqliteStore::open(&dataset, Access::Write).unwrap();
    adopt_key(&store, &key).unwrap();
    let sealed: Vec<_> = photos.into_iter().map(|photo| vault.seal(photo).unwrap()).collect();
    store.save(&sealed).unwrap();
    drop(store);
    (folder, dataset, key)
}

/// A photo whose record names an image in the folder.
fn stored(own: &str) -> Photo {
    let file = ImageFile {
        sha256: SHA256.parse().unwrap(),
        format: "jpeg".into(),
        width: 40,
        height: 30,
        ..ImageFile::default()
    };
    let thumbnail = Thumbnail { width: 40, height: 30, ..Thumbnail::default() };
    Photo { file: Some(file), thumbnail: Some(thumbnail), ..photo(own) }
}

fn assert_strict(path: &str, answer: &Answer) {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
         media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let wanted = [
        ("content-security-policy", policy),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in wanted {
        assert_eq!(answer.headers.get(name).map(String::as_str), Some(value), "{name} of {path}");
    }
}
