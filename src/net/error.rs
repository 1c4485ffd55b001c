//! Errors of requests. Messages contain host and path, never a query.

use std::error::Error;
use std::io;

use url::Url;

use crate::net::guard::Refusal;
use crate::redact;

/// The reason why no complete response was received. `place` is host and path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The guard forbids the address; nothing was sent.
    #[error("refused to send a request to {place}: {why}")]
    Refused {
        /// Host and path.
        place: String,
        /// The rule.
        why: String,
    },
    /// A part of the response, or the whole response, took too long.
    #[error("{place} did not respond in time")]
    Timeout {
        /// Host and path.
        place: String,
    },
    /// The connection failed.
    #[error("cannot connect to {place}: {why}")]
    Connect {
        /// Host and path.
        place: String,
        /// The system's message.
        why: String,
    },
    /// The host name cannot be resolved.
    #[error("cannot find the address of {place}: {why}")]
    Dns {
        /// Host and path.
        place: String,
        /// The system's message.
        why: String,
    },
    /// The server's certificate is not trusted.
    #[error("no trusted connection to {place}: {why}; check the clock and that CA certificates are installed")]
    Tls {
        /// Host and path.
        place: String,
        /// The problem with the certificate.
        why: String,
    },
    /// The connection was closed before the response began, or reset.
    #[error("{place} closed the connection")]
    Reset {
        /// Host and path.
        place: String,
    },
    /// The body ended early or could not be decompressed.
    #[error("the response of {place} ended early")]
    Truncated {
        /// Host and path.
        place: String,
    },
    /// The body or the headers are larger than allowed.
    #[error("the {what} of {place} is larger than {max_bytes} bytes")]
    TooLarge {
        /// Host and path.
        place: String,
        /// `body` or `header`.
        what: &'static str,
        /// The limit.
        max_bytes: u64,
    },
    /// There were more than 5 redirects.
    #[error("{place} redirects more than 5 times")]
    TooManyRedirects {
        /// Host and path of the last redirect.
        place: String,
    },
    /// The response is not valid HTTP.
    #[error("{place} sent an invalid HTTP response: {why}")]
    Protocol {
        /// Host and path.
        place: String,
        /// The problem.
        why: String,
    },
    /// The client was closed.
    #[error("cancelled")]
    Cancelled,
    /// The client could not be created.
    #[error("cannot set up the network client: {why}")]
    Setup {
        /// What failed.
        why: String,
    },
}

impl NetError {
    /// Whether the server may have processed a POST: false only if nothing can have reached it. A request
    /// that costs money is sent again only then, or if the response states that it was not processed.
    pub fn may_be_processed(&self) -> bool {
        !matches!(
            self,
            Self::Refused { .. } | Self::Connect { .. } | Self::Dns { .. } | Self::Tls { .. } | Self::Setup { .. }
        )
    }

    /// A refusal of `url`.
    pub(super) fn refused(url: &Url, why: impl Into<String>) -> Self {
        Self::Refused { place: place(url), why: why.into() }
    }

    /// The error of a request, before the body or (`in_body`) within it.
    pub(super) fn from_reqwest(error: reqwest::Error, url: &Url, in_body: bool) -> Self {
        let error = error.without_url();
        let place = place(url);
        if let Some(refusal) = find::<Refusal>(&error) {
            return Self::Refused { place, why: refusal.0.clone() };
        }
        // A connection that timed out was never established: nothing was sent.
        if error.is_timeout() && !error.is_connect() {
            return Self::Timeout { place };
        }
        if let Some(tls) = find::<rustls::Error>(&error) {
            let why = tls.to_string();
            return match tls {
                rustls::Error::InvalidCertificate(_) => Self::Tls { place, why },
                _ if error.is_connect() => Self::Connect { place, why },
                _ => Self::Reset { place },
            };
        }
        if error.is_dns() {
            return Self::Dns { place, why: root(&error) };
        }
        if error.is_connect() {
            return Self::Connect { place, why: root(&error) };
        }
        Self::cut(&error, place, in_body)
    }

    fn cut(error: &reqwest::Error, place: String, in_body: bool) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
        let why = root(error);
        let kind = find::<io::Error>(error).map(io::Error::kind);
        if matches!(kind, Some(ConnectionReset | ConnectionAborted | BrokenPipe)) {
            Self::Reset { place }
        } else if in_body {
            Self::Truncated { place }
        } else if why.contains("too large") {
            Self::TooLarge { place, what: "header", max_bytes: super::MAX_HEADER_BYTES }
        } else if why.contains("before message completed") || why.contains("connection was not ready") {
            Self::Reset { place }
        } else {
            Self::Protocol { place, why }
        }
    }
}

/// Host (with a non-default port) and path of `url`, without user, query and fragment; at most 160 characters.
pub(super) fn place(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut place = format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path());
    if let Some((end, _)) = place.char_indices().nth(160) {
        place.truncate(end);
        place.push_str("...");
    }
    place
}

/// The first `E` among an error's causes, also inside an `io::Error`.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // `source()` of an `io::Error` does not return the error that it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|e| e as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

/// The message of the innermost cause.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    redact::outside(&deepest.to_string())
}
