//! The texts of a photo in one searchable text.

use std::sync::LazyLock;

use super::{Search, all};
use crate::photo::Photo;
use crate::photo::text::push_normal;

/// The texts of every field with `search`, each as by [`normalise`](crate::photo::text::normalise), joined by line feeds so
/// that no phrase crosses them.
pub fn search_text(photo: &Photo) -> String {
    let mut out = String::with_capacity(photo.title.len() + photo.description.len() + 256);
    let mut add = |text: &str| {
        let start = out.len();
        if start > 0 {
            out.push('\n');
        }
        let from = out.len();
        push_normal(&mut out, text);
        if out.len() == from {
            out.truncate(start);
        }
    };
    searched().iter().for_each(|search| search(photo, &mut add));
    out
}

/// What passes on the texts in which a search for words looks.
fn searched() -> &'static [Search] {
    static SEARCHED: LazyLock<Vec<Search>> = LazyLock::new(|| all().filter_map(|field| field.search).collect());
    &SEARCHED
}
