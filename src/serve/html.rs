//! Text into HTML, and nothing else into HTML: all that a photo says goes through here.

use std::fmt::{self, Display, Formatter, Write};

use url::Url;

/// Text that a browser shows as it is, in content and in quoted attributes.
pub struct Escaped<T>(pub T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.write_str("&amp;")?,
                '<' => self.0.write_str("&lt;")?,
                '>' => self.0.write_str("&gt;")?,
                '"' => self.0.write_str("&quot;")?,
                '\'' => self.0.write_str("&#39;")?,
                c if c.is_control() && c != '\n' => {}
                c => self.0.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Text as one segment of a path or one value of a query.
pub struct Segment<'a>(pub &'a str);

impl Display for Segment<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => {
                    f.write_char(char::from(byte))?;
                }
                other => write!(f, "%{other:02X}")?,
            }
        }
        Ok(())
    }
}

/// An address that may be followed: `http` or `https`, normalised. `javascript:` and the like are none.
pub fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.password().is_none();
    web.then(|| url.to_string())
}

/// A link out of here; only the text where the address is none that may be followed.
pub fn link(address: Option<&str>, text: &str) -> String {
    match address.and_then(web_address) {
        Some(url) => {
            format!("<a href=\"{}\" rel=\"external noopener noreferrer nofollow\">{}</a>", Escaped(url), Escaped(text))
        }
        None => Escaped(text).to_string(),
    }
}

/// A whole page around what stands between `<body>` and `</body>`.
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
