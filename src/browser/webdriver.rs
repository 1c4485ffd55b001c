//! The few commands of WebDriver that are needed (W3C WebDriver, and chromedriver's log): JSON over HTTP on loopback.
//!
//! The crates for it bring nine or more others, and one of them changes how `String + &String` compiles everywhere.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::BrowserError;

/// Time for one answer of the driver; opening a page and running a script have shorter limits of their own.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(90);

/// A session of a WebDriver server: one browser with one window.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    /// The address of the session at the server.
    url: String,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    /// The server did not answer.
    #[error("nothing answers at {0}")]
    NoAnswer(String),
    /// The server answered with an error of WebDriver: its code and its message, without the stack of its program.
    #[error("{message}")]
    Said {
        /// Such as `timeout` or `invalid session id`.
        code: String,
        /// In one line.
        message: String,
    },
}

impl CommandError {
    /// Whether the browser is there and answers, and only this command failed.
    pub(super) fn is_of_page(&self) -> bool {
        let Self::Said { code, message } = self else { return false };
        let is_gone = code == "invalid session id" || message.contains("disconnected") || message.contains("crashed");
        !is_gone && matches!(code.as_str(), "unknown error" | "timeout" | "insecure certificate" | "invalid argument")
    }
}

impl From<CommandError> for BrowserError {
    fn from(err: CommandError) -> Self {
        Self::Lost(err.to_string())
    }
}

impl Session {
    /// Starts a browser with these capabilities at the server.
    pub(super) async fn start(server: &str, capabilities: Value) -> Result<Self, CommandError> {
        let server = server.trim_end_matches('/');
        let client = Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build();
        let client = client.map_err(|err| CommandError::NoAnswer(err.without_url().to_string()))?;
        let wanted = json!({"capabilities": {"alwaysMatch": capabilities}});
        let started = send(&client, Method::POST, &format!("{server}/session"), Some(wanted)).await?;
        let id = started["sessionId"].as_str().unwrap_or_default();
        Ok(Self { client, url: format!("{server}/session/{id}") })
    }

    /// Sets the limits for opening a page and for a script.
    pub(super) async fn set_timeouts(&self, page: Duration, script: Duration) -> Result<(), CommandError> {
        let ms = |time: Duration| time.as_millis() as u64;
        self.post("timeouts", json!({"pageLoad": ms(page), "script": ms(script)})).await.map(|_| ())
    }

    /// Opens a page.
    pub(super) async fn open(&self, url: &str) -> Result<(), CommandError> {
        self.post("url", json!({"url": url})).await.map(|_| ())
    }

    /// What a function body returns in the page; a promise is waited for.
    pub(super) async fn run(&self, script: &str) -> Result<Value, CommandError> {
        self.post("execute/sync", json!({"script": script, "args": []})).await
    }

    /// The events of DevTools since the last call, as JSON texts.
    pub(super) async fn events(&self) -> Result<Vec<String>, CommandError> {
        let entries = self.post("se/log", json!({"type": "performance"})).await?;
        let message = |entry: &Value| entry["message"].as_str().map(str::to_owned);
        Ok(entries.as_array().into_iter().flatten().filter_map(message).collect())
    }

    /// Ends the browser.
    pub(super) async fn end(&self) -> Result<(), CommandError> {
        send(&self.client, Method::DELETE, &self.url, None).await.map(|_| ())
    }

    async fn post(&self, command: &str, body: Value) -> Result<Value, CommandError> {
        send(&self.client, Method::POST, &format!("{}/{command}", self.url), Some(body)).await
    }
}

async fn send(client: &Client, method: Method, url: &str, body: Option<Value>) -> Result<Value, CommandError> {
    let no_answer = |_| {
        let place = url.split("/session").next().unwrap_or(url);
        CommandError::NoAnswer(place.to_owned())
    };
    let mut request = client.request(method, url).header("content-type", "application/json");
    if let Some(body) = body {
        request = request.body(body.to_string());
    }
    let response = request.send().await.map_err(no_answer)?;
    let is_error = !response.status().is_success();
    let bytes = response.bytes().await.map_err(no_answer)?;
    let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let value = answer["value"].take();
    if is_error || value.get("error").is_some_and(Value::is_string) {
        let text = |name: &str| value[name].as_str().unwrap_or_default();
        let message = text("message").lines().next().unwrap_or_default();
        let message = if message.is_empty() { "it is no WebDriver server" } else { message };
        return Err(CommandError::Said { code: text("error").to_owned(), message: message.to_owned() });
    }
    Ok(value)
}
