//! Reads and writes the files of smart-image-scraper, the Python system that preceded Gleaner
//! (github.com/hwasiti/smart-image-scraper). Nothing is lost, and its programs read what is written (docs/legacy.md).
//!
//! A frame is a table of rows from a data frame's JSON, a CSV or MongoDB. One pure function, [`ParsedRow::of`], parses
//! a row. The original row is kept too, sealed ([`original_row`]).

mod cells;
mod copy_images;
mod csv;
mod data_frame;
mod images;
mod import;
mod key;
pub mod mongodb;
pub mod original_row;
mod parsed_row;
mod row;
mod rows;
mod tokens;

pub use copy_images::copy_images;
pub use data_frame::{DataFrame, write_json};
pub use images::Images;
pub use import::{ImportCounts, ImportedPhotos, add_rows, fill_missing, has_search_record, import_rows};
pub use key::read_key;
pub use parsed_row::{ParsedRow, ScoreCell};
pub use row::{DataFrameError, Row};
pub use rows::{RowCollector, RowCounts, RowSettings, RowTable};
pub use tokens::{KeyError, TokenCounts, decrypt_tokens, is_token};

pub use self::csv::write_csv;

/// The columns of a frame in the order in which the Python system writes them.
pub const COLUMNS: [&str; 21] = [
    "filename",
    "search term",
    "date of download",
    "time of download",
    "link",
    "title",
    "description",
    "date taken",
    "owner name",
    "path alias",
    "owner",
    "latitude",
    "longitude",
    "country",
    "city",
    "machine tags",
    "views",
    "tags",
    "exif data",
    "species prediction score",
    "cage prediction score",
];

/// The columns that the Python system encrypts.
pub const PERSONAL: [&str; 4] = ["owner name", "path alias", "owner", "exif data"];

/// The scorer of imported scores: the part after the `@`.
pub const SCORER: &str = "seed";

/// The concept of the column "species prediction score", unless the user names another: the Python system looks for
/// monkeys.
pub const SPECIES: &str = "monkey";

/// The concept of the column "cage prediction score".
pub const CAGE: &str = "cage";
