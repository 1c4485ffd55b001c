//! Photo number `i` of a generated dataset, derived from the seed and `i` only.

use gleaner::photo::{
    Camera, Fault, Found, Granularity, License, PersonalField, Photo, PhotoId, Score, ScoreKey, StageName, Taken,
};
use gleaner::places::Atlas;
use gleaner::seal::Vault;
use gleaner::sources::flickr::codes;
use jiff::civil::{self, Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::json;

use super::DatasetConfig;
use super::pictures::Picture;
use super::scene::{Scene, TERMS};
use super::sites;
use super::words::Words;
use crate::random::SubjectRandom;

/// The first id of generated photos.
const FIRST_ID: u64 = 50_000_000_000;

/// Flickr's licence numbers, with the share of each.
const LICENSES: [(u32, f64); 10] =
    [(0, 0.58), (2, 0.08), (3, 0.09), (1, 0.08), (4, 0.07), (5, 0.04), (6, 0.02), (9, 0.02), (10, 0.015), (7, 0.005)];

/// Make and model, the most frequent first.
const CAMERAS: [(&str, &str); 24] = [
    ("Canon", "Canon EOS 5D Mark III"),
    ("NIKON CORPORATION", "NIKON D750"),
    ("Apple", "iPhone 6"),
    ("SONY", "ILCE-7M3"),
    ("Canon", "Canon EOS 70D"),
    ("NIKON CORPORATION", "NIKON D7100"),
    ("Panasonic", "DMC-FZ200"),
    ("Apple", "iPhone 13 Pro"),
    ("Canon", "Canon EOS R5"),
    ("NIKON CORPORATION", "NIKON D90"),
    ("FUJIFILM", "X-T3"),
    ("OLYMPUS CORPORATION", "E-M1MarkII"),
    ("samsung", "SM-G991B"),
    ("Canon", "Canon PowerShot SX50 HS"),
    ("SONY", "DSC-RX10M4"),
    ("NIKON CORPORATION", "NIKON Z 6_2"),
    ("PENTAX", "PENTAX K-3"),
    ("Canon", "Canon EOS 350D DIGITAL"),
    ("LEICA CAMERA AG", "LEICA Q2"),
    ("Google", "Pixel 7"),
    ("SONY", "DSLR-A700"),
    ("Panasonic", "DC-G9"),
    ("Xiaomi", "Mi 9T"),
    ("RICOH IMAGING COMPANY, LTD.", "GR III"),
];

/// Names of invented photographers.
const CREDITS: [&str; 8] =
    ["Ana Sousa", "山田 花子", "Ivan Petrov", "Nurul Aini", "أحمد", "Chloé Lefèvre", "王小明", "A museum, on loan"];

/// The latest date of a generated photo.
const LAST: Date = civil::date(2026, 11, 1);

/// How many photos are taken in each hour of the day: mornings and late afternoons.
const HOURS: [f64; 24] = [
    0.3, 0.2, 0.1, 0.1, 0.2, 0.6, 1.8, 3.6, 5.6, 7.4, 8.6, 8.4, 7.0, 6.2, 6.6, 7.6, 7.8, 6.4, 4.2, 2.4, 1.4, 1.0, 0.8,
    0.5,
];

/// Generates photos.
pub struct PhotoGenerator<'a> {
    /// The parameters of the dataset.
    pub config: DatasetConfig,
    /// The pictures that photos show.
    pub pictures: &'a [Picture],
    /// Pseudonyms of all owners, the most active first.
    pub owners: &'a [String],
    /// Texts.
    pub words: &'a Words,
    /// Names of places.
    pub atlas: Atlas,
}

/// The id of an owner at the source, which is readable only with the key.
pub fn owner_id(owner: usize) -> String {
    format!("{}@N0{}", 10_000_000 + owner * 37, owner % 9)
}

/// The number of owners of a dataset with this many photos.
pub fn owners(photos: u64) -> usize {
    (photos / 40 + 12) as usize
}

/// The pseudonym that the vault gives to each owner.
pub fn pseudonyms(vault: &Vault, count: usize) -> anyhow::Result<Vec<String>> {
    let pseudonym = |owner| {
        let mut photo = Photo { id: PhotoId::new("flickr", "0"), ..Photo::default() };
        photo.personal.find(PersonalField::Owner, owner_id(owner));
        Ok(vault.seal(photo)?.photo().owner_pseudonym.clone().unwrap_or_default())
    };
    (0..count).map(pseudonym).collect()
}

impl PhotoGenerator<'_> {
    /// Photo number `i`, with personal fields if the parameters request them.
    pub fn photo(&self, i: u64) -> Photo {
        let random = SubjectRandom { seed: self.config.seed, subject: i };
        let picture = &self.pictures[random.below("picture", self.pictures.len())];
        let site = sites::site(random);
        let texts = self.words.texts(random, site.script, &picture.scene);
        let own = FIRST_ID + i * 3;
        let (taken, posted_at) = days(random, site.latitude);
        let views = (random.normal("views") * 1.7 + 4.6).exp() as u64;
        let owner = random.zipf("owner", self.owners.len());
        let mut photo = Photo {
            id: PhotoId::new("flickr", &own.to_string()),
            title: texts.title,
            description: texts.description,
            tags: texts.tags,
            machine_tags: texts.machine_tags,
            media: "photo".into(),
            kind: kind(random).map(Into::into),
            landing_url: Some(format!("https://www.flickr.com/photo.gne?id={own}")),
            image_url: Some(format!(
                "https://live.staticflickr.com/65535/{own}_{:010x}_b.jpg",
                random.below("secret", 1 << 40)
            )),
            views: (!random.chance("no views", 0.02)).then_some(views),
            faves: Some((views as f64 * random.between("liked", 0.0, 0.06)) as u64),
            comments: Some((views as f64 * random.between("talked", 0.0, 0.01)) as u64),
            license: Some(license(random)),
            taken,
            posted_at: Some(posted_at),
            found_at: Some(posted_at),
            owner_pseudonym: Some(self.owners[owner].clone()),
            scores: scores(random, &picture.scene),
            ..Photo::default()
        };
        searches(&mut photo, random, &picture.scene);
        if random.chance("placed", 0.6) {
            let (location, place) = site.place(random, self.atlas);
            (photo.location, photo.place) = (Some(location), Some(place));
        }
        photo.attribution = random.chance("credit", 0.1).then(|| (*random.pick("who", &CREDITS)).to_owned());
        file(&mut photo, random, picture);
        if random.chance("sealed", self.config.sealed) {
            personal(&mut photo, owner);
        }
        photo
    }
}

fn searches(photo: &mut Photo, random: SubjectRandom, scene: &Scene) {
    let mut found = |term: usize, topic: &str| {
        let rank = 1 + random.below(topic, 4000) as u64;
        photo.found_by(Found { term: TERMS[term].0.to_owned(), rank, ..Found::default() });
    };
    found(scene.term, "rank");
    for more in 0..random.below("more", 12).saturating_sub(8) {
        let topic = format!("term {more}");
        found(random.weighted(&topic, TERMS.iter().map(|(_, share)| *share)), &topic);
    }
}

fn scores(random: SubjectRandom, scene: &Scene) -> std::collections::BTreeMap<ScoreKey, Score> {
    let concepts = [("monkey", scene.monkey), ("cage", scene.cage), ("person", scene.person), ("forest", scene.forest)];
    let looked_at = concepts.iter().filter(|(name, _)| !random.chance(&format!("not {name}"), 0.1));
    let rated = |(name, there): &(&str, bool)| {
        let middle: f64 = if *there { 2.2 } else { -2.6 };
        let value = 1.0 / (1.0 + (-middle - random.normal(name) * 1.3).exp());
        let version = "2026-06".to_owned();
        let scorer = "made".to_owned();
        (ScoreKey::main(*name), Score { value: Some((value * 1e4).round() / 1e4), below: None, scorer, version })
    };
    looked_at.map(rated).collect()
}

fn license(random: SubjectRandom) -> License {
    let (number, _) = LICENSES[random.weighted("license", LICENSES.iter().map(|(_, share)| *share))];
    codes::license(number, civil::date(2026, 10, 1 + random.below("seen on", 28) as i8))
}

/// When it was taken, by the camera's clock, and when it was posted.
fn days(random: SubjectRandom, latitude: f64) -> (Option<Taken>, Timestamp) {
    let year = 2004 + (22.9 * random.unit("year").powf(0.6)) as i16;
    // Most people travel in summer; the months are shifted by half a year south of the equator.
    let season = if latitude < 0.0 { 6.0 } else { 0.0 };
    let busy = |month: i16| 1.0 + 0.5 * ((f64::from(month) + season - 6.5) / 6.0 * std::f64::consts::PI).cos();
    let months = if year < LAST.year() { 12 } else { i16::from(LAST.month()) - 1 };
    let month = 1 + random.weighted("month", (0..months).map(busy)) as i8;
    let day = 1 + random.below("day", 28) as i8;
    let hour = random.weighted("hour", HOURS.iter().copied()) as i8;
    let local: DateTime =
        civil::date(year, month, day).at(hour, random.below("minute", 60) as i8, random.below("second", 60) as i8, 0);
    let granularity = match random.below("granularity", 100) {
        0 => Granularity::Month,
        1 => Granularity::Year,
        2 => Granularity::Circa,
        _ => Granularity::Second,
    };
    let unknown = random.chance("undated", 0.025);
    let taken = Taken {
        local: (!unknown).then_some(local),
        granularity: (!unknown).then_some(granularity.into()),
        unknown,
        ..Taken::default()
    };
    let later = Span::new().days((random.unit("delay").powi(4) * 900.0) as i64).hours(5);
    let posted = TimeZone::UTC.to_timestamp(local.checked_add(later).unwrap_or(local).min(LAST.at(0, 0, 0, 0)));
    (random.chance("no date", 0.995).then_some(taken), posted.unwrap_or_default())
}

/// The image, or the reason why it is missing.
fn file(photo: &mut Photo, random: SubjectRandom, picture: &Picture) {
    photo.file_name = Some(format!("{}_b.jpg", photo.id.own()));
    let what = random.unit("fault");
    photo.fault = match what {
        _ if what < 0.008 => Some(Fault::permanent(StageName::Download, "the photo is gone at its source (404)")),
        _ if what < 0.012 => Some(Fault::temporary(StageName::Download, "the host did not answer within 30 s")),
        _ if what < 0.016 => Some(Fault::rejected(StageName::Thumbnail, "the image ends before its data does")),
        _ if what < 0.020 => Some(Fault::rejected(StageName::Search, "its owner opted out of machine learning")),
        _ => None,
    };
    // One in a hundred waits for its download.
    if what < 0.030 {
        return;
    }
    photo.file = Some(picture.file.clone());
    photo.thumbnail = Some(picture.thumbnail.clone());
    photo.camera = random.chance("camera", 0.75).then(|| camera(random));
}

fn camera(random: SubjectRandom) -> Camera {
    let (make, model) = CAMERAS[random.zipf("model", CAMERAS.len())];
    Camera {
        make: Some(make.to_owned()),
        model: Some(model.to_owned()),
        exposure_time_s: Some(1.0 / [60.0, 125.0, 250.0, 500.0, 1000.0][random.below("time", 5)]),
        f_number: Some([1.8, 2.8, 4.0, 5.6, 8.0][random.below("aperture", 5)]),
        iso: Some([100, 200, 400, 800, 1600, 3200][random.zipf("iso", 6)]),
        focal_length_mm: Some([24.0, 35.0, 50.0, 85.0, 200.0, 300.0, 400.0][random.below("lens", 7)]),
        ..Camera::default()
    }
}

fn personal(photo: &mut Photo, owner: usize) {
    let id = photo.id.own().to_owned();
    photo.personal.find(PersonalField::Owner, owner_id(owner));
    photo.personal.find(PersonalField::OwnerName, format!("Made Person {owner}"));
    photo.personal.find(PersonalField::PathAlias, format!("made-person-{owner}"));
    photo.personal.find(PersonalField::RawRecord, json!({"id": id, "owner": owner_id(owner), "title": photo.title}));
    if photo.file.is_some() {
        let artist = format!("Made Person {owner}");
        photo.personal.find(PersonalField::Exif, json!({"Artist": artist, "SerialNumber": format!("SN-{owner}")}));
    }
}

/// The kind of picture: nearly all are photos, some have no value.
fn kind(random: SubjectRandom) -> Option<&'static str> {
    match random.below("kind", 100) {
        0 => Some("screenshot"),
        1 => Some("illustration"),
        2 => Some("virtual"),
        3..6 => None,
        _ => Some("photo"),
    }
}
