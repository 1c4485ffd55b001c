//! Tokens equal those of Python's `tokenizers`, truncated and padded as configured.

use std::io::Write;
use std::process::Stdio;

use gleaner::models::Tokenizer;
use serde_json::{Value, json};

use super::{fixtures, python};

const TEXTS: [&str; 14] = [
    "a photo of red",
    "A  PHOTO\n of Red!",
    "it's red, it'S green",
    "猿",
    "日本猿の檻 wild猿s",
    "caf\u{e9} cafe\u{301}",
    "12 345 x2",
    "\u{1f412}\u{1f468}\u{200d}\u{1f469}",
    "<|endoftext|> red",
    "قرد في القفص",
    "بंदर लंगूर",
    "ﬁsh ½ Ⅷ",
    "---...!!!",
    "red green blue yellow white black red green blue yellow white black",
];

const SCRIPT: &str = "
import json, sys
from tokenizers import Tokenizer
asked = json.load(sys.stdin)
tokenizer = Tokenizer.from_file(asked['file'])
tokenizer.enable_truncation(asked['context'])
if asked['pad'] is not None:
    tokenizer.enable_padding(length=asked['context'], pad_id=asked['pad'], pad_token='x')
print(json.dumps([[e.ids, e.attention_mask] for e in map(tokenizer.encode, asked['texts'])]))
";

#[test]
fn tokens_equal_those_of_python() {
    for (context, pad) in [(12, Some(5)), (77, None), (3, Some(0)), (2, None)] {
        let Some(mut command) = python("tokenizers") else { return };
        let mut child =
            command.args(["-X", "utf8", "-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let path = fixtures().join("tokenizer.json");
        let asked = json!({"file": path, "context": context, "pad": pad, "texts": TEXTS});
        child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
        let theirs: Vec<Value> = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
        let tokenizer = Tokenizer::open(&path, context, pad).unwrap();
        for (text, theirs) in TEXTS.iter().zip(theirs) {
            let ours = tokenizer.tokens(text).unwrap();
            assert_eq!(json!([ours.ids, ours.mask]), theirs, "{text:?}, {context} tokens");
        }
    }
}

/// Without Python: the numbers follow from the made vocabulary, 512 bytes, then merges.
#[test]
fn a_text_is_cut_to_its_context_and_keeps_its_ends() {
    let path = fixtures().join("tokenizer.json");
    let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let number = |token: &str| file["model"]["vocab"][token].as_i64().unwrap();
    let (begin, end, red) = (number("<|startoftext|>"), number("<|endoftext|>"), number("red</w>"));
    let tokens = |text: &str, context, pad| Tokenizer::open(&path, context, pad).unwrap().tokens(text).unwrap();
    assert_eq!(tokens("Red", 77, None).ids, [begin, red, end]);
    let filled = tokens("red", 5, Some(9));
    assert_eq!((filled.ids, filled.mask), (vec![begin, red, end, 9, 9], vec![1, 1, 1, 0, 0]));
    let cut = tokens("red red red red", 4, Some(9));
    assert_eq!((cut.ids, cut.mask), (vec![begin, red, red, end], vec![1; 4]));
    assert_eq!(tokens("", 77, None).ids, [begin, end]);
}
