//! Classifies error responses: who is at fault, whether the images were processed, and whether to retry.

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::response::shortened;
use crate::net::{Secret, is_json};

/// What an HTTP status other than 2xx means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The key is invalid or lacks permission (billing, API not enabled).
    Credentials(String),
    /// A quota of a day or longer is exhausted: nothing was processed, and retrying does not help for hours.
    Quota(String),
    /// Rate limit or overload: nothing was processed.
    Busy(String),
    /// It is unknown whether the images were processed.
    Uncertain(String),
    /// The request is invalid.
    Wrong(String),
}

/// Classifies an error response. The key never appears in the message.
pub fn read(status: u16, body: &[u8], key: &Secret) -> Refusal {
    let error = ErrorBody::new(body);
    let message = without(&error.message, key);
    let why = if message.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {message}") };
    match status {
        429 if error.is_long_quota() => Refusal::Quota(why),
        403 if error.is_long_quota() && error.is_limit() => Refusal::Quota(why),
        403 if error.is_limit() => Refusal::Busy(why),
        // Google's UNAVAILABLE: not processed, retry.
        429 | 503 => Refusal::Busy(why),
        // A page of a network in front of the service: the request did not reach it.
        401 | 403 if !is_json(body) => Refusal::Busy(why),
        401 | 403 => Refusal::Credentials(why),
        400 if error.is_about_key() => Refusal::Credentials(why),
        500..=599 | 408 => Refusal::Uncertain(why),
        _ => Refusal::Wrong(why),
    }
}

/// The parts of Google's error object that are used; empty if the body is something else.
struct ErrorBody {
    message: String,
    /// Message, reasons and names of limits, in lower case.
    all: String,
}

impl ErrorBody {
    fn new(body: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = value.get("error").or_else(|| value.get(0)?.get("error")).unwrap_or(&Value::Null);
        let message = shortened(error.get("message").and_then(Value::as_str).unwrap_or_default());
        let mut all = message.to_lowercase();
        for list in ["details", "errors"] {
            for entry in error.get(list).and_then(Value::as_array).into_iter().flatten() {
                let metadata = entry.get("metadata").and_then(Value::as_object);
                let named = metadata.into_iter().flat_map(|metadata| metadata.values());
                for text in entry.get("reason").into_iter().chain(named).filter_map(Value::as_str) {
                    all.push('\n');
                    all.push_str(&shortened(text).to_lowercase());
                }
            }
        }
        Self { message, all }
    }

    fn contains_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.all.contains(word))
    }

    /// "limit 'Requests per day'", `defaultPerDayPerProject`, `dailyLimitExceeded`.
    fn is_long_quota(&self) -> bool {
        self.contains_any(&["per day", "perday", "daily", "per month", "permonth"])
    }

    fn is_limit(&self) -> bool {
        self.contains_any(&[
            "ratelimit",
            "rate_limit",
            "limitexceeded",
            "limit_exceeded",
            "quotaexceeded",
            "quota exceeded",
        ])
    }

    fn is_about_key(&self) -> bool {
        self.contains_any(&["api_key", "api key", "keyinvalid"])
    }
}

fn without(text: &str, key: &Secret) -> String {
    let encoded: String = byte_serialize(key.expose().as_bytes()).collect();
    if encoded.is_empty() { text.to_owned() } else { text.replace(key.expose(), "...").replace(&encoded, "...") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(status: u16, body: &str) -> Refusal {
        read(status, body.as_bytes(), &Secret::new("AIzaSecret+1"))
    }

    #[test]
    fn daily_and_minute_quotas_are_distinguished() {
        let said = |limit: &str| {
            format!(
                r#"{{"error":{{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded for quota metric 'Requests' and limit '{limit}' of service 'vision.googleapis.com'"}}}}"#
            )
        };
        assert!(matches!(reads(429, &said("Requests per day")), Refusal::Quota(_)));
        assert!(matches!(reads(429, &said("Requests per minute")), Refusal::Busy(_)));
        let named = r#"{"error":{"message":"Quota exceeded.","details":[{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"LabelPerDayPerProject"}}]}}"#;
        assert!(matches!(reads(429, named), Refusal::Quota(_)));
        let old = |reason: &str| format!(r#"{{"error":{{"message":"no","errors":[{{"reason":"{reason}"}}]}}}}"#);
        assert!(matches!(reads(403, &old("dailyLimitExceeded")), Refusal::Quota(_)));
        assert!(matches!(reads(403, &old("rateLimitExceeded")), Refusal::Busy(_)));
    }

    #[test]
    fn statuses_are_classified_by_cause_and_completion() {
        let key = r#"{"error":{"message":"API key not valid. Please pass a valid API key.","details":[{"reason":"API_KEY_INVALID"}]}}"#;
        assert!(matches!(reads(400, key), Refusal::Credentials(_)));
        assert!(matches!(reads(400, r#"{"error":{"message":"Too many images"}}"#), Refusal::Wrong(_)));
        for status in [401, 403] {
            assert!(matches!(reads(status, "[]"), Refusal::Credentials(_)), "{status}");
            assert!(matches!(reads(status, r#"{"error":{"message":"denied"}}"#), Refusal::Credentials(_)), "{status}");
            for page in ["<html>", " <!DOCTYPE html>", "Access denied", ""] {
                assert!(matches!(reads(status, page), Refusal::Busy(_)), "{status} {page}");
            }
        }
        for status in [429, 503] {
            assert!(matches!(reads(status, ""), Refusal::Busy(_)), "{status}");
        }
        for status in [408, 500, 502, 504, 599] {
            assert!(matches!(reads(status, "[1"), Refusal::Uncertain(_)), "{status}");
        }
        for status in [302, 404, 413] {
            assert!(matches!(reads(status, "null"), Refusal::Wrong(_)), "{status}");
        }
    }

    #[test]
    fn the_key_is_removed_from_messages_of_the_service() {
        let echo = r#"{"error":{"message":"key AIzaSecret+1 (AIzaSecret%2B1) is bad\u0007"}}"#;
        assert_eq!(reads(403, echo), Refusal::Credentials("HTTP 403: key ... (...) is bad".into()));
    }
}
