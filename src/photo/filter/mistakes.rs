//! Slips of a person who writes a filter: what would silently find nothing becomes an error with the right form.

use super::FilterError;
use crate::photo::country;
use crate::photo::fields::{self, Kind, SCORE};
use crate::photo::suggest::{did_you_mean, nearest};

const PARENTHESES: &str = "parentheses do not group: all clauses must hold, a comma means or, a - means not, as in term:monkey,猿 -country:IN. To look for a parenthesis put the words in quotes";
const STRAY_QUOTE: &str = "this quote does not belong to a pair: quotes are around a whole text or value, as in \"snow monkey\" or city:\"Ho Chi Minh City\"; inside of them a quote is written \\\"";
const SINGLE_QUOTES: &str = "texts and values stand between double quotes, as in \"snow monkey\" or city:\"Ho Chi Minh City\". To look for the apostrophe itself put the word in double quotes";
const WILDCARD: &str = "there are no wildcards: words are found inside longer ones (macaq finds macaques), values are whole. To look for the * itself put the word in quotes";
const BETWEEN_CLAUSES: &str = "all clauses must hold, a comma means or, a - means not: term:monkey,猿 -country:IN. To look for the word itself write it small or in quotes";

/// Names by which people ask for a field that has another one.
const SYNONYMS: [(&str, &str); 10] = [
    ("date", "taken"),
    ("day", "taken"),
    ("year", "taken"),
    ("search", "term"),
    ("author", "person"),
    ("owner", "person"),
    ("photographer", "person"),
    ("favorites", "faves"),
    ("favourites", "faves"),
    ("lat", "latitude"),
];

/// What is wrong with a value without quotes.
pub(super) fn in_value(text: &str, at: usize) -> Result<(), FilterError> {
    let place = |wrong: fn(char) -> bool| text.chars().position(wrong).map(|before| at + before);
    match (place(is_parenthesis), place(is_quote), place(|c| c == '*')) {
        (Some(at), ..) => error(at, PARENTHESES),
        (_, Some(at), _) => error(at, STRAY_QUOTE),
        (.., Some(at)) => error(at, WILDCARD),
        _ => Ok(()),
    }
}

/// The error of a word or value that begins with an apostrophe, where `after`, what follows it, shows that it is meant as
/// a quote: a later word ends with one.
pub(super) fn single_quotes(text: &str, after: impl FnOnce() -> String, at: usize) -> Result<(), FilterError> {
    let is_single = |c: char| matches!(c, '\'' | '‘' | '’' | '‚');
    let closes = |word: &str| word.trim_end_matches(',').ends_with(is_single);
    let is_pair = text.starts_with(is_single) && text.chars().nth(1).is_some();
    if is_pair && (closes(text) || after().split_whitespace().any(closes)) {
        return error(at, SINGLE_QUOTES);
    }
    Ok(())
}

/// What is wrong with a word without quotes that is to be looked for.
pub(super) fn in_word(word: &str, at: usize) -> Result<(), FilterError> {
    if ["AND", "OR", "NOT", "|", "||", "&", "&&", "!"].contains(&word) {
        return error(at, BETWEEN_CLAUSES);
    }
    in_name(word, at)?;
    if word.to_ascii_lowercase().starts_with(SCORE) {
        let message = format!("a score needs a colon and a number: {word}:>=0.5, {word}:any or {word}:none");
        return error(at, message);
    }
    Ok(())
}

/// Whether there is a comparison without a colon in a word, a parenthesis or a quote.
fn in_name(word: &str, at: usize) -> Result<(), FilterError> {
    let sign = word.char_indices().enumerate().find(|(_, (_, c))| is_comparison(*c));
    if let Some((before, (byte, sign))) = sign {
        let (name, rest) = word.split_at(byte);
        if let Some(known) = known_field(name) {
            return error(at + before, format!("a colon is missing: write {known}:{}", plain_sign(rest)));
        }
        if matches!(sign, '<' | '>' | '≤' | '≥') {
            let rest = plain_sign(rest);
            // A number up to 1 is a score's: what stands before it is a concept.
            let is_share = || {
                rest.trim_start_matches(is_comparison).parse::<f64>().is_ok_and(|number| (0.0..=1.0).contains(&number))
            };
            let near = match field_like(name) {
                Some(field) => field,
                None if !name.is_empty() && is_share() => format!("{SCORE}{name}"),
                None => "views".to_owned(),
            };
            return error(
                at,
                format!(
                    "a comparison needs a field and a colon: {near}:{rest}. To look for the text itself put it in quotes: \"{word}\""
                ),
            );
        }
    }
    in_value(word, at)
}

/// The error of a name before a colon that no field has.
pub(super) fn unknown_field(name: &str, at: usize) -> FilterError {
    if let Err(err) = in_name(name, at) {
        return err;
    }
    if name.is_empty() {
        let message = "a field is missing before this colon (no blanks around colons): country:IN,MY";
        return FilterError { at, message: message.to_owned() };
    }
    let known = || fields::filterable().iter().map(|field| field.name);
    let small = name.to_ascii_lowercase();
    let searched = fields::named(&small).filter(|field| field.search.is_some() && matches!(field.kind, Kind::Plain));
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == small).map(|(_, field)| *field);
    let hint = match (searched, synonym) {
        (Some(_), _) => "; words are looked for in all texts: write them without a field.".to_owned(),
        (None, Some(field)) => format!("; did you mean {field}?"),
        (None, None) => did_you_mean(name, known()),
    };
    let hint = if hint.is_empty() { "." } else { &hint };
    let known = known().collect::<Vec<_>>().join(", ");
    let message = format!(
        "there is no field \"{name}\"{hint} Fields are {known}. The score of a concept is written score.NAME:>=0.5. To look for a text with a colon in it, put it in quotes: \"12:30\""
    );
    FilterError { at, message }
}

/// What is wrong with a country that has no such name or code.
pub(super) fn unknown_country(text: &str) -> String {
    let near: Vec<String> =
        country::nearest(text).iter().map(|(code, name)| format!("{name} (country:{code})")).collect();
    let hint = if near.is_empty() { ".".to_owned() } else { format!("; did you mean {}?", near.join(" or ")) };
    format!(
        "there is no country \"{text}\"{hint} A country is a code of ISO 3166 or a name, in quotes where it has blanks; none or any: country:IN,MY or country:\"Sri Lanka\""
    )
}

fn error<T>(at: usize, message: impl Into<String>) -> Result<T, FilterError> {
    Err(FilterError { at, message: message.into() })
}

fn is_parenthesis(c: char) -> bool {
    matches!(c, '(' | ')' | '（' | '）')
}

/// Signs that people write where a colon belongs, and the colon of East Asian keyboards.
fn is_comparison(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '≤' | '≥' | '：')
}

/// A comparison as the language writes it.
fn plain_sign(rest: &str) -> String {
    let number = rest.trim_start_matches(is_comparison);
    let signs = &rest[..rest.len() - number.len()];
    let has = |sign: [char; 2]| signs.contains(sign);
    let sign = if has(['<', '≤']) {
        "<"
    } else if has(['>', '≥']) {
        ">"
    } else {
        ""
    };
    let with_end = !sign.is_empty() && has(['=', '≤']) || signs.contains('≥');
    format!("{sign}{}{number}", if with_end { "=" } else { "" })
}

/// The field of a name, as a filter writes it.
fn known_field(name: &str) -> Option<String> {
    let small = name.to_ascii_lowercase();
    let is_score = small.len() > SCORE.len() && small.starts_with(SCORE);
    (is_score || small == "licence" || fields::filterable().iter().any(|field| field.name == small))
        .then(|| name.to_owned())
}

/// The field whose name is most like this one.
fn field_like(name: &str) -> Option<String> {
    nearest(name, fields::filterable().iter().map(|field| field.name)).map(str::to_owned)
}

/// Whether a character opens a text in quotes: the one of the keyboard, or one that word processors make of it.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}'..='\u{201f}' | '«' | '»' | '＂')
}
