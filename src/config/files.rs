//! `[files]`: the folder or bucket of image files, if it is not the dataset's own folder.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use url::{Host, Url};

use super::Net;
use crate::bucket::Address;

/// The default region of Amazon's buckets; other services ignore it.
const REGION: &str = "us-east-1";

/// The folder or bucket of images, thumbnails and quarantined bytes; by default each dataset's own folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// A folder that several machines or datasets share; an absolute path.
    pub folder: Option<PathBuf>,
    /// `s3://NAME` or `s3://NAME/PREFIX`.
    pub bucket: Option<String>,
    /// The address of the service; `None` for Amazon S3.
    pub endpoint: Option<Url>,
    /// The bucket's region.
    pub region: Option<String>,
}

impl Files {
    /// The bucket. Fails if its address is invalid.
    pub fn bucket(&self) -> Result<Option<Address>> {
        let Some(bucket) = &self.bucket else { return Ok(None) };
        let Some(name) = bucket.strip_prefix("s3://") else {
            bail!("[files] bucket must begin with s3://, as in s3://photos/monkeys");
        };
        let (name, prefix) = name.split_once('/').unwrap_or((name, ""));
        let prefix = prefix.trim_end_matches('/');
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        ensure!(
            (3..=63).contains(&name.len()) && name.chars().all(plain),
            "[files] bucket: {name:?} is not a valid name; names have 3 to 63 characters of a-z, 0-9, - and ."
        );
        let part = |part: &str| {
            !matches!(part, "" | "." | "..") && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        ensure!(
            prefix.is_empty() || prefix.split('/').all(part),
            "[files] bucket: the prefix {prefix:?} may only have letters, digits, - _ . and /"
        );
        Ok(Some(Address {
            bucket: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: self.endpoint.clone(),
            region: self.region.clone().unwrap_or_else(|| REGION.to_owned()),
        }))
    }

    pub(super) fn check(&self, net: &Net) -> Result<()> {
        ensure!(
            self.folder.is_none() || self.bucket.is_none(),
            "[files] has a folder and a bucket; remove one of them"
        );
        if let Some(folder) = &self.folder {
            ensure!(
                folder.is_absolute(),
                "[files] folder must be an absolute path: {} would be another folder wherever gleaner is \
                 started",
                folder.display()
            );
        }
        ensure!(
            self.bucket.is_some() || (self.endpoint.is_none() && self.region.is_none()),
            "[files] endpoint and region require bucket = \"s3://...\""
        );
        ensure!(
            self.region.as_ref().is_none_or(|region| !region.trim().is_empty()),
            "[files] region is empty; remove it"
        );
        self.endpoint.as_ref().map_or(Ok(()), |endpoint| check_endpoint(endpoint, net))?;
        self.bucket().map(|_| ())
    }
}

/// Checks for https, which is required except on this machine and for trusted hosts.
fn check_endpoint(endpoint: &Url, net: &Net) -> Result<()> {
    let bare = matches!(endpoint.path(), "" | "/") && endpoint.query().is_none() && endpoint.fragment().is_none();
    ensure!(
        bare && endpoint.username().is_empty() && endpoint.password().is_none(),
        "[files] endpoint must be only a server's address, as in https://s3.example.org:9000"
    );
    let here = match endpoint.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let trusted = || net.trusted_hosts.iter().any(|host| Some(host.as_str()) == endpoint.host_str());
    match endpoint.scheme() {
        "https" => Ok(()),
        "http" if here || trusted() => Ok(()),
        "http" => bail!(
            "[files] endpoint is http: photos would travel in clear; use https, or name its host in \
             [net] trusted_hosts"
        ),
        _ => bail!("[files] endpoint must begin with https://"),
    }
}
