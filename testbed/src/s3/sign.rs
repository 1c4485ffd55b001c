//! Signatures of requests (AWS Signature Version 4), as the simulated S3 checks them.

use axum::http::{HeaderMap, Method, Uri};
use gleaner::hash::sha256_hex;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The only key that is accepted.
#[derive(Debug)]
pub struct Signer {
    /// Its id.
    pub key_id: String,
    /// Its secret.
    pub secret: String,
}

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not signed.
    Unsigned,
    /// Another key's id.
    UnknownKey(String),
    /// The right key's id, another secret.
    WrongSignature(String),
    /// The body differs from the signed one.
    WrongBody,
}

impl Refusal {
    /// S3's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsigned => "AccessDenied",
            Self::UnknownKey(_) => "InvalidAccessKeyId",
            Self::WrongSignature(_) => "SignatureDoesNotMatch",
            Self::WrongBody => "XAmzContentSHA256Mismatch",
        }
    }

    /// The message, which contains the key's id as S3's does.
    pub fn detail(&self) -> String {
        match self {
            Self::UnknownKey(id) | Self::WrongSignature(id) => format!("<AWSAccessKeyId>{id}</AWSAccessKeyId>"),
            Self::Unsigned | Self::WrongBody => String::new(),
        }
    }
}

impl Signer {
    /// The reason why a request is refused, if it is.
    pub fn check(&self, (method, uri): (&Method, &Uri), headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let given = header("authorization").strip_prefix("AWS4-HMAC-SHA256 ").ok_or(Refusal::Unsigned)?;
        let field = |name: &str| {
            let found = given.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or(Refusal::Unsigned)
        };
        let (id, scope) = field("Credential")?.split_once('/').ok_or(Refusal::Unsigned)?;
        if id != self.key_id {
            return Err(Refusal::UnknownKey(id.to_owned()));
        }
        let hash = header("x-amz-content-sha256");
        if hash != sha256_hex(body) {
            return Err(Refusal::WrongBody);
        }
        let mut query = pairs(uri.query().unwrap_or_default());
        query.sort();
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let signed = field("SignedHeaders")?;
        let lines: String = signed.split(';').map(|name| format!("{name}:{}\n", header(name).trim())).collect();
        let canonical = format!("{method}\n{}\n{}\n{lines}\n{signed}\n{hash}", uri.path(), query.join("&"));
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", header("x-amz-date"), sha256_hex(canonical.as_bytes()));
        let first = format!("AWS4{}", self.secret).into_bytes();
        let key = scope.split('/').fold(first, |key, part| mac(&key, part.as_bytes()));
        let signature = gleaner::hash::hex(&mac(&key, text.as_bytes()));
        if signature == field("Signature")? { Ok(()) } else { Err(Refusal::WrongSignature(id.to_owned())) }
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// Names and values of a query.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

/// Decodes percent-encoding.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
