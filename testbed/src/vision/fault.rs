//! Faults of the simulated service, for calls and for single images, by script or at random.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::random::{self, SubjectRandom};
use crate::wire;

/// What happens to a whole call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceFault {
    /// HTTP 429 for the quota per minute, with `Retry-After` if seconds are given. Not done, not charged.
    TooFast(Option<u32>),
    /// HTTP 429 for the daily quota. Not done, not charged.
    DayIsOver,
    /// HTTP 503, UNAVAILABLE. Not done, not charged.
    Unavailable,
    /// HTTP 500, INTERNAL: done and charged nevertheless, the worst case.
    Internal,
    /// HTTP 400 as for a wrong key.
    BadKey,
    /// HTTP 403 as without billing.
    Denied,
    /// Done and charged; the JSON is truncated, but complete according to HTTP.
    CutJson,
    /// Done and charged; one response in the middle is missing.
    OneShort,
    /// Done and charged; one response too many.
    OneMore,
    /// Done and charged; the response is damaged on the wire.
    Wire(Fault),
}

impl ServiceFault {
    /// Whether the images were annotated and charged.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Internal | Self::CutJson | Self::OneShort | Self::OneMore | Self::Wire(_))
    }

    /// Its name in counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooFast(None) => "429",
            Self::TooFast(Some(_)) => "429-retry-after",
            Self::DayIsOver => "429-day",
            Self::Unavailable => "503",
            Self::Internal => "500",
            Self::BadKey => "400-key",
            Self::Denied => "403",
            Self::CutJson => "cut-json",
            Self::OneShort => "one-short",
            Self::OneMore => "one-more",
            Self::Wire(fault) => fault.name(),
        }
    }

    /// The fault with this name (see [`ServiceFault::name`]), or a network fault.
    pub fn named(name: &str) -> Option<Self> {
        let own = [
            Self::TooFast(None),
            Self::TooFast(Some(1)),
            Self::DayIsOver,
            Self::Unavailable,
            Self::Internal,
            Self::BadKey,
            Self::Denied,
            Self::CutJson,
            Self::OneShort,
            Self::OneMore,
        ];
        own.into_iter().find(|fault| fault.name() == name).or_else(|| Fault::named(name).map(Self::Wire))
    }

    /// The response; `good` has the responses of the images and is empty if nothing was done.
    pub fn answer(self, mut good: Vec<Value>) -> Response<Body> {
        match self {
            Self::TooFast(after) => {
                let mut response =
                    refusal(429, "RESOURCE_EXHAUSTED", &exceeded("Requests per minute"), "RATE_LIMIT_EXCEEDED");
                after.into_iter().for_each(|seconds| {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                });
                response
            }
            Self::DayIsOver => refusal(429, "RESOURCE_EXHAUSTED", &exceeded("Requests per day"), "RATE_LIMIT_EXCEEDED"),
            Self::Unavailable => refusal(503, "UNAVAILABLE", "The service is currently unavailable.", "UNAVAILABLE"),
            Self::Internal => refusal(500, "INTERNAL", "Internal error encountered.", "INTERNAL"),
            Self::BadKey => {
                refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID")
            }
            Self::Denied => {
                refusal(403, "PERMISSION_DENIED", "This API method requires billing to be enabled.", "BILLING_DISABLED")
            }
            Self::CutJson => {
                let body = whole_body(&good);
                wire::whole(200, "application/json", body[..body.len() * 2 / 3].to_vec(), true)
            }
            Self::OneShort => {
                good.remove(good.len() / 2);
                answered(&good)
            }
            Self::OneMore => {
                good.insert(good.len() / 2, json!({}));
                answered(&good)
            }
            Self::Wire(fault) => wire::spoiled(fault, "application/json", whole_body(&good)),
        }
    }
}

/// A valid response.
pub fn answered(images: &[Value]) -> Response<Body> {
    wire::whole(200, "application/json; charset=UTF-8", whole_body(images), false)
}

fn whole_body(images: &[Value]) -> Vec<u8> {
    serde_json::to_vec_pretty(&json!({"responses": images})).unwrap_or_default()
}

fn exceeded(limit: &str) -> String {
    format!(
        "Quota exceeded for quota metric 'Requests' and limit '{limit}' of service 'vision.googleapis.com' for consumer 'project_number:1'."
    )
}

/// A refusal as Google writes it.
pub fn refusal(code: u16, status: &str, message: &str, reason: &str) -> Response<Body> {
    let info =
        json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"});
    let error = json!({"error": {"code": code, "message": message, "status": status, "details": [info]}});
    wire::whole(code, "application/json; charset=UTF-8", error.to_string().into_bytes(), true)
}

/// The plan of faults.
#[derive(Debug, Default)]
pub struct Plan {
    /// The random seed.
    pub seed: u64,
    /// Calls (from 0) with their fault.
    pub script: HashMap<u64, ServiceFault>,
    /// Share of the other calls that have one, and which.
    pub calls: (f64, Vec<ServiceFault>),
    /// Share of images that have an error the first times, and which codes.
    pub images: (f64, Vec<i64>),
    /// Errors of single images: of the n-th different image (from 0), this code this many times.
    pub image_script: HashMap<u64, (i64, u32)>,
    failures: Mutex<HashMap<u64, u32>>,
}

/// An image fails by chance this often in a row at most.
const IN_A_ROW: u32 = 2;

impl Plan {
    /// The fault of a call.
    pub fn call(&self, call: u64) -> Option<ServiceFault> {
        let (rate, kinds) = &self.calls;
        let random = SubjectRandom { seed: self.seed, subject: call };
        let by_chance = || {
            (!kinds.is_empty() && random.chance("call fails", *rate)).then(|| kinds[random.below("kind", kinds.len())])
        };
        self.script.get(&call).copied().or_else(by_chance)
    }

    /// The code of an image's error; `nth` different image, by its first appearance.
    pub fn image(&self, nth: u64, bytes: &[u8]) -> Option<i64> {
        let subject = random::hash(bytes);
        let mut failures = self.failures.lock();
        let before = failures.entry(subject).or_default();
        let (rate, codes) = &self.images;
        let random = SubjectRandom { seed: self.seed, subject };
        let code = match self.image_script.get(&nth) {
            Some((code, times)) => (*before < *times).then_some(*code),
            None if codes.is_empty() || !random.chance("image fails", *rate) => None,
            None => {
                let code = codes[random.below("code", codes.len())];
                // An invalid image stays invalid.
                (code == 3 || *before < IN_A_ROW).then_some(code)
            }
        };
        *before += u32::from(code.is_some());
        code
    }
}

/// The error of one image, as Google writes it.
pub fn image_error(code: i64) -> Value {
    let message = match code {
        3 => "Bad image data.",
        4 => "Deadline exceeded.",
        7 => "Permission denied.",
        8 => "Resource has been exhausted.",
        13 => "Internal server error. Unexpected feature response.",
        14 => "The service is currently unavailable.",
        _ => "Something went wrong.",
    };
    json!({"error": {"code": code, "message": message}})
}
