//! `gleaner reference get`: the catalogue of published data sets, and the download of one of them.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use url::Url;

use super::output::{UsageError, bytes, print_data, print_json, print_message};
use super::reference_add::{add, failed};
use super::{Global, Outcome, settings};
use crate::net::{Client, Downloaded, Request};
use crate::photo::suggest::did_you_mean;
use crate::reference::{ByHand, Described, Layer, Origin, PUBLISHED, Published, PublishedFile, Registry};

/// Arguments of `gleaner reference get`.
#[derive(Debug, Args)]
pub struct GetArgs {
    /// The entry of the catalogue; without it the catalogue is listed
    name: Option<String>,
    /// The feature codes of a gazetteer that are kept, separated by commas: S.ZOO, or S for a whole class [default: S.ZOO]
    #[arg(long, value_name = "CODES", value_delimiter = ',', requires = "name")]
    features: Vec<String>,
    /// Download it again, and replace the layer of the same name
    #[arg(long, requires = "name")]
    replace: bool,
}

/// Runs `gleaner reference get`.
pub async fn run(registry: &Registry, args: GetArgs, global: &Global) -> Result<Outcome> {
    let Some(name) = &args.name else { return list(global) };
    let entry = Published::named(name).ok_or_else(|| {
        let meant = did_you_mean(name, PUBLISHED.iter().map(|entry| entry.name));
        UsageError::error(format!("the catalogue has no {name}{meant}"), "gleaner reference get lists the catalogue")
    })?;
    let file = match &entry.origin {
        Origin::Address(file) => file,
        Origin::ByHand(ByHand { page, why, add }) => {
            let message = format!("{name} has to be fetched by hand: {why}");
            return Err(UsageError::error(message, format!("begin at {page}; {add}")));
        }
    };
    let before = registry.check_new(name, args.replace).map_err(|err| failed(err, Path::new(name), entry.kind))?;
    tokio::select! {
        got = get(registry, entry, file, &args, before, global) => got,
        // What was received so far is removed with its folder.
        _ = tokio::signal::ctrl_c() => Ok(Outcome::Interrupted),
    }
}

async fn get(
    registry: &Registry,
    entry: &Published,
    file: &PublishedFile,
    args: &GetArgs,
    before: Option<Layer>,
    global: &Global,
) -> Result<Outcome> {
    let config = settings::config(global)?;
    let url: Url = match config.reference.get(entry.name).and_then(|own| own.url.clone()) {
        Some(own) => own,
        None => file.url.parse().context("the catalogue has no address")?,
    };
    let client = Client::new(config.net.client())?;
    let folder = registry.download_folder()?;
    let path = folder.path().join(file.file);
    let mut received = File::create(&path).with_context(|| format!("could not write {}", path.display()))?;
    // Publishers redirect to the hosts of their files; each address is checked by the guard.
    let request = Request { hosts: Vec::new(), ..Request::to_one_host(url.clone(), file.most_bytes()) };
    let mut said = 0;
    let progress = |done: u64, of: Option<u64>| {
        // A line for each 64 MiB, so that a log stays short.
        if done >> 26 > said {
            said = done >> 26;
            let of = of.map(|of| format!(" of {}", bytes(of))).unwrap_or_default();
            print_message(&format!("  {}{of}", bytes(done)));
        }
    };
    print_message(&format!("{}: {url}", entry.title));
    let done = client.download(&request, &mut received, &config.net.patience(), progress).await.map_err(|err| {
        let hint = format!(
            "download it in a browser, then: gleaner reference add FILE --kind {} --name {}",
            entry.kind.name, entry.name
        );
        UsageError::error(format!("{} was not downloaded: {err}", entry.name), hint)
    })?;
    drop(received);
    check(entry, file, &done)?;
    let described = Described {
        name: Some(entry.name.to_owned()),
        version: Some(entry.version.map_or_else(|| day(&done), str::to_owned)),
        license: Some(entry.license.to_owned()),
        citation: Some(entry.citation.to_owned()),
        name_field: entry.name_field.map(str::to_owned),
        features: args.features.clone(),
        source_url: Some(url.to_string()),
        replace: args.replace,
        ..Described::default()
    };
    let outcome = add(registry, entry.kind, &path, described, global)?;
    print_message(&format!("  {}", compared(file, &done, before.as_ref())));
    Ok(outcome)
}

/// Fails if the file is not the one that the catalogue describes.
fn check(entry: &Published, file: &PublishedFile, done: &Downloaded) -> Result<()> {
    let wrong = match (file.bytes, file.sha256) {
        (Some(bytes), _) if bytes != done.bytes => format!("it has {} bytes, not {bytes}", done.bytes),
        (_, Some(sha256)) if sha256 != done.sha256 => format!("its SHA-256 is {}, not {sha256}", done.sha256),
        _ => return Ok(()),
    };
    let name = entry.name;
    Err(UsageError::error(
        format!("{name} was not added: the file is not the one of the catalogue: {wrong}"),
        format!(
            "if the publisher has replaced it, download it in a browser, then: gleaner reference add FILE --kind {} --name {name}",
            entry.kind.name
        ),
    ))
}

/// Says what the sum of the file was compared with.
fn compared(file: &PublishedFile, done: &Downloaded, before: Option<&Layer>) -> String {
    let sum = &done.sha256;
    match (file.sha256, before) {
        (Some(_), _) => format!("SHA-256 {sum}, as in the catalogue"),
        (None, Some(before)) if before.source_sha256 == *sum => {
            format!("SHA-256 {sum}, the same file as on {}", before.added_at.strftime("%Y-%m-%d"))
        }
        (None, Some(before)) => {
            let day = before.added_at.strftime("%Y-%m-%d");
            format!("SHA-256 {sum}: the publisher has replaced the file of {day} ({})", before.source_sha256)
        }
        (None, None) => format!("SHA-256 {sum}: the catalogue has none to compare with; it is kept with the layer"),
    }
}

/// The version of a file that its publisher replaces: the day of its last change, else today.
fn day(done: &Downloaded) -> String {
    done.modified.unwrap_or_else(Timestamp::now).strftime("%Y-%m-%d").to_string()
}

fn list(global: &Global) -> Result<Outcome> {
    if global.json {
        print_json(&PUBLISHED.iter().map(Published::entry).collect::<Vec<_>>())?;
        return Ok(Outcome::Success);
    }
    let texts: Vec<String> = PUBLISHED.iter().map(text).collect();
    print_data(&texts.join("\n\n"))?;
    Ok(Outcome::Success)
}

fn text(entry: &Published) -> String {
    let mut lines = vec![format!("{}: {}", entry.name, entry.title)];
    let mut line = |label: &str, text: &str| lines.push(format!("  {label:<9} {text}"));
    line("kind", entry.kind.name);
    line("publisher", entry.publisher);
    line("licence", entry.license);
    line("version", entry.version.unwrap_or("the current one"));
    line("citation", entry.citation);
    match entry.origin {
        Origin::Address(file) => {
            line("address", file.url);
            let size = file.bytes.map_or_else(|| "size not known".to_owned(), bytes);
            let sum = file.sha256.map_or_else(
                || "hash not known; checked after the first download and stored".to_owned(),
                |sum| format!("SHA-256 {sum}"),
            );
            line("file", &format!("{size}, {sum}"));
        }
        Origin::ByHand(ByHand { page, why, add }) => {
            line("by hand", why);
            line("begin at", page);
            line("then", add);
        }
    }
    lines.join("\n")
}
