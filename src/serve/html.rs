//! HTML escaping, links and pages: all text of photos goes through here.

use std::fmt::{self, Display, Formatter};

use html_escape::encode_quoted_attribute;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Escaped text, for content and for quoted attributes.
pub struct Escaped<T>(pub T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = self.0.to_string();
        text.retain(|c| !c.is_control() || c == '\n');
        f.write_str(&encode_quoted_attribute(&text))
    }
}

/// The characters of a path segment or a query value that need no escape.
const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// Text as one segment of a path or one value of a query.
pub struct Segment<'a>(pub &'a str);

impl Display for Segment<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        utf8_percent_encode(self.0, UNESCAPED).fmt(f)
    }
}

/// The normalised address if it is `http` or `https`; `None` for `javascript:` and the like.
pub fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.password().is_none();
    web.then(|| url.to_string())
}

/// A link to another site; only the text if the address is not allowed.
pub fn link(address: Option<&str>, text: &str) -> String {
    match address.and_then(web_address) {
        Some(url) => {
            format!("<a href=\"{}\" rel=\"external noopener noreferrer nofollow\">{}</a>", Escaped(url), Escaped(text))
        }
        None => Escaped(text).to_string(),
    }
}

/// A whole HTML page with this body.
pub fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
         <link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"/plain/plain.css\">\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the photos</a>\n{body}\n</body>\n</html>\n",
        Escaped(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_web_addresses_become_links() {
        for bad in [
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "//elsewhere.example/",
            "/here",
            "http:",
            "",
        ] {
            assert_eq!(link(Some(bad), "a<b"), "a&lt;b", "{bad}");
        }
        let good = link(Some("https://example.org/?a=1&b=\"><script>"), "page");
        assert!(good.starts_with("<a href=\"https://example.org/?a=1&amp;b=%22%3E%3Cscript%3E\" "), "{good}");
    }

    proptest! {
        #[test]
        fn escaped_text_holds_nothing_that_html_reads(text in ".*") {
            let escaped = Escaped(&text).to_string();
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            prop_assert!(escaped.matches('&').count() == text.matches(['&', '<', '>', '"', '\'']).count());
        }

        #[test]
        fn a_segment_is_one_segment(text in ".*") {
            let segment = Segment(&text).to_string();
            prop_assert!(!segment.contains(['/', '?', '#', '&', '"', '<', ' ', '\\']));
            prop_assert!(segment.is_ascii());
        }
    }
}
