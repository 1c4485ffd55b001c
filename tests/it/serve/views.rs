//! Saved views, and events about changes while the page is open.

use gleaner::seal::Vault;
use gleaner::store::{Access, RecordWrite, SqliteStore};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Explorer, stored};

fn names(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).unwrap();
    body["views"].as_array().unwrap().iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn views_are_saved_replaced_and_removed() {
    let explorer = Explorer::of(Vec::new()).await;
    let save = async |name: &str, search: &str| {
        let body = serde_json::json!({"search": search}).to_string();
        explorer.change("PUT", &format!("/api/v1/views/{name}"), body.as_bytes()).await
    };
    assert_eq!(save("caged%20%C3%BC", "?q=cage").await.status, 200);
    assert_eq!(save("all", "").await.status, 200);
    assert_eq!(save("all", "view=map").await.status, 200);
    let list = explorer.open("/api/v1/views").await.body;
    assert_eq!(names(&list), ["all", "caged ü"]);
    assert!(list.contains("\"search\":\"view=map\"") && list.contains("\"search\":\"q=cage\""));
    assert!(explorer.dataset.root().join("views.json").exists());
    assert_eq!(save("a%0Ab", "").await.status, 400);
    assert_eq!(save("long", &"x".repeat(20_000)).await.status, 400);
    let removed = explorer.change("DELETE", "/api/v1/views/all", b"").await;
    assert_eq!(names(&removed.body), ["caged ü"]);
    assert_eq!(explorer.change("DELETE", "/api/v1/views/all", b"").await.status, 404);
    explorer.end().await;
}

#[tokio::test]
async fn an_open_page_receives_events_of_new_photos() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let mut live = TcpStream::connect(("127.0.0.1", explorer.port)).await.unwrap();
    live.write_all(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut heard = String::new();
    let mut piece = [0; 1024];
    while !heard.contains("\"photos\":1}") {
        let read = live.read(&mut piece).await.unwrap();
        heard += str::from_utf8(&piece[..read]).unwrap();
    }
    let store = SqliteStore::open(&explorer.dataset, Access::Write).unwrap();
    store.save(&[Vault::new(explorer.key.clone()).seal(stored("2")).unwrap()]).unwrap();
    while !heard.contains("\"photos\":2}") {
        let read = live.read(&mut piece).await.unwrap();
        assert!(read > 0, "the stream ended: {heard}");
        heard += str::from_utf8(&piece[..read]).unwrap();
    }
    assert!(heard.contains("event: change"));
    assert_eq!(explorer.json("/api/v1/photos").await["total"], 2);
    explorer.end().await;
}
