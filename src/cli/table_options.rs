//! Options about a metadata table, for when it does not show how it is to be read.

use clap::Args;

use crate::sources::rows::TableOptions;
use crate::sources::rows::dates::DateOrder;
use crate::sources::rows::encoding::Name;
use crate::sources::rows::lists::Separator;
use crate::sources::rows::numbers::Decimal;

/// How a table is read. Without these its content decides.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tables of --source folder and urls")]
pub struct TableArgs {
    /// Read NA, NULL, None, - and similar words as texts [default: they mean "not given"]
    #[arg(long)]
    keep_na: bool,
    /// The decimal mark of the table's numbers [default: the one that they show]
    #[arg(long, value_name = "point|comma", value_parser = decimal)]
    decimal: Option<Decimal>,
    /// Which number of a date such as 04/05/2026 comes first [default: the one that the table's dates show]
    #[arg(long, value_name = "day-first|month-first", value_parser = date_order)]
    date_order: Option<DateOrder>,
    /// What separates tags: "|", ";", "," or blank [default: the first of these that the column has]
    #[arg(long, value_name = "CHARACTER", value_parser = separator)]
    list_separator: Option<Separator>,
    /// The table's encoding, such as windows-1252 or macintosh [default: UTF-8, else guessed]
    #[arg(long, value_name = "NAME")]
    encoding: Option<Name>,
}

impl TableArgs {
    /// Whether any option is given.
    pub fn any(&self) -> bool {
        self.keep_na
            || self.decimal.is_some()
            || self.date_order.is_some()
            || self.list_separator.is_some()
            || self.encoding.is_some()
    }

    /// What the user says.
    pub fn options(&self) -> TableOptions {
        TableOptions {
            keep_na: self.keep_na,
            decimal: self.decimal,
            date_order: self.date_order,
            separator: self.list_separator,
            encoding: self.encoding,
        }
    }
}

fn decimal(text: &str) -> Result<Decimal, String> {
    match text {
        "point" | "." => Ok(Decimal::Point),
        "comma" | "," => Ok(Decimal::Comma),
        _ => Err("write point or comma".to_owned()),
    }
}

fn date_order(text: &str) -> Result<DateOrder, String> {
    match text {
        "day-first" => Ok(DateOrder::DayFirst),
        "month-first" => Ok(DateOrder::MonthFirst),
        _ => Err("write day-first or month-first".to_owned()),
    }
}

fn separator(text: &str) -> Result<Separator, String> {
    match text {
        "|" => Ok(Separator::Bar),
        ";" => Ok(Separator::Semicolon),
        "," => Ok(Separator::Comma),
        "blank" | " " => Ok(Separator::Blank),
        _ => Err("write \"|\", \";\", \",\" or blank".to_owned()),
    }
}
