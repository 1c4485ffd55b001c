//! What tells whether photos of different sources show the same picture: bytes, perceptual hash, date, place.

use jiff::civil::{DateTime, date};

use crate::photo::area::distance_m;
use crate::photo::{LocationOrigin, Photo, PhotoId, fields};
use crate::picture::pdq;

/// Hashes of equal pictures of the same second differ in at most this many bits of 256: the distance that the authors of
/// PDQ advise.
pub(super) const NEAR_DATED: u32 = 31;
/// Without exact dates the pictures must be closer. Below 16, one of 16 parts of the hashes is equal (see `pairs`).
pub(super) const NEAR_UNDATED: u32 = 15;
/// Clocks of cameras and sources may differ by a time zone: a multiple of this many seconds ...
pub(super) const ZONE_STEP_S: i64 = 15 * 60;
/// ... up to this many.
pub(super) const ZONE_MOST_S: i64 = 14 * 3600;
/// A hash of a picture with less to see says little, as the authors of PDQ say.
const LEAST_QUALITY: u8 = 50;
/// How far coordinates may be off that are as exact as a source can give them.
const EXACT_M: f64 = 1_000.0;
/// How far coordinates may be off of which the source does not say how exact they are.
const UNKNOWN_M: f64 = 10_000.0;
/// iNaturalist moves obscured coordinates within a cell of 0.2 degrees, whose diagonal this is.
const OBSCURED_M: f64 = 32_000.0;

/// What is compared of a photo.
pub(super) struct Evidence {
    pub id: PhotoId,
    /// The number of its source.
    pub source: u16,
    /// Half of the SHA-256 of the received bytes.
    pub bytes: Option<[u8; 16]>,
    /// PDQ, if the picture has enough to see.
    pub bits: Option<[u64; 4]>,
    /// The first and the last second in which it may have been taken, by the camera's clock.
    taken: Option<(i64, i64)>,
    /// Latitude and longitude in degrees, and how far they may be off in metres.
    place: Option<((f64, f64), f64)>,
    /// Unix seconds.
    pub posted_at: Option<i64>,
    /// Whether an earlier pass marked it, or wrote records of other photos into it.
    pub is_marked: bool,
}

impl Evidence {
    /// The evidence of a photo; `None` if there is nothing to compare and nothing to remove.
    pub fn of(photo: &Photo, source: u16) -> Option<Self> {
        let bytes = photo.file.as_ref().and_then(|file| {
            let digit = |at: usize| u8::from_str_radix(file.sha256.get(2 * at..2 * at + 2)?, 16).ok();
            let mut half = [0; 16];
            half.iter_mut().enumerate().try_for_each(|(at, byte)| digit(at).map(|digit| *byte = digit))?;
            Some(half)
        });
        let thumbnail = photo.thumbnail.as_ref().filter(|thumbnail| thumbnail.pdq_quality >= Some(LEAST_QUALITY));
        let bits = thumbnail.and_then(|thumbnail| pdq::bits_of(thumbnail.pdq.as_ref()?));
        let is_marked = !photo.is_listed() || photo.other_records.iter().any(|record| !record.is_by_id());
        (bytes.is_some() || bits.is_some() || is_marked).then(|| Self {
            id: photo.id.clone(),
            source,
            bytes,
            bits,
            taken: fields::period(photo).map(|period| (seconds(period.first), seconds(period.last))),
            place: place(photo),
            posted_at: photo.posted_at.map(jiff::Timestamp::as_second),
            is_marked,
        })
    }

    /// When it was taken, if that is known to the second.
    pub fn second(&self) -> Option<i64> {
        self.taken.filter(|(first, last)| first == last).map(|(first, _)| first)
    }

    /// Whether dates or coordinates say that the photos are different ones.
    pub fn contradicts(&self, other: &Self) -> bool {
        let dates = self.taken.zip(other.taken).is_some_and(|(one, other)| dates_contradict(one, other));
        let far = |((one, off), (other, also_off))| distance_m(one, other) > off + also_off;
        dates || self.place.zip(other.place).is_some_and(far)
    }

    /// How many bits of two pictures may differ.
    pub fn reach(&self, other: &Self) -> u32 {
        if self.second().and(other.second()).is_some() { NEAR_DATED } else { NEAR_UNDATED }
    }
}

fn dates_contradict(one: (i64, i64), other: (i64, i64)) -> bool {
    if one.0 == one.1 && other.0 == other.1 {
        let apart = (one.0 - other.0).abs();
        return apart > ZONE_MOST_S || apart % ZONE_STEP_S != 0;
    }
    one.0 > other.1 + ZONE_MOST_S || other.0 > one.1 + ZONE_MOST_S
}

fn place(photo: &Photo) -> Option<((f64, f64), f64)> {
    let at = photo.location.as_ref().filter(|at| at.origin.known() != Some(LocationOrigin::Title))?;
    let off = at.uncertainty_m.map_or(UNKNOWN_M, f64::from).max(EXACT_M);
    let off = if at.obscured { off.max(OBSCURED_M) } else { off };
    Some(((at.latitude, at.longitude), off))
}

/// Seconds since 1970 by the same clock.
fn seconds(at: DateTime) -> i64 {
    at.duration_since(date(1970, 1, 1).at(0, 0, 0, 0)).as_secs()
}

#[cfg(test)]
mod tests {
    use super::{Evidence, NEAR_DATED, NEAR_UNDATED};
    use crate::photo::{ImageFile, Location, Photo, PhotoId, Taken};

    fn photo(taken: &str, place: Option<Location>) -> Evidence {
        let file = Some(ImageFile { sha256: "ab".repeat(32).parse().unwrap(), ..ImageFile::default() });
        let (id, taken) = (PhotoId::new("flickr", "1"), Taken::parse(taken));
        Evidence::of(&Photo { id, taken, location: place, file, ..Photo::default() }, 0).unwrap()
    }

    #[test]
    fn times_agree_up_to_a_time_zone_and_days_up_to_one() {
        for (one, other, contradicts) in [
            ("2019-05-04T13:22:11", "2019-05-04T13:22:11", false),
            ("2019-05-04T13:22:11", "2019-05-04T13:22:12", true),
            ("2019-05-04T13:22:11", "2019-05-04T21:22:11", false),
            ("2019-05-04T13:22:11", "2019-05-04T18:07:11", false),
            ("2019-05-04T13:22:11", "2019-05-05T03:22:11", false),
            ("2019-05-04T13:22:11", "2019-05-05T03:37:11", true),
            ("2019-05-04T13:22:11", "2019-05-04", false),
            ("2019-05-04T13:22:11", "2019-05-05", false),
            ("2019-05-04T13:22:11", "2019-05-06", true),
            ("2019-05-04T13:22", "2019-05-04T13:22:40", false),
            ("2019-05", "2019-06-01", false),
            ("2019-05", "2019-06-02", true),
            ("2019", "2021", true),
            ("", "2021", false),
        ] {
            let (one, other) = (photo(one, None), photo(other, None));
            assert_eq!(one.contradicts(&other), contradicts);
            assert_eq!(other.contradicts(&one), contradicts);
            let exact = one.second().and(other.second()).is_some();
            assert_eq!(one.reach(&other), if exact { NEAR_DATED } else { NEAR_UNDATED });
        }
    }

    #[test]
    fn coordinates_contradict_beyond_their_uncertainty() {
        let at = |latitude: f64, uncertainty_m: Option<u32>, obscured: bool| {
            let place = Location { uncertainty_m, obscured, ..Location::new(latitude, 118.0).unwrap() };
            photo("", Some(place))
        };
        // A hundredth of a degree of latitude is 1.1 km.
        for (latitude, one, other, contradicts) in [
            (5.01, (Some(5), false), (Some(5), false), false),
            (5.03, (Some(5), false), (Some(5), false), true),
            (5.03, (Some(5), false), (Some(3_000), false), false),
            (5.09, (None, false), (Some(5), false), false),
            (5.12, (None, false), (Some(5), false), true),
            (5.25, (Some(5), true), (Some(5), false), false),
            (5.40, (Some(5), true), (Some(5), false), true),
        ] {
            let (one, other) = (at(5.0, one.0, one.1), at(latitude, other.0, other.1));
            assert_eq!(one.contradicts(&other), contradicts, "{latitude}");
        }
    }
}
