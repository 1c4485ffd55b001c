//! A photo's description as safe HTML: a few tags, and links to the web.

use std::collections::HashSet;

use ammonia::Builder;

/// The description with only `a`, `b`, `i`, `em`, `strong`, `br` and `p`; links lead to http or https and
/// send no referrer. Line breaks of plain text are kept.
pub fn sanitised(description: &str) -> String {
    let written = if description.contains('<') { description.to_owned() } else { description.replace('\n', "<br>") };
    Builder::empty()
        .tags(HashSet::from(["a", "b", "i", "em", "strong", "br", "p"]))
        .tag_attributes([("a", HashSet::from(["href"]))].into())
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"))
        .clean_content_tags(HashSet::from(["script", "style", "template", "noscript", "iframe", "svg", "math"]))
        .clean(written.trim())
        .to_string()
}
