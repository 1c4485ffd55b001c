//! Access control: host names, origins, methods and tokens; and the headers of every response.

use std::fs;

use gleaner::files::BlobName;
use gleaner::photo::FileHash;
use gleaner::serve::{AccessControl, Token};

use super::{Explorer, SHA256, assert_strict, stored};

#[tokio::test]
async fn every_answer_has_the_strict_headers() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let paths = [
        ("/", 200),
        ("/plain", 200),
        ("/plain/photos/flickr:1", 200),
        ("/any/page/of/the/app", 200),
        ("/plain/photos/flickr:none", 404),
        ("/plain/photos/%ff", 404),
        ("/api/v1/photos", 200),
        ("/api/v1/dataset", 200),
        ("/api/v1/photos/none", 404),
        ("/api/nothing", 404),
        ("/plain/plain.css", 200),
        ("/icon.svg", 200),
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
    assert!(explorer.open("/plain/photos/flickr:none").await.body.contains("There is no such photo in this dataset"));
    let error = explorer.json("/api/v1/photos/none").await;
    assert_eq!(error, serde_json::json!({"error": {"message": "There is no such photo in this dataset"}}));
    explorer.end().await;
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
async fn a_configured_host_name_is_answered_and_others_get_a_hint() {
    let explorer = Explorer::named(vec![stored("1")], &["photos.example"]).await;
    for (host, status) in [("photos.example", 200), ("Photos.Example:8420", 200), ("x.photos.example", 421)] {
        let answer =
            explorer.raw(format!("GET /api/v1/dataset HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(answer.status, status, "{host}");
        assert!(status == 200 || answer.body.contains("--host NAME"), "{}", answer.body);
    }
    explorer.end().await;
}

#[tokio::test]
async fn files_are_served_by_their_hash_and_by_nothing_else() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let sha256: FileHash = SHA256.parse().unwrap();
    let (image, thumbnail) = (
        explorer.dataset.root().join(BlobName::Image { sha256: &sha256, extension: "jpg" }.key()),
        explorer.dataset.root().join(BlobName::Thumbnail { sha256: &sha256 }.key()),
    );
    for (path, content) in [(&image, "an image"), (&thumbnail, "a thumbnail")] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    for (path, content) in [("images", "an image"), ("thumbs", "a thumbnail")] {
        let path = format!("/{path}/{SHA256}.jpg");
        let answer = explorer.open(&path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, content));
        assert_eq!(answer.headers["content-type"], "image/jpeg");
        assert_eq!(answer.headers["cache-control"], "private, max-age=31536000, immutable");
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
    let gallery = explorer.open("/plain").await.body;
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
async fn responses_contain_no_personal_data_and_no_tokens() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    for path in [
        "/plain",
        "/plain/photos/flickr:1",
        "/api/v1/photos",
        "/api/v1/photos/flickr:1?q=monkey",
        "/api/v1/facets",
        "/api/v1/dataset",
    ] {
        let answer = explorer.open(path).await;
        assert_eq!(answer.status, 200);
        for never in ["11111111@N00", "Ünique", "0012345", "gAAAA", "BodySerialNumber"] {
            assert!(!answer.body.contains(never), "{path} shows {never}");
        }
    }
    assert!(explorer.open("/plain").await.body.contains("owner sealed"));
    explorer.end().await;
}

#[tokio::test]
async fn only_the_page_itself_may_make_changes() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let own = format!("127.0.0.1:{}", explorer.port);
    let hosts = [
        (own.clone(), true),
        ("localhost".into(), true),
        ("evil.example".into(), false),
        (format!("evil.example:{}", explorer.port), false),
        ("192.168.0.1".into(), false),
        ("0.0.0.0".into(), false),
    ];
    let origins = ["", "own", "null", "http://evil.example", "http://localhost.evil.example", "https://127.0.0.1"];
    let sites = ["", "same-origin", "none", "same-site", "cross-site"];
    let mut cases = 0;
    for (host, is_ours) in &hosts {
        for origin in origins {
            for site in sites {
                for method in ["GET", "HEAD", "POST", "PUT", "DELETE"] {
                    for marked in [true, false] {
                        let mut head =
                            format!("{method} /api/v1/views/x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
                        match origin {
                            "" => {}
                            "own" => head += &format!("Origin: http://{host}\r\n"),
                            other => head += &format!("Origin: {other}\r\n"),
                        }
                        if !site.is_empty() {
                            head += &format!("Sec-Fetch-Site: {site}\r\n");
                        }
                        if marked {
                            head += "X-Gleaner: 1\r\n";
                        }
                        let answer = explorer.raw(head + "\r\n").await;
                        let safe = matches!(method, "GET" | "HEAD");
                        let ours = marked && matches!(origin, "" | "own") && matches!(site, "" | "same-origin");
                        let wanted = match (is_ours, safe, ours, method) {
                            (false, ..) => 421,
                            (_, true, ..) if site == "cross-site" => 403,
                            (_, true, ..) | (.., true, "POST") => 405,
                            (_, false, false, _) => 403,
                            (.., "PUT") => 400,
                            _ => 404,
                        };
                        let case = format!("{method} Host {host} Origin {origin} Site {site} X-Gleaner {marked}");
                        assert_eq!(answer.status, wanted, "{case}: {}", answer.body);
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 6 * 6 * 5 * 5 * 2);
    explorer.end().await;
}

#[tokio::test]
async fn another_site_can_link_to_a_page_but_not_use_the_api() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let image = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n";
    for path in ["/api/v1/facets?q=cage", "/api/v1/export", "/api/v1/live", "/api/nothing"] {
        let answer = explorer.ask("GET", path, image).await;
        assert_eq!(answer.status, 403, "{path}");
        assert_strict(path, &answer);
    }
    let link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    for path in ["/", "/?q=cage&view=map", "/plain"] {
        assert_eq!(explorer.ask("GET", path, link).await.status, 200, "{path}");
    }
    for site in ["same-origin", "same-site", "none"] {
        let answer = explorer.ask("GET", "/api/v1/facets", &format!("Sec-Fetch-Site: {site}\r\n")).await;
        assert_eq!(answer.status, 200, "{site}");
    }
    explorer.end().await;
}

/// The address of a route with something in the place of its names.
pub fn concrete(path: &str) -> String {
    path.replace("{id}", "flickr:1").replace("{name}", "x").replace("{file}", "x.jpg").replace("{seq}", "0")
}

#[tokio::test]
async fn with_a_token_no_route_answers_before_the_link_was_opened() {
    let (token, text) = Token::generate("127.0.0.1".parse().unwrap());
    let explorer = Explorer::behind(vec![stored("1")], AccessControl::Token(token)).await;
    let routes = gleaner::serve::routes();
    assert!(routes.len() > 25);
    let mut asked: Vec<(String, &str)> =
        routes.iter().flat_map(|(path, methods)| methods.iter().map(|method| (concrete(path), *method))).collect();
    asked.retain(|(path, _)| path != "/enter");
    asked.extend(["/", "/index.html", "/nothing", "/assets/x.js", "/api/nothing"].map(|path| (path.to_owned(), "GET")));
    for (path, method) in &asked {
        let answer = explorer.ask(method, path, "X-Gleaner: 1\r\nCookie: gleaner-1=x\r\n").await;
        assert_eq!(answer.status, 401, "{method} {path}");
        assert!(answer.body.contains("open the link that gleaner serve printed"), "{method} {path}");
        assert_strict(path, &answer);
    }
    for wrong in ["", "?token=", "?token=abc", "?other=1"] {
        assert_eq!(explorer.open(&format!("/enter{wrong}")).await.status, 403, "{wrong}");
    }
    assert_eq!(explorer.ask("HEAD", &format!("/enter?token={}", *text), "").await.status, 403);
    let from_mail = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";
    let entered = explorer.ask("GET", &format!("/enter?token={}", *text), from_mail).await;
    // A redirect would still be of the other site, and come without the cookie.
    assert_eq!((entered.status, entered.headers["cache-control"].as_str()), (200, "no-store"));
    assert!(
        entered.body.contains("<meta http-equiv=\"refresh\" content=\"0;url=/\">") && !entered.body.contains(&**text)
    );
    assert_strict("/enter", &entered);
    let cookie = &entered.headers["set-cookie"];
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(&**text));
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    assert_eq!(explorer.open(&format!("/enter?token={}", *text)).await.status, 429);
    for (path, method) in &asked {
        if !path.ends_with("/live") {
            let answer = explorer.ask(method, path, &format!("X-Gleaner: 1\r\n{cookie}")).await;
            assert_ne!(answer.status, 401, "{method} {path}");
        }
    }
    assert_eq!(explorer.ask("GET", "/api/v1/dataset", &cookie).await.status, 200);
    explorer.end().await;
}
