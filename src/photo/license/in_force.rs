//! The licence that counts where several sources report one for the same photo.

use std::borrow::Cow;

use super::{License, LicenseTerms, Terms};

/// What a licence forbids. Versions of a licence forbid the same.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Restrictions<'a> {
    /// Everything.
    AllRightsReserved,
    /// Not known: the licence has no terms that this program knows.
    Unknown(&'a str),
    /// To use it without naming the author, if `attribution`, and what [`Terms`] says.
    Open { attribution: bool, terms: Terms },
}

impl<'a> Restrictions<'a> {
    fn of(license: &'a License) -> Self {
        let open = |attribution, terms| Self::Open { attribution, terms };
        match LicenseTerms::of(license) {
            None => Self::Unknown(&license.id),
            Some(LicenseTerms::AllRightsReserved) => Self::AllRightsReserved,
            Some(LicenseTerms::Cc0 | LicenseTerms::PublicDomain) => open(false, Terms::default()),
            Some(terms) => open(true, Terms::read(terms.as_str().split('-')).unwrap_or_default()),
        }
    }

    /// What either forbids. Of two unknown licences it is the first.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::AllRightsReserved, _) | (_, Self::AllRightsReserved) => Self::AllRightsReserved,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            (Self::Open { attribution, terms }, Self::Open { attribution: also, terms: more }) => {
                let no_derivatives = terms.no_derivatives || more.no_derivatives;
                let terms = Terms {
                    non_commercial: terms.non_commercial || more.non_commercial,
                    // Nobody can share alike what nobody may change.
                    share_alike: (terms.share_alike || more.share_alike) && !no_derivatives,
                    no_derivatives,
                };
                Self::Open { attribution: attribution || also, terms }
            }
        }
    }
}

impl License {
    /// The licence that allows nothing that one of these forbids, without a version if it is none of them. The first of
    /// several that forbid the same counts. All rights reserved is stricter than a licence whose terms are not known, and
    /// that is stricter than Creative Commons. `None` for no licences.
    pub fn strictest<'a>(licenses: impl IntoIterator<Item = &'a Self>) -> Option<Cow<'a, Self>> {
        let licenses: Vec<&Self> = licenses.into_iter().collect();
        let all = licenses.iter().copied().map(Restrictions::of).reduce(Restrictions::and)?;
        if let Some(own) = licenses.iter().copied().find(|license| Restrictions::of(license) == all) {
            return Some(Cow::Borrowed(own));
        }
        // Only Creative Commons licences combine to another one, and all of these ask for attribution.
        let Restrictions::Open { terms, .. } = all else { return Some(Cow::Owned(Self::all_rights_reserved())) };
        Some(Cow::Owned(Self::parse(&format!("LicenseRef-CC-{}", terms.as_str()), None)))
    }

    /// Whether these do not all forbid the same. Versions of a licence do.
    pub fn disagree<'a>(licenses: impl IntoIterator<Item = &'a Self>) -> bool {
        let mut restrictions = licenses.into_iter().map(Restrictions::of);
        let first = restrictions.next();
        restrictions.any(|other| Some(other) != first)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{License, LicenseTerms};

    fn strictest(texts: &[&str]) -> String {
        let licenses: Vec<License> = texts.iter().map(|text| License::parse(text, None)).collect();
        License::strictest(&licenses).unwrap().id.clone()
    }

    #[test]
    fn the_stricter_licence_counts_and_two_that_forbid_different_things_are_combined() {
        for (one, other, expected) in [
            ("CC-BY-2.0", "CC-BY-NC-2.0", "CC-BY-NC-2.0"),
            ("CC-BY-2.0", "CC-BY-4.0", "CC-BY-2.0"),
            ("CC0", "CC-BY-4.0", "CC-BY-4.0"),
            ("CC0", "public domain mark", "CC0-1.0"),
            ("CC-BY-NC-2.0", "CC-BY-ND-2.0", "LicenseRef-CC-BY-NC-ND"),
            ("CC-BY-NC-4.0", "CC-BY-SA-4.0", "LicenseRef-CC-BY-NC-SA"),
            ("CC-BY-SA-4.0", "CC-BY-ND-4.0", "CC-BY-ND-4.0"),
            ("CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "LicenseRef-CC-BY-NC-ND"),
            ("CC-BY-NC-SA-4.0", "CC-BY-NC-ND-2.0", "CC-BY-NC-ND-2.0"),
            ("CC-BY-NC-ND-2.0", "All rights reserved", "LicenseRef-AllRightsReserved"),
            ("CC-BY-4.0", "GFDL-1.2", "GFDL-1.2"),
            ("Ask the museum!", "All rights reserved", "LicenseRef-AllRightsReserved"),
            ("Ask the museum!", "GFDL-1.2", "LicenseRef-Ask-the-museum"),
        ] {
            assert_eq!(strictest(&[one, other]), expected, "{one} and {other}");
            let is_unknown = expected == "LicenseRef-Ask-the-museum";
            let versions_only = [one, other] == ["CC-BY-2.0", "CC-BY-4.0"] || other == "public domain mark";
            if !is_unknown && !versions_only {
                assert_eq!(strictest(&[other, one]), expected, "{other} and {one}");
            }
            let both = [License::parse(one, None), License::parse(other, None)];
            assert_eq!(License::disagree(&both), !versions_only, "{one} and {other}");
        }
        assert_eq!(License::strictest([]), None);
        assert!(!License::disagree([]) && !License::disagree([&License::all_rights_reserved()]));
    }

    proptest! {
        #[test]
        fn the_licence_in_force_allows_nothing_that_one_of_them_forbids(
            texts in prop::collection::vec(prop::sample::select(License::known()), 1..5),
        ) {
            let licenses: Vec<License> = texts.iter().map(|text| License::parse(text, None)).collect();
            let counts = License::strictest(&licenses).unwrap();
            let counts_terms = LicenseTerms::of(&counts).expect("known licences combine to known terms");
            for license in &licenses {
                let terms = LicenseTerms::of(license).unwrap();
                prop_assert!(!counts_terms.is_open() || terms.is_open(), "{counts:?} and {license:?}");
                prop_assert!(!counts_terms.is_commercial() || terms.is_commercial(), "{counts:?} and {license:?}");
                prop_assert!(!counts_terms.is_modifiable() || terms.is_modifiable(), "{counts:?} and {license:?}");
                // Share alike counts as long as changes may be shared at all.
                let shares_alike = |terms: LicenseTerms| terms.as_str().ends_with("-sa");
                prop_assert!(
                    !shares_alike(terms) || shares_alike(counts_terms) || !counts_terms.is_modifiable(),
                    "{:?} and {:?}", counts, license
                );
            }
            let disagree = License::disagree(&licenses);
            prop_assert!(disagree || licenses.contains(&counts));
            // It depends on the order only in the version, and not at all in what it allows.
            let backwards = License::strictest(licenses.iter().rev()).unwrap();
            let same = [counts.into_owned(), backwards.into_owned()];
            prop_assert!(!License::disagree(&same));
        }
    }
}
