//! Texts cut into tokens.

/// A run of characters of one kind; other characters separate runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Letters and digits of scripts with spaces between words: one token.
    Letters(&'a str),
    /// Characters of scripts without spaces: each character and each pair of neighbours is a token.
    Signs(&'a str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Sign,
    Other,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | '0'..='9' => Kind::Letter,
        '\0'..='\u{7f}' => Kind::Other,
        // Thai and Lao, Myanmar, Khmer, jamo, kana, ideographs, hangul.
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{3105}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Kind::Sign,
        _ if c.is_alphanumeric() => Kind::Letter,
        _ => Kind::Other,
    }
}

/// The parts of a normalised text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    each_part(text, |part| parts.push(part));
    parts
}

fn each_part<'a>(text: &'a str, mut each: impl FnMut(Part<'a>)) {
    let mut start = 0;
    let mut last = Kind::Other;
    let mut end = |from: usize, to: usize, kind: Kind| match kind {
        Kind::Letter => each(Part::Letters(&text[from..to])),
        Kind::Sign => each(Part::Signs(&text[from..to])),
        Kind::Other => {}
    };
    for (at, c) in text.char_indices() {
        let kind = kind(c);
        if kind != last {
            end(start, at, last);
            (start, last) = (at, kind);
        }
    }
    end(start, text.len(), last);
}

/// Each pair of neighbours, or the character if there is only one.
pub(super) fn pairs(signs: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = signs.char_indices().map(|(at, _)| at).chain([signs.len()]).collect();
    let width = if starts.len() > 2 { 2 } else { 1 };
    (0..starts.len() - width).map(move |at| &signs[starts[at]..starts[at + width]])
}

/// Passes on the tokens of a text.
pub(super) fn each_token<'a>(text: &'a str, mut each: impl FnMut(&'a str)) {
    each_part(text, |part| match part {
        Part::Letters(letters) => each(letters),
        Part::Signs(signs) => {
            signs.char_indices().for_each(|(at, c)| each(&signs[at..at + c.len_utf8()]));
            if signs.chars().nth(1).is_some() {
                pairs(signs).for_each(&mut each);
            }
        }
    });
}

/// Whether a token consists of digits.
pub(super) fn is_number(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit())
}
