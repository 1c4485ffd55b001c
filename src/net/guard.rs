//! Checks which URLs and addresses may be used. Names are resolved here, and the connection uses the checked
//! address: a second lookup cannot change it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Resolves a host name to addresses.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The system's lookup (getaddrinfo).
pub fn system_lookup() -> Lookup {
    Arc::new(|name| {
        async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    })
}

/// What a lookup fails with.
pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The reason why an address is refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(pub String);

/// The rules for URLs and hosts.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    trusted: Arc<[String]>,
}

impl Guard {
    /// The rules with exceptions for these host names or addresses (exact matches).
    pub fn new(trusted_hosts: &[String]) -> Self {
        Self { trusted: trusted_hosts.iter().map(|host| plain(host)).collect() }
    }

    /// Whether http, any port and private addresses are allowed for the host.
    pub fn is_trusted(&self, host: &str) -> bool {
        let host = plain(host);
        self.trusted.contains(&host)
    }

    /// Fails with the reason if `url` is not allowed.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        let Some(host) = url.host() else { return Err("the address has no host".into()) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address contains a user name or password".into());
        }
        if self.is_trusted(&host.to_string()) {
            return match url.scheme() {
                "http" | "https" => Ok(()),
                _ => Err("only http and https are supported".into()),
            };
        }
        if url.scheme() != "https" {
            return Err("only https is allowed".into());
        }
        if url.port_or_known_default() != Some(443) {
            return Err("only port 443 is allowed".into());
        }
        match host {
            Host::Ipv4(ip) => check_address(IpAddr::V4(ip)),
            Host::Ipv6(ip) => check_address(IpAddr::V6(ip)),
            Host::Domain(name) => check_name(name),
        }
    }
}

/// A lookup that returns only addresses that the guard allows.
pub struct GuardedResolver {
    guard: Guard,
    lookup: Lookup,
}

impl GuardedResolver {
    /// Checks the addresses that `lookup` returns.
    pub fn new(guard: Guard, lookup: Lookup) -> Self {
        Self { guard, lookup }
    }

    /// The addresses of a name, all of them allowed.
    pub(super) fn addresses(&self, name: &str) -> BoxFuture<'static, Result<Vec<IpAddr>, BoxError>> {
        let trusted = self.guard.is_trusted(name);
        let found = (self.lookup)(name.to_owned());
        async move {
            let found = found.await?;
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            // One private address among public ones is enough to refuse: the HTTP library chooses which one to use.
            if !trusted && found.iter().any(|ip| !is_public(*ip)) {
                return Err(Refusal("its name resolves to an address that is not public".into()).into());
            }
            Ok(found)
        }
        .boxed()
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.addresses(name.as_str());
        async move { Ok(Box::new(found.await?.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs) }.boxed()
    }
}

/// Whether an address belongs to the public internet (IANA special-purpose registries, RFC 6890).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    // In order: this net, private, loopback, link-local; protocol assignments and test net 1, the former
    // 6to4 relay; benchmarks, test nets 2 and 3.
    let special = match ip.octets() {
        [0 | 10 | 127, ..]
        | [169, 254, ..]
        | [192, 168, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => true,
        // Shared by carriers (RFC 6598).
        [100, b, ..] => b & 0xc0 == 64,
        [172, b, ..] => b & 0xf0 == 16,
        // Multicast, reserved, broadcast.
        [a, ..] => a >= 224,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) carry a v4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
        // 2001::/23 (Teredo, ORCHID, benchmarks ...) and the documentation nets.
        [0x2001, b, ..] if b < 0x200 || b == 0xdb8 => false,
        [0x3fff, b, ..] if b < 0x1000 => false,
        // Global unicast is 2000::/3; the rest is loopback, mapped, local, multicast or unassigned.
        [a, ..] => a & 0xe000 == 0x2000,
    }
}

fn check_address(ip: IpAddr) -> Result<(), String> {
    if is_public(ip) { Ok(()) } else { Err("the address is not public".into()) }
}

fn check_name(name: &str) -> Result<(), String> {
    const LOCAL: [&str; 6] = ["localhost", "local", "internal", "lan", "home", "arpa"];
    let name = plain(name);
    match name.rsplit_once('.') {
        Some((_, last)) if !LOCAL.contains(&last) => Ok(()),
        _ => Err("the name belongs to a local network".into()),
    }
}

/// The host in lower case, without brackets and trailing dot.
pub(super) fn plain(host: &str) -> String {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.trim_matches(['[', ']']).to_ascii_lowercase()
}
