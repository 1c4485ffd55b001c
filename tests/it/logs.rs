//! The log: its lines at the highest level, and that it contains no personal data and no secret.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

use gleaner::seal::Key;
use serde_json::{Value, json};
use testbed::record::nsid;

use super::pipeline::privacy::{holds, needles};
use super::pipeline::{API_KEY, Fixture, photos, talk};

/// The planted texts of a dataset, and its key.
fn planted(fixture: &Fixture, key: &str) -> Vec<String> {
    let mut planted = vec!["CANARY".to_owned(), API_KEY.to_owned(), key.to_owned()];
    for photo in fixture.flickr.truth().iter().take(40) {
        planted.extend([nsid(photo.owner), photo.owner_name.clone()]);
    }
    planted
}

fn assert_holds_none(log: &str, planted: &[String]) {
    for (text, needle) in needles(planted) {
        assert!(!holds(log.as_bytes(), &needle), "the log holds {text}:\n{log}");
    }
}

/// The JSON lines of a log, without other messages of the program.
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

fn find<'l>(lines: &'l [Value], message: &str) -> &'l Value {
    lines.iter().find(|line| line["message"] == message).unwrap_or_else(|| panic!("no line says \"{message}\""))
}

#[test]
fn a_scrape_logs_its_requests_and_steps_and_nothing_personal() {
    let fixture = Fixture::new(photos(120, 3).faults(0.1).config(|config| config.gone = 0.05));
    let key = Key::generate();
    let args = ["scrape", "-s", "monkey", "-n", "40", "--dataset"];
    for (dataset, more) in [("text", &["-vv"][..]), ("json", &["-vv", "--log-format", "json"])] {
        let mut command = fixture.command(&[&args[..], &[dataset], more].concat());
        let output = command.env("GLEANER_KEY", &**key.expose()).env("GLEANER_LOG", "trace").output().unwrap();
        let log = talk(&output);
        assert_holds_none(&log, &planted(&fixture, &key.expose()));
        assert!(!log.contains("api_key"), "no query is logged:\n{log}");
        for expected in ["request sent", "saving a batch", "gleaner::net", "gleaner::pipeline", "thumbnail"] {
            assert!(log.contains(expected), "{dataset}: nothing says {expected}:\n{log}");
        }
        if dataset == "json" {
            let lines = lines(&log);
            let sent = find(&lines, "request sent");
            assert_eq!(
                (&sent["host"], &sent["method"], &sent["level"]),
                (&"127.0.0.1".into(), &"GET".into(), &"DEBUG".into())
            );
            assert!(sent["path"].as_str().is_some_and(|path| path.starts_with('/') && !path.contains('?')), "{sent}");
            assert!(find(&lines, "trying again")["wait_ms"].is_u64());
            assert!(lines.iter().all(|line| line["target"].as_str().unwrap().starts_with("gleaner")));
        }
    }
}

#[test]
fn the_log_is_silent_unless_it_is_asked_for_and_a_wrong_directive_is_explained() {
    let fixture = Fixture::new(photos(20, 1));
    let output = fixture.expect(0, &["scrape", "-s", "monkey", "-n", "5", "--dataset", "d"]);
    assert!(!talk(&output).contains("gleaner::"), "{}", talk(&output));
    let wrong = fixture.command(&["status", "d"]).env("GLEANER_LOG", "gleaner=loud").output().unwrap();
    assert!(wrong.status.code() == Some(2) && talk(&wrong).contains("GLEANER_LOG"), "{}", talk(&wrong));
}

/// A running `gleaner serve --token` whose log is JSON, and the link that it printed.
struct Served {
    child: Child,
    port: u16,
    token: String,
}

impl Served {
    fn start(fixture: &Fixture) -> Self {
        let mut command =
            fixture.command(&["serve", "d", "--port", "0", "--token", "--json", "-vv", "--log-format", "json"]);
        command.env("GLEANER_LOG", "trace").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut text = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while !text.trim_end().ends_with('}') {
            assert!(stdout.read_line(&mut text).unwrap() > 0, "no address was printed");
        }
        let url = serde_json::from_str::<Value>(&text).unwrap()["url"].as_str().unwrap().to_owned();
        let (host, token) = url.split_once("/enter?token=").unwrap();
        let port = host.rsplit_once(':').unwrap().1.parse().unwrap();
        Self { child, port, token: token.to_owned() }
    }

    /// The response to a request, head and body.
    fn send(&self, method: &str, path: &str, cookies: &[String], body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let (cookies, length) = (cookies.join("; "), body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Gleaner: 1\r\nContent-Type: application/json\r\n\
             Cookie: {cookies}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        String::from_utf8_lossy(&response).into_owned()
    }

    /// Ends it and returns its log.
    fn log(mut self) -> String {
        self.child.kill().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        self.child.wait().unwrap();
        log
    }
}

fn cookie(response: &str) -> String {
    let set = response.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie is set");
    set.split(';').next().unwrap().to_owned()
}

#[test]
fn the_explorer_logs_each_request_once_and_neither_token_nor_key_nor_filter() {
    let fixture = Fixture::new(photos(60, 3));
    let key = Key::generate();
    let scraped = fixture
        .command(&["scrape", "-s", "monkey", "-n", "20", "--dataset", "d"])
        .env("GLEANER_KEY", &**key.expose())
        .output()
        .unwrap();
    assert!(scraped.status.success(), "{}", talk(&scraped));
    std::fs::write(fixture.path("d/views.json"), "no JSON").unwrap();
    let served = Served::start(&fixture);
    let mut cookies = vec![cookie(&served.send("GET", &format!("/enter?token={}", served.token), &[], ""))];
    let unlocked = served.send("POST", "/api/v1/unlock", &cookies, &json!({"key": &**key.expose()}).to_string());
    cookies.push(cookie(&unlocked));
    let found = served.send("GET", "/api/v1/photos?q=secretplace&limit=1", &cookies, "");
    assert!(found.starts_with("HTTP/1.1 200"), "{found}");
    let page = served.send("GET", "/api/v1/photos?limit=1", &cookies, "");
    let tile: Value = serde_json::from_str(page.split_once("\r\n\r\n").unwrap().1).unwrap();
    let id = tile["photos"][0]["id"].as_str().unwrap();
    let personal = served.send("GET", &format!("/api/v1/photos/{id}/personal"), &cookies, "");
    assert!(personal.contains("CANARY"), "{personal}");
    assert!(served.send("GET", "/api/v1/views", &cookies, "").starts_with("HTTP/1.1 500"));
    let token = served.token.clone();
    let log = served.log();

    let mut never = planted(&fixture, &key.expose());
    never.extend([token, "secretplace".to_owned()]);
    never.extend(cookies.iter().map(|cookie| cookie.split_once('=').unwrap().1.to_owned()));
    assert_holds_none(&log, &never);
    let lines = lines(&log);
    let of = |path: &str| lines.iter().filter(|line| line["path"] == path).collect::<Vec<_>>();
    assert_eq!(of("/enter")[0]["status"], 200);
    assert_eq!(of("/api/v1/photos").len(), 2, "each request is one line");
    let personal = of(&format!("/api/v1/photos/{id}/personal"))[0];
    assert_eq!(
        (&personal["status"], &personal["method"], &personal["message"]),
        (&200.into(), &"GET".into(), &"request".into())
    );
    assert!(personal["bytes"].as_u64() > Some(0) && personal["ms"].is_u64() && personal["id"].is_string());
    let failed = of("/api/v1/views");
    assert_eq!((failed.len(), &failed[0]["level"], &failed[0]["status"]), (1, &"ERROR".into(), &500.into()));
    assert!(failed[0]["cause"].as_str().is_some_and(|cause| cause.contains("expected")), "{}", failed[0]);
}

/// A service that answers each request with what it got, in different ways, and with all that a terminal obeys.
fn echoing(secret: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (nth, stream) in listener.incoming().flatten().enumerate() {
            let mut request = BufReader::new(&stream);
            let mut line = String::new();
            while request.read_line(&mut line).is_ok_and(|read| read > 2) {}
            let said = format!("Key {secret} \\u001b[2J\\u202e {} {}", "x".repeat(5_000_000), line.len());
            let (status, body) = match nth % 4 {
                0 => ("200 OK", format!(r#"{{"stat":"fail","code":105,"message":"{said}"}}"#)),
                1 => ("503 Unavailable", said),
                2 => ("429 Too Many", format!("<html>{said}")),
                _ => ("200 OK", format!(r#"{{"stat":"fail","code":100,"message":"{said}"}}"#)),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = (&stream).write_all(head.as_bytes()).and_then(|()| (&stream).write_all(body.as_bytes()));
        }
    });
    address
}

#[test]
fn a_service_that_repeats_the_key_makes_no_message_that_holds_it() {
    let fixture = Fixture::new(photos(5, 1));
    let address = echoing(API_KEY);
    let settings = format!(
        "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 5\nretry_base_ms = 5\n\
         [sources.flickr]\napi_url = \"{address}\"\nrequests_per_second = 500.0\n"
    );
    std::fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    for more in [&["-vv"][..], &["-vv", "--log-format", "json"], &["--json"]] {
        let mut command =
            fixture.command(&[&["scrape", "-s", "monkey", "-n", "3", "--dataset", "echo"], more].concat());
        let output = command.env("GLEANER_LOG", "trace").output().unwrap();
        assert_eq!(output.status.code(), Some(13), "{}", &talk(&output)[..2_000.min(talk(&output).len())]);
        let talk = talk(&output);
        assert!(talk.contains("[secret]"), "{talk}");
        assert_holds_none(&talk, &[API_KEY.to_owned()]);
        assert!(talk.len() < 64 << 10, "{} bytes", talk.len());
        let is_obeyed = |c: char| c.is_control() && c != '\n' && c != '\t' && c != '\r' || c == '\u{202e}';
        assert!(!talk.contains(is_obeyed), "{talk:?}");
        lines(&String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_secret_in_the_settings_is_refused_without_being_quoted() {
    let fixture = Fixture::new(photos(1, 1));
    for (settings, place) in [
        ("[sources.flickr]\napi_key = \"canary-key-0123456789\"\n", "[sources.flickr] api_key"),
        ("[mongodb]\nurl = \"mongodb://me:canary@db.example/x\"\n", "[mongodb] url"),
        ("[mongodb]\nlease_s = \"canary\"\n", "line 2, column 11"),
        ("[net]\ncanary\n", "line 2"),
    ] {
        std::fs::write(fixture.path("gleaner.toml"), settings).unwrap();
        for args in [&["status", "d"][..], &["status", "d", "--json"], &["scrape", "-s", "x", "-vv"]] {
            let talk = talk(&fixture.expect(2, args));
            assert!(talk.contains(place), "{talk}");
            assert!(!talk.contains("canary"), "{talk}");
        }
    }
}
