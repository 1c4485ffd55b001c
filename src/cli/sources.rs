//! `gleaner sources`: lists the sources with their search options, keys and limits.

use anyhow::Result;
use clap::Args;

use super::source_access::ThisUser;
use super::{Global, Outcome, output, settings};
use crate::photo::text::grouped;
use crate::sources::{About, FOLDER, Images, Key, Keys, Lookup, SOURCES, SearchBy, UNSEARCHED, URLS, find, listing};

/// Arguments of `gleaner sources`.
#[derive(Debug, Args)]
pub struct SourcesArgs {}

/// Runs `gleaner sources`.
pub fn run(_args: &SourcesArgs, global: &Global) -> Result<Outcome> {
    // An error in the settings would stop a scrape too.
    settings::config(global)?;
    if global.json {
        let listed: Vec<_> = listing::services(&ThisUser).into_iter().chain(listing::unsearched_sources()).collect();
        output::print_json(&listed)?;
    } else {
        let services = SOURCES.iter().map(|entry| described(entry.about));
        let unsearched = UNSEARCHED.iter().map(|about| unsearched_text(about));
        let texts: Vec<String> = services.chain(unsearched).chain([folder_text()]).collect();
        output::print_data(&texts.join("\n\n"))?;
    }
    Ok(Outcome::Success)
}

fn described(about: &About) -> String {
    let state = listing::problem(about, &ThisUser).unwrap_or_else(|| "ready".to_owned());
    let mut lines = vec![format!("{} - {}: {state}", about.name, about.title)];
    let mut line = |label: &str, text: String| lines.push(format!("  {label:<9} {text}"));
    line("search by", about.search_by.iter().map(|by| criterion(*by)).collect::<Vec<_>>().join(", "));
    match about.keys {
        [] => line("key", "not needed".to_owned()),
        keys => keys.iter().for_each(|key| line("key", key_text(key))),
    }
    line("refresh", refresh_text(about));
    line("limits", about.limits.to_string());
    line("images", images_text(&about.images));
    line("terms", about.terms_url.to_owned());
    if !about.note.is_empty() {
        line("note", about.note.to_owned());
    }
    lines.join("\n")
}

/// How many photos `gleaner refresh` asks for at once.
fn refresh_text(about: &About) -> String {
    let source = find(about.name).zip(about.api_url.parse().ok());
    let source = source.map(|(entry, url)| (entry.open)(url, &Keys::default()));
    match source.as_ref().and_then(|source| source.lookup()).map(Lookup::batch) {
        None => "it cannot be asked by id".to_owned(),
        Some(1) => "one request for each photo".to_owned(),
        Some(many) => format!("up to {many} in one request"),
    }
}

fn criterion(by: SearchBy) -> &'static str {
    match by {
        SearchBy::Text => "words (-s)",
        SearchBy::Taxon => "name of a taxon (-s)",
        SearchBy::Box => "area (-b, --near, --country, --polygon)",
        SearchBy::Country => "country (--country)",
        SearchBy::Taken => "day of the picture (--taken)",
        SearchBy::Posted => "day of publication (--posted)",
        SearchBy::License => "licence (--license)",
    }
}

fn key_text(key: &Key) -> String {
    let need = if key.required { "" } else { ", optional" };
    format!("{}{need}: {} or credentials.json; get one at {} ({})", key.title, key.variable, key.url, key.note)
}

fn images_text(images: &Images) -> String {
    let hosts = if images.are_anywhere() { "any public host".to_owned() } else { images.hosts.join(", ") };
    let mut parts = vec![format!("from {hosts}")];
    parts.extend(images.per_second.map(|most| format!("{most} a second")));
    parts.extend(images.at_once.map(|most| format!("{most} at once")));
    parts.extend(images.megabytes_per_hour.map(|most| format!("{} MB an hour", grouped(u64::from(most)))));
    parts.extend(images.megabytes_per_day.map(|most| format!("{} MB a day", grouped(u64::from(most)))));
    parts.join("; ")
}

fn unsearched_text(about: &About) -> String {
    let argument = if about.name == URLS { "FILE" } else { "ADDRESS" };
    let mut lines = vec![
        format!("{} - {}: ready", about.name, about.title),
        format!("  use         gleaner scrape --source {} {argument}", about.name),
        format!("  images      {}", images_text(&about.images)),
    ];
    if !about.note.is_empty() {
        lines.push(format!("  note        {}", about.note));
    }
    lines.join("\n")
}

fn folder_text() -> String {
    format!("{FOLDER} - A folder of your own photos: ready\n  use         gleaner scrape --source {FOLDER} DIR")
}
