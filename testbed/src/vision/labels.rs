//! Labels of the simulated service: from an album of known photos, else derived from the image's bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use gleaner::picture::decode::{Decoded, decode};
use gleaner::picture::format::sniff;
use serde_json::{Value, json};

use crate::random::{self, SubjectRandom};

/// One label: its words and score.
pub type Label = (String, f64);

/// The words of derived labels, in Google's spelling.
const WORDS: [&str; 40] = [
    "Monkey",
    "Primate",
    "Vertebrate",
    "Mammal",
    "Old world monkey",
    "New world monkey",
    "Rhesus macaque",
    "Snout",
    "Terrestrial animal",
    "Wildlife",
    "Fur",
    "Plant",
    "Tree",
    "Grass",
    "Sky",
    "Cloud",
    "Water",
    "Rock",
    "Forest",
    "Jungle",
    "Cage",
    "Fence",
    "Mesh",
    "Wire fencing",
    "Zoo",
    "Metal",
    "Wood",
    "Window",
    "Temple",
    "Statue",
    "Toy",
    "Person",
    "Smile",
    "Happy",
    "Event",
    "Competition",
    "Art",
    "Font",
    "Bird",
    "Dog",
];

/// Pictures are compared as a grid with this many squares per side.
const SIDE: usize = 8;

/// The largest difference of mean colours, per channel and square, between two sizes of the same photo.
const NEAR: f64 = 12.0;

/// Photos with given labels, recognised by their look, because the posted file is a smaller one.
#[derive(Debug, Default)]
pub struct Album(Vec<(Vec<f64>, Vec<Label>)>);

impl Album {
    /// Reads the photos of a folder that a table names: JSON, `{"file.jpg": [["Monkey", 0.93], ...], ...}`.
    pub fn open(folder: &Path, table: &Path) -> Result<Self> {
        let text = fs::read_to_string(table).with_context(|| format!("cannot read {}", table.display()))?;
        let table: BTreeMap<String, Vec<Label>> =
            serde_json::from_str(&text).context("the file is not a table of labels")?;
        let entry = |(name, labels): (String, Vec<Label>)| {
            let path = folder.join(&name);
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let squares = look(&bytes).with_context(|| format!("{} is not a picture", path.display()))?;
            anyhow::Ok((squares, labels))
        };
        Ok(Self(table.into_iter().map(entry).collect::<Result<_>>()?))
    }

    fn find(&self, squares: &[f64]) -> Option<&Vec<Label>> {
        let far = |other: &[f64]| {
            squares.iter().zip(other).map(|(a, b)| (a - b).abs()).sum::<f64>() / squares.len().max(1) as f64
        };
        let nearest = self.0.iter().map(|(other, labels)| (far(other), labels)).min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.filter(|(far, _)| *far <= NEAR).map(|(_, labels)| labels)
    }
}

/// The mean colours of the picture's squares; `None` for a broken picture.
pub fn look(bytes: &[u8]) -> Option<Vec<f64>> {
    let picture = decode(bytes, sniff(bytes).ok()?, None).ok()?;
    Some((0..SIDE * SIDE).flat_map(|square| mean(&picture, square)).collect())
}

fn mean(picture: &Decoded, square: usize) -> [f64; 3] {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let span = |nth: usize, edge: usize| (nth * edge / SIDE)..((nth + 1) * edge / SIDE).max(nth * edge / SIDE + 1);
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for y in span(square / SIDE, height) {
        for x in span(square % SIDE, width) {
            let at = (y * width + x) * 3;
            (0..3).for_each(|channel| sum[channel] += f64::from(picture.rgb[at + channel]));
            count += 1.0;
        }
    }
    sum.map(|channel| channel / count)
}

/// The labels of an image, best first, none below 0.5. Without an album entry they follow from the seed and the bytes.
pub fn of(album: &Album, seed: u64, bytes: &[u8]) -> Vec<Label> {
    let known = if album.0.is_empty() { None } else { look(bytes).and_then(|squares| album.find(&squares).cloned()) };
    if let Some(known) = known {
        return known;
    }
    let random = SubjectRandom { seed, subject: random::hash(bytes) };
    let count = if random.chance("nothing", 0.05) { 0 } else { 1 + random.below("how many", 12) };
    let label = |nth: usize| {
        let random = SubjectRandom { seed, subject: random.subject ^ random::mix(nth as u64) };
        ((*random.pick("word", &WORDS)).to_owned(), (random.between("score", 0.5, 0.99) * 1e6).round() / 1e6)
    };
    let mut labels: Vec<Label> = (0..count).map(label).collect();
    labels.sort_by(|a, b| a.0.cmp(&b.0));
    labels.dedup_by(|a, b| a.0 == b.0);
    labels.sort_by(|a, b| b.1.total_cmp(&a.1));
    labels
}

/// The response for one image, as Google writes it. Without labels it is empty.
pub fn answer(labels: &[Label], max_results: usize) -> Value {
    let written = |(description, score): &Label| {
        let mid = format!("/m/{:05x}", random::hash(description.as_bytes()) & 0xf_ffff);
        json!({"mid": mid, "description": description, "score": score, "topicality": score})
    };
    let labels: Vec<Value> = labels.iter().take(max_results).map(written).collect();
    if labels.is_empty() { json!({}) } else { json!({"labelAnnotations": labels}) }
}
