//! SHA-256 sums and hexadecimal digits.

use std::io::{self, Read};

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// The bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The SHA-256 sum of the bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The SHA-256 sum of the bytes, 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// The SHA-256 sum of all that a reader gives, 64 lower-case hexadecimal digits, and the number of bytes.
pub fn sha256_hex_of(mut reader: impl Read) -> io::Result<(String, u64)> {
    let (mut sum, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((hex(&sum.finalize()), size)),
            Ok(read) => {
                sum.update(&buffer[..read]);
                size += read as u64;
            }
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            Err(err) => return Err(err),
        }
    }
}

/// HMAC-SHA256 with one key. Cheap to clone.
#[derive(Clone)]
pub struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    /// With this key, of any length.
    pub fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The first 128 bits of the sum over parts, each with its length before it.
    pub fn sum<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 16] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        let whole = mac.finalize().into_bytes();
        *whole.first_chunk().expect("a SHA-256 sum has 32 bytes")
    }
}
