//! The key in the browser: it decrypts sealed fields only there, and is in no response.

use gleaner::seal::Key;
use serde_json::json;

use super::{Explorer, stored};

impl Explorer {
    async fn unlock(&self, text: &str) -> super::Answer {
        self.change("POST", "/api/v1/unlock", json!({"key": text}).to_string().as_bytes()).await
    }
}

#[tokio::test]
async fn the_key_unseals_fields_in_one_browser_until_lock() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let personal = "/api/v1/photos/flickr:1/personal";
    assert_eq!(explorer.open(personal).await.status, 403);
    let text = format!("  {}\n", *explorer.key.expose());
    let unlocked = explorer.unlock(&text).await;
    assert_eq!((unlocked.status, unlocked.headers["cache-control"].as_str()), (200, "no-store"));
    let cookie = unlocked.headers["set-cookie"].clone();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(text.trim()));
    assert!(!unlocked.body.contains(text.trim()));
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "it outlives the browser: {cookie}");
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    let opened = explorer.ask("GET", personal, &cookie).await;
    assert_eq!((opened.status, opened.headers["cache-control"].as_str()), (200, "no-store"));
    let opened: serde_json::Value = serde_json::from_str(&opened.body).unwrap();
    assert_eq!((&opened["owner"], &opened["owner_name"]), (&json!("11111111@N00"), &json!("Zoë Ünique 🐒")));
    assert_eq!((&opened["path_alias"], &opened["exif"]["BodySerialNumber"]), (&json!(null), &json!("0012345")));
    assert_eq!(opened["raw_record"]["id"], "1");
    assert_eq!(explorer.open(personal).await.status, 403, "another browser");
    let dataset =
        |answer: super::Answer| serde_json::from_str::<serde_json::Value>(&answer.body).unwrap()["key"].clone();
    let shown = dataset(explorer.ask("GET", "/api/v1/dataset", &cookie).await);
    assert_eq!(shown, json!({"sealed": true, "unlocked": true}));
    assert_eq!(dataset(explorer.open("/api/v1/dataset").await), json!({"sealed": true, "unlocked": false}));
    assert_eq!(explorer.change_as("POST", "/api/v1/lock", b"", &cookie).await.status, 200);
    assert_eq!(explorer.ask("GET", personal, &cookie).await.status, 403, "after lock");
    explorer.end().await;
}

#[tokio::test]
async fn after_five_wrong_keys_even_the_right_one_waits() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    assert_eq!(explorer.change("POST", "/api/v1/unlock", b"{}").await.status, 400);
    let other = Key::generate();
    for wrong in ["", "no key", &other.expose(), "AAAA", "\u{0}"] {
        let answer = explorer.unlock(wrong).await;
        assert_eq!(answer.status, 403);
        assert!(!answer.headers.contains_key("set-cookie") && (wrong.is_empty() || !answer.body.contains(wrong)));
    }
    assert_eq!(explorer.unlock(&explorer.key.expose()).await.status, 429);
    explorer.end().await;
}
