//! Makes a photo from its file name and its metadata row. An invalid cell becomes a warning.

use jiff::Timestamp;
use url::Url;

use super::columns::Column;
use super::row::Row;
use super::rules::Rules;
use super::table::Table;
use super::warnings::Warnings;
use crate::photo::{License, Media, PersonalField, Photo, PhotoId, SourceField, Taxon};
use crate::sources::rows::numbers::{Decimal, NotRead, Numbers};

/// The photo at `name` inside the folder. Without a row, nothing is said about it: what is known stays.
pub fn photo(name: &str, row: Option<(&Table, &Row)>, warnings: &mut Warnings) -> Photo {
    let base = name.rsplit('/').next().unwrap_or(name).to_owned();
    let (id, media) = (PhotoId::new("folder", name), Media::Photo.into());
    let mut photo = Photo { id, media, file_name: Some(base), ..Photo::default() };
    match row {
        Some((table, row)) => Reading { row, rules: &table.rules, warnings }.fill(&mut photo),
        None => photo.unasked.extend(SourceField::ALL),
    }
    photo
}

/// The row that is being read.
pub struct Reading<'a> {
    pub row: &'a Row,
    pub rules: &'a Rules,
    pub warnings: &'a mut Warnings,
}

impl Reading<'_> {
    /// Fills in what the row says.
    pub(in crate::sources) fn fill(&mut self, photo: &mut Photo) {
        let row = self.row;
        let alt = || row.text(Column::Alt).filter(|text| text.parse::<f64>().is_err());
        photo.title = row.text(Column::Title).unwrap_or_default();
        photo.description = row.text(Column::Description).or_else(alt).unwrap_or_default();
        photo.tags = self.rules.items(row, Column::Tags);
        if photo.tags.is_empty() {
            photo.tags = self.rules.items(row, Column::TagPaths);
        }
        photo.machine_tags = self.rules.items(row, Column::MachineTags);
        photo.attribution = row.text(Column::Attribution);
        photo.changes = row.text(Column::Changes);
        photo.landing_url = self.address(Column::LandingUrl);
        photo.license = self.license();
        photo.taken = self.taken();
        photo.posted_at = self
            .read(Column::PostedAt, "is no moment such as 2026-05-01T12:00:00Z", |text| text.parse::<Timestamp>().ok());
        photo.location = self.location(&mut photo.verbatim_coordinates);
        photo.taxon = self.taxon();
        photo.views = self.count(Column::Views);
        photo.faves = self.count(Column::Faves);
        photo.comments = self.count(Column::Comments);
        let personal = [
            (Column::OwnerName, PersonalField::OwnerName),
            (Column::Owner, PersonalField::Owner),
            (Column::PathAlias, PersonalField::PathAlias),
        ];
        for (column, field) in personal {
            // A row that names nobody says that there is nobody: an earlier name does not stay.
            photo.personal.find(field, row.text(column));
        }
        photo.personal.find(PersonalField::RawRecord, row.raw.clone());
    }

    pub(super) fn warn(&mut self, kind: &'static str, column: Column, what: &str) {
        let at = &self.row.at;
        self.warnings.add(kind, || format!("{at}, column {}: {what}", column.as_str()));
    }

    /// Parses a cell with `parse`. A cell that does not parse becomes a warning.
    pub(super) fn read<T>(&mut self, column: Column, wrong: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.row.text(column)?;
        let read = parse(&text);
        if read.is_none() {
            self.warn(column.as_str(), column, &format!("{} {wrong}", quoted(&text)));
        }
        read
    }

    /// Reads a number. One that could be either of two is asked about, and neither is taken.
    pub(super) fn number(
        &mut self,
        column: Column,
        wrong: &str,
        parse: impl Fn(&str, &Numbers) -> Result<f64, NotRead>,
    ) -> Option<f64> {
        if let Some(number) = self.row.number(column) {
            return Some(number);
        }
        let text = self.row.text(column)?;
        match parse(&text, &self.rules.numbers) {
            Ok(number) => Some(number),
            Err(reason) => {
                self.refuse(column, &text, wrong, reason);
                None
            }
        }
    }

    fn refuse(&mut self, column: Column, text: &str, wrong: &str, reason: NotRead) {
        let text = quoted(text);
        match reason {
            NotRead::None => self.warn(column.as_str(), column, &format!("{text} {wrong}")),
            NotRead::Either(point, comma) => {
                let at = &self.row.at;
                self.warnings.ask(column.as_str(), || {
                    format!(
                        "{at}, column {}: is {text} the number {point} or {comma}? It is not used; \
                        say --decimal point for {point}, --decimal comma for {comma}",
                        column.as_str()
                    )
                });
            }
        }
    }

    fn count(&mut self, column: Column) -> Option<u64> {
        let wrong = "is not a whole number from 0 to 9223372036854775807";
        let text = self.row.text(column)?;
        // A number of JSON has a decimal point in every locale.
        let json = self.row.number(column).map(|_| Numbers::told(Decimal::Point));
        match json.as_ref().unwrap_or(&self.rules.numbers).count(&text) {
            Ok(count) => Some(count),
            Err(reason) => {
                self.refuse(column, &text, wrong, reason);
                None
            }
        }
    }

    fn address(&mut self, column: Column) -> Option<String> {
        self.read(column, "is not a web address (https://...)", |text| {
            let url = Url::parse(text).ok()?;
            (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| text.to_owned())
        })
    }

    fn license(&mut self) -> Option<License> {
        let named = self.row.text(Column::License).map(|text| License::parse(&text, None));
        let (name, url) = (self.row.text(Column::LicenseName), self.address(Column::LicenseUrl));
        let mut license =
            named.or_else(|| name.as_deref().or(url.as_deref()).map(|text| License::parse(text, None)))?;
        license.name = name.unwrap_or(license.name);
        license.url = url.or(license.url);
        Some(license)
    }

    fn taxon(&mut self) -> Option<Taxon> {
        Some(Taxon {
            scientific_name: self.row.text(Column::ScientificName)?,
            vernacular_name: self.row.text(Column::VernacularName),
            rank: self.row.text(Column::TaxonRank).map(|rank| rank.to_lowercase()),
            iconic_group: None,
            source_id: self.row.text(Column::TaxonId),
            iucn_category: None,
            classification: None,
        })
    }
}

/// The text for a warning, if it is short and has no words. Shifted columns may contain a person's name.
pub(super) fn quoted(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters <= 3 && text.chars().count() <= 24 && !text.chars().any(char::is_control) {
        format!("\"{text}\"")
    } else {
        "this".to_owned()
    }
}
