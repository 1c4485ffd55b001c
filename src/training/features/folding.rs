//! The form of a text whose words are hashed: NFKC, lower case, without Arabic and Hebrew points and some invisible
//! characters. **It must never change**, because trained heads depend on it; search has a newer rule (`photo::text`).

use unicode_normalization::UnicodeNormalization;

/// The form of a text.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.nfkc().filter(|c| !is_left_out(*c)).flat_map(char::to_lowercase).for_each(|c| {
        // A final sigma equals any other.
        out.push(if c == 'ς' { 'σ' } else { c });
    });
    out
}

/// Points of Arabic and Hebrew, tatweel, and invisible characters.
fn is_left_out(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{61c}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
