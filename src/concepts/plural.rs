//! Regular English plurals, and the few irregular ones of common words.
//!
//! A word of a concept also finds its plural, never the other way round: "glass" is no "glas". Forms that no
//! language has (`wolfs`) do no harm.

/// Where the end of a word changes in a way of its own.
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
/// Shorter words are too many other things (`ai`, `as`).
const SHORTEST: usize = 3;

/// The plurals that a canonical word or phrase may have; none where its last word is not English by its letters.
pub(super) fn plurals(phrase: &str) -> Vec<String> {
    let last = phrase.rsplit(' ').next().unwrap_or(phrase);
    if !last.bytes().all(|byte| byte.is_ascii_lowercase()) || last.len() < SHORTEST && last != "ox" {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut add = |cut: usize, end: &str| found.push(format!("{}{end}", &phrase[..phrase.len() - cut]));
    for (one, many) in IRREGULAR {
        // "woman" ends as "man" does; "human" and "fox" are words of their own.
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

/// The words that a canonical word or phrase may be the plural of.
pub(super) fn singulars(phrase: &str) -> Vec<String> {
    let endings = [("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe")];
    let turned = IRREGULAR.iter().map(|(one, many)| (*many, *one));
    let cut = |(many, one): (&str, &str)| phrase.strip_suffix(many).map(|stem| format!("{stem}{one}"));
    let candidates = endings.into_iter().chain(turned).filter_map(cut);
    candidates.filter(|one| plurals(one).iter().any(|many| many == phrase)).collect()
}
