//! The tokens of a filter's text: words, quotes, and values between commas, each with its position.

use super::FilterError;
use super::known_names::Named;
use super::mistakes::{self, is_quote};

/// Reads a filter character by character.
pub(super) struct Reader {
    chars: Vec<char>,
    /// How many characters were read.
    pub(super) at: usize,
    /// The names so far that only a dataset can know.
    pub(super) named: Vec<Named>,
}

/// One value of a clause.
pub(super) struct Item {
    /// What it says, without quotes.
    pub(super) text: String,
    /// Whether it was in quotes: then `none` and `any` are ordinary words.
    pub(super) quoted: bool,
    /// Position of its first character, from 0.
    pub(super) at: usize,
}

impl Item {
    /// Whether it is this word of the language, in capitals or not.
    pub(super) fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn error(&self, message: impl Into<String>) -> FilterError {
        FilterError { at: self.at, message: message.into() }
    }
}

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0, named: Vec::new() }
    }

    pub(super) fn error<T>(&self, message: impl Into<String>) -> Result<T, FilterError> {
        Err(FilterError { at: self.at, message: message.into() })
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Skips a character if it comes next.
    pub(super) fn skip(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        self.at += usize::from(there);
        there
    }

    /// Skips blanks; returns whether text is left.
    pub(super) fn next_clause(&mut self) -> bool {
        self.until(|c| !c.is_whitespace());
        self.peek().is_some()
    }

    /// Whether a clause ends here.
    pub(super) fn at_end(&self) -> bool {
        self.peek().is_none_or(char::is_whitespace)
    }

    /// Reads on to a character that `stop` names, or to the end.
    pub(super) fn until(&mut self, stop: impl Fn(char) -> bool) -> String {
        let rest = &self.chars[self.at..];
        let length = rest.iter().position(|c| stop(*c)).unwrap_or(rest.len());
        self.at += length;
        rest[..length].iter().collect()
    }

    /// What is not yet read.
    pub(super) fn rest(&self) -> String {
        self.chars[self.at..].iter().collect()
    }

    /// Whether a quote comes next.
    pub(super) fn at_quote(&self) -> bool {
        self.peek().is_some_and(is_quote)
    }

    /// Reads a text in quotes; the opening quote comes next. `\"` is a quote, `\\` a backslash. A typographic quote is
    /// closed by any quote, since their forms differ between languages.
    pub(super) fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        let plain = self.peek() == Some('"');
        let closes = |c: char| if plain { c == '"' } else { is_quote(c) };
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match (c, self.peek()) {
                (c, _) if closes(c) => return Ok(text),
                ('\\', Some(escaped @ ('"' | '\\'))) => {
                    self.at += 1;
                    text.push(escaped);
                }
                _ => text.push(c),
            }
        }
        self.at = start;
        self.error("this quote is never closed, as in \"snow monkey\"; a quote inside is written \\\"")
    }

    /// Reads values between commas up to the clause's end; `example` shows a clause of the kind.
    pub(super) fn items(&mut self, example: &str) -> Result<Vec<Item>, FilterError> {
        let mut items = Vec::new();
        loop {
            let at = self.at;
            let quoted = self.at_quote();
            let text = if quoted { self.quoted()? } else { self.until(|c| c == ',' || c.is_whitespace()) };
            if !quoted {
                mistakes::single_quotes(&text, || self.rest(), at)?;
                mistakes::in_value(&text, at)?;
            }
            if text.is_empty() {
                self.at = at;
                return self.error(format!("a value is missing here (no blanks around colons and commas): {example}"));
            }
            items.push(Item { text, quoted, at });
            if self.at_end() {
                return Ok(items);
            }
            if !self.skip(',') {
                return self.error(format!("after a closing quote comes a comma or a blank: {example}"));
            }
        }
    }
}
