//! The known name that a misspelt one probably means.

use strsim::osa_distance;

use super::text::normalise;

/// The known name that is one slip away (two in long names), else the shortest that begins with it. Blanks, `_`, `-` and
/// case do not count.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = bare(wanted);
    let length = wanted.chars().count();
    let slips = match length {
        4..=6 => 1,
        7..=60 => 2,
        _ => return None,
    };
    let slipped = |name: &str| osa_distance(&wanted, name);
    // Names that begin with it come after all slips.
    let rank = |name: &str| match slipped(name) {
        slipped if slipped <= slips => Some(slipped),
        _ => name.starts_with(&wanted).then(|| slips + name.len()),
    };
    let ranked = known.into_iter().filter_map(|name| Some((rank(&bare(name))?, name)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
}

/// The known name that is one slip away: for lists so long that two slips lead to strangers.
pub fn one_slip_away<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(wanted, known).filter(|name| osa_distance(&bare(wanted), &bare(name)) <= 1)
}

/// "; did you mean NAME?", or nothing where no known name is near.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, known).map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// A name as texts are compared, without blanks, `_` and `-`.
pub fn bare(name: &str) -> String {
    normalise(name).chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_guessed_and_a_stranger_is_not() {
        let known = ["flickr", "inaturalist", "folder", "Île-de-France"];
        for (wanted, found) in [
            ("flicker", Some("flickr")),
            ("filckr", Some("flickr")),
            ("iNaturalst", Some("inaturalist")),
            ("fold", Some("folder")),
            ("Île de Frence", Some("Île-de-France")),
            ("myspace", None),
            ("fl", None),
        ] {
            assert_eq!(nearest(wanted, known), found, "{wanted}");
        }
    }
}
