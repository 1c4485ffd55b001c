//! Tables of the ranges of species.

use std::collections::BTreeMap;

use super::{Contents, Given};
use crate::layers::Ranges;

pub fn check(given: &Given) -> Result<Contents, String> {
    let ranges = Ranges::read(given.bytes()?).map_err(|err| err.to_string())?;
    if ranges.is_empty() {
        return Err("it has no ranges".to_owned());
    }
    let counts = BTreeMap::from([("species".to_owned(), ranges.len() as u64)]);
    Ok(Contents { counts, ..Contents::default() })
}
