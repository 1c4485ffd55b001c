//! A complete response of a server.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use url::Url;

use crate::net::Reservation;

/// Maximum `Retry-After`; longer waits are shortened.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_mins(5);

/// A complete response with any status. Its body counts as memory in use until it is dropped or taken.
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The address of the response after redirects, without secrets.
    pub url: Url,
    /// The decompressed body.
    pub body: Vec<u8>,
    reservation: Reservation,
}

impl HttpResponse {
    /// A response that does not count as memory in use.
    pub fn new(status: u16, headers: Vec<(String, String)>, url: Url, body: Vec<u8>) -> Self {
        Self { status, headers, url, body, reservation: Reservation::default() }
    }

    /// The same response with a reservation of memory.
    pub(super) fn reserved(mut self, reservation: Reservation) -> Self {
        self.reservation = reservation;
        self
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header with this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The wait that the server asks for, at most 5 minutes.
    pub fn retry_after(&self) -> Option<Duration> {
        parse_retry_after(self.header("retry-after")?, self.header("date"), Timestamp::now())
    }

    /// The body, and its reservation of memory, which is released when it is dropped.
    pub fn into_reserved(self) -> (Vec<u8>, Reservation) {
        (self.body, self.reservation)
    }
}

impl fmt::Debug for HttpResponse {
    /// Without header values and content: they may contain a key or personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("url", &self.url.as_str())
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Whether a body can be an object or a list in JSON. Where an API answers in JSON, anything else is from a server in front
/// of it.
pub fn is_json(body: &[u8]) -> bool {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    matches!(body.first(), Some(b'{' | b'['))
}

/// Reads `Retry-After` (RFC 9110 10.2.3): seconds, or a date measured against the server's own `Date`.
pub(super) fn parse_retry_after(value: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    }
    let parser = DateTimeParser::new();
    let at = parser.parse_timestamp(value).ok()?;
    let now = date.and_then(|date| parser.parse_timestamp(date).ok()).unwrap_or(now);
    let seconds = u64::try_from(at.as_second() - now.as_second()).unwrap_or(0);
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn seconds(value: &str, date: Option<&str>) -> Option<u64> {
        parse_retry_after(value, date, Timestamp::UNIX_EPOCH).map(|d| d.as_secs())
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        assert_eq!(seconds("7", None), Some(7));
        assert_eq!(seconds(" 0 ", None), Some(0));
        assert_eq!(seconds("99999999999999999999999", None), Some(300));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:07 GMT", Some(DATE)), Some(30));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:00:00 GMT", Some(DATE)), Some(0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:00:00 GMT", None), Some(300));
        for odd in ["", "-1", "soon", "1.5"] {
            assert_eq!(seconds(odd, None), None, "{odd:?}");
        }
    }
}
