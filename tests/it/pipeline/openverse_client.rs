//! Openverse with the id and secret of a registered client: the token is fetched, renewed, and shown nowhere.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::privacy::leaks;
use super::{command, talk};

const ID: &str = "CANARYidCANARYidCANARYidCANARYid01234567";
const SECRET: &str = "CANARYsecretCANARYsecretCANARYsecretCANARYsecret";

/// Pages that the service has, with one result each.
const PAGES: usize = 6;

/// A service whose tokens are withdrawn after a number of pages.
struct Service {
    url: String,
    tokens: Arc<AtomicUsize>,
    folder: TempDir,
}

impl Service {
    fn new(pages_per_token: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1/", listener.local_addr().unwrap());
        let tokens = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&tokens);
        thread::spawn(move || {
            let mut left = 0;
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &count, &mut left, pages_per_token);
            }
        });
        let folder = TempDir::new().unwrap();
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 4\nretry_base_ms = 5\n\
             [sources.openverse]\napi_url = \"{url}\"\nrequests_per_second = 500.0\n"
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { url, tokens, folder }
    }

    fn scrape(&self, id: Option<&str>, secret: Option<&str>) -> Output {
        let args =
            ["scrape", "--source", "openverse", "-s", "heron", "-n", "all", "-d", "false", "--dataset", "d", "-vv"];
        let mut command = command(self.folder.path(), &[&args[..], &["--key-file", "k.key"]].concat());
        command.env_remove("FLICKR_API_KEY");
        id.map(|id| command.env("OPENVERSE_CLIENT_ID", id));
        secret.map(|secret| command.env("OPENVERSE_CLIENT_SECRET", secret));
        command.output().unwrap()
    }
}

fn serve(mut stream: TcpStream, tokens: &AtomicUsize, left: &mut usize, pages: usize) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line)? > 2 {
        head.push_str(&std::mem::take(&mut line));
    }
    let lower = head.to_lowercase();
    let field =
        |name: &str| lower.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
    let mut body = vec![0; field("content-length:").and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let (status, answer) = if head.starts_with("POST /v1/auth_tokens/token/ ") {
        let wanted = format!("grant_type=client_credentials&client_id={ID}&client_secret={SECRET}");
        let is_form = field("content-type:").as_deref() == Some("application/x-www-form-urlencoded");
        if is_form && body == wanted.as_bytes() {
            let nth = tokens.fetch_add(1, Ordering::SeqCst) + 1;
            *left = pages;
            let token = format!("CANARYtoken{nth}");
            (200, json!({"access_token": token, "token_type": "Bearer", "expires_in": 36_000, "scope": "read"}))
        } else {
            (401, json!({"error": "invalid_client"}))
        }
    } else {
        let wanted = format!("bearer canarytoken{}", tokens.load(Ordering::SeqCst));
        let is_anonymous = field("authorization:").is_none();
        if is_anonymous || (field("authorization:").as_ref() == Some(&wanted) && *left > 0) {
            *left = left.saturating_sub(1);
            let page = head.split("page=").nth(1).and_then(|rest| rest.split(['&', ' ']).next()).unwrap_or("1");
            let size = head.split("page_size=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or("0");
            let result = json!({"id": format!("0f000000-0000-4000-8000-{page:0>12}"), "title": size, "license": "cc0",
                "url": "https://images.example/1.jpg"});
            let page: usize = page.parse().unwrap_or(1);
            (
                200,
                json!({"result_count": PAGES, "page_count": PAGES, "page_size": 1, "page": page, "results": [result]}),
            )
        } else {
            (401, json!({"detail": "Authentication credentials were not provided."}))
        }
    };
    let text = answer.to_string();
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", text.len())?;
    write!(stream, "Connection: close\r\n\r\n{text}")
}

#[test]
fn a_token_is_fetched_once_renewed_when_it_is_withdrawn_and_never_shown() {
    let service = Service::new(2);
    let output = service.scrape(Some(ID), Some(SECRET));
    let said = talk(&output);
    assert!(output.status.success() && said.contains("6 photos found"), "{said}");
    assert_eq!(service.tokens.load(Ordering::SeqCst), PAGES / 2, "one token for two pages");
    assert!(said.contains("token received"), "{said}");
    assert!(!said.contains("CANARY"), "{said}");
    assert_eq!(leaks(service.folder.path(), &["CANARY".to_owned()]), Vec::<String>::new());
    let args = ["export", "d", "--format", "jsonl", "--key-file", "k.key"];
    let text = String::from_utf8(command(service.folder.path(), &args).output().unwrap().stdout).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(records.len() == PAGES && records.iter().all(|record| record["title"] == "50"), "50 results a page");
}

#[test]
fn without_a_client_requests_are_anonymous_and_a_wrong_one_is_refused() {
    let service = Service::new(100);
    let output = service.scrape(None, None);
    assert!(output.status.success() && talk(&output).contains("6 photos found"), "{}", talk(&output));
    assert_eq!(service.tokens.load(Ordering::SeqCst), 0);

    let wrong = Service::new(100);
    let output = wrong.scrape(Some(ID), Some("CANARYwrongCANARYwrongCANARY"));
    let said = talk(&output);
    assert_eq!(output.status.code(), Some(13), "{said}");
    assert!(said.contains("does not accept the client id and secret") && !said.contains("CANARY"), "{said}");

    let output = wrong.scrape(Some(ID), None);
    let said = talk(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the Openverse client id is there, but the Openverse client secret is missing"), "{said}");
    let output = wrong.scrape(Some("short"), Some(SECRET));
    assert!(talk(&output).contains("this one has 5 characters"), "{}", talk(&output));

    // A service whose tokens it does not accept itself.
    let broken = Service::new(0);
    let output = broken.scrape(Some(ID), Some(SECRET));
    assert_eq!(output.status.code(), Some(13), "{}", talk(&output));
    assert_eq!(broken.tokens.load(Ordering::SeqCst), 1, "{}", broken.url);
}
