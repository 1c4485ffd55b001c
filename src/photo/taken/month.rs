//! Months by name.

const NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The number of a month, 1 to 12, by its English name or the beginning of it: at least three letters, in any case.
pub fn month_named(text: &str) -> Option<u8> {
    let small = text.to_ascii_lowercase();
    let at = NAMES.iter().position(|name| small.len() >= 3 && name.starts_with(&small))?;
    u8::try_from(at + 1).ok()
}
