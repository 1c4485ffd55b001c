//! A list of addresses of images: one address per line, or a table (CSV, JSON, Parquet) with a column of addresses (docs/urls.md).
//!
//! The images may be on any public host. A photo's id is made from its address, so that it is the same photo in every
//! list; the address of a photo of a service gives the service's id.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use url::Url;

use super::folder::columns::ADDRESSES;
use super::folder::reading::Reading;
use super::folder::table::Table;
use super::folder::warnings::{Warnings, shown};
use super::rows::{TableOptions, parquet};
use super::{About, Images, Limits, PhotosFrom, Strategy, file_name, origin};
use crate::hash::sha256_hex;
use crate::net::Guard;
use crate::photo::{Media, Photo, PhotoId, SourceField};

/// The description of the hosts of a list. There is no API.
pub const ABOUT: About = About {
    name: "urls",
    title: "A list of addresses of images",
    terms_url: "",
    api_url: "",
    note: "",
    keys: &[],
    search_by: &[],
    located: true,
    photos_from: PhotosFrom::Elsewhere,
    limits: Limits { per_second: 1.0, per_minute: None, per_hour: None, per_day: None },
    page_cap: 1,
    strategy: Strategy::Cursor { result_cap: None },
    images: Images::ANYWHERE,
};

/// Digits of the SHA-256 sum that are a photo's id.
const ID_DIGITS: usize = 32;

/// A list that cannot be used. Nothing is made before this is known.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ListError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A list that has been read.
#[derive(Debug)]
pub struct List {
    photos: Vec<Photo>,
    warnings: Vec<String>,
}

impl List {
    /// Reads a list. `guard` tells for which hosts http may stay; all others are asked by https. A row without an address
    /// becomes a warning. Fails if the file cannot be read or has no address that can be used.
    pub fn open(path: &Path, options: &TableOptions, guard: &Guard) -> Result<Self, ListError> {
        let bytes = fs::read(path).map_err(|err| ListError {
            message: format!("could not read {}: {err}", path.display()),
            hint: "name a file with addresses of images, for instance one https://... per line".to_owned(),
        })?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let mut warnings = Warnings::default();
        let table = if parquet::is_parquet(&bytes) {
            Table::of_rows(parquet_rows(bytes, &name, options)?, &name, options, &mut warnings)
        } else {
            Table::read_list(&bytes, &name, options, &mut warnings)
        };
        Self::of(&table, guard, warnings)
    }

    /// Its photos, in the order of the list, each once.
    pub fn into_photos(self) -> Vec<Photo> {
        self.photos
    }

    /// Warnings about the list.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn of(table: &Table, guard: &Guard, mut warnings: Warnings) -> Result<Self, ListError> {
        let (mut photos, mut known, mut repeated) = (Vec::new(), HashSet::new(), 0_u64);
        let mut unusable: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
        for row in &table.rows {
            let addresses = row.addresses();
            if addresses.is_empty() {
                unusable.entry("the row has no address").or_insert((0, &row.at)).0 += 1;
            }
            for address in addresses {
                let url = match image_address(&address, guard) {
                    Ok(url) => url,
                    Err(why) => {
                        unusable.entry(why).or_insert((0, &row.at)).0 += 1;
                        continue;
                    }
                };
                let id = id_of(ABOUT.name, &url);
                if !known.insert(id.clone()) {
                    repeated += 1;
                    continue;
                }
                let mut photo = photo(id, &url);
                if table.has_only_addresses() {
                    // What an earlier list said stays.
                    photo.unasked.extend(SourceField::ALL);
                } else {
                    Reading { row, rules: &table.rules, warnings: &mut warnings }.fill(&mut photo);
                }
                photos.push(photo);
            }
        }
        if photos.is_empty() {
            return Err(no_address(table, &unusable));
        }
        for (why, (count, at)) in unusable {
            let more = if count > 1 { format!(" (as in {} more)", count - 1) } else { String::new() };
            warnings.add("address", || format!("{at}: {why}; it is not used{more}"));
        }
        if repeated > 0 {
            let name = shown(&table.name);
            warnings.add("repeated", || format!("{name}: addresses of photos that the list has already: {repeated}"));
        }
        Ok(Self { photos, warnings: warnings.all() })
    }
}

/// The rows of a Parquet table.
fn parquet_rows(bytes: Vec<u8>, name: &str, options: &TableOptions) -> Result<Vec<Value>, ListError> {
    let name = shown(name);
    if options.encoding.is_some() {
        return Err(ListError {
            message: format!("{name} is a Parquet table, which says itself how its texts are encoded"),
            hint: "leave out --encoding".to_owned(),
        });
    }
    parquet::records(bytes).map_err(|why| ListError {
        message: format!("{name} is a Parquet table that cannot be read: {why}"),
        hint: "write it again, for instance with pandas: table.to_parquet(\"links.parquet\", compression=\"snappy\")"
            .to_owned(),
    })
}

fn no_address(table: &Table, unusable: &BTreeMap<&str, (u64, &str)>) -> ListError {
    let name = shown(&table.name);
    let columns: Vec<&str> = ADDRESSES.iter().map(|column| column.as_str()).collect();
    let why = match unusable.iter().next() {
        _ if !table.has_addresses() => format!("its first line names no column for them ({})", columns.join(", ")),
        Some((why, (_, at))) => format!("for example, {at}: {why}"),
        None => "it is empty".to_owned(),
    };
    let hint = "a list has one address per line (https://...), or is CSV, TSV, JSON, JSON Lines or Parquet with a column `url`";
    ListError { message: format!("{name} has no address of an image that can be used: {why}"), hint: hint.to_owned() }
}

/// The address of an image, by https where the host is not one for which http may be used.
pub(super) fn image_address(text: &str, guard: &Guard) -> Result<Url, &'static str> {
    const NONE: &str = "this is no web address (https://...)";
    if text.contains(char::is_whitespace) {
        return Err("there is a blank in the address");
    }
    let mut url = Url::parse(text).map_err(|_| NONE)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(NONE);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address holds a user name or a password");
    }
    url.set_fragment(None);
    if !guard.is_trusted(url.host_str().unwrap_or_default()) {
        let _ = with_https(&mut url);
    }
    Ok(url)
}

/// Changes http to https, where the port is the usual one.
fn with_https(url: &mut Url) -> Result<(), ()> {
    if url.scheme() == "http" && url.port().is_none() { url.set_scheme("https") } else { Ok(()) }
}

/// The id of the photo at an address: that of the service whose photo it is, else one of `source` made from the address.
pub(super) fn id_of(source: &str, url: &Url) -> PhotoId {
    if let Some(id) = origin::of_image(url.as_str()) {
        return id;
    }
    let mut url = url.clone();
    let _ = with_https(&mut url);
    PhotoId::new(source, &sha256_hex(url.as_str().as_bytes())[..ID_DIGITS])
}

/// A photo of which only the address is known. Nobody was asked for what only services say.
fn photo(id: PhotoId, url: &Url) -> Photo {
    let file_name = file_name(url.as_str());
    let mut photo =
        Photo { id, media: Media::Photo.into(), image_url: Some(url.to_string()), file_name, ..Photo::default() };
    photo.unasked.extend([SourceField::Kind, SourceField::Sizes, SourceField::UpdatedAt, SourceField::Observation]);
    photo
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, &'static str> {
        image_address(text, &Guard::new(&["127.0.0.1".to_owned()]))
            .map(|url| id_of(ABOUT.name, &url).as_str().to_owned())
    }

    #[test]
    fn an_address_has_one_id_and_that_of_its_service_where_it_shows_it() {
        let id = of("https://example.org/a.jpg?w=1").unwrap();
        assert!(id.starts_with("urls:") && id.len() == 5 + ID_DIGITS, "{id}");
        for same in ["http://example.org/a.jpg?w=1", "https://EXAMPLE.org:443/a.jpg?w=1#top"] {
            assert_eq!(of(same).unwrap(), id, "{same}");
        }
        for other in ["https://example.org/a.jpg", "https://example.org/A.jpg?w=1", "http://example.org:81/a.jpg?w=1"] {
            assert_ne!(of(other).unwrap(), id, "{other}");
        }
        for (url, id) in [
            ("https://live.staticflickr.com/65535/52348123456_0123abcdef_b.jpg", "flickr:52348123456"),
            ("http://farm3.staticflickr.com/2834/9123456789_0123abcdef.jpg", "flickr:9123456789"),
            ("https://inaturalist-open-data.s3.amazonaws.com/photos/92152429/original.jpg", "inaturalist:92152429"),
            ("https://static.inaturalist.org/photos/92152429/square.jpg?1598551272", "inaturalist:92152429"),
        ] {
            assert_eq!(of(url).unwrap(), id, "{url}");
        }
        for none in [
            "https://staticflickr.com.example.org/65535/52348123456_0123abcdef_b.jpg",
            "https://live.staticflickr.com/buddyicon.jpg",
            "https://static.inaturalist.org/attachments/users/icons/1/medium.jpg",
            "https://example.org/photos/92152429/original.jpg",
        ] {
            assert!(of(none).unwrap().starts_with("urls:"), "{none}");
        }
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused_with_a_reason() {
        for wrong in
            ["", "a.jpg", "//example.org/a.jpg", "ftp://example.org/a.jpg", "data:image/png;base64,AA", "s3://b/a"]
        {
            assert!(of(wrong).unwrap_err().contains("no web address"), "{wrong}");
        }
        assert!(of("https://ann:secret@example.org/a.jpg").unwrap_err().contains("password"));
        assert!(of("https://example.org/a b.jpg").unwrap_err().contains("blank"));
        let guard = Guard::new(&["127.0.0.1".to_owned()]);
        assert_eq!(image_address("http://127.0.0.1/a.jpg", &guard).unwrap().scheme(), "http");
        assert_eq!(image_address("http://example.org/a.jpg", &guard).unwrap().scheme(), "https");
    }
}
