//! Who judges whether a photo shows a concept: one scorer, one file. A scorer judges from evidence that is kept.

pub mod vision;

use anyhow::Result;

use crate::concepts::Concept;
use crate::photo::{Photo, Vector};

/// What a scorer says of one concept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Opinion {
    /// 0..=1.
    Value(f64),
    /// Less than this, nobody knows by how much.
    Below(f64),
}

/// The evidence of one photo.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The record.
    pub photo: &'a Photo,
    /// What the scorer's model made of it.
    pub vector: Option<&'a Vector>,
}

/// Judges concepts from evidence, without network or disk.
pub trait Scorer: Send + Sync {
    /// `local`, `vision`, `text`, `trained`.
    fn name(&self) -> &str;
    /// Which version of it judges this concept; `None`: it cannot.
    fn version(&self, concept: &Concept) -> Option<String>;
    /// Whose vector it needs.
    fn model(&self) -> Option<&str>;
    /// An opinion for each concept; `None`: no evidence.
    fn judge(&self, concepts: &[&Concept], seen: &Seen<'_>) -> Result<Vec<Option<Opinion>>>;
}
