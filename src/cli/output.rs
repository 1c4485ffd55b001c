//! Prints messages, data and errors. Nothing else prints, except the progress bar.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Error;
use serde::Serialize;
use serde_json::json;

use super::near;
use crate::dataset::Server;
use crate::files::FilesError;
use crate::legacy::KeyError;
use crate::legacy::mongodb::MongoError;
use crate::net::NetError;
pub use crate::photo::text::counted;
use crate::redact;
use crate::scorers::vision::VisionError;
use crate::seal::SealError;
use crate::sources::search::SearchError;
use crate::sources::{self, About};
use crate::store::StoreError;

/// A usage or configuration error that clap cannot detect.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl UsageError {
    /// The error with a hint.
    pub fn error(message: impl Into<String>, hint: impl Into<String>) -> Error {
        Self { message: message.into(), hint: hint.into() }.into()
    }
}

/// Prints a message to stderr.
pub fn print_message(text: &str) {
    // A closed stderr is not an error.
    let _ = writeln!(io::stderr(), "{}", redact::shown(text));
}

/// Prints a message with a secret that the user asked for.
pub fn print_secret_message(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints data to stdout. A closed pipe is not an error.
pub fn print_data(text: &str) -> anyhow::Result<()> {
    print_secret(&redact::without_secrets(text))
}

/// Prints data with a secret that the user asked for.
pub fn print_secret(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(err) if err.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Asks on the terminal; without a terminal the answer is no.
pub fn confirms(question: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// The command that is running, as the user can type it again.
pub fn this_command() -> String {
    let arguments = env::args_os().skip(1).map(|argument| quoted(&argument.to_string_lossy()));
    ["gleaner".to_owned()].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}

/// A text as one word of a shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Bytes in the unit that suits them: `812 B`, `12.3 MB`, `3.4 GB` (powers of 1,000).
pub fn bytes(number: u64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB"];
    if number < 1_000 {
        return format!("{number} B");
    }
    let (mut value, mut unit) = (number as f64 / 1e3, 0);
    // What would be shown as 1000.0 is 1.0 of the next unit.
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1e3;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit])
}

/// Prints JSON to stdout.
pub fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print_data(&serde_json::to_string_pretty(value)?)
}

/// Prints a usage error of clap.
pub fn usage(err: &clap::Error) -> ExitCode {
    let _ = err.print();
    ExitCode::from(u8::try_from(err.exit_code()).unwrap_or(2))
}

/// Prints an error with its causes and a hint, and returns the exit code.
pub fn failure(err: &Error, json: bool) -> ExitCode {
    if err.chain().any(|cause| io_kind(cause) == Some(io::ErrorKind::BrokenPipe)) {
        return ExitCode::SUCCESS;
    }
    let (code, hint) = diagnosis(err);
    let mut causes: Vec<String> =
        err.chain().map(|cause| redact::shown(&without_numbers(&cause.to_string())).into_owned()).collect();
    // Errors often repeat the text of their cause.
    causes.dedup();
    if json {
        let _ = writeln!(
            io::stdout(),
            "{}",
            json!({"error": {"message": causes[0], "causes": causes[1..], "hint": hint, "exit_code": code}})
        );
    }
    print_message(&format!("error: {}", causes[0]));
    for cause in &causes[1..] {
        print_message(&format!("caused by: {cause}"));
    }
    if let Some(hint) = hint {
        print_message(&format!("hint: {hint}"));
    }
    ExitCode::from(code)
}

/// A message without the numbers of the operating system's errors: their texts say the same.
fn without_numbers(message: &str) -> String {
    const NUMBER: &str = " (os error ";
    let mut parts = message.split(NUMBER);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0 && part[*end..].starts_with(')'));
        match end {
            Some(end) => text + &part[end + 1..],
            None => format!("{text}{NUMBER}{part}"),
        }
    })
}

/// The kind of an I/O error, also inside an error of a JSON or CSV writer.
fn io_kind(cause: &(dyn std::error::Error + 'static)) -> Option<io::ErrorKind> {
    if let Some(err) = cause.downcast_ref::<io::Error>() {
        return Some(err.kind());
    }
    if let Some(err) = cause.downcast_ref::<serde_json::Error>() {
        return err.io_error_kind();
    }
    match cause.downcast_ref::<csv::Error>()?.kind() {
        csv::ErrorKind::Io(err) => Some(err.kind()),
        _ => None,
    }
}

/// The exit code of an error, and a hint for the user.
fn diagnosis(err: &Error) -> (u8, Option<String>) {
    err.chain().find_map(known).unwrap_or((1, None))
}

fn known(cause: &(dyn std::error::Error + 'static)) -> Option<(u8, Option<String>)> {
    if let Some(usage_error) = cause.downcast_ref::<UsageError>() {
        return Some((2, Some(usage_error.hint.clone()).filter(|hint| !hint.is_empty())));
    }
    if let Some(store) = cause.downcast_ref::<StoreError>() {
        return Some(store_diagnosis(store));
    }
    if let Some(files) = cause.downcast_ref::<FilesError>() {
        return super::files::diagnosis(files);
    }
    if let Some(seal) = cause.downcast_ref::<SealError>() {
        return Some((12, Some(seal_hint(seal).to_owned())));
    }
    if let Some(key) = cause.downcast_ref::<KeyError>() {
        return Some((12, Some(legacy_key_hint(key).to_owned())));
    }
    if let Some(mongo) = cause.downcast_ref::<MongoError>() {
        return match mongo {
            MongoError::Misused { hint, .. } => Some((2, Some(hint.clone()))),
            // Its source has the details.
            MongoError::Server(_) => None,
        };
    }
    if let Some(search) = cause.downcast_ref::<SearchError>() {
        return search_diagnosis(search);
    }
    if let Some(vision) = cause.downcast_ref::<VisionError>() {
        return vision_diagnosis(vision);
    }
    if cause.downcast_ref::<NetError>().is_some() {
        return Some((1, None));
    }
    let full = matches!(io_kind(cause), Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded));
    full.then(|| (1, Some(FULL.to_owned())))
}

const FULL: &str = "free space on the disk and run the same command again to continue";

fn store_diagnosis(err: &StoreError) -> (u8, Option<String>) {
    match err {
        StoreError::Locked { .. } => (11, Some("wait until it ends; commands that only read (status, export, serve) work meanwhile".into())),
        StoreError::DiskFull => (1, Some(FULL.into())),
        StoreError::Newer { .. } => (2, None),
        StoreError::Refused(_) => (13, Some("put the address with user and password into GLEANER_MONGODB_URL, or into a file that only you can read ([mongodb] url_file in gleaner.toml)".into())),
        StoreError::Unreachable(_) => (1, Some("check the address and that the server is running, then run the same command again to continue; acknowledged changes are saved".into())),
        StoreError::Address(_) => (2, Some("write special characters of user and password as %XX, and use only options of MongoDB's Rust driver".into())),
        StoreError::Missing(place) if Server::is_address(place) => (2, Some("check the address; `gleaner scrape --store URL` or `gleaner push FOLDER URL` creates a dataset".into())),
        StoreError::Missing(path) => (2, Some(near::dataset(Path::new(path)))),
        StoreError::Damaged { .. } => (1, Some("`gleaner verify` lists what is damaged, `gleaner repair` mends what can be mended".into())),
        StoreError::Other(_) => (1, None),
    }
}

fn seal_hint(err: &SealError) -> &'static str {
    match err {
        SealError::WrongKey { .. } => "nothing was written; set the right key with --key-file FILE or GLEANER_KEY",
        SealError::NoKey(_) => {
            "without its key a dataset can be read, but not decrypted or extended; set the key with --key-file FILE or GLEANER_KEY"
        }
        SealError::BadKey(_) => {
            "a key has 44 characters of URL-safe base64, as Python's Fernet.generate_key() returns them"
        }
        SealError::Rotating { .. } => "finish the key rotation first: `gleaner key rotate DATASET`",
        SealError::BadBytes(_) => "the file was changed after it was encrypted, or encrypted with another key",
        SealError::BadToken { .. } => {
            "the record was changed after it was encrypted, or encrypted with another key; `gleaner verify` lists all such records"
        }
    }
}

fn legacy_key_hint(err: &KeyError) -> &'static str {
    match err {
        KeyError::Missing { .. } => {
            "nothing was written; set its key with --key-file KEY_DB.txt, or keep the cells encrypted with --keep-sealed"
        }
        KeyError::Wrong { .. } => {
            "nothing was written; set the KEY_DB.txt of this file, or keep the cells encrypted with --keep-sealed"
        }
    }
}

fn vision_diagnosis(err: &VisionError) -> Option<(u8, Option<String>)> {
    match err {
        VisionError::Credentials(_) => Some((13, Some("check GOOGLE_VISION_KEY at https://console.cloud.google.com/apis/credentials, and that the Cloud Vision API and billing are enabled for its project. Labels received so far are saved".into()))),
        VisionError::Query(_) => Some((2, Some("check [vision] in gleaner.toml; labels received so far are saved".into()))),
        VisionError::Other(err) => err.chain().find_map(known),
    }
}

fn search_diagnosis(err: &SearchError) -> Option<(u8, Option<String>)> {
    match err {
        SearchError::Credentials { source_name, .. } => {
            let hint = sources::find(source_name).map(|entry| key_hint(entry.about));
            Some((13, hint.map(|hint| format!("{hint}. What was found so far is kept"))))
        }
        SearchError::Query(_) => {
            Some((2, Some("change the search and run it again; photos found so far are saved".into())))
        }
        SearchError::Unanswered(_) => {
            Some((1, Some("check the connection and run the same command again to continue".into())))
        }
        SearchError::Stopped => Some((130, None)),
        SearchError::Other(err) => err.chain().find_map(known),
    }
}

/// What to do where a service refuses its key.
fn key_hint(about: &About) -> String {
    let ways: Vec<String> =
        about.keys.iter().map(|key| format!("check {}; keys: {} ({})", key.variable, key.url, key.note)).collect();
    if ways.is_empty() { format!("{} takes no key; see {}", about.title, about.terms_url) } else { ways.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn numbers_of_the_operating_system_are_left_out_of_messages() {
        for (message, shown) in [
            ("could not read x: No such file or directory (os error 2)", "could not read x: No such file or directory"),
            ("Permission denied (os error 13); again (os error 2)", "Permission denied; again"),
            ("a title (os error )", "a title (os error )"),
            ("cut off (os error 5", "cut off (os error 5"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_numbers(message), shown);
        }
    }
}
