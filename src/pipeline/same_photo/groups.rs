//! Groups of photos that are one photo, and which of them is listed.

use super::evidence::Evidence;
use super::pairs::Pair;
use crate::sources::{self, FOLDER, PhotosFrom};

/// Joins pairs to groups, the closest first. A group has one photo of each source, and nearly equal pictures join it only if
/// their dates and places contradict none of its photos. Each group begins with the photo that is listed; the others follow by id.
pub(super) fn groups(photos: &[Evidence], pairs: &[Pair]) -> Vec<Vec<u32>> {
    // The group of each photo that is in one, by the place of the group's first photo.
    let mut groups = std::collections::HashMap::<u32, Vec<u32>>::new();
    let mut member_of = std::collections::HashMap::<u32, u32>::new();
    let of = |at: &u32| &photos[*at as usize];
    for Pair { apart, one, other } in pairs {
        let roots = [one, other].map(|at| *member_of.entry(*at).or_insert(*at));
        let [first, second] = roots.map(|root| groups.remove(&root).unwrap_or_else(|| vec![root]));
        if roots[0] == roots[1] {
            groups.insert(roots[0], first);
            continue;
        }
        // Equal bytes are one picture, whatever the sources say of it.
        let agree = |one: &u32, other: &u32| *apart == 0 || !of(one).contradicts(of(other));
        let may_join =
            first.iter().all(|one| second.iter().all(|other| of(one).source != of(other).source && agree(one, other)));
        if may_join {
            member_of.extend(second.iter().map(|at| (*at, roots[0])));
            groups.insert(roots[0], [first, second].concat());
        } else {
            groups.insert(roots[0], first);
            groups.insert(roots[1], second);
        }
    }
    let mut groups: Vec<Vec<u32>> = groups.into_values().filter(|group| group.len() > 1).collect();
    for group in &mut groups {
        group.sort_unstable_by_key(|at| (order(of(at)), &of(at).id));
        group[1..].sort_unstable_by_key(|at| &of(at).id);
    }
    groups.sort_unstable_by_key(|group| &of(&group[0]).id);
    groups
}

/// The user's own files come first, then the sources by who brings photos to them, then the time of posting. A source that only a
/// newer program knows is taken for one of authors.
fn order(photo: &Evidence) -> (bool, PhotosFrom, i64) {
    let source = photo.id.source();
    let from = sources::about(source).map_or(PhotosFrom::Authors, |about| about.photos_from);
    (source != FOLDER, from, photo.posted_at.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::groups;
    use crate::photo::{ImageFile, Photo, PhotoId, Taken};
    use crate::pipeline::same_photo::evidence::Evidence;
    use crate::pipeline::same_photo::pairs::Pair;

    fn evidence(photos: &[(&str, &str)]) -> Vec<Evidence> {
        let of = |(at, (id, taken)): (usize, &(&str, &str))| {
            let file = Some(ImageFile { sha256: "ab".repeat(32).parse().unwrap(), ..ImageFile::default() });
            // Later ones were posted earlier.
            let posted_at = Some(jiff::Timestamp::from_second(1_000 - i64::try_from(at).unwrap()).unwrap());
            let (id, taken) = (PhotoId::from_text(*id), Taken::parse(taken));
            let source = ["flickr", "inaturalist", "openverse", "folder"].iter().position(|name| *name == id.source());
            Evidence::of(&Photo { id, taken, posted_at, file, ..Photo::default() }, source.unwrap() as u16).unwrap()
        };
        photos.iter().enumerate().map(of).collect()
    }

    #[test]
    fn the_first_post_stands_for_the_others_and_one_photo_of_a_source_is_enough() {
        let photos = evidence(&[
            ("openverse:1", ""),
            ("flickr:1", ""),
            ("flickr:2", ""),
            ("inaturalist:1", ""),
            ("folder:1", "2019"),
            ("openverse:2", "2021"),
        ]);
        let pair = |apart: u32, one: u32, other: u32| Pair { apart, one, other };
        let ids = |pairs: &[Pair]| -> Vec<Vec<&str>> {
            let groups = groups(&photos, pairs);
            groups.iter().map(|group| group.iter().map(|at| photos[*at as usize].id.as_str()).collect()).collect()
        };
        let joined = ids(&[pair(0, 1, 3), pair(1, 0, 1), pair(2, 2, 3), pair(5, 0, 3)]);
        assert_eq!(joined, [["inaturalist:1", "flickr:1", "openverse:1"]]);
        assert_eq!(ids(&[pair(0, 0, 4), pair(1, 1, 4)]), [["folder:1", "flickr:1", "openverse:1"]]);
        // What is joined must agree as a whole.
        assert_eq!(ids(&[pair(0, 3, 4), pair(1, 3, 5)]), [["folder:1", "inaturalist:1"]]);
        assert_eq!(ids(&[]), Vec::<Vec<&str>>::new());
    }
}
