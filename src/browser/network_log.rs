//! What a browser loads, from the driver's log of DevTools events: the page's own document with its status and headers,
//! and whether something is still on its way.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// A request that takes longer than this is not waited for.
const STUCK: Duration = Duration::from_secs(15);

/// Kinds of requests that stay open.
const ENDLESS: [&str; 4] = ["EventSource", "WebSocket", "Ping", "Media"];

/// Documents of frames that are remembered.
const MAX_FRAMES: usize = 100;

/// The document of a page as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its address after redirects, without a fragment.
    pub url: Url,
    /// The HTTP status.
    pub status: u16,
    /// The media type, such as `text/html`.
    pub mime: String,
    /// Names in lower case and values.
    pub headers: Vec<(String, String)>,
}

impl Document {
    /// The values of a header, whose lines the browser joins by line breaks.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).flat_map(|(_, value)| value.split('\n'))
    }
}

/// What was seen of the network.
pub(super) struct NetworkLog {
    in_flight: HashMap<String, Instant>,
    last_event: Instant,
    /// The frame of the page itself.
    frame: Option<String>,
    document: Option<Document>,
    /// The documents of its frames, the last ones.
    frames: VecDeque<Document>,
    /// The host of the page's last request for a document.
    host: Option<String>,
}

impl Default for NetworkLog {
    fn default() -> Self {
        Self {
            in_flight: HashMap::new(),
            last_event: Instant::now(),
            frame: None,
            document: None,
            frames: VecDeque::new(),
            host: None,
        }
    }
}

#[derive(Deserialize)]
struct Entry {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    method: String,
    #[serde(default)]
    params: Value,
}

impl NetworkLog {
    /// A new page is opened.
    pub(super) fn begin(&mut self) {
        *self = Self::default();
    }

    /// Something happened.
    pub(super) fn touch(&mut self) {
        self.last_event = Instant::now();
    }

    pub(super) fn document(&self) -> Option<Document> {
        self.document.clone()
    }

    /// The document of a frame with this address.
    pub(super) fn frame(&self, url: &Url) -> Option<Document> {
        self.frames.iter().find(|document| document.url == *url).cloned()
    }

    pub(super) fn last_host(&self) -> Option<String> {
        self.host.clone()
    }

    /// Whether nothing happened for a time, and nothing is on its way.
    pub(super) fn is_quiet_for(&self, quiet: Duration) -> bool {
        self.last_event.elapsed() >= quiet && self.in_flight.values().all(|since| since.elapsed() >= STUCK)
    }

    /// The requests that are on their way.
    pub(super) fn waiting_for(&self) -> usize {
        self.in_flight.len()
    }

    /// Reads an entry of the log. What is not understood is left.
    pub(super) fn read(&mut self, text: &str) {
        let Ok(Entry { message: Message { method, params } }) = serde_json::from_str::<Entry>(text) else { return };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let Some(request) = text(&params["requestId"]) else { return };
        match method.as_str() {
            "Network.requestWillBeSent" => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                let kind = params["type"].as_str().unwrap_or_default();
                // The browser's own pages are chrome:, and what is data: or blob: does not come from the network.
                if !url.starts_with("http") || ENDLESS.contains(&kind) {
                    return;
                }
                if kind == "Document" {
                    let frame = text(&params["frameId"]);
                    if self.frame.is_some() && self.frame != frame {
                        // Another process may load a frame, whose end is not logged here.
                        return;
                    }
                    self.frame = frame;
                    // What the page before was waiting for does not come any more.
                    self.in_flight.clear();
                    self.host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
                }
                self.in_flight.insert(request, Instant::now());
            }
            "Network.responseReceived" if params["type"] == "Document" => {
                let received = document(&params["response"]);
                if self.frame == text(&params["frameId"]) {
                    self.document = received.or(self.document.take());
                } else if let Some(received) = received {
                    self.frames.truncate(MAX_FRAMES - 1);
                    self.frames.push_front(received);
                }
            }
            "Network.loadingFinished" | "Network.loadingFailed" => {
                self.in_flight.remove(&request);
            }
            _ => return,
        }
        self.touch();
    }
}

fn document(response: &Value) -> Option<Document> {
    let mut url = Url::parse(response["url"].as_str()?).ok()?;
    url.set_fragment(None);
    let headers = response["headers"].as_object().into_iter().flatten();
    Some(Document {
        url,
        status: response["status"].as_u64().and_then(|status| u16::try_from(status).ok())?,
        mime: response["mimeType"].as_str().unwrap_or_default().to_ascii_lowercase(),
        headers: headers
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(log: &mut NetworkLog, method: &str, params: Value) {
        log.read(&json!({"message": {"method": method, "params": params}, "webview": "x"}).to_string());
    }

    #[test]
    fn the_page_s_own_document_is_told_from_those_of_frames_and_redirects() {
        let mut log = NetworkLog::default();
        let sent = |id: &str, frame: &str, url: &str| json!({"requestId": id, "frameId": frame, "type": "Document", "request": {"url": url}});
        let received = |id: &str, frame: &str, url: &str, status: u16| {
            json!({"requestId": id, "frameId": frame, "type": "Document", "response": {"url": url, "status": status,
                "mimeType": "text/html", "headers": {"X-Robots-Tag": "noai\nnofollow"}}})
        };
        let own =
            json!({"requestId": "0", "frameId": "main", "type": "Script", "request": {"url": "chrome://new-tab/a.js"}});
        event(&mut log, "Network.requestWillBeSent", own);
        event(&mut log, "Network.requestWillBeSent", sent("1", "main", "https://a.example/"));
        event(&mut log, "Network.requestWillBeSent", sent("1", "main", "https://b.example/x"));
        event(&mut log, "Network.responseReceived", received("1", "main", "https://b.example/x#top", 404));
        event(&mut log, "Network.requestWillBeSent", sent("2", "frame", "https://ad.example/"));
        event(&mut log, "Network.responseReceived", received("2", "frame", "https://ad.example/", 200));
        let document = log.document().unwrap();
        assert_eq!((document.url.as_str(), document.status), ("https://b.example/x", 404));
        assert_eq!(document.header("x-robots-tag").collect::<Vec<_>>(), ["noai", "nofollow"]);
        let frame = log.frame(&Url::parse("https://ad.example/").unwrap()).unwrap();
        assert_eq!(frame.header("x-robots-tag").next(), Some("noai"), "a frame has headers of its own");
        assert_eq!(log.frame(&document.url), None);
        assert_eq!(log.last_host().as_deref(), Some("b.example"));
        assert!(!log.is_quiet_for(Duration::ZERO), "the page is on its way");
        event(&mut log, "Network.loadingFinished", json!({"requestId": "1"}));
        assert!(log.is_quiet_for(Duration::ZERO) && !log.is_quiet_for(Duration::from_secs(60)));
        log.read("not JSON");
        log.begin();
        assert_eq!(log.document(), None);
    }
}
