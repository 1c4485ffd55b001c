//! Generates photos on request. Photo number `i` depends only on the seed and `i`, so a million need no memory.
//! Upload times never decrease with `i`, and come in bursts as on the real site, which makes time slicing uneven.

use crate::query::{Facts, SearchableText};
use crate::random;
use crate::record::{ImageState, Origin, Record};
use crate::text_variants::{self, TextVariant};

/// Ids of generated photos start here.
const FIRST_ID: u64 = 50_000_000_000;
/// Photos in one burst of uploads, when a block is a burst.
const BLOCK: u64 = 256;
/// Centres of located photos: latitude, longitude. Two are at the antimeridian, one at a pole, one at the equator.
const HOTSPOTS: [(f64, f64); 12] = [
    (-2.33, 34.83),
    (9.05, -79.65),
    (48.85, 2.35),
    (35.01, 135.77),
    (-17.80, 179.95),
    (-16.90, -179.97),
    (1.35, 103.82),
    (-18.77, 46.87),
    (37.77, -122.42),
    (78.22, 15.65),
    (-54.80, -68.30),
    (0.01, 0.01),
];

/// The parameters of generated photos.
#[derive(Debug, Clone)]
pub struct GeneratorConfig {
    /// How many photos.
    pub photos: u64,
    /// The random seed.
    pub seed: u64,
    /// First and last upload time, unix seconds.
    pub uploaded: (i64, i64),
    /// Share of photos with coordinates.
    pub located: f64,
    /// Share of photos whose files are gone.
    pub gone: f64,
    /// Share of videos.
    pub videos: f64,
    /// Share of photos whose owner opted out of machine learning.
    pub opted_out: f64,
    /// Longest edge of originals, px; edges are between 5/8 of it and all of it.
    pub edge_px: u32,
}

impl Default for GeneratorConfig {
    fn default() -> Self {
        Self {
            photos: 0,
            seed: 1,
            uploaded: (1_262_304_000, 1_704_067_199),
            located: 0.6,
            gone: 0.0,
            videos: 0.02,
            opted_out: 0.02,
            edge_px: 640,
        }
    }
}

/// The generator of photos.
#[derive(Debug)]
pub struct Generator {
    config: GeneratorConfig,
    variants: Vec<TextVariant>,
    searchable: Vec<SearchableText>,
}

impl Generator {
    /// A generator with these parameters.
    pub fn new(config: GeneratorConfig) -> Self {
        let variants = text_variants::all();
        let searchable = variants.iter().map(|c| SearchableText::new(&c.title, &c.description, &c.tags)).collect();
        Self { config, variants, searchable }
    }

    /// How many photos there are.
    pub fn len(&self) -> u64 {
        self.config.photos
    }

    /// True when nothing is generated.
    pub fn is_empty(&self) -> bool {
        self.config.photos == 0
    }

    /// The texts that exist, by combination number.
    pub fn searchable(&self) -> &[SearchableText] {
        &self.searchable
    }

    /// The combination number of photo `i`.
    pub fn variant(&self, i: u64) -> usize {
        random::below(self.config.seed, i, "combo", text_variants::COUNT as u64) as usize
    }

    /// The id of photo `i`.
    pub fn id(&self, i: u64) -> u64 {
        FIRST_ID + i * 3 + self.config.seed % 3
    }

    /// The number of the photo with this id.
    pub fn index(&self, id: u64) -> Option<u64> {
        let i = id.checked_sub(FIRST_ID + self.config.seed % 3).filter(|d| d % 3 == 0)? / 3;
        (i < self.config.photos).then_some(i)
    }

    /// Upload time of photo `i`, unix seconds; never decreases with `i`.
    pub fn upload(&self, i: u64) -> i64 {
        let block = i / BLOCK;
        if random::chance(self.config.seed, block, "burst", 0.15) {
            let start = block * BLOCK;
            return self.even(i).min(self.even(start) + ((i - start) / 8) as i64);
        }
        self.even(i)
    }

    fn even(&self, i: u64) -> i64 {
        let (first, last) = self.config.uploaded;
        let share = i as f64 / (self.config.photos.max(2) - 1) as f64;
        first + ((last - first) as f64 * share.powf(0.7)) as i64
    }

    /// The numbers of the photos uploaded in `from..=to`.
    pub fn uploaded(&self, from: i64, to: i64) -> std::ops::Range<u64> {
        let start = self.first_at(from);
        start..self.first_at(to.saturating_add(1)).max(start)
    }

    fn first_at(&self, time: i64) -> u64 {
        let (mut low, mut high) = (0, self.config.photos);
        while low < high {
            let middle = low.midpoint(high);
            if self.upload(middle) < time { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The values of photo `i` that a search compares.
    pub fn facts(&self, i: u64) -> Facts {
        let seed = self.config.seed;
        let upload = self.upload(i);
        Facts {
            id: self.id(i),
            owner: random::below(seed, i, "owner", self.config.photos / 20 + 1) as u32,
            upload,
            taken: self.taken(i, upload),
            place: self.place(i),
            license: if random::chance(seed, i, "arr", 0.5) { 0 } else { random::below(seed, i, "license", 17) as u8 },
            video: random::chance(seed, i, "video", self.config.videos),
        }
    }

    fn taken(&self, i: u64, upload: i64) -> Option<i64> {
        let seed = self.config.seed;
        if random::chance(seed, i, "zero-date", 0.01) {
            return None;
        }
        let before = random::below(seed, i, "taken", 400 * 86_400) as i64;
        Some(if random::chance(seed, i, "taken-unknown", 0.12) { upload } else { upload - before })
    }

    fn place(&self, i: u64) -> Option<(f64, f64)> {
        let seed = self.config.seed;
        if !random::chance(seed, i, "located", self.config.located) {
            return None;
        }
        let site = HOTSPOTS[random::below(seed, i, "hotspot", HOTSPOTS.len() as u64) as usize];
        let near = |topic| (random::unit(seed, i, topic) - 0.5).powi(3) * 8.0;
        let lon = site.1 + near("lon");
        let lon = if lon > 180.0 {
            lon - 360.0
        } else if lon < -180.0 {
            lon + 360.0
        } else {
            lon
        };
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        Some((round((site.0 + near("lat")).clamp(-89.0, 89.0)), round(lon)))
    }

    /// Photo `i`, in full.
    pub fn record(&self, i: u64) -> Record {
        let seed = self.config.seed;
        let facts = self.facts(i);
        let texts = &self.variants[self.variant(i)];
        let owner = u64::from(facts.owner);
        let rolled = |topic, n| random::below(seed, i, topic, n);
        Record {
            id: facts.id,
            owner: facts.owner,
            owner_name: format!("CANARY Person {owner}"),
            path_alias: random::chance(seed, owner, "alias", 0.5).then(|| format!("canary-person-{owner}")),
            title: texts.title.clone(),
            description: texts.description.clone(),
            tags: texts.tags.clone(),
            machine_tags: texts.machine_tags.clone(),
            upload: facts.upload,
            taken: facts.taken,
            taken_unknown: facts.taken == Some(facts.upload),
            granularity: [0, 0, 0, 0, 0, 0, 0, 4, 6, 8][rolled("granularity", 10) as usize],
            place: facts.place,
            accuracy: if random::chance(seed, i, "accuracy-0", 0.03) { 0 } else { 8 + rolled("accuracy", 9) as u8 },
            license: facts.license,
            video: facts.video,
            counts: [rolled("views", 9000), rolled("faves", 300), rolled("comments", 40)],
            pixels: self.pixels(i),
            format: "jpg",
            downloadable: facts.license != 0 || random::chance(seed, i, "downloadable", 0.4),
            server: [65_535, 7299, 1562, 129][rolled("server", 4) as usize],
            secret: format!("{:010x}", random::bits(seed, i, "secret") >> 24),
            opted_out: random::chance(seed, i, "opted-out", self.config.opted_out),
            image_state: self.image_state(i),
            version: 0,
            origin: Origin::Drawn,
        }
    }

    fn pixels(&self, i: u64) -> (u32, u32) {
        let edge = self.config.edge_px.max(128);
        let span = u64::from(edge * 3 / 8 / 16).max(1);
        let long = edge - random::below(self.config.seed, i, "edge", span) as u32 * 16;
        let short = long * 3 / 4;
        if random::chance(self.config.seed, i, "portrait", 0.3) { (short, long) } else { (long, short) }
    }

    fn image_state(&self, i: u64) -> ImageState {
        if !random::chance(self.config.seed, i, "gone", self.config.gone) {
            return ImageState::Present;
        }
        [ImageState::NotFound, ImageState::Gone, ImageState::RedirectToPlaceholder, ImageState::Placeholder]
            [random::below(self.config.seed, i, "fate", 4) as usize]
    }
}
