//! Downloads images from the hosts of the photo's source, within its limits and with retries.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use url::Url;

use super::Fetched;
use crate::config::{Config, Net, SourceConfig};
use crate::hash::sha256_hex;
use crate::net::{
    Attempt, Budget, Client, HttpResponse, NetError, Request, Reservation, is_retryable_status, with_retry,
};
use crate::photo::{Fault, ImageFormat, Photo, Size, StageName};
use crate::picture::complete::{Dimensions, Limits};
use crate::picture::decode::Plan;
use crate::picture::thumbnail::DECODE_LONG_EDGE_PX;
use crate::picture::{Defect, complete, format};
use crate::sources::robots_tag::RobotsTag;
use crate::sources::{self, About};

/// A body and its reservation of memory.
type Body = (Vec<u8>, Reservation);

/// The reason why an attempt returned no image.
enum DownloadError {
    Fault(Fault),
    /// There is no image at this address; a smaller size may exist.
    Absent(u16),
    /// The image cannot be used; a smaller size may be usable.
    Unfit(String),
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

    /// Downloads the chosen size; if it does not exist or is above a limit, the smaller sizes down to the smallest. A size
    /// whose pixels are known to be above a limit is not requested.
    pub async fn fetch(&self, photo: &Photo, limits: &Limits) -> Result<Result<Fetched, Fault>> {
        let Some(about) = serving(photo) else {
            let why = "this version of Gleaner does not support its source";
            return Ok(Err(Fault::rejected(StageName::Download, why)));
        };
        let budget = self.budgets.get(about.name);
        if let Some(budget) = budget {
            budget.wait_until_available().await.context("could not read the image budget")?;
        }
        let fetched = self.download(photo, about, limits).await;
        if let (Some(budget), Ok(fetched)) = (budget.cloned(), &fetched) {
            let megabytes = fetched.bytes.len().div_ceil(MEGABYTE);
            let spent = tokio::task::spawn_blocking(move || budget.spend(megabytes)).await;
            spent.context("could not save the image budget")?.context("could not save the image budget")?;
        }
        Ok(fetched)
    }

    async fn download(&self, photo: &Photo, about: &'static About, limits: &Limits) -> Result<Fetched, Fault> {
        let chosen = photo.image_url.as_deref().unwrap_or_default();
        let (mut gone, mut unfit) = (None, None);
        let mut addresses = addresses(photo, chosen, limits)?.into_iter().peekable();
        while let Some(address) = addresses.next() {
            let Ok(mut url) = Url::parse(address) else {
                return Err(Fault::rejected(StageName::Download, "its address is invalid"));
            };
            self.upgrade(&mut url, about);
            if !self.is_allowed(&url, about) {
                let why = format!("its address is not on an image host of {}", about.title);
                return Err(Fault::rejected(StageName::Download, why));
            }
            // The smallest size is kept even if it cannot be decoded here.
            let limits = Limits {
                decode_bytes: if addresses.peek().is_none() { u64::MAX } else { limits.decode_bytes },
                ..*limits
            };
            match self.download_complete(&url, about, &limits).await {
                // Damaged in every attempt: the check of the bytes reports the defect.
                Ok((bytes, _)) if is_placeholder(&bytes, address, photo, about) => return Err(gone_picture()),
                Ok((bytes, reservation)) | Err(DownloadError::Damaged((bytes, reservation))) => {
                    return Ok(Fetched { bytes, url: (address != chosen).then(|| address.to_owned()), reservation });
                }
                Err(DownloadError::Fault(fault)) => return Err(fault),
                Err(DownloadError::Absent(status)) => gone = Some(status),
                Err(DownloadError::Unfit(why)) => unfit = Some(why),
            }
        }
        match (unfit, gone) {
            (Some(why), _) => Err(Fault::rejected(StageName::Download, why)),
            (None, gone) => {
                let status = gone.unwrap_or_default();
                Err(Fault::permanent(StageName::Download, format!("gone at the source (HTTP {status})")))
            }
        }
    }

    /// Whether the address is on an image host of the source or on a trusted host.
    fn is_allowed(&self, url: &Url, about: &About) -> bool {
        let Some(host) = url.host_str() else { return false };
        about.images.has_host(host) || self.net.trusted_hosts.iter().any(|trusted| trusted == host)
    }

    /// Asks by https where the address says http, if the source collects addresses from anywhere. Most hosts answer both,
    /// and the client sends nothing by http.
    fn upgrade(&self, url: &mut Url, about: &About) {
        let trusted = self.net.trusted_hosts.iter().any(|trusted| Some(trusted.as_str()) == url.host_str());
        if about.images.are_anywhere() && url.scheme() == "http" && !trusted {
            url.set_scheme("https").expect("both are schemes of the web");
        }
    }

    /// Downloads until the image is complete, or was damaged too often.
    async fn download_complete(
        &self,
        url: &Url,
        about: &'static About,
        limits: &Limits,
    ) -> Result<Body, DownloadError> {
        let request = Request {
            url: url.clone(),
            secret_query: Vec::new(),
            secret_headers: Vec::new(),
            // No list: any host that the client's guard allows.
            hosts: if about.images.are_anywhere() { &[] } else { about.images.hosts }
                .iter()
                .map(|host| (*host).to_owned())
                .collect(),
            max_bytes: limits.file_bytes,
            limits: Some(about.images.host_limits(self.sources.get(about.name), &self.net)),
        };
        let mut tries = 1;
        loop {
            match with_retry(&self.net.patience(), || self.attempt(&request, about, limits)).await {
                Err(DownloadError::Damaged(_)) if tries < MAX_DAMAGED_ATTEMPTS => tries += 1,
                ended => return ended,
            }
            tokio::time::sleep(Duration::from_millis(self.net.retry_base_ms)).await;
        }
    }

    /// Whether the user's settings name the picture as one that says that a photo is gone.
    fn says_gone(&self, answer: &HttpResponse, about: &About) -> bool {
        let known = self.sources.get(about.name).map_or(&[][..], |source| &source.gone_sha256);
        answer.status == 200 && !known.is_empty() && known.contains(&sha256_hex(&answer.body))
    }

    async fn attempt(&self, request: &Request, about: &About, limits: &Limits) -> Result<Body, Attempt<DownloadError>> {
        match self.client.get(request).await {
            Ok(answer) if self.says_gone(&answer, about) => Err(Attempt::Stop(DownloadError::Fault(gone_picture()))),
            Ok(answer) => check_response(answer, &request.url, about, limits),
            Err(err @ NetError::TooLarge { .. }) => {
                let why = format!("{} ([pictures] max_file_mib)", reason(&err, &request.url));
                Err(Attempt::Stop(DownloadError::Unfit(why)))
            }
            Err(err @ (NetError::Refused { .. } | NetError::TooManyRedirects { .. })) => Err(Attempt::Stop(
                DownloadError::Fault(Fault::rejected(StageName::Download, reason(&err, &request.url))),
            )),
            Err(err) => Err(retry(None, reason(&err, &request.url))),
        }
    }
}

/// The service sends a picture that says that the photo is gone.
fn gone_picture() -> Fault {
    Fault::permanent(StageName::Download, "gone at the source (\"photo unavailable\" picture)")
}

/// Whether a picture says that a photo is gone: it is in another format than its address says, and neither upright nor turned
/// of the size that the service listed. Only services that are known to send such pictures are suspected.
fn is_placeholder(bytes: &[u8], address: &str, photo: &Photo, about: &About) -> bool {
    let listed = photo.sizes.iter().find(|size| size.url == address).filter(|size| size.width > 0 && size.height > 0);
    let (Some(listed), false) = (listed, about.images.gone.placeholders.is_empty()) else { return false };
    // A trusted host may send anything.
    let is_own = Url::parse(address).is_ok_and(|url| about.images.has_host(url.host_str().unwrap_or_default()));
    let Ok(format) = format::sniff(bytes) else { return false };
    // Nearly all pictures end here, before they are read.
    if !is_own || named_format(address).is_none_or(|named| named == format) {
        return false;
    }
    let Ok(found) = complete::check_within(bytes, format, &Limits::LARGEST) else { return false };
    // Services round.
    let is_near = |one: u32, other: u32| one.abs_diff(other) <= 2;
    let is_listed = is_near(found.width, listed.width) && is_near(found.height, listed.height)
        || is_near(found.width, listed.height) && is_near(found.height, listed.width);
    !is_listed
}

/// The format that the file name in an address says.
fn named_format(address: &str) -> Option<ImageFormat> {
    let path = address.split(['?', '#']).next().unwrap_or(address).to_ascii_lowercase();
    let (_, extension) = path.rsplit_once('.')?;
    ImageFormat::of_extension(if extension == "jpeg" { "jpg" } else { extension })
}

/// The service at whose hosts the image of a photo is: its source, or one that has a copy of it (Wikimedia Commons of a
/// photo of Flickr).
fn serving(photo: &Photo) -> Option<&'static About> {
    let own = sources::about(photo.id.source())?;
    let url = photo.image_url.as_deref().and_then(|address| Url::parse(address).ok());
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let mut others = sources::SOURCES.iter().map(|entry| entry.about).filter(|about| !about.images.are_anywhere());
    Some(if own.images.has_host(host) { own } else { others.find(|about| about.images.has_host(host)).unwrap_or(own) })
}

/// The addresses to try in turn: the chosen one, then those of all smaller sizes, without those known to be above a
/// limit. The fault says which limit, where none is left.
fn addresses<'a>(photo: &'a Photo, chosen: &'a str, limits: &Limits) -> Result<Vec<&'a str>, Fault> {
    let size_of_chosen = photo.sizes.iter().find(|size| size.url == chosen);
    // A size whose pixels are not known may be the largest.
    let edge = size_of_chosen.map(Size::long_edge).filter(|&edge| edge > 0).unwrap_or(u32::MAX);
    let mut smaller: Vec<&Size> = match size_of_chosen {
        Some(_) => photo.sizes.iter().filter(|size| size.long_edge() < edge && size.url != chosen).collect(),
        None => Vec::new(),
    };
    smaller.sort_by_key(|size| std::cmp::Reverse(size.long_edge()));
    let mut refused = None;
    let mut admitted = |size: &Size| {
        let (width, height) = (size.width, size.height.max(1));
        let judged = limits.admit(Dimensions { width, height });
        judged.map_err(|defect| refused = Some(defect)).is_ok()
    };
    let mut addresses = Vec::new();
    if size_of_chosen.is_none_or(&mut admitted) {
        addresses.push(chosen);
    }
    addresses.extend(smaller.into_iter().filter(|size| admitted(size)).map(|size| size.url.as_str()));
    match refused.filter(|_| addresses.is_empty()) {
        Some(defect) => Err(Fault::rejected(StageName::Download, defect.to_string())),
        None => Ok(addresses),
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
fn check_response(
    answer: HttpResponse,
    asked: &Url,
    about: &About,
    limits: &Limits,
) -> Result<Body, Attempt<DownloadError>> {
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
        return Err(reject("the owner or host asks not to be collected (X-Robots-Tag)"));
    }
    if about.images.gone.is_placeholder(answer.url.as_str(), &answer.body) {
        return Err(Attempt::Stop(DownloadError::Fault(gone_picture())));
    }
    // Addresses that were collected from anywhere are often persistent identifiers, which lead to another host.
    let elsewhere = answer.url.host_str() != asked.host_str() && answer.url.path() != asked.path();
    if elsewhere && !about.images.are_anywhere() {
        return Err(reject("its address redirects to another picture"));
    }
    match format::sniff(&answer.body)
        .and_then(|format| Plan::within(&answer.body, format, Some(DECODE_LONG_EDGE_PX), limits))
    {
        Ok(_) => Ok(answer.into_reserved()),
        Err(defect @ (Defect::TooLarge(_) | Defect::TooCostly(_) | Defect::Unsupported { .. })) => {
            Err(Attempt::Stop(DownloadError::Unfit(defect.to_string())))
        }
        // Truncated or damaged in transit: another attempt may succeed.
        Err(_) => Err(Attempt::Stop(DownloadError::Damaged(answer.into_reserved()))),
    }
}

/// Whether an `X-Robots-Tag` header has an opt-out rule for all robots or for Gleaner.
fn opted_out(answer: &HttpResponse) -> bool {
    answer.headers.iter().any(|(name, value)| name == "x-robots-tag" && RobotsTag::of_header(value).opts_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_smaller_sizes_are_tried_in_turn_but_none_that_is_known_to_be_too_large() {
        let size =
            |label: &str, width: u32, height: u32| Size { label: label.into(), url: label.into(), width, height };
        let sizes = vec![size("t", 100, 12), size("l", 1024, 128), size("k", 2048, 0), size("o", 20_000, 2_500)];
        let limits = Limits { side_px: 16_384, pixels: 100_000_000, ..Limits::DEFAULT };
        let photo = |sizes: &[Size]| Photo { sizes: sizes.to_vec(), ..Photo::default() };
        for (sizes, chosen, wanted) in [
            (&sizes[..], "o", &["k", "l", "t"][..]),
            (&sizes, "k", &["k", "l", "t"]),
            (&sizes, "l", &["l", "t"]),
            (&sizes, "t", &["t"]),
            (&sizes, "elsewhere", &["elsewhere"]),
            (&[size("o", 0, 0), size("t", 100, 12), size("l", 1024, 128)], "o", &["o", "l", "t"]),
            (&[], "only", &["only"]),
        ] {
            assert_eq!(addresses(&photo(sizes), chosen, &limits).unwrap(), wanted, "{chosen}");
        }
        let fault = addresses(&photo(&sizes[3..]), "o", &limits).unwrap_err();
        assert!(fault.message.contains("20000 x 2500 pixels, above the limit of 16384"), "{}", fault.message);
    }

    #[test]
    fn a_small_png_at_the_address_of_a_large_jpeg_says_that_a_photo_is_gone() {
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, 50, 37);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&[0; 50 * 37]).unwrap();
        let photo = |url: &str, width, height| Photo {
            sizes: vec![Size { label: "b".into(), url: url.into(), width, height }],
            ..Photo::default()
        };
        for (url, width, height, is_wanted) in [
            ("https://live.staticflickr.com/1/1_a_b.jpg", 1024, 683, true),
            ("https://live.staticflickr.com/1/1_a_b.jpg?v=2", 1024, 683, true),
            ("https://live.staticflickr.com/1/1_a_o.png", 1024, 683, false),
            ("https://live.staticflickr.com/1/1_a_b.jpg", 50, 37, false),
            ("https://live.staticflickr.com/1/1_a_b.jpg", 36, 51, false),
            ("https://live.staticflickr.com/1/1_a_b.jpg", 0, 0, false),
        ] {
            let found = is_placeholder(&png, url, &photo(url, width, height), &sources::flickr::ABOUT);
            assert_eq!(found, is_wanted, "{url} {width} x {height}");
        }
        let url = "https://photos.example/1.jpg";
        assert!(!is_placeholder(&png, url, &photo(url, 1024, 683), &sources::inaturalist::ABOUT));
    }

    fn network() -> Network {
        let config =
            Config { net: Net { trusted_hosts: vec!["127.0.0.1".into()], ..Net::default() }, ..Config::default() };
        Network::new(Client::new(config.net.client()).unwrap(), &config, BTreeMap::new())
    }

    #[test]
    fn an_address_from_anywhere_is_asked_for_by_https() {
        let network = network();
        for (address, about, asked) in [
            ("http://www.museum.example/1.jpg", &sources::gbif::ABOUT, "https://www.museum.example/1.jpg"),
            ("https://www.museum.example/1.jpg", &sources::gbif::ABOUT, "https://www.museum.example/1.jpg"),
            ("http://127.0.0.1:8000/1.jpg", &sources::gbif::ABOUT, "http://127.0.0.1:8000/1.jpg"),
            ("http://live.staticflickr.com/1.jpg", &sources::flickr::ABOUT, "http://live.staticflickr.com/1.jpg"),
        ] {
            let mut url = Url::parse(address).unwrap();
            network.upgrade(&mut url, about);
            assert_eq!(url.as_str(), asked);
        }
    }

    #[test]
    fn a_copy_at_another_service_is_downloaded_by_the_rules_of_that_service() {
        for (id, address, name) in [
            ("flickr:1", "https://live.staticflickr.com/1/1_a.jpg", "flickr"),
            ("flickr:1", "https://upload.wikimedia.org/wikipedia/commons/a/ab/1.jpg", "commons"),
            ("flickr:1", "https://www.museum.example/1.jpg", "flickr"),
            ("gbif:1", "https://upload.wikimedia.org/wikipedia/commons/a/ab/1.jpg", "gbif"),
        ] {
            let id = crate::photo::PhotoId::from_text(id);
            let photo = Photo { id, image_url: Some(address.into()), ..Photo::default() };
            assert_eq!(serving(&photo).unwrap().name, name, "{address}");
        }
    }

    #[tokio::test]
    async fn an_address_from_anywhere_must_be_public_and_at_the_usual_port() {
        for address in [
            "http://10.0.0.1/1.jpg",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/1.jpg",
            "https://localhost/1.jpg",
            "https://printer.local/1.jpg",
            "http://www.museum.example:8080/1.jpg",
            "https://user:password@www.museum.example/1.jpg",
            "ftp://www.museum.example/1.jpg",
            "file:///etc/passwd",
        ] {
            let id = crate::photo::PhotoId::new("gbif", "1");
            let photo = Photo { id, image_url: Some(address.into()), ..Photo::default() };
            let fault = network().fetch(&photo, &Limits::DEFAULT).await.unwrap().err().unwrap();
            assert_eq!(fault.kind, crate::photo::FaultKind::Rejected, "{address}: {}", fault.message);
        }
    }
}
