//! A custom photo service, without network: `cargo run --example own_source` reads one recorded page.
//! To use it from `gleaner scrape`, add an entry with its limits and image hosts to `SOURCES` (CONTRIBUTING.md).
#![allow(clippy::print_stdout)]

use anyhow::Result;
use gleaner::photo::{Photo, PhotoId};
use gleaner::sources::{Cursor, Page, Query, ResponseError, unreadable};
use serde_json::Value;
use url::Url;

/// The address of one page; the first page has an empty cursor.
pub fn page_url(query: &Query, cursor: &Cursor) -> Result<Url> {
    let mut url: Url = "https://photos.example/api/search".parse()?;
    url.query_pairs_mut().append_pair("q", &query.text).extend_pairs(cursor.pairs());
    Ok(url)
}

/// Parses a page. A bad record becomes a photo with a fault; only a bad page is an error.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ResponseError> {
    if status != 200 {
        return Err(ResponseError::Temporary(format!("HTTP {status}")));
    }
    let answer: Value = serde_json::from_slice(body).map_err(|_| ResponseError::Temporary("not JSON".to_owned()))?;
    let results = answer["results"].as_array().ok_or(ResponseError::End)?;
    let next = answer["next"].as_u64().map(|page| Cursor::of("page", page));
    let photos = results.iter().map(|record| photo(record).into()).collect();
    Ok(Page { photos, next, total: answer["total"].as_u64(), ..Page::default() })
}

fn photo(record: &Value) -> Photo {
    let Some(id) = record["id"].as_u64() else { return unreadable("example", &record.to_string(), "it has no id") };
    Photo {
        id: PhotoId::new("example", &id.to_string()),
        title: record["title"].as_str().unwrap_or_default().to_owned(),
        image_url: record["url"].as_str().map(str::to_owned),
        ..Photo::default()
    }
}

fn main() -> Result<()> {
    let body = br#"{"total": 2, "next": 2, "results": [{"id": 7, "title": "A macaque"}, {"title": "no id"}]}"#;
    for record in parse(200, body)?.photos {
        println!("{} {:?}", record.photo.id, record.photo.title);
    }
    Ok(())
}
