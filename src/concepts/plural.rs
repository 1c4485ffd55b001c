//! Regular English plurals, and the irregular plurals of a few common words.
//!
//! A concept's word also matches its plural, but not the other way round: "glass" does not match "glas". Forms that do
//! not exist (`wolfs`) do no harm.

/// Irregular endings.
const IRREGULAR: [(&str, &str); 10] = [
    ("man", "men"),
    ("child", "children"),
    ("person", "people"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("goose", "geese"),
    ("mouse", "mice"),
    ("ox", "oxen"),
    ("fungus", "fungi"),
    ("cactus", "cacti"),
];
/// Shorter words are ambiguous (`ai`, `as`).
const SHORTEST: usize = 3;

/// The possible plurals of a canonical word or phrase; none if its last word is not written in English letters.
pub(crate) fn plurals(phrase: &str) -> Vec<String> {
    let last = phrase.rsplit(' ').next().unwrap_or(phrase);
    if !last.bytes().all(|byte| byte.is_ascii_lowercase()) || last.len() < SHORTEST && last != "ox" {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut add = |cut: usize, end: &str| found.push(format!("{}{end}", &phrase[..phrase.len() - cut]));
    for (one, many) in IRREGULAR {
        // "woman" follows "man"; "human" and "fox" are exceptions.
        if last == one || one == "man" && last.ends_with("woman") || one == "mouse" && last == "titmouse" {
            add(one.len(), many);
        }
    }
    let before = last.as_bytes()[last.len() - 2];
    let consonant = !b"aeiou".contains(&before);
    match last.as_bytes()[last.len() - 1] {
        b's' | b'x' | b'z' => add(0, "es"),
        b'h' if matches!(before, b'c' | b's') => add(0, "es"),
        b'y' if consonant => add(1, "ies"),
        b'o' if consonant => (add(0, "s"), add(0, "es")).0,
        b'f' => (add(0, "s"), add(1, "ves")).0,
        b'e' if before == b'f' => (add(0, "s"), add(2, "ves")).0,
        _ => add(0, "s"),
    }
    found
}

/// The words whose plural a canonical word or phrase may be.
pub(super) fn singulars(phrase: &str) -> Vec<String> {
    let endings = [("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe")];
    let turned = IRREGULAR.iter().map(|(one, many)| (*many, *one));
    let cut = |(many, one): (&str, &str)| phrase.strip_suffix(many).map(|stem| format!("{stem}{one}"));
    let candidates = endings.into_iter().chain(turned).filter_map(cut);
    candidates.filter(|one| plurals(one).iter().any(|many| many == phrase)).collect()
}
