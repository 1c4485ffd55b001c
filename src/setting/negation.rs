//! Whether words are denied: `not in a zoo`, `nicht wild`, `動物園ではない`.

use std::ops::Range;
use std::sync::LazyLock;

use crate::concepts::words::canonical;

/// Words before what they deny, in twelve languages.
const BEFORE: [&str; 11] = [
    "not no never without isn wasn aren weren neither nor",
    "kein keine keinem keinen keiner nicht nie ohne",
    "pas jamais sans aucun aucune",
    "no nunca sin ningún ninguna",
    "não nunca sem nenhum nenhuma",
    "non mai senza nessun nessuno nessuna",
    "niet geen nooit zonder",
    "bukan tidak tanpa tak",
    "не нет без никогда",
    "不是 不在 並非 并非 没有 沒有 非",
    "아니 안",
];
/// What may stand between a denial and what it denies: articles, prepositions, `really`.
const BETWEEN: [&str; 10] = [
    "a an the in at from of any really actually some taken by my our t s kind living kept",
    "in im am aus dem den der die das ein eine einem einen einer vom beim wirklich",
    "dans en au aux à de du des la le les l un une d vraiment",
    "en el la los las un una de del es está",
    "em na um uma de do da é o a está",
    "in un uno una lo la il allo nello nella dello della di del è",
    "in de het een van uit echt",
    "di dari seekor sebuah dalam",
    "в во на из с со",
    "在 一个 一個 這 这 的 是",
];
/// What stands after what it denies, in Japanese and Korean.
const AFTER: [&str; 14] = [
    "ではない",
    "じゃない",
    "ではありません",
    "じゃありません",
    "ではなく",
    "じゃなく",
    "でない",
    "にはいない",
    "이 아닌",
    "이 아니",
    "가 아닌",
    "가 아니",
    "이 아닙",
    "가 아닙",
];
/// Words between, at most.
const FARTHEST: usize = 3;

struct Words {
    before: Vec<String>,
    between: Vec<String>,
    after: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let all = |lines: &[&str]| lines.iter().flat_map(|line| line.split(' ')).map(canonical).collect();
    let after = AFTER.iter().map(|words| canonical(words)).collect();
    Words { before: all(&BEFORE), between: all(&BETWEEN), after }
});

/// Whether the words at this range of a canonical text are denied. `is_portuguese`: they may be Portuguese, where `no` means `in the`.
pub(super) fn is_negated(text: &str, range: Range<usize>, is_portuguese: bool) -> bool {
    let after = text[range.end..].trim_start();
    if WORDS.after.iter().any(|denial| after.starts_with(denial.as_str())) {
        return true;
    }
    let before = &text[..range.start];
    // Chinese has no blanks.
    if is_unspaced(before) {
        let mut rest = before;
        for _ in 0..=FARTHEST {
            if WORDS.before.iter().any(|denial| is_unspaced(denial) && rest.ends_with(denial.as_str())) {
                return true;
            }
            let Some(shorter) = WORDS.between.iter().find_map(|word| {
                Some(word).filter(|word| is_unspaced(word)).and_then(|word| rest.strip_suffix(word.as_str()))
            }) else {
                return false;
            };
            rest = shorter;
        }
        return false;
    }
    for word in before.split_whitespace().rev().take(FARTHEST + 1) {
        // `No monkeys. Zoo closed`: another clause.
        if word.ends_with(['.', ',', ';', ':', '!', '?', ')', '|']) {
            return false;
        }
        if WORDS.before.iter().any(|denial| denial == word) && !(is_portuguese && word == "no") {
            return true;
        }
        if !WORDS.between.iter().any(|known| known == word) {
            return false;
        }
    }
    false
}

/// Whether a text ends with an ideograph.
fn is_unspaced(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| matches!(c, '\u{3400}'..='\u{9fff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(text: &str, word: &str) -> bool {
        let (text, word) = (canonical(text), canonical(word));
        let at = text.find(&word).unwrap_or_else(|| panic!("{text}: {word}"));
        is_negated(&text, at..at + word.len(), false)
    }

    #[test]
    fn what_is_denied_in_the_same_clause_is_found_in_twelve_languages() {
        for (text, word) in [
            ("This is not really in a zoo", "zoo"),
            ("It wasn't taken in captivity", "captivity"),
            ("no cage", "cage"),
            ("never in a cage", "cage"),
            ("nicht in einem Gehege", "gehege"),
            ("ohne Käfig", "käfig"),
            ("ce n'est pas dans un enclos", "enclos"),
            ("sans cage", "cage"),
            ("sin jaula", "jaula"),
            ("sem gaiola", "gaiola"),
            ("non in una gabbia", "gabbia"),
            ("niet in een kooi", "kooi"),
            ("bukan di kandang", "kandang"),
            ("не в клетке", "клетке"),
            ("这不是在动物园", "动物园"),
            ("檻ではない", "檻"),
            ("동물원이 아닙니다", "동물원"),
        ] {
            assert!(denied(text, word), "{text}");
        }
        for (text, word) in [
            ("No monkeys here. Zoo closed", "zoo"),
            ("Not only in the zoo", "zoo"),
            ("Not sure, cage behind", "cage"),
            ("nicht weit vom Zoo", "zoo"),
            ("在动物园", "动物园"),
            ("A zoo, not a park", "zoo"),
        ] {
            assert!(!denied(text, word), "{text}");
        }
        assert!(!is_negated("macaco no recinto", 10..17, true), "in the enclosure");
    }
}
