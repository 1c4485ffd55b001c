//! The picture that an image host sends instead of one that is gone, with a friendly status 200.

use crate::hash::sha256_hex;

/// File stems of placeholders; Flickr's lie at `s.yimg.com/pw/images/en-us/photo_unavailable{,_l}.png`.
const STEMS: [&str; 1] = ["photo_unavailable"];

/// SHA-256 (hex) of placeholders that were seen under other addresses; none was yet.
const SHA256_HEX: [&str; 0] = [];

/// Whether what came from `final_url` (after all redirects) stands for a photo that is gone.
pub fn is_unavailable(final_url: &str, bytes: &[u8]) -> bool {
    let path = final_url.split(['?', '#']).next().unwrap_or(final_url);
    let basename = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    STEMS.iter().any(|stem| basename.starts_with(stem)) || is_known(bytes, &SHA256_HEX)
}

fn is_known(bytes: &[u8], known: &[&str]) -> bool {
    if known.is_empty() {
        return false;
    }
    let sum = sha256_hex(bytes);
    known.contains(&sum.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unavailable_pictures_of_flickr_are_told_by_their_address() {
        for url in [
            "https://s.yimg.com/pw/images/en-us/photo_unavailable.png",
            "https://s.yimg.com/pw/images/en-us/photo_unavailable_l.png",
            "https://combo.staticflickr.com/pw/images/PHOTO_UNAVAILABLE_m.gif?v=2",
        ] {
            assert!(is_unavailable(url, b""), "{url}");
        }
    }

    #[test]
    fn a_photo_is_not_taken_for_the_placeholder() {
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
    fn a_listed_checksum_is_told_whatever_the_address() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(is_known(b"abc", &[abc]));
        assert!(!is_known(b"abd", &[abc]));
    }
}
