//! Reads a dataset without its key and counts photos by country: `cargo run --example read_dataset -- DIR`.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use gleaner::dataset::Dataset;
use gleaner::store::{self, Access};

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("usage: read_dataset DIR")?;
    for (country, photos) in photos_by_country(Path::new(&folder))? {
        println!("{country} {photos}");
    }
    Ok(())
}

/// The number of photos in each country (ISO 3166-1 alpha-2, `-` if unknown).
pub fn photos_by_country(folder: &Path) -> Result<BTreeMap<String, u64>> {
    let store = store::open(&Dataset::at(folder), Access::Read)?;
    let mut counts = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.scan(after.as_ref(), 500)?;
        let Some(last) = page.last() else { return Ok(counts) };
        after = Some(last.id.clone());
        for photo in page {
            let country = photo.place.and_then(|place| place.country).unwrap_or_else(|| "-".to_owned());
            *counts.entry(country).or_default() += 1;
        }
    }
}
