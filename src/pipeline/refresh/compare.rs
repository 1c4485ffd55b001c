//! What changed at the source since a photo was stored.

use std::collections::HashSet;

use crate::photo::{License, Photo};
use crate::pipeline::merge;

/// What changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// The licence.
    pub license: bool,
    /// The coordinates, or how exact they are.
    pub location: bool,
    /// Title, description, tags, dates, taxon and so on.
    pub words: bool,
}

/// Compares a stored photo with what its source says now. Counts of views, favourites and comments are no changes.
pub(super) fn changes(before: &Photo, now: &Photo) -> Changes {
    let mut merged = now.clone();
    merge(&mut merged, before.clone());
    let license = |photo: &Photo| photo.license.clone().map(|license| License { seen_on: None, ..license });
    let words = |photo: &Photo| {
        let Photo { title, description, tags, machine_tags, kind, attribution, changes, taken, .. } = photo.clone();
        (title, description, tags, machine_tags, kind, attribution, changes, taken)
    };
    let facts = |photo: &Photo| (photo.taxon.clone(), photo.observation.clone(), photo.dataset.clone());
    Changes {
        license: license(before) != license(&merged),
        location: before.location != merged.location,
        words: words(before) != words(&merged) || facts(before) != facts(&merged),
    }
}

/// Whether none of a photo's known addresses is among those that the source gives now. The path decides: hosts change.
pub(super) fn has_other_addresses(before: &Photo, now: &Photo) -> bool {
    let path =
        |url: &str| url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path.to_owned());
    let paths = |photo: &Photo| -> HashSet<String> {
        let sizes = photo.sizes.iter().map(|size| size.url.as_str());
        sizes.chain(photo.image_url.as_deref()).filter_map(path).collect()
    };
    let (known, given) = (paths(before), paths(now));
    !known.is_empty() && !given.is_empty() && known.is_disjoint(&given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Location, Size, SourceField};

    fn photo(urls: &[&str]) -> Photo {
        let size = |url: &&str| Size { url: (*url).to_owned(), ..Size::default() };
        Photo { title: "Heron".into(), sizes: urls.iter().map(size).collect(), ..Photo::default() }
    }

    #[test]
    fn an_address_has_changed_if_its_path_has() {
        let before = photo(&["https://a.example/1/2_aa_b.jpg", "https://a.example/1/2_zz_o.jpg"]);
        assert!(!has_other_addresses(&before, &photo(&["https://b.example/1/2_aa_b.jpg"])));
        assert!(has_other_addresses(&before, &photo(&["https://a.example/1/2_bb_b.jpg"])));
        assert!(!has_other_addresses(&before, &photo(&[])), "nothing is known");
        assert!(!has_other_addresses(&photo(&[]), &before), "nothing was known");
    }

    #[test]
    fn only_what_the_source_was_asked_for_has_changed() {
        let before = Photo { location: Location::new(1.0, 2.0), views: Some(3), ..photo(&[]) };
        assert_eq!(changes(&before, &Photo { views: Some(9), ..before.clone() }), Changes::default());
        let none = Photo { location: None, ..before.clone() };
        assert_eq!(changes(&before, &none), Changes { location: true, ..Changes::default() });
        let mut unasked = none;
        unasked.unasked.insert(SourceField::Location);
        assert_eq!(changes(&before, &unasked), Changes::default());
        let renamed = Photo { title: "Egret".into(), license: Some(License::all_rights_reserved()), ..before.clone() };
        assert_eq!(changes(&before, &renamed), Changes { license: true, words: true, ..Changes::default() });
    }
}
