//! `flickr.photos.search`: paging with its cap, fuzzy totals, overlapping pages and bad records.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::answer::{self, Style};
use crate::query::{Query, Refusal};
use crate::random;
use crate::world::World;

/// Results per query, over all pages: the first 4,000.
pub const CAP: usize = 4000;

/// Which quirks are on.
#[derive(Debug, Clone)]
pub struct Quirks {
    /// Totals are off by 0.2 to 5 %.
    pub fuzzy_totals: bool,
    /// Each page starts 3 % early and repeats the end of the previous page.
    pub overlap: bool,
    /// Strings and numbers are mixed.
    pub type_chaos: bool,
    /// Past the cap: error 20 if true, else earlier results again.
    pub error_past_cap: bool,
    /// Share of extra entries that are not photos.
    pub bad_records: f64,
    /// Share of the photos that each order of results leaves out, other ones in each.
    pub missing: f64,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            fuzzy_totals: true,
            overlap: true,
            type_chaos: true,
            error_past_cap: false,
            bad_records: 0.0,
            missing: 0.0,
        }
    }
}

type Found = Arc<(Vec<u64>, u64)>;

/// A cache of the last few queries and their results, so that further pages need no second scan.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Vec<(String, Found)>>);

impl Memory {
    fn recall(&self, key: &str, find: impl FnOnce() -> (Vec<u64>, u64)) -> Found {
        let known = |all: &Vec<(String, Found)>| all.iter().find(|(k, _)| k == key).map(|(_, f)| f.clone());
        if let Some(found) = known(&self.0.lock()) {
            return found;
        }
        let found = Arc::new(find());
        let mut all = self.0.lock();
        if all.len() >= 32 {
            all.remove(0);
        }
        all.push((key.to_owned(), found.clone()));
        found
    }
}

/// Answers one search.
pub fn search(
    world: &World,
    (quirks, memory): (&Quirks, &Memory),
    args: &HashMap<String, String>,
    image_url: &str,
) -> Result<Value, Refusal> {
    let query = Query::read(args)?;
    let key = format!("{query:?}");
    let found = memory.recall(&key, || {
        let order = random::hash(args.get("sort").map_or("", String::as_str).as_bytes());
        let is_left_out = |id: u64| random::chance(world.seed(), order ^ id, "missing", quirks.missing);
        world.search(&query, CAP, is_left_out)
    });
    let number = |name: &str| args.get(name).and_then(|v| v.parse::<usize>().ok());
    let most = if query.is_geo() { 250 } else { 500 };
    let per_page = number("per_page").filter(|n| *n > 0).unwrap_or(100).min(most);
    let page = number("page").unwrap_or(1).max(1);
    if quirks.error_past_cap && (page - 1) * per_page >= CAP {
        return Err(Refusal::Fail(20, "Excessive photo offset in search"));
    }
    let style = Style {
        seed: world.seed(),
        chaos: quirks.type_chaos,
        image_url,
        extras: args.get("extras").map(|e| e.split(',').map(str::trim).collect()).unwrap_or_default(),
    };
    let subject = random::hash(key.as_bytes()) ^ page as u64;
    let ids = window(&found.0, quirks, page, per_page);
    let mut photos = Vec::with_capacity(ids.len());
    for id in ids {
        if random::chance(world.seed(), subject ^ id, "bad-record", quirks.bad_records) {
            photos.push(bad(random::bits(world.seed(), *id, "bad-kind")));
        }
        photos.extend(world.record(*id).map(|r| answer::photo(&r, &style)));
    }
    let total = total(world.seed(), subject, found.1, quirks.fuzzy_totals);
    let pages = total.div_ceil(per_page as u64);
    let as_text = |n: u64, field| quirks.type_chaos && random::chance(world.seed(), n, field, 0.4);
    let mixed = |n: u64, field| if as_text(subject, field) { json!(n.to_string()) } else { json!(n) };
    Ok(json!({ "photos": { "page": page, "pages": mixed(pages, "pages"), "perpage": mixed(per_page as u64, "perpage"),
        "total": mixed(total, "total"), "photo": photos }, "stat": "ok" }))
}

/// The results of one page. Past the cap the last full page is repeated; past the end of fewer results it is empty.
/// With overlap nothing is lost, but reading everything needs more pages than `pages` says.
fn window<'a>(found: &'a [u64], quirks: &Quirks, page: usize, per_page: usize) -> &'a [u64] {
    let early = if quirks.overlap { per_page * 3 / 100 } else { 0 };
    let start = (page - 1).saturating_mul(per_page - early);
    let start = if start >= CAP && found.len() == CAP { CAP - per_page } else { start.min(found.len()) };
    &found[start..(start + per_page).min(found.len())]
}

fn total(seed: u64, subject: u64, true_total: u64, fuzzy: bool) -> u64 {
    if !fuzzy || true_total == 0 {
        return true_total;
    }
    let share = 0.002 + random::unit(seed, subject, "fuzz") * 0.048;
    let sign = if random::chance(seed, subject, "fuzz-sign", 0.5) { -1.0 } else { 1.0 };
    ((true_total as f64 * (1.0 + sign * share)).round() as u64).max(1)
}

/// An entry that is not a photo.
fn bad(kind: u64) -> Value {
    match kind % 8 {
        0 => json!({ "title": "no id", "owner": "1@N00" }),
        1 => json!("a string"),
        2 => json!(42),
        3 => Value::Null,
        4 => json!({ "id": ["a", "list"], "owner": {}, "title": 7 }),
        5 => json!([[1, 2], [3]]),
        6 => json!({ "id": "", "owner": null, "secret": false }),
        _ => (0..40).fold(json!("deep"), |inner, _| json!({ "photo": inner })),
    }
}
