//! Text to token ids with HuggingFace's library and a `tokenizer.json`, so that the ids are those of the training.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use tokenizers::{Tokenizer as Library, TruncationParams};

/// Longest input of any model, in tokens.
const CONTEXT_MAX: usize = 8_192;

/// A tokenizer with the input length of its model.
pub struct Tokenizer {
    library: Library,
    context: usize,
    pad: Option<u32>,
}

/// A tokenised text; both rows have the same length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Token ids, including those that the tokenizer adds at the start and end.
    pub ids: Vec<i64>,
    /// 1 for tokens, 0 for padding.
    pub mask: Vec<i64>,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`. Longer texts are cut to `context` tokens including the end token; shorter ones are padded
    /// with token `pad`, if given. Truncation and padding in the file are ignored.
    pub fn open(path: &Path, context: usize, pad: Option<u32>) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read the tokenizer {}", path.display()))?;
        let wrong = |err| anyhow!("{} is not a usable tokenizer.json: {err}", path.display());
        let mut library = Library::from_bytes(bytes).map_err(wrong)?;
        ensure!((1..=CONTEXT_MAX).contains(&context), "context = {context}: must be 1 to {CONTEXT_MAX} tokens");
        let cut = TruncationParams { max_length: context, ..TruncationParams::default() };
        library.with_truncation(Some(cut)).map_err(wrong)?;
        library.with_padding(None);
        Ok(Self { library, context, pad })
    }

    /// Tokenises a text.
    pub fn tokens(&self, text: &str) -> Result<Tokens> {
        let encoded = self.library.encode(text, true).map_err(|err| anyhow!("{text:?} cannot be tokenised: {err}"))?;
        let mut ids: Vec<i64> = encoded.get_ids().iter().copied().map(i64::from).collect();
        let mut mask = vec![1; ids.len()];
        if let Some(pad) = self.pad {
            ids.resize(self.context, i64::from(pad));
            mask.resize(self.context, 0);
        }
        Ok(Tokens { ids, mask })
    }
}
