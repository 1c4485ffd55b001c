//! Checks redirects and removes secrets from their addresses.

use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::net::guard::{Guard, plain};
use crate::net::{NetError, Request};

/// The target of a redirect from `from`, without secrets that the server repeated.
pub(super) fn next_url(guard: &Guard, request: &Request, from: &Url, location: &str) -> Result<Url, NetError> {
    let refuse = |why: &str| Err(NetError::refused(from, why));
    let Ok(mut next) = from.join(location) else { return refuse("it redirects to an invalid address") };
    next.set_fragment(None);
    remove_secrets(&mut next, request);
    if holds_secret(next.as_str(), request) {
        return refuse("it redirects to an address that contains the key");
    }
    let host = plain(next.host_str().unwrap_or_default());
    let same = plain(from.host_str().unwrap_or_default()) == host;
    if !same && !request.hosts.is_empty() && !request.hosts.iter().any(|rule| matches_host(rule, &host)) {
        return refuse("it redirects to a host that is not allowed");
    }
    if guard.is_trusted(&host) && !guard.is_trusted(from.host_str().unwrap_or_default()) {
        return refuse("it redirects to the local network");
    }
    match guard.check(&next) {
        Ok(()) => Ok(next),
        Err(why) => refuse(&format!("it redirects to an address that is not allowed: {why}")),
    }
}

/// Whether `rule` (a host, or `.domain` for a domain and its subdomains) matches `host`.
fn matches_host(rule: &str, host: &str) -> bool {
    let rule = rule.to_ascii_lowercase();
    match rule.strip_prefix('.') {
        Some(domain) => host == domain || host.ends_with(&rule),
        None => host == rule,
    }
}

fn remove_secrets(url: &mut Url, request: &Request) {
    let is_secret =
        |name: &str, value: &str| request.secret_query.iter().any(|(n, s)| n == name || s.expose() == value);
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if pairs.iter().any(|(name, value)| is_secret(name, value)) {
        url.set_query(None);
        let kept: Vec<_> = pairs.into_iter().filter(|(name, value)| !is_secret(name, value)).collect();
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }
}

fn holds_secret(text: &str, request: &Request) -> bool {
    let text = text.to_ascii_lowercase();
    let headers = request.secret_headers.iter().map(|(_, secret)| secret);
    let secrets = request.secret_query.iter().map(|(_, secret)| secret).chain(headers);
    secrets.map(|secret| secret.expose().to_ascii_lowercase()).any(|secret| {
        let encoded: String = byte_serialize(secret.as_bytes()).collect();
        !secret.is_empty() && (text.contains(&secret) || text.contains(&encoded.to_ascii_lowercase()))
    })
}
