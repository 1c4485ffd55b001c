//! A photo as a media file of Camtrap DP, if it has what the standard requires.

use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use url::Url;

use super::tables::MEDIA;
use crate::export::dwca::license;
use crate::export::record::image_path;
use crate::photo::{Location, Photo};

/// Why a photo is no media file: the standard requires what its record does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    Coordinates,
    Time,
    Address,
    MediaType,
}

impl Missing {
    /// Which photos lack it.
    pub fn which(self) -> &'static str {
        match self {
            Self::Coordinates => "without coordinates",
            Self::Time => "whose time is not known to the second",
            Self::Address => "with neither an image nor an address of one",
            Self::MediaType => "not downloaded, whose address does not name the type of image",
        }
    }
}

/// A moment by the camera's clock.
#[derive(Clone, Debug)]
pub struct Moment {
    pub local: DateTime,
    /// Minutes from UTC: those that the source states, else those of the zone of the coordinates.
    pub offset: Option<i32>,
    /// Whether the source states the offset.
    pub is_stated: bool,
}

impl Moment {
    /// The time in UTC; the clock's own where its offset is not known.
    pub fn utc(&self) -> DateTime {
        let minutes = self.offset.unwrap_or_default();
        self.local.checked_sub(minutes.minutes()).unwrap_or(self.local)
    }
}

impl fmt::Display for Moment {
    /// The standard requires a zone. Where it is not known, UTC is written, and `timestampIssues` of the deployment says so.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local.strftime("%Y-%m-%dT%H:%M:%S"))?;
        match self.offset {
            None | Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

/// A photo with what the standard requires.
pub struct Medium<'a> {
    pub photo: &'a Photo,
    pub location: &'a Location,
    pub at: Moment,
    path: String,
    public: bool,
    media_type: String,
}

impl<'a> Medium<'a> {
    /// The media file that a photo is, or what it lacks.
    pub fn of(photo: &'a Photo) -> Result<Self, Missing> {
        let location = photo.location.as_ref().ok_or(Missing::Coordinates)?;
        let at = moment(photo).ok_or(Missing::Time)?;
        let (path, public) = path(photo).ok_or(Missing::Address)?;
        let media_type = media_type(photo).ok_or(Missing::MediaType)?;
        Ok(Self { photo, location, at, path, public, media_type })
    }

    /// The id of its deployment: photographer, place and day. A photo without a photographer is a deployment of its own.
    pub fn deployment(&self) -> String {
        let who = self.photo.owner_pseudonym.as_deref().unwrap_or(self.photo.id.as_str());
        format!("{who}:{},{}:{}", self.location.latitude, self.location.longitude, self.at.local.date())
    }

    /// Its row.
    pub fn row(&self, capture_method: Option<&str>) -> Result<Vec<u8>> {
        MEDIA.row(&[
            ("mediaID", self.photo.id.to_string()),
            ("deploymentID", self.deployment()),
            ("captureMethod", capture_method.unwrap_or_default().to_owned()),
            ("timestamp", self.at.to_string()),
            ("filePath", self.path.clone()),
            ("filePublic", self.public.to_string()),
            ("fileName", self.photo.file_name.clone().unwrap_or_default()),
            ("fileMediatype", self.media_type.clone()),
            ("mediaComments", self.comments()),
        ])
    }

    /// Licence, author and web page. The standard has no column for the licence of one file.
    fn comments(&self) -> String {
        let license = license(self.photo).map(|license| format!("license: {license}"));
        let author = self.photo.attribution.as_deref().map(|author| format!("rightsHolder: {author}"));
        let page = self.photo.landing_url.as_deref().map(|page| format!("references: {page}"));
        [license, author, page].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// When it was taken, if that is known to the second.
fn moment(photo: &Photo) -> Option<Moment> {
    let taken = photo.taken.as_ref()?;
    let local = taken.period().filter(|period| period.first == period.last)?.first;
    let as_utc = TimeZone::UTC.to_timestamp(local).ok()?;
    let offset = photo.taken_at().and_then(|at| i32::try_from(as_utc.duration_since(at).as_secs() / 60).ok());
    Some(Moment { local, offset, is_stated: offset.is_some() && taken.utc_offset.is_some() })
}

/// The address of the image, which is public, or else its path in the dataset's folder, which is not.
fn path(photo: &Photo) -> Option<(String, bool)> {
    // What the standard's pattern refuses: hidden files, and ways out of the package's folder.
    let allowed = |path: &String| !path.starts_with(['.', '/', '~']) && !path.contains("..");
    let own = || photo.file.as_ref().and_then(image_path);
    photo.image_url.clone().filter(allowed).map(|url| (url, true)).or_else(|| Some((own()?, false)))
}

/// The type by content; of an image that is not downloaded, the type that its address names.
fn media_type(photo: &Photo) -> Option<String> {
    if let Some(file) = &photo.file {
        return Some(format!("image/{}", file.format.as_str()));
    }
    let url = Url::parse(photo.image_url.as_deref()?).ok()?;
    let (_, suffix) = url.path().rsplit_once('.')?;
    let known = match suffix.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        _ => return None,
    };
    Some(known.to_owned())
}
