//! Clients that do not read, or never finish a request, do not block others.

use std::net::Ipv4Addr;
use std::time::Duration;

use gleaner::photo::Photo;
use gleaner::serve::{AccessControl, ConnectionLimits, Token};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime;

use super::{Explorer, stored};

/// How long an answer may take while others hold their connections.
const SOON: Duration = Duration::from_secs(5);

/// Fewer places than slow clients, and times that do not end while the test runs.
fn few_places() -> ConnectionLimits {
    let long = Duration::from_secs(600);
    ConnectionLimits { connections: 8, live: 8, head: long, body: long, write: long }
}

/// What slow clients send, with the name of the kind.
const KINDS: [(&str, &str); 6] = [
    ("a slow head", "GET / HTTP/1.1\r\nHost: loc"),
    ("nothing at all", ""),
    ("a slow body", "PUT /api/v1/views/a HTTP/1.1\r\nHost: localhost\r\nX-Gleaner: 1\r\nContent-Length: 9000\r\n\r\n{"),
    ("never reading", "GET /api/v1/export?format=csv HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("idle after a response", "GET /api/v1/dataset HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("an event stream", "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n"),
];

/// Slow clients of a kind, more than there are places. They send what they send, and stay.
async fn crowd(port: u16, sent: &str, count: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut stream = narrow(port).await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        all.push(stream);
    }
    all
}

/// A connection with a very small receive buffer.
async fn narrow(port: u16) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(([127, 0, 0, 1], port).into()).await.unwrap()
}

fn long(own: usize) -> Photo {
    Photo { description: "snow monkeys ".repeat(3_000), ..stored(&own.to_string()) }
}

#[test]
fn unread_downloads_block_neither_other_requests_nor_shutdown() {
    let mut builder = runtime::Builder::new_multi_thread();
    // Fewer threads than downloads: a blocked thread would be noticed.
    let runtime = builder.worker_threads(2).max_blocking_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let explorer = Explorer::of((0..130).map(long).collect()).await;
        let mut stalled = Vec::new();
        for at in 0..16 {
            let mut stream = narrow(explorer.port).await;
            let format = if at % 2 == 0 { "csv" } else { "jsonl" };
            let request = format!("GET /api/v1/export?format={format} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut first = [0; 15];
            stream.read_exact(&mut first).await.unwrap();
            assert_eq!(&first, b"HTTP/1.1 200 OK");
            stalled.push(stream);
        }
        assert_eq!(explorer.json("/api/v1/photos?limit=1").await["total"], 130);
        assert_eq!(explorer.open("/api/v1/facets").await.status, 200);
        let ended = tokio::time::timeout(Duration::from_secs(60), explorer.end()).await;
        assert!(ended.is_ok(), "the explorer did not end");
    });
}

#[tokio::test]
async fn a_slowly_read_download_is_complete() {
    let explorer = Explorer::of((0..130).map(long).collect()).await;
    let mut late = narrow(explorer.port).await;
    late.write_all(b"GET /api/v1/export?format=jsonl HTTP/1.0\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(explorer.json("/api/v1/photos?limit=1").await["total"], 130);
    let mut answer = String::new();
    late.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.lines().filter(|line| line.ends_with('}')).count(), 130);
    explorer.end().await;
}

#[tokio::test]
async fn unfinished_requests_are_dropped_and_do_not_exhaust_connections() {
    let limits = ConnectionLimits { connections: 8, head: Duration::from_millis(300), ..ConnectionLimits::default() };
    let explorer = Explorer::within(vec![stored("1")], AccessControl::Local, limits).await;
    let mut halves = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(("127.0.0.1", explorer.port)).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").await.unwrap();
        halves.push(stream);
    }
    assert_eq!(explorer.open("/api/v1/dataset").await.status, 200);
    for half in &mut halves {
        let mut said = Vec::new();
        // A reset is an end as well.
        let _ = half.read_to_end(&mut said).await;
        assert!(!said.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&said));
    }
    explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_of_any_kind_shut_nobody_out() {
    for (kind, sent) in KINDS {
        let explorer = Explorer::within((0..130).map(long).collect(), AccessControl::Local, few_places()).await;
        let crowd = crowd(explorer.port, sent, 60).await;
        for _ in 0..3 {
            let answer = tokio::time::timeout(SOON, explorer.open("/api/v1/dataset")).await;
            assert_eq!(answer.unwrap_or_else(|_| panic!("{kind}: no answer")).status, 200, "{kind}");
        }
        drop(crowd);
        explorer.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_end_the_connections_of_an_admitted_browser() {
    let (token, text) = Token::generate(Ipv4Addr::LOCALHOST.into());
    let explorer = Explorer::within(vec![stored("1")], AccessControl::Token(token), few_places()).await;
    let entered = explorer.open(&format!("/enter?token={}", *text)).await;
    let cookie = entered.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let request = format!("GET /api/v1/dataset HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
    let mut own = TcpStream::connect(("127.0.0.1", explorer.port)).await.unwrap();
    for (kind, sent) in KINDS {
        own.write_all(request.as_bytes()).await.unwrap();
        let mut first = [0; 15];
        own.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200 OK", "before {kind}");
        let crowd = crowd(explorer.port, sent, 30).await;
        // The connection of the browser has waited longest, and is not ended for a stranger.
        own.write_all(request.as_bytes()).await.unwrap();
        let mut rest = vec![0; 64 << 10];
        let read = tokio::time::timeout(SOON, async {
            let mut all = Vec::new();
            while !String::from_utf8_lossy(&all).contains("HTTP/1.1 200 OK") {
                let read = own.read(&mut rest).await.unwrap();
                assert!(read > 0, "{kind}: the connection of the browser was ended");
                all.extend_from_slice(&rest[..read]);
            }
            // The body of the last response may still come.
            tokio::time::timeout(Duration::from_millis(200), own.read(&mut rest)).await
        });
        let _ = read.await.unwrap_or_else(|_| panic!("{kind}: no answer"));
        drop(crowd);
    }
    let refused = explorer.open("/api/v1/dataset").await;
    assert_eq!((refused.status, refused.headers["connection"].as_str()), (401, "close"));
    explorer.end().await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_and_a_response_that_is_not_read_end_their_connections() {
    let short = Duration::from_millis(300);
    let limits = ConnectionLimits { body: short, write: short, ..ConnectionLimits::default() };
    let explorer = Explorer::within((0..400).map(long).collect(), AccessControl::Local, limits).await;
    let mut slow = TcpStream::connect(("127.0.0.1", explorer.port)).await.unwrap();
    slow.write_all(KINDS[2].1.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let _ = tokio::time::timeout(SOON, slow.read_to_end(&mut said)).await.expect("the connection stays open");
    assert!(!said.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&said));
    let whole = explorer.open("/api/v1/export?format=csv").await.bytes.len();
    // More than the buffers of both sides hold is never sent, so that the end of the connection is seen only by reading. Who
    // reads before the server has had its time gets everything, so a slow computer is given longer.
    let mut read = whole;
    for patience in [4, 16, 64] {
        let mut unread = narrow(explorer.port).await;
        unread.write_all(KINDS[3].1.as_bytes()).await.unwrap();
        tokio::time::sleep(short * patience).await;
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(SOON, unread.read_to_end(&mut rest)).await.expect("the connection stays open");
        read = rest.len();
        if read < whole {
            break;
        }
    }
    assert!(read < whole, "all {whole} bytes were sent");
    explorer.end().await;
}
