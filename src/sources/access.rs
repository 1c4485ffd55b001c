//! Access to photo services: addresses and limits from the settings, the user's keys, and budgets that persist across runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use url::Url;

use super::search::{RequestPolicy, SearchClient};
use super::{About, Entry, Key, Keys, Limits, SOURCES};
use crate::config::{Config, SourceConfig};
use crate::net::{Budget, Client, Window};

/// What belongs to the user who runs the program: keys of services, a folder for the state of budgets, and reference layers.
pub trait UserAccess: Send + Sync {
    /// The keys of a source. Fails if a required key is missing or a key has the wrong form. No message contains a key.
    fn keys(&self, about: &About) -> Result<Keys>;

    /// Whether a key is there and has the right form.
    fn has_key(&self, key: &Key) -> bool;

    /// The folder of budgets. It exists.
    fn state_folder(&self) -> Result<PathBuf>;

    /// The folder of reference layers. It need not exist.
    fn reference_folder(&self) -> Result<PathBuf>;
}

/// The settings, and what belongs to the user.
#[derive(Clone)]
pub struct SourceAccess {
    /// The settings.
    pub config: Config,
    /// Keys and budgets.
    pub user: Arc<dyn UserAccess>,
}

impl SourceAccess {
    /// A client for a source, within its limits. Fails without the keys that the source requires.
    pub fn search_client(&self, entry: &Entry, client: &Client) -> Result<SearchClient> {
        let about = entry.about;
        let settings = self.config.source(about.name);
        let keys = self.user.keys(about)?;
        let api_url: Url = match &settings.api_url {
            Some(url) => url.clone(),
            None => about.api_url.parse().with_context(|| format!("the address of {}", about.title))?,
        };
        let source = (entry.open)(api_url, &keys);
        let budget = self.request_budget(about, source.limits(), &settings, &keys)?;
        let per_second = settings.requests_per_second.unwrap_or(source.limits().per_second);
        let policy = RequestPolicy { per_second, retry: self.config.net.patience() };
        Ok(SearchClient::new(client.clone(), Arc::clone(&source), budget, policy))
    }

    /// The budget of requests of all runs with the same key; `None` if there is no limit.
    fn request_budget(
        &self,
        about: &About,
        limits: Limits,
        settings: &SourceConfig,
        keys: &Keys,
    ) -> Result<Option<Budget>> {
        let limit = |set: Option<u32>, own: Option<u32>| set.or(own).filter(|most| *most > 0).map(|most| most as usize);
        let windows: Vec<Window> = [
            limit(settings.requests_per_minute, limits.per_minute).map(Window::minute),
            limit(settings.requests_per_hour, limits.per_hour).map(Window::hour),
            limit(settings.requests_per_day, limits.per_day).map(Window::day),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut name = format!("budget-{}", about.name);
        for key in about.keys.iter().filter_map(|key| keys.get(key.variable)) {
            name = format!("{name}-{}", key.fingerprint());
        }
        self.budget(&name, &windows)
    }

    /// The budgets of image megabytes, by source, for sources with such a limit.
    pub fn image_budgets(&self) -> Result<BTreeMap<&'static str, Budget>> {
        let mut budgets = BTreeMap::new();
        for about in SOURCES.iter().map(|entry| entry.about) {
            let images = about.images;
            let windows: Vec<Window> = [
                images.megabytes_per_hour.map(|most| Window::hour(most as usize)),
                images.megabytes_per_day.map(|most| Window::day(most as usize)),
            ]
            .into_iter()
            .flatten()
            .collect();
            if let Some(budget) = self.budget(&format!("budget-{}-images", about.name), &windows)? {
                budgets.insert(about.name, budget);
            }
        }
        Ok(budgets)
    }

    fn budget(&self, name: &str, windows: &[Window]) -> Result<Option<Budget>> {
        if windows.is_empty() {
            return Ok(None);
        }
        let path = self.user.state_folder()?.join(name);
        Ok(Some(Budget::open(&path, windows).with_context(|| format!("could not open {}", path.display()))?))
    }
}
