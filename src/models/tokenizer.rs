//! Words into the numbers that a text model takes: HuggingFace's `tokenizer.json`, read by their own library, so that
//! the numbers are those that the model was trained with.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use tokenizers::{Tokenizer as Library, TruncationParams};

/// No model looks at more tokens of a search than this.
const CONTEXT_MAX: usize = 8_192;

/// A tokenizer with the length that its model takes.
pub struct Tokenizer {
    library: Library,
    context: usize,
    pad: Option<u32>,
}

/// A text as a model takes it; all rows have the same length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The tokens' numbers, with those at the beginning and the end that the tokenizer adds.
    pub ids: Vec<i64>,
    /// 1 for tokens, 0 for what only fills up.
    pub mask: Vec<i64>,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`. Longer texts are cut to `context` tokens, the end token kept; shorter ones are filled
    /// up with the token number `pad`, or stay short without one. What the file says of both is set aside.
    pub fn open(path: &Path, context: usize, pad: Option<u32>) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read the tokenizer {}", path.display()))?;
        let wrong = |err| anyhow!("{} is not a tokenizer.json that can be used: {err}", path.display());
        let mut library = Library::from_bytes(bytes).map_err(wrong)?;
        ensure!((1..=CONTEXT_MAX).contains(&context), "context = {context}: 1 to {CONTEXT_MAX} tokens");
        let cut = TruncationParams { max_length: context, ..TruncationParams::default() };
        library.with_truncation(Some(cut)).map_err(wrong)?;
        library.with_padding(None);
        Ok(Self { library, context, pad })
    }

    /// A text as its model takes it.
    pub fn tokens(&self, text: &str) -> Result<Tokens> {
        let encoded = self.library.encode(text, true).map_err(|err| anyhow!("{text:?} cannot be read: {err}"))?;
        let mut ids: Vec<i64> = encoded.get_ids().iter().copied().map(i64::from).collect();
        let mut mask = vec![1; ids.len()];
        if let Some(pad) = self.pad {
            ids.resize(self.context, i64::from(pad));
            mask.resize(self.context, 0);
        }
        Ok(Tokens { ids, mask })
    }
}
