//! Countries: codes of ISO 3166-1 and names, English and in other languages.

use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;

use super::suggest;
use super::text::normalise;

/// A line for each country: two letters, three letters, the usual English name, further names.
static TABLE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    let packed: &[u8] = include_bytes!("../../data/countries.tsv.z");
    DeflateDecoder::new(packed).read_to_string(&mut text).expect("the embedded table is complete");
    text
});

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let country = |line: &'static str| {
        let mut cells = line.split('\t');
        Some(Country { code: cells.next()?, long_code: cells.next()?, name: cells.next()?, others: cells.collect() })
    };
    TABLE.lines().filter_map(country).collect()
});

/// Codes by normalised name. Codes and usual names go last: they replace another country's name in some language.
static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let usual = |country: &'static Country| [country.name, country.long_code, country.code].map(|name| (name, country));
    let others = |country: &'static Country| country.others.iter().map(move |name| (*name, country));
    let names = COUNTRIES.iter().flat_map(others).chain(COUNTRIES.iter().flat_map(usual));
    names.filter(|(name, _)| !name.is_empty()).map(|(name, country)| (normalise(name), country.code)).collect()
});

struct Country {
    code: &'static str,
    long_code: &'static str,
    name: &'static str,
    others: Vec<&'static str>,
}

/// ISO 3166-1 alpha-2 of a code of two or three letters, or of a name in any language of the table; compared as texts
/// are (`photo::text`). `XK` is Kosovo.
pub fn code(text: &str) -> Option<&'static str> {
    // Most are two letters, which need no table of names.
    let upper = text.to_ascii_uppercase();
    let by_code = COUNTRIES.iter().find(|country| country.code == upper).map(|country| country.code);
    by_code.or_else(|| BY_NAME.get(&normalise(text)).copied())
}

/// Whether a text has the form of ISO 3166-1 alpha-2.
pub fn is_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The English name of ISO 3166-1 alpha-2.
pub fn name(code: &str) -> Option<&'static str> {
    let at = COUNTRIES.binary_search_by(|country| country.code.cmp(code)).ok()?;
    Some(COUNTRIES[at].name)
}

/// Codes and English names of all countries, by code.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    COUNTRIES.iter().map(|country| (country.code, country.name))
}

/// Codes and English names of the countries that a misspelt name may mean: the nearest one, or those that begin with it.
pub fn nearest(text: &str) -> Vec<(&'static str, &'static str)> {
    const MOST: usize = 3;
    let wanted = normalise(text);
    let of = |country: &Country| (country.code, country.name);
    let begun = COUNTRIES.iter().filter(|country| wanted.len() > 2 && normalise(country.name).starts_with(&wanted));
    let mut begun: Vec<_> = begun.map(of).collect();
    if !begun.is_empty() {
        begun.sort_by_key(|(_, name)| name.len());
        begun.truncate(MOST);
        return begun;
    }
    let found = suggest::nearest(text, COUNTRIES.iter().map(|country| country.name))
        .or_else(|| suggest::one_slip_away(text, COUNTRIES.iter().flat_map(|country| country.others.iter().copied())));
    let code = found.and_then(code);
    COUNTRIES.iter().filter(|country| Some(country.code) == code).map(of).collect()
}
