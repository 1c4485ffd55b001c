//! The one rule by which texts are equal: search, filters, names, tags and suggestions all use `normalise`.
//!
//! Two texts are equal if they are the same after Unicode's compatibility decomposition and full case folding, without
//! default-ignorable characters, and after the replacements of `variant`. Accents of Latin letters count.

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_properties::CodePointSetDataBorrowed;
use icu_properties::props::DefaultIgnorableCodePoint;
use unicode_normalization::{UNICODE_VERSION, UnicodeNormalization};

/// Increase this whenever [`normalise`] gives another text than before: what was derived from texts is then derived
/// again.
const RULES: u8 = 2;

const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();
const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetDataBorrowed::new::<DefaultIgnorableCodePoint>();

/// Which rules [`normalise`] follows, and of which version of Unicode: `2/17.0.0`.
pub fn rules() -> String {
    let (major, minor, update) = UNICODE_VERSION;
    format!("{RULES}/{major}.{minor}.{update}")
}

/// The form of a text in which equal texts are the same (see the module's documentation). Each run of blanks and control
/// characters becomes one blank, and none is left at either end. The form of a form is itself.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_normal(&mut out, text);
    out
}

/// Appends text as [`normalise`] gives it.
pub(in crate::photo) fn push_normal(out: &mut String, text: &str) {
    let start = out.len();
    if text.is_ascii() {
        for word in text.split(|c: char| c == ' ' || c.is_ascii_control()).filter(|word| !word.is_empty()) {
            if out.len() > start {
                out.push(' ');
            }
            let at = out.len();
            out.push_str(word);
            out[at..].make_ascii_lowercase();
        }
    } else if text.chars().all(is_settled) {
        text.chars().for_each(|c| push_settled(out, start, c));
    } else {
        push_any(out, start, text);
    }
    if out.len() > start && out.ends_with(' ') {
        out.pop();
    }
}

/// Appends a character that [`is_settled`] accepts.
fn push_settled(out: &mut String, start: usize, c: char) {
    match c {
        _ if c.is_ascii() => push_or_blank(out, start, c.to_ascii_lowercase()),
        'ß' => out.push_str("ss"),
        _ if is_left_out(c) => {}
        _ => push_or_blank(out, start, bare_alef(variant(CASES.simple_fold(c)))),
    }
}

/// Appends any text.
fn push_any(out: &mut String, start: usize, text: &str) {
    let mut compatible = String::with_capacity(text.len() + 16);
    // An ignorable character would keep a letter and its accent apart; the acute accent would become a blank.
    let seen = text.chars().filter(|c| !is_ignorable(*c)).map(|c| if c == '\u{b4}' { '\'' } else { c });
    compatible.extend(seen.nfkd());
    let folded = CASES.fold_string(&compatible);
    let mut before = '\0';
    let kept = folded.nfkd().filter_map(|c| {
        let c = variant(c);
        if is_left_out(c) || c == '\u{307}' && before == 'i' {
            return None;
        }
        before = c;
        Some(c)
    });
    kept.nfc().map(bare_alef).filter(|c| !is_hamza(*c)).for_each(|c| push_or_blank(out, start, c));
}

fn push_or_blank(out: &mut String, start: usize, c: char) {
    if !c.is_whitespace() && !c.is_control() {
        out.push(c);
    } else if out.len() > start && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Common characters that decomposition and composition leave as they are next to others of these, and that fold to one
/// character each, `ß` excepted.
fn is_settled(c: char) -> bool {
    matches!(c, '\0'..='\u{9f}' | 'À'..='ÿ' | 'Ā'..='ı' | 'Ĵ'..='ľ' | 'Ł'..='ň' | 'Ŋ'..='ž' | 'Α'..='Ρ' | 'Σ'..='ω'
        | 'А'..='я' | '\u{621}'..='\u{64a}' | '\u{2010}' | '\u{2012}'..='\u{2015}' | '‘'..='‟' | 'ぁ'..='ゖ'
        | 'ァ'..='\u{30fe}' | '\u{3001}'..='\u{3015}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The character that stands for this one: typographic quotes and dashes as ASCII has them, the Turkish i with and without a dot, and
/// letters of Arabic, Persian and Urdu that differ between keyboards and not between words.
fn variant(c: char) -> char {
    match c {
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2039}' | '\u{203a}' | '\u{2bb}'..='\u{2bd}' | '\u{5f3}' => '\'',
        '\u{ab}' | '\u{bb}' | '\u{201c}'..='\u{201f}' | '\u{5f4}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{58a}' | '\u{5be}' | '\u{2e3a}' | '\u{2e3b}' => '-',
        // Japanese encodings differ in which of the two they mean.
        '\u{301c}' => '~',
        'İ' | 'ı' => 'i',
        'ى' | 'ی' => 'ي',
        'ک' | 'ڪ' => 'ك',
        'ة' | 'ۃ' | 'ہ' | 'ھ' | 'ە' => 'ه',
        _ => c,
    }
}

/// The bare alef for an alef with hamza, madda or wasla: writers leave them out.
fn bare_alef(c: char) -> char {
    if matches!(c, 'أ' | 'إ' | 'آ' | 'ٱ') { 'ا' } else { c }
}

/// The signs above and below, where they stand on no letter that has a form of its own with them.
fn is_hamza(c: char) -> bool {
    matches!(c, '\u{653}'..='\u{655}')
}

/// Points of Arabic and Hebrew, tatweel, and what is ignorable.
fn is_left_out(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{656}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}')
        || is_ignorable(c)
}

/// Whether Unicode calls the character default-ignorable: joiners, soft hyphens, selectors of variants, direction marks.
fn is_ignorable(c: char) -> bool {
    // None is below U+00AD, and most letters are told apart without a look-up.
    c >= '\u{ad}' && !matches!(c, 'À'..='\u{34e}' | '\u{4e00}'..='\u{9fff}') && IGNORABLE.contains(c)
}
