//! The settings in `gleaner.toml`. The defaults keep the load on services low.

mod citation;
mod files;
mod given_secrets;
mod pictures;
mod reference;
mod setting;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::concepts::Concepts;
use crate::dataset::LEASE;
use crate::net::{HostLimits, NetConfig, RetryPolicy};
use crate::photo::FileHash;

pub use citation::{Citation, Creator};
pub use files::Files;
pub use pictures::Pictures;
pub use reference::ReferenceConfig;
pub use setting::Settings as Setting;

/// The whole file. Unknown keys are errors, so that typing mistakes are reported.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[net]`
    pub net: Net,
    /// `[sources.NAME]`
    pub sources: BTreeMap<String, SourceConfig>,
    /// `[concepts.NAME]`
    pub concepts: Concepts,
    /// `[vision]`
    pub vision: Vision,
    /// `[score]`
    pub score: Score,
    /// `[files]`
    pub files: Files,
    /// `[pictures]`
    pub pictures: Pictures,
    /// `[setting]`
    pub setting: Setting,
    /// `[mongodb]`
    pub mongodb: MongoDb,
    /// `[citation]`
    pub citation: Citation,
    /// `[reference.NAME]`
    pub reference: BTreeMap<String, ReferenceConfig>,
}

/// Access to a shared MongoDB.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MongoDb {
    /// A file (mode 600) with addresses including user and password, one per line; by default `mongodb.url` in the user's own folder.
    pub url_file: Option<PathBuf>,
    /// Lease duration in seconds: after this time without a heartbeat, other workers may take a worker's photos.
    pub lease_s: f64,
}

impl Default for MongoDb {
    fn default() -> Self {
        Self { url_file: None, lease_s: LEASE.as_secs_f64() }
    }
}

/// The models that score photos, and their runtime.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Score {
    /// The description file (TOML) of a model that replaces the bundled one.
    pub model: Option<PathBuf>,
    /// The description file (TOML) of an image and a text model with a shared embedding space, for search by words.
    pub pair: Option<PathBuf>,
    /// The library of ONNX Runtime.
    pub onnxruntime: Option<PathBuf>,
}

/// Network access.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Net {
    /// Hosts for which http and private addresses are allowed.
    pub trusted_hosts: Vec<String>,
    /// A mail address or web page that is added to the User-Agent, so that a host can contact you.
    pub contact: Option<String>,
    /// Images per second from one host.
    pub images_per_second: f64,
    /// Simultaneous image downloads from one host.
    pub images_at_once: usize,
    /// Maximum number of attempts for one request in a run.
    pub attempts: u32,
    /// The first pause between two attempts, milliseconds; it doubles up to 60 s.
    pub retry_base_ms: u64,
    /// Timeout for a connection, seconds.
    pub connect_timeout_s: f64,
    /// Timeout between two parts of a response, seconds.
    pub idle_timeout_s: f64,
    /// Timeout for a whole response, seconds.
    pub total_timeout_s: f64,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            trusted_hosts: Vec::new(),
            contact: None,
            images_per_second: 10.0,
            images_at_once: 6,
            attempts: 6,
            retry_base_ms: 1_000,
            connect_timeout_s: 10.0,
            idle_timeout_s: 30.0,
            total_timeout_s: 300.0,
        }
    }
}

/// Settings of one source; without a setting, the source's own limits apply.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceConfig {
    /// The address of its API.
    pub api_url: Option<url::Url>,
    /// Requests per second.
    pub requests_per_second: Option<f64>,
    /// Requests per minute across runs; 0 for no limit.
    pub requests_per_minute: Option<u32>,
    /// Requests per hour across runs; 0 for no limit.
    pub requests_per_hour: Option<u32>,
    /// Requests per day across runs; 0 for no limit.
    pub requests_per_day: Option<u32>,
    /// Images per second from one host.
    pub images_per_second: Option<f64>,
    /// Simultaneous image downloads from one host.
    pub images_at_once: Option<usize>,
    /// SHA-256 (64 hex digits) of pictures that say that a photo is gone: they are not stored.
    pub gone_sha256: Vec<String>,
    /// Only `[sources.page]`: the program of the WebDriver server, or the address of one that runs on this machine.
    pub driver: Option<String>,
    /// Only `[sources.page]`: Chromium's program.
    pub browser: Option<PathBuf>,
    /// Only `[sources.page]`: whether Chromium isolates pages in its sandbox, which it cannot as root.
    pub sandbox: Option<bool>,
}

impl SourceConfig {
    fn check(&self, name: &str) -> Result<()> {
        let browser = self.driver.is_some() || self.browser.is_some() || self.sandbox.is_some();
        anyhow::ensure!(
            name == "page" || !browser,
            "[sources.{name}] has no browser: driver, browser and sandbox go into [sources.page]"
        );
        let positive = |rate: Option<f64>| rate.is_none_or(|rate| rate > 0.0);
        anyhow::ensure!(positive(self.requests_per_second), "[sources.{name}] requests_per_second must be above 0");
        anyhow::ensure!(positive(self.images_per_second), "[sources.{name}] images_per_second must be above 0");
        anyhow::ensure!(
            self.gone_sha256.iter().all(|sum| sum.parse::<FileHash>().is_ok()),
            "[sources.{name}] gone_sha256 has SHA-256 sums of 64 hex digits (0-9, a-f)"
        );
        anyhow::ensure!(self.images_at_once != Some(0), "[sources.{name}] images_at_once must be at least 1");
        Ok(())
    }
}

/// Requests to Google Vision, and their cost.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vision {
    /// The address of the API.
    pub api_url: url::Url,
    /// Maximum number of labels per image, 1 to 100.
    pub max_results: u32,
    /// Long edge of the images that are sent, pixels, 64 to 1024; smaller photos keep their size.
    pub long_edge_px: u32,
    /// Calls per minute, with up to 16 images each; Google's quota is 1,800.
    pub calls_per_minute: f64,
    /// Simultaneous calls; after a killed run, at most this number is repeated.
    pub calls_at_once: usize,
    /// Maximum size of a call, bytes of JSON; Google's limit is 10 MB.
    pub max_call_bytes: usize,
    /// US dollars per 1,000 images.
    pub usd_per_1000: f64,
    /// Images per month without charge.
    pub free_per_month: u64,
    /// Maximum estimated cost of one run, US dollars.
    pub max_usd: Option<f64>,
}

impl Default for Vision {
    fn default() -> Self {
        Self {
            api_url: "https://vision.googleapis.com/v1/images:annotate".parse().expect("it is an address"),
            max_results: 50,
            long_edge_px: 640,
            calls_per_minute: 300.0,
            calls_at_once: 3,
            max_call_bytes: 10_000_000,
            usd_per_1000: 1.5,
            free_per_month: 1_000,
            max_usd: None,
        }
    }
}

impl Vision {
    fn check(&self) -> Result<()> {
        let money = |usd: f64| usd.is_finite() && usd >= 0.0;
        anyhow::ensure!((1..=100).contains(&self.max_results), "[vision] max_results is 1 to 100");
        anyhow::ensure!((64..=1024).contains(&self.long_edge_px), "[vision] long_edge_px is 64 to 1024");
        anyhow::ensure!(self.calls_per_minute > 0.0, "[vision] calls_per_minute must be above 0");
        anyhow::ensure!((1..=16).contains(&self.calls_at_once), "[vision] calls_at_once is 1 to 16");
        anyhow::ensure!(
            money(self.usd_per_1000) && self.max_usd.is_none_or(money),
            "[vision] prices are US dollars, 0 or more"
        );
        anyhow::ensure!(
            self.api_url.query().is_none(),
            "[vision] api_url holds no query: the key goes into GOOGLE_VISION_KEY"
        );
        Ok(())
    }
}

impl Config {
    /// Reads the text of a `gleaner.toml`; the error names line and key; the caller names the file.
    pub fn parse(text: &str) -> Result<Self> {
        let config: Self = given_secrets::read(text)?;
        config.net.check()?;
        config.vision.check()?;
        anyhow::ensure!((1.0..=3600.0).contains(&config.mongodb.lease_s), "[mongodb] lease_s is 1 to 3600 seconds");
        config.files.check(&config.net)?;
        config.pictures.check()?;
        config.setting.check()?;
        config.citation.check().context("[citation]")?;
        config.sources.iter().try_for_each(|(name, source)| source.check(name))?;
        config.reference.keys().try_for_each(|name| reference::check(name))?;
        Ok(config)
    }

    /// The settings of a source, or defaults.
    pub fn source(&self, name: &str) -> SourceConfig {
        self.sources.get(name).cloned().unwrap_or_default()
    }
}

impl Net {
    fn check(&self) -> Result<()> {
        anyhow::ensure!(self.images_per_second > 0.0, "[net] images_per_second must be above 0");
        anyhow::ensure!(self.images_at_once > 0, "[net] images_at_once must be at least 1");
        anyhow::ensure!(self.attempts > 0, "[net] attempts must be at least 1");
        for seconds in [self.connect_timeout_s, self.idle_timeout_s, self.total_timeout_s] {
            anyhow::ensure!(seconds > 0.0 && seconds < 86_400.0, "[net] timeouts are seconds above 0");
        }
        Ok(())
    }

    /// The retry policy of a request.
    pub fn patience(&self) -> RetryPolicy {
        RetryPolicy { attempts: self.attempts, base_ms: self.retry_base_ms, ..RetryPolicy::default() }
    }

    /// The client's settings.
    pub fn client(&self) -> NetConfig {
        let contact = self.contact.as_deref().map(|contact| format!("; {contact}")).unwrap_or_default();
        NetConfig {
            trusted_hosts: self.trusted_hosts.clone(),
            user_agent: format!("gleaner/{} (research photo collector{contact})", env!("CARGO_PKG_VERSION")),
            connect_timeout: Duration::from_secs_f64(self.connect_timeout_s),
            idle_timeout: Duration::from_secs_f64(self.idle_timeout_s),
            total_timeout: Duration::from_secs_f64(self.total_timeout_s),
            limits: HostLimits { requests_per_second: self.images_per_second, at_once: self.images_at_once },
            ..NetConfig::default()
        }
    }
}
