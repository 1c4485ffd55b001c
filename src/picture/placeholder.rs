//! Detects the placeholder that an image host sends, with status 200, for a photo that is gone.

use sha2::{Digest, Sha256};

/// File name stems of placeholders; Flickr's are at `s.yimg.com/pw/images/en-us/photo_unavailable{,_l}.png`.
const STEMS: [&str; 1] = ["photo_unavailable"];

/// SHA-256 (hex) of placeholders at other addresses; none is known yet.
const SHA256_HEX: [&str; 0] = [];

/// Whether a response from `final_url` (after all redirects) is a placeholder.
pub fn is_unavailable(final_url: &str, bytes: &[u8]) -> bool {
    let path = final_url.split(['?', '#']).next().unwrap_or(final_url);
    let basename = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    STEMS.iter().any(|stem| basename.starts_with(stem)) || is_known(bytes, &SHA256_HEX)
}

fn is_known(bytes: &[u8], known: &[&str]) -> bool {
    if known.is_empty() {
        return false;
    }
    let sum = Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    known.contains(&sum.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flickrs_placeholders_are_recognised_by_their_address() {
        for url in [
            "https://s.yimg.com/pw/images/en-us/photo_unavailable.png",
            "https://s.yimg.com/pw/images/en-us/photo_unavailable_l.png",
            "https://combo.staticflickr.com/pw/images/PHOTO_UNAVAILABLE_m.gif?v=2",
        ] {
            assert!(is_unavailable(url, b""), "{url}");
        }
    }

    #[test]
    fn a_photo_is_not_mistaken_for_a_placeholder() {
        for url in [
            "https://live.staticflickr.com/65535/1_a_b.jpg",
            "https://live.staticflickr.com/photo_unavailable/1_a_b.jpg",
            "https://live.staticflickr.com/1_a_b.jpg?from=photo_unavailable.png",
            "",
        ] {
            assert!(!is_unavailable(url, b"\xff\xd8\xff"), "{url}");
        }
    }

    #[test]
    fn a_listed_checksum_is_recognised_at_any_address() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(is_known(b"abc", &[abc]));
        assert!(!is_known(b"abd", &[abc]));
    }
}
