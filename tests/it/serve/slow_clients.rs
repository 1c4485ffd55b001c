//! Clients that do not read, or never finish a request, do not block others.

use std::time::Duration;

use gleaner::photo::Photo;
use gleaner::serve::{AccessControl, ConnectionLimits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime;

use super::{Explorer, stored};

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
    let limits = ConnectionLimits { connections: 8, head: Duration::from_millis(300) };
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
