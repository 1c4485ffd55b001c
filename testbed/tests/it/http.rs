//! The smallest HTTP client: one request per connection, and what came until it closed.

use serde_json::Value;
use testbed::flickr::Running;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Status (0 when there was none), lower-case head, and body with any chunking undone; `complete` if it ended as announced.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub complete: bool,
}

pub async fn fetch(url: &str) -> Answer {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream
        .write_all(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut raw = Vec::new();
    // A reset is one of the things looked for: what came before it is kept.
    let _ = stream.read_to_end(&mut raw).await;
    let Some(end) = raw.windows(4).position(|w| w == b"\r\n\r\n") else {
        return Answer { status: 0, head: String::new(), body: raw, complete: false };
    };
    let head = String::from_utf8_lossy(&raw[..end]).to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let (body, complete) = if head.contains("transfer-encoding: chunked") {
        unchunk(&raw[end + 4..])
    } else {
        let told = head.lines().find_map(|l| l.strip_prefix("content-length: ")).map(|n| n.parse::<usize>().unwrap());
        let body = raw[end + 4..].to_vec();
        let complete = told == Some(body.len());
        (body, complete)
    };
    Answer { status, head, body, complete }
}

fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).unwrap();
        let Some(chunk) = rest.get(end + 2..end + 2 + size) else { break };
        if size == 0 {
            return (body, true);
        }
        body.extend_from_slice(chunk);
        rest = &rest[(end + 4 + size).min(rest.len())..];
    }
    (body, false)
}

/// The address of a call with these arguments (already percent-encoded).
pub fn call(flickr: &Running, args: &str) -> String {
    format!("{}?api_key={}&format=json&nojsoncallback=1&{args}", flickr.api_url, "0".repeat(32))
}

pub async fn json(flickr: &Running, args: &str) -> Value {
    serde_json::from_slice(&fetch(&call(flickr, args)).await.body).unwrap()
}

pub async fn ids(flickr: &Running, args: &str) -> Vec<u64> {
    let answer = json(flickr, &format!("method=flickr.photos.search&{args}")).await;
    let photos = answer["photos"]["photo"].as_array().unwrap();
    photos.iter().filter_map(|p| p["id"].as_str()?.parse().ok()).collect()
}
