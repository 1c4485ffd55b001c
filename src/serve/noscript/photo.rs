//! One photo in full size, with everything that can be read without a key.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};

use super::gallery::FOOT;
use crate::photo::text::plain_text;
use crate::photo::{self, Photo, PhotoId, Taken};
use crate::serve::app_state::AppState;
use crate::serve::error::HttpError;
use crate::serve::html::{Escaped, Segment, document};
use crate::serve::photo_text;

/// `GET /plain/photos/{id}`
pub async fn page(State(app): State<Arc<AppState>>, id: Result<Path<String>, PathRejection>) -> Response {
    let Ok(Path(id)) = id else { return HttpError::photo_not_found().into_page() };
    show(&app, id).await.map_or_else(HttpError::into_page, |html| Html(html).into_response())
}

async fn show(app: &Arc<AppState>, id: String) -> Result<String, HttpError> {
    let sealed = app.photo(id).await?;
    let photo = sealed.photo();
    let next = app.page(Some(photo.id.to_string()), 1).await?;
    let next = next.photos.first().map(|next| &next.photo().id);
    let description = plain_text(&photo.description);
    let description = if description.trim().is_empty() {
        String::new()
    } else {
        format!("<p class=\"said\" dir=\"auto\">{}</p>", Escaped(description.trim()))
    };
    let title = photo_text::title(photo);
    let body = format!(
        "{}<main id=\"main\" class=\"one\"><figure>{}</figure><div class=\"about\"><div class=\"lead\">\
         <h1 dir=\"auto\">{}</h1><p class=\"credit\">{}</p>{description}</div>{}</div></main>{FOOT}",
        bar(&app.name, next),
        picture(photo),
        Escaped(&title),
        photo_text::credit_line(photo),
        table(photo),
    );
    Ok(document(&format!("{title} · {}", app.name), &body))
}

fn bar(name: &str, next: Option<&PhotoId>) -> String {
    let next = next.map_or_else(String::new, |id| {
        format!(
            "<a rel=\"next\" href=\"/plain/photos/{}\">Next photo <span aria-hidden=\"true\">→</span></a>",
            Segment(id.as_str())
        )
    });
    format!(
        "<nav class=\"bar\" aria-label=\"Photos\"><a href=\"/plain\"><span aria-hidden=\"true\">←</span> <bdi>{}</bdi></a>{next}</nav>",
        Escaped(name)
    )
}

fn picture(photo: &Photo) -> String {
    let shown = photo.file.as_ref().and_then(|file| Some((file, file.format.known()?)));
    let Some((file, format)) = shown else {
        return format!("<p class=\"blank\">{}</p>", photo_text::state(photo.state()));
    };
    let (width, height) = file.upright();
    format!(
        "<img src=\"/images/{}.{}\" width=\"{width}\" height=\"{height}\" alt=\"{}\">",
        Segment(&file.sha256),
        format.extension(),
        Escaped(photo_text::alternative(photo)),
    )
}

fn table(photo: &Photo) -> String {
    let text = |value: Option<String>| value.map(|value| format!("<bdi>{}</bdi>", Escaped(value)));
    let state = photo.state();
    let rows = [
        ("Taken", text(photo.taken.as_ref().and_then(Taken::long))),
        ("Place", text(photo_text::place_details(photo))),
        ("Coordinates", text(photo_text::coordinates(photo))),
        ("Flags", list(&photo.flags().collect::<Vec<_>>(), |flag| flag.as_str().replace('_', " "))),
        ("Credit", text(Some(photo_text::credit(photo).to_owned()))),
        ("Licence", photo_text::license(photo)),
        ("Licences", photo_text::disagreement(photo)),
        ("Changed", text(photo.changes.clone())),
        ("Source", photo_text::landing(photo, photo.landing_url.as_deref().unwrap_or_default())),
        ("Also at", list(&photo.other_records, photo_text::also_at)),
        ("Taxon", text(photo.taxon_in_force().map(|taxon| taxon.scientific_name.clone()))),
        ("Camera", text(photo_text::camera(photo))),
        ("File", text(photo_text::file(photo))),
        (
            "Searches",
            list(&photo.searches, |found| format!("{} <small>rank {}</small>", Escaped(&found.term), found.rank)),
        ),
        ("Tags", list(&photo.tags, |tag| Escaped(tag).to_string())),
        ("State", text((state != photo::State::Stored).then(|| photo_text::state(state).to_owned()))),
        ("Fault", text(photo.fault.as_ref().map(|fault| format!("{}: {}", fault.stage.as_str(), fault.message)))),
        ("Id", text(Some(photo.id.to_string()))),
    ];
    let mut html = String::from("<dl>");
    for (name, value) in rows {
        if let Some(value) = value {
            let _ = write!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
        }
    }
    html + "</dl>"
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> Option<String> {
    let mut chips = String::new();
    for item in items {
        let _ = write!(chips, "<li dir=\"auto\">{}</li>", show(item));
    }
    (!items.is_empty()).then(|| format!("<ul class=\"chips\">{chips}</ul>"))
}
