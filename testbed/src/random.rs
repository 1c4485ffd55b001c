//! Repeatable random numbers: each is a hash of the seed, a subject and a topic, independent of the call order.

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
pub fn bits(seed: u64, subject: u64, topic: &str) -> u64 {
    mix(mix(seed ^ hash(topic.as_bytes())) ^ mix(subject))
}

/// A number below `n` (0 when `n` is 0).
pub fn below(seed: u64, subject: u64, topic: &str, n: u64) -> u64 {
    if n == 0 { 0 } else { bits(seed, subject, topic) % n }
}

/// A number in 0..1.
pub fn unit(seed: u64, subject: u64, topic: &str) -> f64 {
    (bits(seed, subject, topic) >> 11) as f64 / (1u64 << 53) as f64
}

/// True with probability `p`.
pub fn chance(seed: u64, subject: u64, topic: &str, p: f64) -> bool {
    p > 0.0 && unit(seed, subject, topic) < p
}

/// Random numbers of one subject, by topic.
#[derive(Debug, Clone, Copy)]
pub struct SubjectRandom {
    /// The random seed.
    pub seed: u64,
    /// The subject.
    pub subject: u64,
}

impl SubjectRandom {
    /// A number below `n` (0 when `n` is 0).
    pub fn below(self, topic: &str, n: usize) -> usize {
        below(self.seed, self.subject, topic, n as u64) as usize
    }

    /// A number in 0..1.
    pub fn unit(self, topic: &str) -> f64 {
        unit(self.seed, self.subject, topic)
    }

    /// A number in `low..high`.
    pub fn between(self, topic: &str, low: f64, high: f64) -> f64 {
        low + self.unit(topic) * (high - low)
    }

    /// True with probability `p`.
    pub fn chance(self, topic: &str, p: f64) -> bool {
        chance(self.seed, self.subject, topic, p)
    }

    /// One of `of`, each as likely as the others. `of` must not be empty.
    pub fn pick<T>(self, topic: &str, of: &'static [T]) -> &'static T {
        &of[self.below(topic, of.len())]
    }

    /// A rank below `n` by Zipf's law with exponent 1: rank 0 is the most frequent.
    pub fn zipf(self, topic: &str, n: usize) -> usize {
        let rank = ((n + 1) as f64).powf(self.unit(topic)) as usize;
        rank.saturating_sub(1).min(n.saturating_sub(1))
    }

    /// An index into `weights`, each as likely as its weight says.
    pub fn weighted(self, topic: &str, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit(topic) * weights.clone().sum::<f64>();
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            last = index;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        last
    }

    /// A number of the standard normal distribution (Box and Muller), cut at about 8.
    pub fn normal(self, topic: &str) -> f64 {
        let angle = bits(self.seed ^ 0x5bd1, self.subject, topic) as f64 / u64::MAX as f64;
        (-2.0 * (1.0 - self.unit(topic)).max(1e-14).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}
