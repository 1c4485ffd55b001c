//! Suggests a known name for a misspelt one.

/// The known name at an edit distance of one (two for long names). Spaces, `_`, `-` and case are ignored.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = bare(wanted);
    let length = wanted.chars().count();
    if !(4..=40).contains(&length) {
        return None;
    }
    let slips = if length < 7 { 1 } else { 2 };
    let distances = known.into_iter().map(|name| (distance(&wanted, &bare(name)), name));
    distances.filter(|(slipped, _)| *slipped <= slips).min_by_key(|(slipped, _)| *slipped).map(|(_, name)| name)
}

/// A name in lower case, without spaces, `_` and `-`.
pub fn bare(name: &str) -> String {
    name.trim().chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// The edit distance (restricted Damerau-Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut line = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut best = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(line[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn a_transposition_is_one_edit() {
        assert_eq!((distance("abc", "acb"), distance("", "ab"), distance("ab", "ab")), (1, 2, 0));
    }

    #[test]
    fn a_typo_is_corrected_and_an_unknown_word_is_not() {
        let known = ["flickr", "inaturalist", "folder"];
        assert_eq!(nearest("flicker", known), Some("flickr"));
        assert_eq!(nearest("iNaturalst", known), Some("inaturalist"));
        assert_eq!(nearest("myspace", known), None);
    }
}
