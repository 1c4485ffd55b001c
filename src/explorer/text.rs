//! Finds rows whose text contains some words, anywhere and in any script.
//!
//! An index maps tokens to rows. Words in letters are searched for inside all tokens; scripts without spaces
//! are indexed by character and by pairs of characters. If the tokens are not sufficient, the text is searched.

mod build;

use memchr::memmem::{Finder, find, find_iter};

use super::arena::Arena;
use super::bitmap::Bitmap;
use super::tokens::{self, Part};
use crate::photo::text::normalise;

/// A token that occurs in more than one of this number of rows has a bitmap instead of a list.
const DENSE: usize = 32;

/// Finds words in the texts of the sorted rows; unsorted rows are scanned.
#[derive(Default)]
pub(super) struct TextIndex {
    /// The number of indexed rows.
    pub(super) rows: usize,
    /// Every token, each between line feeds.
    pub(super) blob: Vec<u8>,
    /// The position in `blob` of the tokens that consist of digits; they follow all others.
    pub(super) digits_from: usize,
    /// The position in `blob` of each token, and the end of the last one.
    pub(super) starts: Vec<u64>,
    /// The position in `lists` of each token's rows, and the end of the last; dense tokens have no rows there.
    pub(super) heads: Vec<u64>,
    /// Rows, ascending within a token.
    pub(super) lists: Vec<u32>,
    /// Bitmaps of dense tokens, by token.
    pub(super) dense: Vec<(u32, Bitmap)>,
}

impl TextIndex {
    /// The rows whose text contains `words`, as defined by `search_text(photo).contains(&normalise(words))`.
    pub(super) fn holding(&self, texts: &Arena, words: &str) -> Bitmap {
        let words = normalise(words);
        let finder = Finder::new(words.as_bytes());
        let holds = |row: usize| finder.find(texts.bytes(row)).is_some();
        let parts = tokens::parts(&words);
        let mut found = self.candidates(&words, &parts);
        if !decided(&words, &parts) {
            found.keep(holds);
        }
        found.grow(texts.len());
        (self.rows..texts.len()).filter(|row| holds(*row)).for_each(|row| found.set(row));
        found
    }

    /// The rows with tokens for all parts. Inside the words, tokens end where parts end.
    fn candidates(&self, words: &str, parts: &[Part<'_>]) -> Bitmap {
        let mut found = Bitmap::all(self.rows);
        let mut at = 0;
        for part in parts {
            let (Part::Letters(own) | Part::Signs(own)) = part;
            at += words[at..].find(own).unwrap_or_default();
            let (before, after) = (at > 0, at + own.len() < words.len());
            at += own.len();
            match part {
                Part::Letters(letters) => found.and(&self.within(letters, before, after)),
                Part::Signs(signs) => tokens::pairs(signs).for_each(|pair| found.and(&self.exactly(pair))),
            }
        }
        found
    }

    /// Rows with a token that contains these letters. If `before` (`after`), the token must begin (end) with them.
    fn within(&self, letters: &str, before: bool, after: bool) -> Bitmap {
        let mut found = Bitmap::none(self.rows);
        let mut next = 0;
        let end = if tokens::is_number(letters) { self.blob.len() } else { self.digits_from };
        let edge = |is: bool| if is { "\n" } else { "" };
        let wanted = format!("{}{letters}{}", edge(before), edge(after));
        for at in find_iter(&self.blob[..end], wanted.as_bytes()) {
            let at = at + usize::from(before);
            if at < next {
                continue;
            }
            let token = self.starts.partition_point(|start| *start as usize <= at) - 1;
            next = self.starts[token + 1] as usize;
            self.add(token, &mut found);
        }
        found
    }

    /// Rows with just this token.
    fn exactly(&self, token: &str) -> Bitmap {
        let mut found = Bitmap::none(self.rows);
        if let Some(at) = find(&self.blob[..self.digits_from], format!("\n{token}\n").as_bytes()) {
            self.add(self.starts.partition_point(|start| *start as usize <= at + 1) - 1, &mut found);
        }
        found
    }

    fn add(&self, token: usize, found: &mut Bitmap) {
        if let Ok(at) = self.dense.binary_search_by_key(&token, |(dense, _)| *dense as usize) {
            return found.or(&self.dense[at].1);
        }
        let rows = self.heads[token] as usize..self.heads[token + 1] as usize;
        self.lists[rows].iter().for_each(|row| found.set(*row as usize));
    }
}

/// Whether the candidates are the result: the words are a single part that is searched for inside tokens.
fn decided(words: &str, parts: &[Part<'_>]) -> bool {
    match parts {
        [Part::Letters(letters)] => *letters == words,
        [Part::Signs(signs)] => *signs == words && signs.chars().count() <= 2,
        _ => words.is_empty(),
    }
}
