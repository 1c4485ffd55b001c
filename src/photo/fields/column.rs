//! Columns of tables of photos, and their types.

/// A column of the CSV, and the field of the JSON Lines.
pub struct Column {
    /// A dotted path into the JSON Lines: `license.id`.
    pub path: &'static str,
    /// Type and unit, for the docs.
    pub unit: &'static str,
    /// Its meaning, for the docs.
    pub meaning: &'static str,
}

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// A text.
    Text,
    /// A number, which may have a fraction.
    Number,
    /// A count.
    Integer,
    /// True or false.
    Boolean,
    /// A day: `2026-05-01`.
    Date,
    /// A time in UTC, RFC 3339.
    Time,
    /// A date and time without a zone.
    LocalTime,
    /// An object of JSON.
    Json,
}

/// A column.
pub(super) const fn column(path: &'static str, unit: &'static str, meaning: &'static str) -> Column {
    Column { path, unit, meaning }
}

impl ColumnType {
    /// The type of values with this unit, and whether a photo has a list of them.
    pub fn of_unit(unit: &str) -> (Self, bool) {
        let of = |unit: &str| match unit {
            "true/false" => Self::Boolean,
            "date" | "dates" => Self::Date,
            "time" | "times" => Self::Time,
            "date and time, no zone" => Self::LocalTime,
            "count" | "pixels" | "bytes" => Self::Integer,
            "number" | "numbers" | "kilometres" | "metres" | "millimetres" | "seconds" | "EV" | "degrees"
            | "degrees, WGS 84" | "0 to 1" => Self::Number,
            unit if unit.starts_with("JSON") => Self::Json,
            _ => Self::Text,
        };
        unit.strip_prefix("list of ").map_or_else(|| (of(unit), false), |items| (of(items), true))
    }
}
