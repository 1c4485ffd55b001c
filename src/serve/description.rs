//! What an author wrote about a photo, as HTML that does nothing: a few tags, links to the web, no more.

use std::collections::HashSet;

use ammonia::Builder;

/// The description with only `a`, `b`, `i`, `em`, `strong`, `br` and `p`; links lead to http or https and
/// tell nothing of where they were followed from. Line breaks of plain text stay.
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
