//! Repeatable chance: every decision is a hash of the seed, a subject and a topic, so nothing depends on call order.

/// `SplitMix64`'s finaliser.
pub fn mix(value: u64) -> u64 {
    let x = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// FNV-1a of some bytes.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// A number that depends on the seed, the subject and the topic only.
pub fn roll(seed: u64, subject: u64, topic: &str) -> u64 {
    mix(mix(seed ^ hash(topic.as_bytes())) ^ mix(subject))
}

/// A number below `n` (0 when `n` is 0).
pub fn below(seed: u64, subject: u64, topic: &str, n: u64) -> u64 {
    if n == 0 { 0 } else { roll(seed, subject, topic) % n }
}

/// A number in 0..1.
pub fn unit(seed: u64, subject: u64, topic: &str) -> f64 {
    (roll(seed, subject, topic) >> 11) as f64 / (1u64 << 53) as f64
}

/// True with probability `p`.
pub fn chance(seed: u64, subject: u64, topic: &str, p: f64) -> bool {
    p > 0.0 && unit(seed, subject, topic) < p
}
