//! Generated photos for the explorer, and a dataset of them.

use std::collections::HashSet;
use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::explorer::Explorer;
use gleaner::photo::filter::Filter;
use gleaner::photo::{
    Camera, City, Fault, Found, Granularity, Interval, Location, Photo, PhotoId, Place, Score, Size, StageName, Taken,
};
use gleaner::seal::{Key, Vault};
use gleaner::sources::flickr::codes;
use gleaner::store::{self, Access, Store};
use jiff::ToSpan;
use jiff::civil::{DateTime, date};

pub const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

/// Titles in several scripts.
pub const TITLES: [&str; 8] = [
    "Snow monkey, bathing",
    "猴子在動物園裡",
    "ニホンザル 温泉2019",
    "Обезьяна в клетке",
    "قِرْد في القفص",
    "ลิงแสมในกรง",
    "Straße & Äffchen; wild-monkeys!",
    "",
];

/// Photo number `n`, derived from `n` only.
pub fn photo(n: u64) -> Photo {
    // Hashed, so that fields are independent.
    let random =
        |salt: u64, sides: u64| (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(salt as u32 * 7) % sides;
    let mut photo = Photo { id: PhotoId::new("flickr", &n.to_string()), ..Photo::default() };
    photo.title = TITLES[random(1, 8) as usize].into();
    photo.tags = vec![format!("tag{}", random(2, 5)), "zoo".into()];
    for (salt, term) in ["monkey wild", "monkey cage"].into_iter().enumerate() {
        if random(3 + salt as u64, 2) == 0 {
            photo.found_by(Found { term: term.into(), rank: 1, ..Found::default() });
        }
    }
    photo.views = (random(5, 4) > 0).then(|| random(6, 2000));
    photo.kind = [None, Some("photo"), Some("screenshot")][random(3, 3) as usize].map(Into::into);
    photo.faves = (random(6, 3) > 0).then(|| random(7, 20));
    photo.license = (random(8, 6) > 0).then(|| codes::license(random(9, 8) as u32, date(2024, 1, 1)));
    let local = date(2003 + random(1, 20) as i16, 1 + random(2, 12) as i8, 1 + random(3, 28) as i8);
    let local = local.at(random(4, 24) as i8, random(5, 3) as i8, 0, 0);
    photo.taken = (random(6, 5) > 0).then(|| taken(local, random(7, 9), random(8, 9) == 0));
    if random(4, 4) > 0 {
        let (latitude, longitude) =
            [(5.84, 118.1), (-17.8, 179.95), (-17.9, -179.97), (80.0, 15.0)][random(5, 4) as usize];
        let jitter = |salt| random(salt, 100) as f64 / 50.0 - 1.0;
        let longitude: f64 = longitude + jitter(6);
        let longitude = if longitude > 180.0 { longitude - 360.0 } else { longitude };
        photo.location = Location::new(latitude + jitter(7), longitude.max(-180.0));
        let names = [("MY", "Malaysia", "Sandakan"), ("FJ", "Fiji", "Labasa"), ("IN", "India", "Agra")];
        let (code, name, city) = names[random(8, 3) as usize];
        photo.place = Some(Place {
            country: Some(code.into()),
            country_name: Some(name.into()),
            time_zone: (random(7, 3) > 0).then(|| "Asia/Kuching".into()),
            ..Place::default()
        });
        if let (Some(place), true) = (&mut photo.place, random(9, 2) == 0) {
            let direction = "N".to_owned();
            place.city = Some(City { name: city.into(), geonameid: 1, distance_km: 1.0, direction });
        }
    }
    for (salt, concept) in ["monkey", "cage"].into_iter().enumerate() {
        if random(7 + salt as u64, 5) > 0 {
            let value = random(1 + salt as u64, 101) as f64 / 100.0;
            let under = random(5 + salt as u64, 6) == 0;
            let score = if under { Score::below(0.5, "s", "1") } else { Score::known(value, "s", "1") };
            photo.scores.insert(concept.into(), score);
        }
    }
    let camera = || Camera { make: Some("Canon".into()), model: Some("Canon EOS 80D".into()), ..Camera::default() };
    photo.camera = (random(3, 3) == 0).then(camera);
    photo.owner_pseudonym = (random(2, 7) > 0).then(|| format!("{:024x}", random(5, 30)));
    photo.fault = (random(9, 8) == 0).then(|| Fault::temporary(StageName::Download, "the server did not answer"));
    let (width, height) = (100 + random(2, 300) as u32, 100 + random(3, 300) as u32);
    photo.sizes = vec![Size { label: "l".into(), url: "https://example.org/l.jpg".into(), width, height }];
    photo
}

/// A date of one of nine kinds.
fn taken(local: DateTime, kind: u64, unknown: bool) -> Taken {
    let mut taken = Taken { local: Some(local), unknown, ..Taken::default() };
    let interval = |end: Option<DateTime>| Interval {
        end,
        start_granularity: Some(Granularity::Day.into()),
        end_granularity: Some(Granularity::Day.into()),
        end_utc_offset: None,
    };
    taken.granularity = match kind {
        0 => None,
        1 => Some(Granularity::Second),
        2 => Some(Granularity::Day),
        3 => Some(Granularity::Month),
        4 => Some(Granularity::Year),
        5 => Some(Granularity::Decade),
        6 => {
            taken.interval = Some(interval(local.checked_add(9.days()).ok()));
            Some(Granularity::Interval)
        }
        7 => {
            taken.interval = Some(interval(None));
            Some(Granularity::Interval)
        }
        _ => {
            taken.interval = Some(interval(taken.local.take()));
            Some(Granularity::Interval)
        }
    }
    .map(Into::into);
    taken
}

/// A dataset of photos, open for writing.
pub struct World {
    pub folder: tempfile::TempDir,
    pub store: Arc<dyn Store>,
    pub photos: Vec<Photo>,
    pub ids: HashSet<PhotoId>,
}

impl World {
    /// Photos `0..count`.
    pub fn of(count: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&Dataset::at(folder.path()), Access::Write).unwrap().into();
        let mut world = Self { folder, store, photos: Vec::new(), ids: HashSet::new() };
        world.save((0..count).map(photo).collect());
        world
    }

    pub fn dataset(&self) -> Dataset {
        Dataset::at(self.folder.path())
    }

    /// Opens it and writes its snapshot if possible, like the server.
    pub fn explorer(&self) -> Explorer {
        let explorer = Explorer::open(self.store.clone(), &self.dataset()).unwrap();
        let _ = explorer.save_snapshot();
        explorer
    }

    pub fn save(&mut self, photos: Vec<Photo>) {
        let vault = Vault::new(Key::parse(KEY).unwrap());
        let sealed: Vec<_> = photos.iter().map(|photo| vault.seal(photo.clone()).unwrap()).collect();
        self.store.save(&sealed).unwrap();
        for photo in photos {
            if !self.ids.insert(photo.id.clone()) {
                self.photos.retain(|known| known.id != photo.id);
            }
            self.photos.push(photo);
        }
    }

    pub fn remove(&mut self, id: &PhotoId) {
        self.store.remove(std::slice::from_ref(id)).unwrap();
        self.photos.retain(|known| known.id != *id);
        self.ids.remove(id);
    }

    /// The photos that match, tested one by one.
    pub fn passing(&self, filter: &Filter) -> Vec<&Photo> {
        self.photos.iter().filter(|photo| filter.matches(photo)).collect()
    }
}

pub fn filter(text: &str) -> Filter {
    text.parse().unwrap_or_else(|err| panic!("{text}: {err}"))
}

/// Clauses of every field and form.
pub const CLAUSES: [&str; 48] = [
    "monkey",
    "MONK",
    "\"snow monkey\"",
    "y",
    "猴",
    "猴子",
    "動物園裡",
    "ザル",
    "温泉2019",
    "клетк",
    "قرد",
    "ลิง",
    "strasse",
    "straße",
    "wild-monkeys!",
    "\"& ä\"",
    ";",
    "\"flickr:1\"",
    "term:\"monkey wild\"",
    "term:\"monkey cage\",none",
    "-term:any",
    "country:MY,IN",
    "country:none",
    "-country:my",
    "city:sandakan",
    "city:\"Agra, IN\"",
    "license:CC-BY-2.0,none",
    "camera:any",
    "kind:screenshot,none",
    "fault:none",
    "state:failed,found",
    "views:100..",
    "views:none",
    "faves:>3",
    "month:5,6..7",
    "-hour:3..12",
    "latitude:-30..10",
    "score.monkey:>=0.45",
    "score.cage:<0.3",
    "-score.cage:none",
    "taken:2010..2015-06",
    "taken:2012,2019-03,none",
    "taken:..2011-05-04",
    "taken:2018-02-10..",
    "place:any",
    "near:5.84,118.1,80km",
    "box:179,-30,-179.9,0",
    "polygon:179,-20,181,-20,181,-15,179,-15",
];
