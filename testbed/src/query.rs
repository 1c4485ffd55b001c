//! The arguments of `flickr.photos.search`, read as the real service reads them, and the test of one photo against them.

use std::collections::{HashMap, HashSet};

use crate::calendar;

/// The values of a photo that a search compares, without texts.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The photo id.
    pub id: u64,
    /// The owner's number.
    pub owner: u32,
    /// Upload time, unix seconds.
    pub upload: i64,
    /// Time taken, camera-local seconds.
    pub taken: Option<i64>,
    /// Latitude and longitude in degrees.
    pub place: Option<(f64, f64)>,
    /// Licence id.
    pub license: u8,
    /// A video.
    pub video: bool,
}

/// A photo's texts, prepared for searching.
#[derive(Debug, Clone)]
pub struct SearchableText {
    lower: String,
    words: HashSet<String>,
    tags: HashSet<String>,
}

impl SearchableText {
    /// Title, description and tags together.
    pub fn new(title: &str, description: &str, tags: &[String]) -> Self {
        let lower = format!("{title} {description} {}", tags.join(" ")).to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect();
        Self { words, tags: tags.iter().map(|t| t.to_lowercase()).collect(), lower }
    }

    /// Whole words for letters with spaces between words, any place for scripts without.
    fn has(&self, word: &str) -> bool {
        self.words.contains(word)
            || (!word.chars().all(char::is_alphanumeric) || !word.is_ascii()) && self.lower.contains(word)
    }
}

/// The order of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By upload time, newest first: the default.
    PostedDesc,
    /// By upload time, oldest first.
    PostedAsc,
    /// By time taken, newest first.
    TakenDesc,
    /// By time taken, oldest first.
    TakenAsc,
    /// Stable, but unrelated to any field: interestingness, relevance.
    Opaque,
}

/// Why a search is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// HTTP 400 with an HTML page.
    BadRequest,
    /// HTTP 200 with `stat: fail`, a code and a message.
    Fail(i64, &'static str),
}

/// A search, without paging.
#[derive(Debug, Clone, Default)]
pub struct Query {
    words: Vec<String>,
    without: Vec<String>,
    tags: Vec<String>,
    without_tags: Vec<String>,
    all_tags: bool,
    owner: Option<String>,
    /// Inclusive bounds of the upload time.
    pub uploaded: (Option<i64>, Option<i64>),
    taken: (Option<i64>, Option<i64>),
    bbox: Option<[f64; 4]>,
    has_geo: Option<bool>,
    licenses: Option<Vec<u8>>,
    video: Option<bool>,
    /// The requested order.
    pub sort: Option<Sort>,
}

impl Query {
    /// Reads the arguments; unknown ones are ignored, as the real service does.
    pub fn read(args: &HashMap<String, String>) -> Result<Self, Refusal> {
        let given = |name: &str| args.get(name).map(String::as_str).filter(|v| !v.trim().is_empty());
        let time = |name| given(name).and_then(calendar::read);
        let (words, without) = signed(given("text").unwrap_or(""), char::is_whitespace);
        let (tags, without_tags) = signed(given("tags").unwrap_or(""), |c| c == ',');
        let query = Self {
            words,
            without,
            tags,
            without_tags,
            all_tags: given("tag_mode") == Some("all"),
            owner: given("user_id").map(str::to_owned),
            uploaded: (time("min_upload_date"), time("max_upload_date")),
            taken: (time("min_taken_date"), time("max_taken_date")),
            bbox: given("bbox").map(bbox).transpose()?,
            has_geo: given("has_geo").map(|v| v != "0"),
            licenses: given("license").map(|v| v.split(',').filter_map(|l| l.trim().parse().ok()).collect()),
            video: given("media")
                .and_then(|m| [("photos", false), ("videos", true)].iter().find(|p| p.0 == m).map(|p| p.1)),
            sort: given("sort").and_then(sort),
        };
        if query.all_tags && query.tags.len() > 20 {
            return Err(Refusal::Fail(1, "Too many tags in ALL query"));
        }
        if query.is_parameterless() {
            return Err(Refusal::Fail(
                3,
                "Parameterless searches have been disabled. Please use flickr.photos.getRecent instead.",
            ));
        }
        Ok(query)
    }

    fn is_parameterless(&self) -> bool {
        let texts =
            self.words.is_empty() && self.without.is_empty() && self.tags.is_empty() && self.without_tags.is_empty();
        let times = [self.uploaded.0, self.uploaded.1, self.taken.0, self.taken.1].iter().all(Option::is_none);
        texts
            && times
            && self.owner.is_none()
            && self.bbox.is_none()
            && self.has_geo.is_none()
            && self.licenses.is_none()
    }

    /// Whether it searches by location. Its pages then contain at most 250.
    pub fn is_geo(&self) -> bool {
        self.bbox.is_some() || self.has_geo.is_some()
    }

    /// A geo query without a limiting factor only sees the last 12 hours.
    pub fn is_unlimited_geo(&self) -> bool {
        let limited = !self.words.is_empty() || !self.tags.is_empty() || self.owner.is_some();
        self.is_geo() && !limited && self.uploaded.0.is_none() && self.taken.0.is_none()
    }

    /// Whether the texts match.
    pub fn fits_text(&self, hay: &SearchableText) -> bool {
        let tagged = |tag: &String| hay.tags.contains(tag);
        self.words.iter().all(|w| hay.has(w))
            && !self.without.iter().any(|w| hay.has(w))
            && (self.tags.is_empty()
                || if self.all_tags { self.tags.iter().all(tagged) } else { self.tags.iter().any(tagged) })
            && !self.without_tags.iter().any(tagged)
    }

    /// Whether everything but the texts matches. All bounds are inclusive.
    pub fn fits(&self, facts: &Facts) -> bool {
        let within = |bounds: (Option<i64>, Option<i64>), at: i64| {
            bounds.0.is_none_or(|b| at >= b) && bounds.1.is_none_or(|b| at <= b)
        };
        let inside =
            |[w, s, e, n]: [f64; 4]| facts.place.is_some_and(|(lat, lon)| lat >= s && lat <= n && lon >= w && lon <= e);
        within(self.uploaded, facts.upload)
            && (self.taken == (None, None) || facts.taken.is_some_and(|t| within(self.taken, t)))
            && self.bbox.is_none_or(inside)
            && self.has_geo.is_none_or(|wanted| wanted == facts.place.is_some())
            && self.licenses.as_ref().is_none_or(|l| l.contains(&facts.license))
            && self.video.is_none_or(|v| v == facts.video)
            && self.owner.as_ref().is_none_or(|o| *o == crate::record::nsid(facts.owner))
    }
}

/// Splits into wanted and (with a leading `-`) unwanted terms, in lower case.
fn signed(text: &str, separator: impl Fn(char) -> bool) -> (Vec<String>, Vec<String>) {
    let terms = text.split(separator).map(|t| t.trim().replace('"', "").to_lowercase()).filter(|t| !t.is_empty());
    let (unwanted, wanted): (Vec<_>, Vec<_>) = terms.partition(|t| t.starts_with('-') && t.len() > 1);
    (wanted, unwanted.iter().map(|t| t[1..].to_owned()).collect())
}

/// `min_lon,min_lat,max_lon,max_lat`; spaces and wrong forms are HTTP 400, an impossible box is a failed call.
fn bbox(text: &str) -> Result<[f64; 4], Refusal> {
    let parts: Vec<f64> = text.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| Refusal::BadRequest)?;
    let edges: [f64; 4] = parts.try_into().map_err(|_| Refusal::BadRequest)?;
    let [w, s, e, n] = edges;
    let sound = w <= e && s <= n && w >= -180.0 && e <= 180.0 && s >= -90.0 && n <= 90.0;
    // Only the text of this message has been recorded, not its code.
    if sound { Ok(edges) } else { Err(Refusal::Fail(4, "Not a valid bounding box")) }
}

fn sort(name: &str) -> Option<Sort> {
    Some(match name {
        "date-posted-asc" => Sort::PostedAsc,
        "date-posted-desc" => Sort::PostedDesc,
        "date-taken-asc" => Sort::TakenAsc,
        "date-taken-desc" => Sort::TakenDesc,
        "relevance" | "interestingness-desc" | "interestingness-asc" => Sort::Opaque,
        _ => return None,
    })
}
