//! Downloads images from the hosts of the photo's source, within its limits and with retries.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use url::Url;

use super::{Fetched, MAX_IMAGE_BYTES};
use crate::config::{Config, Net, SourceConfig};
use crate::net::{
    Attempt, Budget, Client, HostLimits, HttpResponse, NetError, Request, Reservation, is_retryable_status, with_retry,
};
use crate::photo::{Fault, Photo, StageName};
use crate::picture::{complete, format};
use crate::sources::{self, About};

/// A body and its reservation of memory.
type Body = (Vec<u8>, Reservation);

/// The reason why an attempt returned no image.
enum DownloadError {
    Fault(Fault),
    /// There is no image at this address; a smaller size may exist.
    Absent(u16),
    /// The image is truncated or damaged.
    Damaged(Body),
}

/// Number of downloads of a damaged image before its bytes are accepted for the check.
const MAX_DAMAGED_ATTEMPTS: u32 = 5;

/// Bytes of one unit of an image budget.
const MEGABYTE: usize = 1_000_000;

/// Downloads images from the hosts of their sources.
pub struct Network {
    client: Client,
    net: Net,
    sources: BTreeMap<String, SourceConfig>,
    budgets: BTreeMap<&'static str, Budget>,
}

impl Network {
    /// Downloads with `client`. `budgets` are the budgets of megabytes, by source, for sources with such
    /// a limit.
    pub fn new(client: Client, config: &Config, budgets: BTreeMap<&'static str, Budget>) -> Self {
        Self { client, net: config.net.clone(), sources: config.sources.clone(), budgets }
    }

    /// Downloads the chosen size; if it does not exist, the next smaller size once.
    pub async fn fetch(&self, photo: &Photo) -> Result<Result<Fetched, Fault>> {
        let Some(entry) = sources::find(photo.id.source()) else {
            let why = "this version of Gleaner does not support its source";
            return Ok(Err(Fault::rejected(StageName::Download, why)));
        };
        let about = entry.about;
        let budget = self.budgets.get(about.name);
        if let Some(budget) = budget {
            budget.wait_until_available().await.context("could not read the image budget")?;
        }
        let fetched = self.download(photo, about).await;
        if let (Some(budget), Ok(fetched)) = (budget.cloned(), &fetched) {
            let megabytes = fetched.bytes.len().div_ceil(MEGABYTE);
            let spent = tokio::task::spawn_blocking(move || budget.spend(megabytes)).await;
            spent.context("could not save the image budget")?.context("could not save the image budget")?;
        }
        Ok(fetched)
    }

    async fn download(&self, photo: &Photo, about: &'static About) -> Result<Fetched, Fault> {
        let chosen = photo.image_url.as_deref().unwrap_or_default();
        let smaller =
            photo.sizes.iter().rev().skip_while(|size| size.url != chosen).nth(1).map(|size| size.url.as_str());
        let mut status = 0;
        for (nth, address) in [Some(chosen), smaller].into_iter().flatten().enumerate() {
            let Ok(url) = Url::parse(address) else {
                return Err(Fault::rejected(StageName::Download, "its address is invalid"));
            };
            if !self.is_allowed(&url, about) {
                let why = format!("its address is not on an image host of {}", about.title);
                return Err(Fault::rejected(StageName::Download, why));
            }
            match self.download_complete(&url, about).await {
                // Damaged in every attempt: the check of the bytes reports the defect.
                Ok((bytes, reservation)) | Err(DownloadError::Damaged((bytes, reservation))) => {
                    return Ok(Fetched { bytes, url: (nth > 0).then(|| address.to_owned()), reservation });
                }
                Err(DownloadError::Fault(fault)) => return Err(fault),
                Err(DownloadError::Absent(absent)) => status = absent,
            }
        }
        Err(Fault::permanent(StageName::Download, format!("gone at the source (HTTP {status})")))
    }

    /// Whether the address is on an image host of the source or on a trusted host.
    fn is_allowed(&self, url: &Url, about: &About) -> bool {
        let Some(host) = url.host_str() else { return false };
        about.images.has_host(host) || self.net.trusted_hosts.iter().any(|trusted| trusted == host)
    }

    /// The limits of the source's image hosts: from the source's settings, else its own limits, else
    /// `[net]`.
    fn limits(&self, about: &About) -> HostLimits {
        let set = self.sources.get(about.name);
        let per_second = set.and_then(|set| set.images_per_second).or(about.images.per_second);
        let at_once = set.and_then(|set| set.images_at_once).or(about.images.at_once);
        HostLimits {
            requests_per_second: per_second.unwrap_or(self.net.images_per_second),
            at_once: at_once.unwrap_or(self.net.images_at_once),
        }
    }

    /// Downloads until the image is complete, or was damaged too often.
    async fn download_complete(&self, url: &Url, about: &'static About) -> Result<Body, DownloadError> {
        let request = Request {
            url: url.clone(),
            secret_query: Vec::new(),
            hosts: about.images.hosts.iter().map(|host| (*host).to_owned()).collect(),
            max_bytes: MAX_IMAGE_BYTES,
            limits: Some(self.limits(about)),
        };
        let mut tries = 1;
        loop {
            match with_retry(&self.net.patience(), || self.attempt(&request, about)).await {
                Err(DownloadError::Damaged(_)) if tries < MAX_DAMAGED_ATTEMPTS => tries += 1,
                ended => return ended,
            }
            tokio::time::sleep(Duration::from_millis(self.net.retry_base_ms)).await;
        }
    }

    async fn attempt(&self, request: &Request, about: &About) -> Result<Body, Attempt<DownloadError>> {
        match self.client.get(request).await {
            Ok(answer) => check_response(answer, &request.url, about),
            Err(err @ (NetError::Refused { .. } | NetError::TooLarge { .. } | NetError::TooManyRedirects { .. })) => {
                Err(Attempt::Stop(DownloadError::Fault(Fault::rejected(
                    StageName::Download,
                    reason(&err, &request.url),
                ))))
            }
            Err(err) => Err(retry(None, reason(&err, &request.url))),
        }
    }
}

/// The text of an error without details of the photo, so that equal errors can be counted.
fn reason(err: &NetError, url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().unwrap_or_default());
    err.to_string().replace(&format!("{host}{}", url.path()), &host)
}

fn retry(after: Option<Duration>, message: String) -> Attempt<DownloadError> {
    Attempt::Retry { after, err: DownloadError::Fault(Fault::temporary(StageName::Download, message)) }
}

/// Interprets the response of an image host.
fn check_response(answer: HttpResponse, asked: &Url, about: &About) -> Result<Body, Attempt<DownloadError>> {
    let reject = |why: &str| Attempt::Stop(DownloadError::Fault(Fault::rejected(StageName::Download, why)));
    match answer.status {
        200 => {}
        gone if about.images.gone.statuses.contains(&gone) => return Err(Attempt::Stop(DownloadError::Absent(gone))),
        status => {
            let said = format!("the image host responded with HTTP {status}");
            // New originals may temporarily return 403.
            if is_retryable_status(status) || status == 403 {
                return Err(retry(answer.retry_after(), said));
            }
            return Err(Attempt::Stop(DownloadError::Fault(Fault::temporary(StageName::Download, said))));
        }
    }
    if opted_out(&answer) {
        return Err(reject("its owner or host asks not to be collected (X-Robots-Tag)"));
    }
    if about.images.gone.is_placeholder(answer.url.as_str(), &answer.body) {
        let fault = Fault::permanent(StageName::Download, "gone at the source (\"photo unavailable\" picture)");
        return Err(Attempt::Stop(DownloadError::Fault(fault)));
    }
    if answer.url.host_str() != asked.host_str() && answer.url.path() != asked.path() {
        return Err(reject("its address redirects to another picture"));
    }
    // Truncated or damaged in transit: another attempt may succeed.
    match format::sniff(&answer.body).and_then(|format| complete::check(&answer.body, format)) {
        Ok(_) => Ok(answer.into_reserved()),
        Err(_) => Err(Attempt::Stop(DownloadError::Damaged(answer.into_reserved()))),
    }
}

/// Opt-out rules, as interpreted by img2dataset, and `none`.
const OPT_OUT_RULES: [&str; 5] = ["noai", "noimageai", "noindex", "noimageindex", "none"];

/// Rules with a value after a colon.
const RULES_WITH_VALUES: [&str; 4] = ["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"];

/// Whether an `X-Robots-Tag` header has an opt-out rule for all robots or for Gleaner.
fn opted_out(answer: &HttpResponse) -> bool {
    answer.headers.iter().filter(|(name, _)| name == "x-robots-tag").any(|(_, value)| {
        // `gleaner: noai` is for Gleaner; `max-snippet:-1, noai` begins with a rule with a value and is for all.
        let named =
            value.split_once(':').filter(|(name, _)| !name.contains(',') && !RULES_WITH_VALUES.contains(&name.trim()));
        let (robot, rules) = named.unwrap_or(("", value));
        let ours = robot.is_empty() || robot.trim().eq_ignore_ascii_case("gleaner");
        ours && rules.split(',').any(|rule| OPT_OUT_RULES.contains(&rule.trim().to_ascii_lowercase().as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opts_out(value: &str) -> bool {
        let url = Url::parse("https://live.staticflickr.com/1/2_3.jpg").unwrap();
        opted_out(&HttpResponse::new(200, vec![("x-robots-tag".into(), value.into())], url, Vec::new()))
    }

    #[test]
    fn an_opt_out_is_recognised_among_other_rules_and_for_other_robots_ignored() {
        for value in ["noai", "noimageai, max-image-preview:large", "max-snippet:-1, NOAI", "gleaner: noindex", "none"]
        {
            assert!(opts_out(value), "{value}");
        }
        for value in ["all", "max-image-preview:large", "otherbot: noai", "unavailable_after: 25 Jun 2030 15:00:00 PST"]
        {
            assert!(!opts_out(value), "{value}");
        }
    }
}
