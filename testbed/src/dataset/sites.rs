//! Locations of generated photos: around real cities, parks and zoos. The atlas gives the place names.

use gleaner::photo::{Location, Place};
use gleaner::places::Atlas;
use gleaner::sources::flickr::codes;

use crate::random::SubjectRandom;

/// A place where people take photos.
pub struct Site {
    /// Degrees, WGS 84.
    pub latitude: f64,
    /// Degrees, WGS 84.
    pub longitude: f64,
    /// The spread of photos, degrees.
    spread: f64,
    /// The script of most titles from there.
    pub script: Script,
}

/// Scripts that titles, tags and descriptions come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Latin letters.
    Latin,
    /// Chinese characters.
    Han,
    /// Japanese kana with some kanji.
    Kana,
    /// Arabic, from right to left.
    Arabic,
    /// Thai, without blanks between words.
    Thai,
    /// Cyrillic letters.
    Cyrillic,
}

use Script::{Arabic, Cyrillic, Han, Kana, Latin, Thai};

/// Latitude, longitude, spread (degrees), script, share.
#[rustfmt::skip]
const SITES: [(f64, f64, f64, Script, f64); 62] = [
    // Sandakan and Sepilok, Kinabatangan, Kota Kinabalu, Kuching, Kuala Lumpur, Penang, Langkawi
    (5.84, 118.06, 0.15, Latin, 9.0), (5.51, 118.28, 0.3, Latin, 5.0), (5.98, 116.08, 0.2, Latin, 2.0),
    (1.55, 110.34, 0.3, Latin, 3.0), (3.15, 101.69, 0.2, Latin, 5.0), (5.41, 100.32, 0.1, Latin, 2.0), (6.35, 99.80, 0.1, Latin, 2.0),
    // Ubud, Tanjung Puting, Bukit Lawang, Yogyakarta, Singapore
    (-8.51, 115.26, 0.1, Latin, 8.0), (-2.9, 111.9, 0.3, Latin, 3.0), (3.55, 98.12, 0.1, Latin, 3.0), (-7.8, 110.37, 0.2, Latin, 1.0), (1.37, 103.82, 0.1, Latin, 5.0),
    // Delhi, Jaipur, Agra, Shimla, Varanasi, Mumbai, Mysuru, Periyar, Ranthambore, Kathmandu, Sigiriya, Kandy
    (28.61, 77.21, 0.3, Latin, 4.0), (26.92, 75.82, 0.2, Latin, 5.0), (27.17, 78.04, 0.1, Latin, 3.0), (31.1, 77.17, 0.1, Latin, 2.0), (25.32, 83.0, 0.1, Latin, 2.0), (19.08, 72.88, 0.2, Latin, 2.0),
    (12.3, 76.65, 0.2, Latin, 2.0), (9.46, 77.24, 0.2, Latin, 2.0), (26.02, 76.5, 0.2, Latin, 1.5), (27.71, 85.32, 0.2, Latin, 4.0), (7.96, 80.76, 0.2, Latin, 2.0), (7.29, 80.63, 0.2, Latin, 1.5),
    // Lopburi, Bangkok, Phuket, Krabi, Siem Reap, Hanoi, Da Nang
    (14.8, 100.61, 0.05, Thai, 5.0), (13.75, 100.5, 0.2, Thai, 3.0), (7.88, 98.39, 0.15, Thai, 2.0), (8.09, 98.91, 0.15, Thai, 1.5), (13.41, 103.87, 0.1, Latin, 3.0), (21.03, 105.85, 0.2, Latin, 1.0), (16.1, 108.28, 0.1, Latin, 1.0),
    // Jigokudani, Arashiyama, Tokyo (Ueno), Yakushima, Beppu, Miyajima
    (36.73, 138.46, 0.05, Kana, 8.0), (35.01, 135.67, 0.05, Kana, 4.0), (35.72, 139.77, 0.1, Kana, 3.0), (30.34, 130.51, 0.15, Kana, 1.5), (33.28, 131.5, 0.1, Kana, 1.0), (34.28, 132.31, 0.05, Kana, 1.0),
    // Emeishan, Guiyang, Beijing, Shanghai, Hong Kong, Taipei, Kaohsiung
    (29.55, 103.35, 0.1, Han, 4.0), (26.6, 106.7, 0.2, Han, 2.0), (39.94, 116.33, 0.1, Han, 2.0), (31.2, 121.36, 0.1, Han, 1.0), (22.35, 114.15, 0.05, Han, 3.0), (25.0, 121.58, 0.1, Han, 2.0), (22.64, 120.28, 0.1, Han, 2.0),
    // Gibraltar, London, Berlin, Paris, Apenheul, Moscow, Kyiv
    (36.13, -5.345, 0.02, Latin, 4.0), (51.535, -0.155, 0.1, Latin, 3.0), (52.51, 13.34, 0.1, Latin, 3.0), (48.83, 2.42, 0.1, Latin, 2.0), (52.215, 5.92, 0.03, Latin, 2.0), (55.76, 37.58, 0.1, Cyrillic, 2.0), (50.45, 30.47, 0.1, Cyrillic, 1.0),
    // Ifrane, Taif, Cairo
    (33.53, -5.11, 0.3, Arabic, 3.0), (21.27, 40.42, 0.2, Arabic, 2.0), (30.03, 31.21, 0.05, Arabic, 1.0),
    // Nairobi, Arusha, Cape Town, Bwindi
    (-1.29, 36.82, 0.3, Latin, 2.0), (-3.37, 36.85, 0.3, Latin, 2.0), (-34.1, 18.45, 0.2, Latin, 2.0), (-1.05, 29.7, 0.1, Latin, 1.5),
    // San Diego, New York, Manuel Antonio, Manaus
    (32.735, -117.15, 0.05, Latin, 3.0), (40.85, -73.88, 0.05, Latin, 2.0), (9.39, -84.14, 0.1, Latin, 3.0), (-3.1, -60.0, 0.3, Latin, 2.0),
];

/// The site of a photo, whether or not its coordinates are known.
pub fn site(random: SubjectRandom) -> Site {
    let (latitude, longitude, spread, script, _) = SITES[random.weighted("spot", SITES.iter().map(|site| site.4))];
    Site { latitude, longitude, spread, script }
}

impl Site {
    /// Coordinates near the site with Flickr's accuracy, and their place in the atlas.
    pub fn place(&self, random: SubjectRandom, atlas: Atlas) -> (Location, Place) {
        let (latitude, longitude) = if random.chance("anywhere", 0.01) { anywhere(random) } else { self.near(random) };
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        let (latitude, longitude) = (round(latitude), round(longitude));
        let accuracy = [16, 16, 16, 16, 15, 15, 14, 12, 11, 6][random.below("accuracy", 10)];
        let location = codes::with_accuracy(Location { latitude, longitude, ..Location::default() }, accuracy);
        let place = atlas.place(latitude, longitude, location.uncertainty_m);
        (location, place)
    }

    /// Most close to the centre, some far away.
    fn near(&self, random: SubjectRandom) -> (f64, f64) {
        let reach = self.spread * (1.0 + 6.0 * random.unit("far").powi(12)) * 0.4;
        (self.latitude + random.normal("latitude") * reach, self.longitude + random.normal("longitude") * reach)
    }
}

/// Any place on the globe, each square kilometre as likely as the others.
fn anywhere(random: SubjectRandom) -> (f64, f64) {
    (random.between("sine", -1.0, 1.0).asin().to_degrees(), random.between("meridian", -180.0, 180.0))
}
