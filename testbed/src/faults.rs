//! Decides which call fails, and how: at random (never more than a few times in a row), or by script. The simulated Flickr
//! and the replay of other services share this plan.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;

use crate::random;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// One way to fail.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault { $($(#[$doc])* $variant,)* }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

faults! {
    /// HTTP 429, HTML, no `Retry-After`.
    TooMany = "429",
    /// HTTP 429, HTML, `Retry-After: 1`.
    TooManyRetryAfter = "429-retry-after",
    /// HTTP 500, `<error>`.
    ServerError = "500",
    /// HTTP 502, HTML.
    BadGateway = "502",
    /// HTTP 503, text.
    Unavailable = "503",
    /// HTTP 504, HTML.
    GatewayTimeout = "504",
    /// API: code 201, JSON with a stray comma, as `text/xml`.
    Code201 = "code-201",
    /// API: the same message with code 0.
    Code0 = "code-0",
    /// API: code 105.
    Code105 = "code-105",
    /// API: code 10, search temporarily unavailable.
    Code10 = "code-10",
    /// The body is cut in half; HTTP says it is complete (API: invalid JSON, images: a truncated file).
    CutBody = "cut-body",
    /// `Content-Length` promises more than comes before the connection closes.
    ShortBody = "short-body",
    /// A chunked body is dropped halfway.
    ChunkedAbort = "chunked-abort",
    /// The connection is reset (TCP RST) before any answer.
    Reset = "reset",
    /// The body arrives slowly, and is complete within two seconds.
    Slow = "slow",
    /// The body arrives at one byte per second and never ends.
    SlowForever = "slow-forever",
    /// 64 MiB of spaces before the end.
    Huge = "huge",
    /// A body that never ends, at full speed.
    Endless = "endless",
    /// `Content-Encoding: gzip`, but it is not.
    WrongGzip = "wrong-gzip",
    /// 1 GiB of zeros in a megabyte of gzip.
    GzipBomb = "gzip-bomb",
    /// HTML with status 200.
    HtmlOk = "html-200",
    /// API: JSON nested 100,000 deep.
    DeepJson = "deep-json",
    /// Status 200 and an empty body.
    Empty = "empty",
    /// Images: a GIF's bytes, called `image/gif`.
    WrongType = "wrong-type",
    /// Images: single bits flipped inside the file.
    BitFlip = "bit-flip",
    /// Images: 302 three times, then the file.
    RedirectChain = "redirect-chain",
    /// Images: 302 to itself, endlessly.
    RedirectLoop = "redirect-loop",
    /// Images: 302 to another, private host (the trap listener, on loopback).
    RedirectPrivate = "redirect-private",
    /// 400 headers of 1 KiB.
    HeaderFlood = "header-flood",
    /// HTTP 403, HTML: a server in front of the service blocks the request.
    Forbidden = "403",
}

impl Fault {
    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.name() == name)
    }
}

/// The default mix for the API: fast faults that do not repeat.
pub const API_MIX: &[Fault] = &[
    Fault::TooMany,
    Fault::ServerError,
    Fault::BadGateway,
    Fault::Unavailable,
    Fault::GatewayTimeout,
    Fault::Code201,
    Fault::Code0,
    Fault::Code105,
    Fault::CutBody,
    Fault::ShortBody,
    Fault::ChunkedAbort,
    Fault::Reset,
    Fault::WrongGzip,
    Fault::Forbidden,
];

/// The default mix for images.
pub const IMAGE_MIX: &[Fault] = &[
    Fault::TooMany,
    Fault::ServerError,
    Fault::Unavailable,
    Fault::CutBody,
    Fault::ShortBody,
    Fault::ChunkedAbort,
    Fault::Reset,
    Fault::HtmlOk,
    Fault::Empty,
];

/// The target of a scripted fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The API call with this number, from 0.
    ApiCall(u64),
    /// The image call with this number, from 0.
    ImageCall(u64),
    /// Every image call for this photo, permanently.
    Photo(u64),
    /// Every API call, permanently.
    EveryApiCall,
}

/// What goes wrong with a simulated service, and how slow it is.
#[derive(Debug)]
pub struct Plan {
    /// Wait before each answer.
    pub latency: Duration,
    /// The random seed.
    pub seed: u64,
    /// Share of calls that fail.
    pub rate: f64,
    /// Most failures in a row for one resource.
    pub in_a_row: u32,
    /// Kinds for the API and for images.
    pub kinds: (Vec<Fault>, Vec<Fault>),
    /// Scripted faults.
    pub script: HashMap<Target, Fault>,
    failures: Mutex<HashMap<u64, u32>>,
}

/// Adds to the builder of a service, which has a `plan`, the methods that change it.
macro_rules! plan_methods {
    ($service:ty) => {
        impl $service {
            /// Share of calls that fail for a while, at most three in a row for one resource.
            pub fn faults(mut self, rate: f64) -> Self {
                self.plan.rate = rate;
                self
            }

            /// The kinds that `faults` picks from, for the API and for images.
            pub fn fault_kinds(mut self, api: &[$crate::faults::Fault], images: &[$crate::faults::Fault]) -> Self {
                self.plan.kinds = (api.to_vec(), images.to_vec());
                self
            }

            /// One scripted fault.
            pub fn script(mut self, target: $crate::faults::Target, fault: $crate::faults::Fault) -> Self {
                self.plan.script.insert(target, fault);
                self
            }

            /// Wait before each answer.
            pub fn latency_ms(mut self, ms: u64) -> Self {
                self.plan.latency = std::time::Duration::from_millis(ms);
                self
            }
        }
    };
}

pub(crate) use plan_methods;

impl Plan {
    /// A service without faults; those that are asked for later are of these kinds for its API, and the usual ones for
    /// images.
    pub fn new(api: &[Fault]) -> Self {
        Self {
            latency: Duration::ZERO,
            seed: 1,
            rate: 0.0,
            in_a_row: 3,
            kinds: (api.to_vec(), IMAGE_MIX.to_vec()),
            script: HashMap::new(),
            failures: Mutex::default(),
        }
    }

    /// The fault for an API call, if it is to fail. `resource` is the whole query.
    pub fn api(&self, call: u64, resource: &str) -> Option<Fault> {
        let scripted = self.script.get(&Target::ApiCall(call)).or_else(|| self.script.get(&Target::EveryApiCall));
        scripted.copied().or_else(|| self.by_chance(resource, &self.kinds.0))
    }

    /// The fault for an image call, if it is to fail. `resource` is the path.
    pub fn image(&self, call: u64, photo: u64, resource: &str) -> Option<Fault> {
        let scripted = self.script.get(&Target::ImageCall(call)).or_else(|| self.script.get(&Target::Photo(photo)));
        scripted.copied().or_else(|| self.by_chance(resource, &self.kinds.1))
    }

    fn by_chance(&self, resource: &str, kinds: &[Fault]) -> Option<Fault> {
        if self.rate <= 0.0 || kinds.is_empty() {
            return None;
        }
        let subject = random::hash(resource.as_bytes());
        let mut failures = self.failures.lock();
        let before = failures.get(&subject).copied().unwrap_or(0);
        let turn = subject ^ random::mix(u64::from(before));
        if before >= self.in_a_row || !random::chance(self.seed, turn, "fails", self.rate) {
            failures.remove(&subject);
            return None;
        }
        failures.insert(subject, before + 1);
        Some(kinds[random::below(self.seed, turn, "kind", kinds.len() as u64) as usize])
    }
}
