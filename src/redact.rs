//! What may be shown: texts from outside are shortened and made printable, and no text contains a secret that this program holds.
//!
//! Secrets (keys and tokens of services, keys of datasets, passwords of addresses) are registered where they are made, and
//! forgotten when they are dropped. Everything that is printed, logged or sent as an error passes [`shown`].

use std::borrow::Cow;
use std::sync::{Arc, Weak};

use parking_lot::RwLock;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

/// Most characters of a text from outside.
const OUTSIDE_MAX: usize = 300;

/// Most bytes of a message.
const SHOWN_MAX: usize = 16 << 10;

/// Shortest secret that is searched for. Shorter ones are parts of words.
const SECRET_MIN: usize = 4;

/// The text in place of a secret.
const MARK: &str = "[secret]";

/// The ways in which a secret is written.
type Forms = Zeroizing<Vec<String>>;

static SECRETS: RwLock<Vec<Weak<Forms>>> = RwLock::new(Vec::new());

/// Keeps a secret from being shown, as long as it or a clone lives.
#[derive(Clone)]
pub struct Held(#[allow(dead_code, reason = "its life is what counts")] Arc<Forms>);

/// Registers a secret, also as it is written in an address and in JSON.
pub fn hold(secret: &str) -> Held {
    let mut forms: Vec<String> = vec![
        secret.to_owned(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        percent_decode_str(secret).decode_utf8_lossy().into_owned(),
        serde_json::to_string(secret).unwrap_or_default().trim_matches('"').to_owned(),
    ];
    // An address encodes less than everything.
    forms.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
    forms.retain(|form| form.len() >= SECRET_MIN);
    // A form that contains another one is found first.
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    let held = Arc::new(Zeroizing::new(forms));
    let mut secrets = SECRETS.write();
    secrets.retain(|secret| secret.strong_count() > 0);
    secrets.push(Arc::downgrade(&held));
    Held(held)
}

/// A text without the secrets that this program holds.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    for secret in SECRETS.read().iter().filter_map(Weak::upgrade) {
        for form in secret.iter() {
            if out.contains(form.as_str()) {
                out = Cow::Owned(out.replace(form.as_str(), MARK));
            }
        }
    }
    out
}

/// A message as it may be printed: no secrets, nothing that a terminal obeys or that changes the direction of the text, and not too
/// long.
pub fn shown(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c == '\n' || c == '\t' || !is_unprintable(c);
    let text = without_secrets(text);
    if text.len() <= SHOWN_MAX && text.chars().all(is_plain) {
        return text;
    }
    let mut out = String::with_capacity(text.len().min(SHOWN_MAX));
    for c in text.chars() {
        if out.len() >= SHOWN_MAX {
            out.push_str("...");
            break;
        }
        if is_plain(c) {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    Cow::Owned(out)
}

/// [`shown`] of written JSON, which stays valid.
pub fn shown_json(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c == '\n' || !is_unprintable(c);
    let text = without_secrets(text);
    if text.chars().all(is_plain) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) {
            out.push(c);
        } else {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    Cow::Owned(out)
}

/// What a service or a file says, to be quoted in a message: one line of at most 300 characters.
pub fn outside(text: &str) -> String {
    // Secrets first: a cut one would not be found.
    let text = without_secrets(text);
    let mut words = text.split_whitespace().flat_map(|word| [" ", word]).skip(1).flat_map(str::chars);
    let mut out = String::new();
    for c in words.by_ref().take(OUTSIDE_MAX) {
        if is_unprintable(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    if words.next().is_some() {
        out.push_str("...");
    }
    out
}

/// Controls of terminals (also those of ISO 8859), and characters that are invisible or turn the direction of a text
/// (UTS #55, UAX #9).
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{61c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown_however_it_is_written_until_it_is_dropped() {
        let secret = "canary+Key/with \"marks\"=";
        let held = hold(secret);
        for text in [
            format!("the key {secret} is wrong"),
            "?key=canary%2BKey%2Fwith%20%22marks%22%3D&a=1".to_owned(),
            "?key=canary%2BKey%2Fwith+%22marks%22%3D&a=1".to_owned(),
            r#"{"key":"canary+Key/with \"marks\"="}"#.to_owned(),
            format!("{secret}{secret}"),
        ] {
            let both = [shown(&text).into_owned(), outside(&text)];
            assert!(both.iter().all(|shown| !shown.contains("canary") && shown.contains(MARK)), "{both:?}");
        }
        let long = format!("{} {secret}", "x".repeat(OUTSIDE_MAX - 8));
        assert!(!outside(&long).contains("canary"), "not its beginning either");
        let copy = held.clone();
        drop(held);
        assert!(!shown(secret).contains("canary"));
        drop(copy);
        assert_eq!(shown(secret), secret);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_shown_and_texts_of_any_language_are() {
        for (text, printed) in [
            ("\x1b[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{9b}31mred", "\\u{9b}31mred"),
            ("a\u{202e}txt.exe", "a\\u{202e}txt.exe"),
            ("bell\x07", "bell\\u{7}"),
            ("日本の猿 ναι שלום नेपाल 🐒", "日本の猿 ναι שלום नेपाल 🐒"),
        ] {
            assert_eq!((shown(text).as_ref(), outside(text).as_str()), (printed, printed));
        }
        assert_eq!(shown("two\nlines"), "two\nlines");
        assert_eq!(outside(" two\r\n  lines \n"), "two lines");
    }

    #[test]
    fn long_texts_are_shortened() {
        let long = "猿 ".repeat(5_000_000 / 4);
        assert_eq!(outside(&long).chars().count(), OUTSIDE_MAX + 3);
        assert!(shown(&long).len() <= SHOWN_MAX + 8);
    }
}
