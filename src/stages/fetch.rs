//! Where the bytes of an image come from: a host, with patience, or a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use url::Url;

use crate::config::Net;
use crate::net::{Answer, Attempt, Client, Hold, NetError, Request, is_retryable_status, with_retry};
use crate::photo::{Fault, Photo, PhotoId, StageName};
use crate::picture::{complete, format, placeholder};
use crate::sources::flickr;
use crate::sources::folder::Folder;

/// The largest image that is received.
pub const MAX_IMAGE_BYTES: u64 = 100 * 1024 * 1024;

/// Where images come from.
pub enum Origin {
    /// Their hosts.
    Network {
        /// Asks them.
        client: Client,
        /// How often, and how patiently.
        net: Net,
    },
    /// A folder of one's own.
    Folder(Arc<Folder>),
    /// Files that were named for photos.
    Files(BTreeMap<PhotoId, PathBuf>),
}

/// What was fetched.
pub struct Fetched {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// The address that gave it, when it is not the one that was chosen.
    pub url: Option<String>,
    /// Counts the bytes as memory in use.
    pub hold: Hold,
}

/// A body, and what counts it as memory in use.
type Body = (Vec<u8>, Hold);

/// Why one attempt came to nothing.
enum Miss {
    Fault(Fault),
    /// Not at this address; a smaller size may be there.
    Absent(u16),
    /// It came, but cut or damaged.
    Damaged(Body),
}

/// Times that a damaged image is asked for before its bytes are taken for what they are.
const DAMAGED_TRIES: u32 = 5;

impl Origin {
    /// Whether this origin can give the photo's image.
    pub fn knows(&self, photo: &Photo) -> bool {
        match self {
            Self::Network { .. } => photo.image_url.is_some(),
            Self::Folder(folder) => folder.path(&photo.id).is_some(),
            Self::Files(files) => files.contains_key(&photo.id),
        }
    }

    /// The image's bytes, or the photo's fault. An `Err` is ours, not the photo's.
    pub async fn fetch(&self, photo: &Photo) -> Result<Result<Fetched, Fault>> {
        match self {
            Self::Network { client, net } => Ok(from_hosts(client, net, photo).await),
            Self::Folder(folder) => from_file(folder.path(&photo.id)).await,
            Self::Files(files) => from_file(files.get(&photo.id).cloned()).await,
        }
    }
}

async fn from_file(path: Option<PathBuf>) -> Result<Result<Fetched, Fault>> {
    let Some(path) = path else {
        return Ok(Err(Fault::permanent(StageName::Download, "the file is not in the folder any more")));
    };
    let read = tokio::task::spawn_blocking(move || {
        if fs::metadata(&path)?.len() > MAX_IMAGE_BYTES {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        fs::read(&path)
    });
    Ok(match read.await.context("reading a file broke down")? {
        Ok(bytes) => Ok(Fetched { bytes, url: None, hold: Hold::default() }),
        Err(err) => match err.kind() {
            io::ErrorKind::NotFound => {
                Err(Fault::permanent(StageName::Download, "the file is not in the folder any more"))
            }
            io::ErrorKind::FileTooLarge => Err(Fault::rejected(StageName::Download, "the file is larger than 100 MiB")),
            kind => Err(Fault::temporary(StageName::Download, format!("the file could not be read ({kind})"))),
        },
    })
}

/// Tries the chosen address, then, where nothing lies there any more, the next smaller size once.
async fn from_hosts(client: &Client, net: &Net, photo: &Photo) -> Result<Fetched, Fault> {
    let chosen = photo.image_url.as_deref().unwrap_or_default();
    let smaller = photo.sizes.iter().rev().skip_while(|size| size.url != chosen).nth(1).map(|size| size.url.as_str());
    let mut status = 0;
    for (nth, address) in [Some(chosen), smaller].into_iter().flatten().enumerate() {
        let Ok(url) = Url::parse(address) else {
            return Err(Fault::rejected(StageName::Download, "its address is not one"));
        };
        if !admitted(&url, net) {
            return Err(Fault::rejected(StageName::Download, "its address is not at a host of Flickr's images"));
        }
        match whole(client, net, &url).await {
            // Damaged every time: what is wrong with the bytes is said when they are checked.
            Ok((bytes, hold)) | Err(Miss::Damaged((bytes, hold))) => {
                return Ok(Fetched { bytes, url: (nth > 0).then(|| address.to_owned()), hold });
            }
            Err(Miss::Fault(fault)) => return Err(fault),
            Err(Miss::Absent(absent)) => status = absent,
        }
    }
    Err(Fault::permanent(StageName::Download, format!("gone at the source (HTTP {status})")))
}

/// Whether the address lies at one of the source's image hosts, or at one that the user trusts.
fn admitted(url: &Url, net: &Net) -> bool {
    let Some(host) = url.host_str() else { return false };
    let listed = flickr::ABOUT.image_hosts.iter().any(|admitted| match admitted.strip_prefix('.') {
        Some(domain) => host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.')),
        None => host == *admitted,
    });
    listed || net.trusted_hosts.iter().any(|trusted| trusted == host)
}

/// Asks until the image comes whole, or has come damaged too often.
async fn whole(client: &Client, net: &Net, url: &Url) -> Result<Body, Miss> {
    let mut tries = 1;
    loop {
        match with_retry(&net.patience(), || attempt(client, url)).await {
            Err(Miss::Damaged(_)) if tries < DAMAGED_TRIES => tries += 1,
            ended => return ended,
        }
        tokio::time::sleep(Duration::from_millis(net.retry_base_ms)).await;
    }
}

async fn attempt(client: &Client, url: &Url) -> Result<Body, Attempt<Miss>> {
    let hosts = flickr::ABOUT.image_hosts.iter().map(|host| (*host).to_owned()).collect();
    let request = Request { url: url.clone(), secret_query: Vec::new(), hosts, max_bytes: MAX_IMAGE_BYTES };
    match client.get(&request).await {
        Ok(answer) => judge(answer, url),
        Err(err @ (NetError::Refused { .. } | NetError::TooLarge { .. } | NetError::TooManyRedirects { .. })) => {
            Err(Attempt::Stop(Miss::Fault(Fault::rejected(StageName::Download, reason(&err, url)))))
        }
        Err(err) => Err(retry(None, reason(&err, url))),
    }
}

/// An error in words that are the same for every photo, so that they can be counted.
fn reason(err: &NetError, url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().unwrap_or_default());
    err.to_string().replace(&format!("{host}{}", url.path()), &host)
}

fn retry(after: Option<std::time::Duration>, message: String) -> Attempt<Miss> {
    Attempt::Retry { after, err: Miss::Fault(Fault::temporary(StageName::Download, message)) }
}

/// What an answer of an image host means.
fn judge(answer: Answer, asked: &Url) -> Result<Body, Attempt<Miss>> {
    let reject = |why: &str| Attempt::Stop(Miss::Fault(Fault::rejected(StageName::Download, why)));
    match answer.status {
        200 => {}
        404 | 410 => return Err(Attempt::Stop(Miss::Absent(answer.status))),
        status => {
            let said = format!("the image host answers with HTTP {status}");
            // 403 comes for fresh originals and passes.
            if is_retryable_status(status) || status == 403 {
                return Err(retry(answer.retry_after(), said));
            }
            return Err(Attempt::Stop(Miss::Fault(Fault::temporary(StageName::Download, said))));
        }
    }
    if opted_out(&answer) {
        return Err(reject("its owner or host asks not to be collected (X-Robots-Tag)"));
    }
    if placeholder::is_unavailable(answer.url.as_str(), &answer.body) {
        let fault = Fault::permanent(StageName::Download, "gone at the source (\"photo unavailable\" picture)");
        return Err(Attempt::Stop(Miss::Fault(fault)));
    }
    if answer.url.host_str() != asked.host_str() && answer.url.path() != asked.path() {
        return Err(reject("its address leads to another picture"));
    }
    // Cut or damaged on the way: another try may bring it whole.
    match format::sniff(&answer.body).and_then(|format| complete::check(&answer.body, format)) {
        Ok(_) => Ok(answer.into_held()),
        Err(_) => Err(Attempt::Stop(Miss::Damaged(answer.into_held()))),
    }
}

/// The rules by which an image asks not to be collected, as img2dataset reads them, and `none`.
const OPT_OUTS: [&str; 5] = ["noai", "noimageai", "noindex", "noimageindex", "none"];

/// Rules that have a value after a colon.
const VALUED: [&str; 4] = ["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"];

/// An opting-out rule in any `X-Robots-Tag`, for all robots or for us.
fn opted_out(answer: &Answer) -> bool {
    answer.headers.iter().filter(|(name, _)| name == "x-robots-tag").any(|(_, value)| {
        // `gleaner: noai` is for us; `max-snippet:-1, noai` is a rule with a value, for all.
        let named = value.split_once(':').filter(|(name, _)| !name.contains(',') && !VALUED.contains(&name.trim()));
        let (robot, rules) = named.unwrap_or(("", value));
        let ours = robot.is_empty() || robot.trim().eq_ignore_ascii_case("gleaner");
        ours && rules.split(',').any(|rule| OPT_OUTS.contains(&rule.trim().to_ascii_lowercase().as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says_no(value: &str) -> bool {
        let url = Url::parse("https://live.staticflickr.com/1/2_3.jpg").unwrap();
        opted_out(&Answer::new(200, vec![("x-robots-tag".into(), value.into())], url, Vec::new()))
    }

    #[test]
    fn an_opt_out_is_seen_among_other_rules_and_only_where_it_is_meant_for_us() {
        for value in ["noai", "noimageai, max-image-preview:large", "max-snippet:-1, NOAI", "gleaner: noindex", "none"]
        {
            assert!(says_no(value), "{value}");
        }
        for value in ["all", "max-image-preview:large", "otherbot: noai", "unavailable_after: 25 Jun 2030 15:00:00 PST"]
        {
            assert!(!says_no(value), "{value}");
        }
    }
}
