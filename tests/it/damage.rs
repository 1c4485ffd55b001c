//! Damage is found, contained and mended; names in records lead out of no folder.

mod contained;
mod flips;
mod names;
mod repair;

use std::path::Path;

use rusqlite::Connection;

use super::pipeline::{Fixture, photos};

/// A dataset `d` with images of a simulated Flickr.
fn scraped(count: &str) -> Fixture {
    let fixture = Fixture::new(photos(300, 5));
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", count, "--dataset", "d"]);
    fixture
}

/// Changes the database of a dataset as another program would.
fn sql(folder: &Path, sql: &str) {
    Connection::open(folder.join("dataset.db")).unwrap().execute_batch(sql).unwrap();
}

/// The ids of a dataset's records, in order.
fn ids(folder: &Path) -> Vec<String> {
    let db = Connection::open(folder.join("dataset.db")).unwrap();
    let mut select = db.prepare("SELECT id FROM photo ORDER BY id").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

/// How many bits a test flips: `GLEANER_FLIPS`, or few.
fn flips(few: usize) -> usize {
    std::env::var("GLEANER_FLIPS").ok().and_then(|count| count.parse().ok()).unwrap_or(few)
}
