//! The motif of a generated picture. Texts, searches and scores of its photos are derived from it.

use crate::random::SubjectRandom;

/// The searches that found the photos, with the share of each.
pub const TERMS: [(&str, f64); 8] = [
    ("monkey wild", 0.26),
    ("monkey cage", 0.17),
    ("macaque", 0.15),
    ("orang utan", 0.11),
    ("zoo", 0.12),
    ("サル", 0.08),
    ("猴子", 0.07),
    ("قرد", 0.04),
];

/// Width over height, with the share of each.
const ASPECTS: [(f64, f64); 9] = [
    (1.5, 0.38),
    (1.333, 0.18),
    (0.667, 0.14),
    (0.75, 0.09),
    (1.0, 0.08),
    (1.778, 0.06),
    (0.563, 0.03),
    (2.4, 0.03),
    (3.2, 0.01),
];

/// One motif. Photos share it as copies of one file share their bytes.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// Index of the search that it matches best, in [`TERMS`].
    pub term: usize,
    /// Whether it shows an ape or a monkey.
    pub monkey: bool,
    /// Whether there are bars in front of it.
    pub cage: bool,
    /// Whether it shows a person.
    pub person: bool,
    /// Whether it is among trees.
    pub forest: bool,
    /// Width over height.
    pub aspect: f64,
}

impl Scene {
    /// The motif for these random numbers.
    pub fn of(random: SubjectRandom) -> Self {
        let term = random.weighted("term", TERMS.iter().map(|(_, share)| *share));
        let (monkey, cage, forest) = match TERMS[term].0 {
            "monkey wild" => (0.9, 0.03, 0.75),
            "monkey cage" => (0.85, 0.8, 0.1),
            "zoo" => (0.35, 0.45, 0.2),
            "orang utan" => (0.92, 0.15, 0.6),
            _ => (0.88, 0.12, 0.45),
        };
        Self {
            term,
            monkey: random.chance("monkey", monkey),
            cage: random.chance("cage", cage),
            person: random.chance("person", 0.16),
            forest: random.chance("forest", forest),
            aspect: ASPECTS[random.weighted("aspect", ASPECTS.iter().map(|(_, share)| *share))].0,
        }
    }

    /// Pixels of a picture whose long edge has `edge_px`.
    pub fn pixels(&self, edge_px: u32) -> (u32, u32) {
        let edge = f64::from(edge_px);
        let short = |ratio: f64| (edge * ratio).round().max(1.0) as u32;
        if self.aspect >= 1.0 { (edge_px, short(1.0 / self.aspect)) } else { (short(self.aspect), edge_px) }
    }
}
