//! Reads and writes the files of smart-image-scraper, the Python system that preceded Gleaner
//! (github.com/hwasiti/smart-image-scraper). Nothing is lost, and its programs read what is written (docs/legacy.md).
//!
//! A frame is a table of rows from a `DataFrame`'s JSON, a CSV or MongoDB. One pure function, [`Reading::of`], parses
//! a row. The original row is kept too, sealed ([`kept`]).

mod arrival;
mod cells;
mod copy_images;
mod csv;
mod frame;
mod images;
pub mod kept;
mod key;
pub mod mongodb;
mod reading;
mod row;
mod rows;
mod tokens;

pub use arrival::{Arrival, Findings, add_to, arrive, complete, is_fuller};
pub use copy_images::copy_images;
pub use frame::{Frame, write_json};
pub use images::Images;
pub use key::read_key;
pub use reading::{Mark, Reading};
pub use row::{FrameError, Row};
pub use rows::{RowCollector, RowCounts, RowSettings, RowTable};
pub use tokens::{KeyError, Opened, is_token, open_tokens};

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
