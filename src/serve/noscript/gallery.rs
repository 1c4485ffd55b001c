//! The gallery: sixty photos per page, each with its credit.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use anyhow::Result;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::photo::text::counted;
use crate::photo::{self, Photo};
use crate::pipeline::same_photo;
use crate::serve::app_state::{AppState, Page};
use crate::serve::error::HttpError;
use crate::serve::html::{Escaped, Segment, document};
use crate::serve::photo_text;
use crate::store::Store;

/// Photos per page.
const PAGE: usize = 60;

/// Up to this many photos, places are counted for each page view.
const MAX_COUNTED: usize = 2_000;

/// The query of `GET /plain`.
#[derive(Deserialize)]
pub struct QueryParams {
    after: Option<String>,
}

/// `GET /plain?after=ID`
pub async fn gallery(State(app): State<Arc<AppState>>, asked: Result<Query<QueryParams>, QueryRejection>) -> Response {
    let Ok(Query(asked)) = asked else { return HttpError::bad_request("The query must be after=ID").into_page() };
    show(&app, asked.after).await.map_or_else(HttpError::into_page, |html| Html(html).into_response())
}

async fn show(app: &Arc<AppState>, after: Option<String>) -> Result<String, HttpError> {
    let counts = app.query(|_, store| counts(store).map_err(HttpError::read_failed)).await?;
    let page = app.page(after.clone(), PAGE).await?;
    let first = after.is_none_or(|after| after.is_empty());
    let middle = match (page.photos.is_empty(), first) {
        (false, _) => grid(&page),
        (true, true) => EMPTY.to_owned(),
        (true, false) => "<p class=\"quiet\">No more photos.</p>".to_owned(),
    };
    let body =
        format!("{}<main id=\"main\">{middle}{}</main>{FOOT}", head(&app.name, &counts), page_links(&page, first));
    Ok(document(&format!("{} · Gleaner", app.name), &body))
}

/// The counts in the page's header.
struct Counts {
    photos: u64,
    images: u64,
    /// Absent if the dataset is too large to count them for each page view.
    places: Option<u64>,
}

fn counts(store: &dyn Store) -> Result<Counts> {
    let states = store.count_by_state()?;
    // They all have an image: pictures were compared.
    let unlisted = same_photo::unlisted(store)?;
    let count = |is_counted: fn(photo::State) -> bool| {
        let counted: u64 = states.iter().filter(|(state, _)| is_counted(*state)).map(|(_, count)| count).sum();
        counted.saturating_sub(unlisted)
    };
    let (photos, images) = (count(|_| true), count(|state| state == photo::State::Stored));
    let places = if photos <= MAX_COUNTED as u64 {
        let stored = store.scan(None, MAX_COUNTED)?;
        let places = stored.iter().filter(|photo| photo.is_listed()).filter_map(photo_text::place);
        Some(places.collect::<BTreeSet<String>>().len() as u64)
    } else {
        None
    };
    Ok(Counts { photos, images, places })
}

fn head(name: &str, counts: &Counts) -> String {
    let mut facts = vec![counted(counts.photos, "photo"), counted(counts.images, "image")];
    facts.extend(counts.places.filter(|places| *places > 0).map(|places| counted(places, "place")));
    let facts: String = facts.iter().fold(String::new(), |mut html, fact| {
        let _ = write!(html, "<li>{fact}</li>");
        html
    });
    format!(
        "<header class=\"top\"><p class=\"brand\"><a href=\"/plain\">Gleaner</a></p><h1><bdi>{}</bdi></h1>\
         <ul class=\"facts\">{facts}</ul></header>",
        Escaped(name)
    )
}

fn grid(page: &Page) -> String {
    let cards: String = page.photos.iter().map(|sealed| card(sealed.photo())).collect();
    format!("<ul class=\"grid\">{cards}</ul>")
}

fn card(photo: &Photo) -> String {
    let title = photo_text::title(photo);
    let address = Segment(photo.id.as_str()).to_string();
    let state = photo.state();
    let badge = if state == photo::State::Stored {
        String::new()
    } else {
        format!("<span class=\"badge\">{}</span>", photo_text::state(state))
    };
    let place =
        photo_text::place(photo).map_or_else(String::new, |place| format!("<p class=\"place\">{}</p>", Escaped(place)));
    format!(
        "<li class=\"card {}\"><a class=\"tile\" href=\"/plain/photos/{address}\" tabindex=\"-1\">{}{badge}</a>\
         <h2 dir=\"auto\"><a href=\"/plain/photos/{address}\">{}</a></h2>{place}<p class=\"credit\">{}</p></li>\n",
        shape(photo),
        tile(photo),
        Escaped(title),
        photo_text::credit_line(photo),
    )
}

/// The thumbnail or a placeholder.
fn tile(photo: &Photo) -> String {
    let (Some(file), Some(thumbnail)) = (&photo.file, &photo.thumbnail) else {
        return "<span class=\"blank\">no image</span>".to_owned();
    };
    format!(
        "<img src=\"/thumbs/{}.jpg\" width=\"{}\" height=\"{}\" alt=\"{}\" loading=\"lazy\" decoding=\"async\">",
        Segment(&file.sha256),
        thumbnail.width,
        thumbnail.height,
        Escaped(photo_text::alternative(photo)),
    )
}

/// The class that says how wide a tile is for its height, in tenths from 5 to 30 (the style sheet's `.rN`).
fn shape(photo: &Photo) -> String {
    let (width, height) = photo.thumbnail.as_ref().map_or((4, 3), |thumb| (thumb.width.max(1), thumb.height.max(1)));
    let tenths = (f64::from(width) / f64::from(height) * 10.0).round() as u32;
    format!("r{}", tenths.clamp(5, 30))
}

fn page_links(page: &Page, first: bool) -> String {
    let start = if first { "" } else { "<a href=\"/plain\">First page</a>" };
    let next = page.next.as_ref().map_or_else(String::new, |id| {
        format!(
            "<a class=\"next\" rel=\"next\" href=\"/plain?after={}\">Next page <span aria-hidden=\"true\">→</span></a>",
            Segment(id.as_str())
        )
    });
    if start.is_empty() && next.is_empty() {
        return String::new();
    }
    format!("<nav class=\"turn\" aria-label=\"Pages\">{start}{next}</nav>")
}

const EMPTY: &str = "<section class=\"quiet\"><h2>No photos yet</h2>\
    <p>Search a photo site, or take in a folder of your own; then reload this page.</p>\
    <pre><code>gleaner scrape --help\ngleaner demo</code></pre></section>";

/// Below every page of photos.
pub const FOOT: &str = "<footer class=\"foot\"><p>People are sealed in this dataset: what you see needs no key. \
    Photos belong to those credited; their licences apply.</p>\
    <p><a href=\"/api/v1/export?format=csv\">This dataset as CSV</a></p></footer>";
