//! Tests of the memory that the bodies of answers take.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use url::Url;

use crate::net::{Client, HostLimits, NetConfig, NetError, Request};

const FREE: HostLimits = HostLimits { requests_per_second: f64::INFINITY, at_once: 64 };

/// A loopback server that answers every request with these bytes; an endless answer goes on until the client has enough.
fn serving(bytes: Vec<u8>, endless: bool) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let bytes = bytes.clone();
            thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                    head.push(byte[0]);
                }
                let mut written = stream.write_all(&bytes);
                while endless && written.is_ok() {
                    written = stream.write_all(&[0; 4096]);
                }
            });
        }
    });
    url
}

fn client(max_bytes_in_flight: u64) -> Client {
    let client = Client::new(NetConfig {
        trusted_hosts: vec!["127.0.0.1".into()],
        idle_timeout: Duration::from_secs(20),
        max_bytes_in_flight,
        ..NetConfig::default()
    });
    let client = client.unwrap();
    client.limit("127.0.0.1", FREE);
    client
}

fn request(url: &Url) -> Request {
    Request {
        url: url.clone(),
        secret_query: Vec::new(),
        secret_headers: Vec::new(),
        hosts: Vec::new(),
        max_bytes: 1 << 20,
        limits: None,
    }
}

fn free_bytes(client: &Client) -> u64 {
    client.0.memory.free_bytes()
}

#[tokio::test]
async fn memory_is_counted_until_the_body_is_gone() {
    let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 102400\r\n\r\n".to_vec();
    bytes.extend([1; 100 << 10]);
    let url = serving(bytes, false);
    let client = client(64 << 20);
    let answer = client.get(&request(&url)).await.unwrap();
    assert_eq!(free_bytes(&client), (64 << 20) - (100 << 10));
    let (body, reservation) = answer.into_reserved();
    assert_eq!((body, free_bytes(&client)), (vec![1; 100 << 10], (64 << 20) - (100 << 10)));
    drop(reservation);
    assert_eq!(free_bytes(&client), 64 << 20);
}

#[tokio::test]
async fn after_a_body_that_is_too_large_all_memory_is_free() {
    let url = serving(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), true);
    let client = client(64 << 20);
    let error = client.get(&request(&url)).await.unwrap_err();
    assert!(matches!(error, NetError::TooLarge { .. }), "{error:?}");
    assert_eq!(free_bytes(&client), 64 << 20);
}

#[tokio::test]
async fn many_large_bodies_pass_through_a_small_memory_and_leave_it_free() {
    let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    bytes.extend([1; 200 << 10]);
    let url = serving(bytes, false);
    let client = client(256 << 10);
    let gets = (0..24).map(|_| async {
        assert_eq!(client.get(&request(&url)).await.unwrap().body.len(), 200 << 10);
    });
    futures::future::join_all(gets).await;
    assert_eq!(free_bytes(&client), 256 << 10);
}
