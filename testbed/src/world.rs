//! All photos of the simulated world, listed ones and generated ones: the ground truth.

use std::collections::HashMap;

use crate::changes::Changes;
use crate::generate::Generator;
use crate::query::{Facts, Query, SearchableText, Sort};
use crate::random;
use crate::record::Record;

/// Seconds of the "last 12 hours" rule.
const TWELVE_HOURS: i64 = 12 * 3600;

/// All photos of the simulation.
#[derive(Debug)]
pub struct World {
    seed: u64,
    generator: Generator,
    listed: Vec<(Record, SearchableText)>,
    by_id: HashMap<u64, usize>,
    changes: Changes,
}

impl World {
    /// Combines generated and listed photos.
    pub fn new(seed: u64, generator: Generator, listed: Vec<Record>) -> Self {
        let by_id = listed.iter().enumerate().map(|(i, r)| (r.id, i)).collect();
        let hay = |r: &Record| SearchableText::new(&r.title, &r.description, &r.tags);
        let listed = listed.into_iter().map(|r| (hay(&r), r)).map(|(h, r)| (r, h)).collect();
        Self { seed, generator, listed, by_id, changes: Changes::default() }
    }

    /// The random seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many photos there are.
    pub fn len(&self) -> u64 {
        self.generator.len() + self.listed.len() as u64
    }

    /// True when there are no photos.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the owners have changed.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// A photo by its id, as it is now.
    pub fn record(&self, id: u64) -> Option<Record> {
        let listed = self.by_id.get(&id).map(|i| self.listed[*i].0.clone());
        let record = listed.or_else(|| self.generator.index(id).map(|i| self.generator.record(i)))?;
        self.changes.apply(record)
    }

    /// Every photo, generated ones first, each made on demand.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let generated = (0..self.generator.len()).map(|i| self.generator.record(i));
        let all = generated.chain(self.listed.iter().map(|(r, _)| r.clone()));
        all.filter_map(|record| self.changes.apply(record))
    }

    /// Newest upload time plus an hour: the world's present, unix seconds.
    pub fn now(&self) -> i64 {
        let last = self.generator.len().checked_sub(1).map_or(0, |i| self.generator.upload(i));
        self.listed.iter().map(|(r, _)| r.upload).max().unwrap_or(0).max(last) + 3600
    }

    /// The ids that a search should find, in order, at most `limit` of them, and their total number.
    pub fn search(&self, query: &Query, limit: usize, is_left_out: impl Fn(u64) -> bool) -> (Vec<u64>, u64) {
        let sort = query.sort.unwrap_or(Sort::PostedDesc);
        let floor = if query.is_unlimited_geo() { self.now() - TWELVE_HOURS } else { i64::MIN };
        let mut found: Vec<((i64, i64), u64)> = Vec::new();
        let mut total = 0;
        let mut take = |facts: Facts| {
            let Some(facts) = self.changes.facts(facts) else { return };
            if facts.upload >= floor && query.fits(&facts) {
                total += 1;
                if is_left_out(facts.id) {
                    return;
                }
                found.push((self.key(sort, &facts), facts.id));
                if found.len() >= limit.saturating_mul(4).max(1024) && found.len() > limit {
                    found.select_nth_unstable(limit);
                    found.truncate(limit);
                }
            }
        };
        let texts: Vec<bool> = self.generator.searchable().iter().map(|h| query.fits_text(h)).collect();
        let (from, to) = query.uploaded;
        for i in self.generator.uploaded(from.unwrap_or(i64::MIN).max(floor), to.unwrap_or(i64::MAX - 1)) {
            if texts[self.generator.variant(i)] {
                take(self.generator.facts(i));
            }
        }
        self.listed.iter().filter(|(_, h)| query.fits_text(h)).for_each(|(r, _)| take(facts(r)));
        found.sort_unstable();
        found.truncate(limit);
        (found.into_iter().map(|(_, id)| id).collect(), total)
    }

    fn key(&self, sort: Sort, facts: &Facts) -> (i64, i64) {
        let id = facts.id as i64;
        match sort {
            Sort::PostedAsc => (facts.upload, id),
            Sort::PostedDesc => (-facts.upload, -id),
            Sort::TakenAsc => (facts.taken.unwrap_or(i64::MIN), id),
            Sort::TakenDesc => (facts.taken.map_or(i64::MAX, |t| -t), -id),
            Sort::Opaque => ((random::bits(self.seed, facts.id, "opaque") >> 1) as i64, id),
        }
    }
}

fn facts(record: &Record) -> Facts {
    Facts {
        id: record.id,
        owner: record.owner,
        upload: record.upload,
        taken: record.taken,
        place: record.place,
        license: record.license,
        video: record.video,
    }
}
