//! A headless Chromium, driven by WebDriver.
//!
//! All its traffic goes through [`Proxy`], so it reaches only what the guard allows. Its profile is a temporary folder, and
//! all its processes end with it, also if this program is killed.

mod network_log;
mod process;
mod webdriver;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thiserror::Error;
use tracing::{debug, trace};
use url::Url;

use crate::net::{Guard, Lookup, Proxy};
use network_log::NetworkLog;
use process::DriverProcess;
use webdriver::{CommandError, Session};

pub use network_log::Document;

/// Time for a page to be there, without what it loads later.
const PAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// Time for a script in the page.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for the browser to close by itself.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// Between two looks at the network.
const POLL: Duration = Duration::from_millis(50);

/// Switches of Chromium besides those that depend on the settings. They keep its traffic in the proxy (no QUIC, no WebRTC
/// past it, no names looked up), and let it ask for nothing of its own.
const SWITCHES: [&str; 24] = [
    "--headless=new",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=MediaRouter,OptimizationHints,Translate,AutofillServerCommunication",
    "--disable-gpu",
    "--disable-sync",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--password-store=basic",
    "--window-size=1280,1600",
];

/// Hosts that Chromium asks for on its own account, whatever its switches are.
const OWN_SERVICES: [&str; 8] = [
    "accounts.google.com",
    "android.clients.google.com",
    "clients2.google.com",
    "clients4.google.com",
    "content-autofill.googleapis.com",
    "mtalk.google.com",
    "optimizationguide-pa.googleapis.com",
    "update.googleapis.com",
];

/// The WebDriver server.
#[derive(Clone, Debug)]
pub enum Driver {
    /// A program that is started for each browser.
    Program(PathBuf),
    /// A server that runs on this machine already.
    Address(Url),
}

/// How a browser is started.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The WebDriver server.
    pub driver: Driver,
    /// The browser's program; `None` lets the driver find it.
    pub program: Option<PathBuf>,
    /// Whether Chromium isolates pages in its sandbox. It cannot where it runs as root.
    pub sandbox: bool,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// What it may connect to.
    pub guard: Guard,
    /// Timeout for a connection.
    pub connect_timeout: Duration,
}

/// An error of the browser.
#[derive(Debug, Error)]
pub enum BrowserError {
    /// The driver could not be started or reached.
    #[error("the WebDriver server {what} could not be started: {why}")]
    Driver {
        /// Its program or address.
        what: String,
        /// The reason.
        why: String,
    },
    /// The driver could not start the browser.
    #[error("Chromium could not be started: {0}")]
    Start(String),
    /// A page could not be opened.
    #[error("{0}")]
    Open(String),
    /// The browser ended, or no longer answers.
    #[error("the browser no longer answers: {0}")]
    Lost(String),
    /// A local error.
    #[error("the browser could not be prepared: {0}")]
    Local(#[from] io::Error),
}

/// A running browser with one page. Dropping it ends it; [`Browser::close`] also waits for that.
pub struct Browser {
    session: Session,
    log: NetworkLog,
    proxy: Proxy,
    process: Option<DriverProcess>,
    // Last: it is removed when nothing uses it any more.
    _folder: TempDir,
}

impl Browser {
    /// Starts a browser. Names are resolved by `lookup`.
    pub async fn start(setup: &Setup, lookup: &Lookup) -> Result<Self, BrowserError> {
        let folder = tempfile::Builder::new().prefix("gleaner-browser-").tempdir()?;
        let proxy = Proxy::start(setup.guard.clone(), lookup, setup.connect_timeout, &OWN_SERVICES).await?;
        let (process, address) = match &setup.driver {
            Driver::Program(program) => {
                let process = DriverProcess::start(program, folder.path()).await?;
                let address = process.address().to_owned();
                (Some(process), address)
            }
            Driver::Address(url) => (None, url.to_string()),
        };
        let capabilities = capabilities(setup, &proxy, &folder.path().join("profile"));
        let started = Session::start(&address, capabilities).await;
        let session = match started {
            Ok(session) => session,
            Err(err) => {
                if let Some(process) = process {
                    process.end().await;
                }
                return Err(not_started(err, address));
            }
        };
        session.set_timeouts(PAGE_TIMEOUT, SCRIPT_TIMEOUT).await?;
        Ok(Self { session, log: NetworkLog::default(), proxy, process, _folder: folder })
    }

    /// Opens a page, and returns what was received as its document, after redirects.
    pub async fn open(&mut self, url: &Url) -> Result<Document, BrowserError> {
        self.read_log().await?;
        self.log.begin();
        let opened = self.session.open(url.as_str()).await;
        self.read_log().await?;
        match opened {
            Ok(()) => self.log.document().ok_or_else(|| BrowserError::Open(format!("{url} gave no document"))),
            Err(err) if err.is_of_page() => Err(self.not_opened(&err, url)),
            Err(err) => Err(err.into()),
        }
    }

    /// The document that the page has now, which a script of the page may have replaced.
    pub fn document(&self) -> Option<Document> {
        self.log.document()
    }

    /// The document of a frame with this address, if it came from the network.
    pub fn frame(&self, url: &Url) -> Option<Document> {
        self.log.frame(url)
    }

    /// Waits until nothing was loaded for a time, for a limited time.
    pub async fn settle(&mut self, quiet: Duration, most: Duration) -> Result<(), BrowserError> {
        let started = Instant::now();
        self.log.touch();
        loop {
            self.read_log().await?;
            if self.log.is_quiet_for(quiet) || started.elapsed() >= most {
                let waited_ms = started.elapsed().as_millis() as u64;
                trace!(waited_ms, waiting_for = self.log.waiting_for(), "the page is quiet");
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The value that a script in the page returns. The page decides what it is.
    pub async fn run<T: DeserializeOwned>(&self, script: &str) -> Result<T, BrowserError> {
        let value = self.session.run(script).await?;
        serde_json::from_value(value).map_err(|err| BrowserError::Lost(format!("a script failed in the page: {err}")))
    }

    /// Ends the browser and waits for it.
    pub async fn close(mut self) {
        if !matches!(tokio::time::timeout(CLOSE_TIMEOUT, self.session.end()).await, Ok(Ok(()))) {
            debug!("the browser does not close by itself");
        }
        if let Some(process) = self.process.take() {
            process.end().await;
        }
    }

    async fn read_log(&mut self) -> Result<(), BrowserError> {
        let events = self.session.events().await?;
        events.iter().for_each(|event| self.log.read(event));
        Ok(())
    }

    /// Why a page was not opened: the proxy may know more than the browser.
    fn not_opened(&self, err: &CommandError, url: &Url) -> BrowserError {
        let text = err.to_string();
        let host = self.log.last_host().or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
        let why = match self.proxy.refusal(&host) {
            Some(why) => format!("{host}: {why}"),
            None if text.contains("timeout") => "it took too long".to_owned(),
            None => text.split("net::").last().unwrap_or(&text).to_owned(),
        };
        BrowserError::Open(format!("{url} could not be opened: {why}"))
    }
}

fn capabilities(setup: &Setup, proxy: &Proxy, profile: &Path) -> Value {
    let mut switches: Vec<String> = SWITCHES.iter().map(|switch| (*switch).to_owned()).collect();
    switches.push(format!("--proxy-server=http://{}", proxy.address()));
    switches.push(format!("--user-data-dir={}", profile.display()));
    switches.push(format!("--user-agent={}", setup.user_agent));
    if !setup.sandbox {
        switches.push("--no-sandbox".to_owned());
    }
    // Instead of its start page, which asks for more.
    switches.push("about:blank".to_owned());
    let mut options = json!({
        "args": switches,
        "perfLoggingPrefs": {"enableNetwork": true, "enablePage": false},
        "prefs": {
            "download_restrictions": 3,
            "webrtc.ip_handling_policy": "disable_non_proxied_udp",
            "profile.default_content_setting_values": {"notifications": 2, "geolocation": 2, "media_stream": 2},
        },
    });
    if let Some(program) = &setup.program {
        options["binary"] = Value::from(program.to_string_lossy());
    }
    json!({
        "browserName": "chrome",
        "pageLoadStrategy": "eager",
        "unhandledPromptBehavior": "dismiss",
        "goog:loggingPrefs": {"performance": "ALL"},
        "goog:chromeOptions": options,
    })
}

fn not_started(err: CommandError, what: String) -> BrowserError {
    match err {
        CommandError::NoAnswer(_) => BrowserError::Driver { what, why: "nothing answers there".to_owned() },
        err @ CommandError::Said { .. } => BrowserError::Start(err.to_string()),
    }
}
