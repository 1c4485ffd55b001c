//! Pairs of photos of different sources that may show the same picture, without comparing all with all.

use rayon::prelude::*;

use super::evidence::{Evidence, NEAR_UNDATED, ZONE_MOST_S, ZONE_STEP_S};
use crate::picture::pdq::distance;

/// More photos of one source with the same picture show a placeholder, which says nothing about any of them.
const MOST_COPIES: usize = 2;
/// Parts of 16 bits of a hash.
const PARTS: usize = 16;
/// See [`PARTS`]. If at most 15 bits differ, one of 16 parts is equal.
const _: () = assert!((NEAR_UNDATED as usize) < PARTS);

/// Two photos whose pictures are equal or nearly equal, and whose dates and places do not contradict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    /// 0 for equal bytes, else the bits that differ and 1 more.
    pub apart: u32,
    pub one: u32,
    pub other: u32,
}

/// All pairs, the closest first.
pub(super) fn pairs(photos: &[Evidence]) -> Vec<Pair> {
    let usable = without_placeholders(photos);
    let mut found = equal_bytes(photos);
    found.extend(of_the_same_second(photos, &usable));
    found.extend(close_pictures(photos, &usable));
    found.par_sort_unstable();
    found
}

/// The photos with the same value, by value.
fn runs<K: Ord + Send>(
    photos: &[Evidence],
    key: impl Fn(&Evidence) -> Option<K> + Sync,
    mut each: impl FnMut(&[(K, u16, u32)]),
) {
    let keyed = photos.par_iter().enumerate().filter_map(|(at, photo)| Some((key(photo)?, photo.source, at as u32)));
    let mut keyed: Vec<(K, u16, u32)> = keyed.collect();
    keyed.par_sort_unstable();
    keyed.chunk_by(|one, other| one.0 == other.0).for_each(&mut each);
}

fn is_placeholder<K>(run: &[(K, u16, u32)]) -> bool {
    run.chunk_by(|one, other| one.1 == other.1).any(|of_source| of_source.len() > MOST_COPIES)
}

/// The photos whose hashes can be compared.
fn without_placeholders(photos: &[Evidence]) -> Vec<u32> {
    let mut usable = Vec::new();
    runs(
        photos,
        |photo| photo.bits,
        |run| {
            if !is_placeholder(run) {
                usable.extend(run.iter().map(|(_, _, at)| *at));
            }
        },
    );
    usable
}

fn equal_bytes(photos: &[Evidence]) -> Vec<Pair> {
    let mut found = Vec::new();
    runs(
        photos,
        |photo| photo.bytes,
        |run| {
            if is_placeholder(run) {
                return;
            }
            for (nth, (_, source, one)) in run.iter().enumerate() {
                let others = run[nth + 1..].iter().filter(|(_, other, _)| other != source);
                found.extend(others.map(|(_, _, other)| Pair { apart: 0, one: *one, other: *other }));
            }
        },
    );
    found
}

/// A pair, if the pictures are near enough and nothing contradicts.
fn near(photos: &[Evidence], one: u32, other: u32) -> Option<Pair> {
    let (first, second) = (&photos[one as usize], &photos[other as usize]);
    if first.source == second.source {
        return None;
    }
    let apart = distance(&first.bits?, &second.bits?);
    let is_near = apart <= first.reach(second) && !first.contradicts(second);
    is_near.then(|| Pair { apart: apart + 1, one: one.min(other), other: one.max(other) })
}

/// Pairs whose times are known to the second. They agree up to a time zone, so those of the same second of a quarter of an
/// hour are looked at, in the order of time.
fn of_the_same_second(photos: &[Evidence], usable: &[u32]) -> Vec<Pair> {
    let dated = usable.par_iter().filter_map(|at| {
        let second = photos[*at as usize].second()?;
        Some((second.rem_euclid(ZONE_STEP_S), second, *at))
    });
    let mut dated: Vec<(i64, i64, u32)> = dated.collect();
    dated.par_sort_unstable();
    let later = |(nth, (part, second, one)): (usize, &(i64, i64, u32))| {
        let (part, second, one) = (*part, *second, *one);
        let within = dated[nth + 1..].iter().take_while(move |(of, at, _)| *of == part && at - second <= ZONE_MOST_S);
        within.filter_map(move |(_, _, other)| near(photos, one, *other))
    };
    dated.par_iter().enumerate().flat_map_iter(later).collect()
}

/// Pairs of which one or both have no exact time: an equal part of the hashes leads from one to the other.
fn close_pictures(photos: &[Evidence], usable: &[u32]) -> Vec<Pair> {
    let bits = |at: u32| photos[at as usize].bits.unwrap_or_default();
    let part = |at: u32, nth: usize| (bits(at)[nth / 4] >> (nth % 4 * 16)) as u16;
    let is_dated = |at: u32| photos[at as usize].second().is_some();
    let undated: Vec<u32> = usable.iter().copied().filter(|at| !is_dated(*at)).collect();
    let mut found = Vec::new();
    if undated.is_empty() {
        return found;
    }
    for nth in 0..PARTS {
        let mut by_part: Vec<(u16, u32)> = usable.par_iter().map(|at| (part(*at, nth), *at)).collect();
        by_part.par_sort_unstable();
        let same_part = |one: &u32| {
            let (one, wanted) = (*one, part(*one, nth));
            let from = by_part.partition_point(|(part, _)| *part < wanted);
            let equal = by_part[from..].iter().take_while(move |(part, _)| *part == wanted).map(|(_, other)| *other);
            // Each pair once: by the first equal part, and from one side.
            let is_first = move |other: &u32| (0..nth).all(|before| part(one, before) != part(*other, before));
            let is_asked = move |other: &u32| is_dated(*other) || one < *other;
            equal.filter(is_asked).filter_map(move |other| near(photos, one, other).filter(|_| is_first(&other)))
        };
        found.extend(undated.par_iter().flat_map_iter(same_part).collect::<Vec<_>>());
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Pair, distance, pairs};
    use crate::photo::{Photo, PhotoId, Taken, Thumbnail};
    use crate::picture::pdq::Pdq;
    use crate::pipeline::same_photo::evidence::Evidence;

    /// The next number of a generator (SplitMix64).
    fn random(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn photo(source: u16, own: usize, (bits, taken): ([u64; 4], &str)) -> Evidence {
        let (pdq, pdq_quality) = (Some(Pdq { bits, quality: 100 }.hex()), Some(100));
        let thumbnail = Some(Thumbnail { pdq, pdq_quality, ..Thumbnail::default() });
        let id = PhotoId::new(["flickr", "inaturalist", "openverse"][usize::from(source)], &own.to_string());
        Evidence::of(&Photo { id, taken: Taken::parse(taken), thumbnail, ..Photo::default() }, source).unwrap()
    }

    #[test]
    fn the_pairs_are_those_that_comparing_all_with_all_finds() {
        let mut state = 7;
        let mut photos = Vec::new();
        let times = ["2019-05-04T13:22:11", "2019-05-04T21:22:11", "2019-05-04T13:22:12", "2019-05-04", ""];
        for own in 0..150 {
            let bits = [0; 4].map(|_| random(&mut state));
            for _ in 0..5 {
                let mut near = bits;
                for _ in 0..random(&mut state) % 40 {
                    let bit = random(&mut state) % 256;
                    near[(bit / 64) as usize] ^= 1 << (bit % 64);
                }
                let (source, time) = (random(&mut state) % 3, random(&mut state) % 5);
                photos.push(photo(source as u16, own, (near, times[time as usize])));
            }
        }
        let mut expected = BTreeSet::new();
        for one in 0..photos.len() {
            for other in one + 1..photos.len() {
                let (first, second) = (&photos[one], &photos[other]);
                let apart = distance(&first.bits.unwrap(), &second.bits.unwrap());
                let is_near = apart <= first.reach(second) && !first.contradicts(second);
                if first.source != second.source && is_near {
                    expected.insert(Pair { apart: apart + 1, one: one as u32, other: other as u32 });
                }
            }
        }
        assert!(expected.len() > 100, "{}", expected.len());
        assert_eq!(pairs(&photos), expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_placeholder_is_no_picture() {
        let bits = [5; 4];
        let copies = |of_first: usize| -> Vec<Evidence> {
            let first = (0..of_first).map(|own| photo(0, own, (bits, "")));
            first.chain([photo(1, 9, (bits, ""))]).collect()
        };
        assert_eq!((pairs(&copies(1)).len(), pairs(&copies(2)).len(), pairs(&copies(3)).len()), (1, 2, 0));
    }
}
