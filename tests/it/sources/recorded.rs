//! Recorded answers of GBIF, one row for each picture.

use gleaner::photo::{PersonalField, Photo};
use gleaner::sources::{Page, gbif};
use serde_json::Value;

/// The recorded answer of a service, and the page that its source makes of it.
fn recorded(file: &str, parse: impl FnOnce(&[u8]) -> Page) -> Option<(Value, Vec<Photo>)> {
    let body = std::fs::read(crate::pipeline::shared("recorded")?.join(file)).unwrap();
    let page = parse(&body);
    let photos = page.photos.into_iter().map(|record| {
        assert_eq!(record.odd, [""; 0], "{}", record.photo.id);
        record.photo
    });
    Some((serde_json::from_slice(&body).unwrap(), photos.collect()))
}

fn owner_name(photo: &Photo) -> &str {
    photo.personal.clear(PersonalField::OwnerName).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn recorded_pictures_of_gbif_have_their_licence_place_and_author() {
    let Some((answer, photos)) =
        recorded("gbif/gbif_search_3_media_geo_2024.json", |body| gbif::parse(200, body).unwrap())
    else {
        return;
    };
    let license = "CC-BY-NC-4.0";
    let by = "Thomas Stjernegaard Jeppesen";
    let rows = [
        (4_940_926_623_u64, license, (-1.424_693, -48.428_795), 15, "2024-08-25", "Favolus", by),
        (4_940_909_926, license, (-1.425_913, -48.425_988), 75, "2024-08-25", "Polyporales", by),
        (4_940_909_926, license, (-1.425_913, -48.425_988), 75, "2024-08-25", "Polyporales", by),
        (4_940_914_210, license, (-1.450_379, -48.445_702), 15, "2024-08-29", "Fabisporus sanguineus", by),
        (4_940_914_210, license, (-1.450_379, -48.445_702), 15, "2024-08-29", "Fabisporus sanguineus", by),
    ];
    assert_eq!(photos.len(), rows.len());
    for (photo, (key, license, (latitude, longitude), uncertainty_m, day, taxon, by)) in photos.iter().zip(rows) {
        let id = &photo.id;
        assert!(id.own().starts_with(&format!("{key}-")), "{id}");
        let read = photo.license.as_ref().unwrap();
        assert_eq!((read.id.as_str(), read.seen_on.is_some()), (license, true), "{id}");
        let location = photo.location.as_ref().unwrap();
        let at = (location.latitude, location.longitude, location.uncertainty_m, location.obscured);
        assert_eq!(at, (latitude, longitude, Some(uncertainty_m), false), "{id}");
        assert_eq!(photo.taken.as_ref().unwrap().edtf().as_deref(), Some(day), "{id}");
        assert_eq!(photo.taxon.as_ref().unwrap().scientific_name, taxon, "{id}");
        assert_eq!(photo.dataset.as_ref().unwrap().key, "84d26682-f762-11e1-a439-00145eb45e9a", "{id}");
        assert_eq!(owner_name(photo), by, "{id}");
        let clear = serde_json::to_string(photo).unwrap();
        assert!(!by.split(' ').any(|name| clear.contains(name)) && !clear.contains("orcid"), "{id}: {clear}");
        assert!(photo.landing_url.as_ref().unwrap().starts_with("https://svampe.databasen.org/observations/"), "{id}");
    }
    let categories = photos.iter().map(|photo| photo.taxon.as_ref().unwrap().iucn_category.as_deref());
    assert_eq!(categories.collect::<Vec<_>>(), [None, Some("NE"), Some("NE"), Some("NE"), Some("NE")]);
    let addresses = answer["results"].as_array().unwrap().iter().flat_map(|result| result["media"].as_array().unwrap());
    let addresses: Vec<&str> = addresses.map(|media| media["identifier"].as_str().unwrap()).collect();
    assert_eq!(photos.iter().map(|photo| photo.sizes[0].url.as_str()).collect::<Vec<_>>(), addresses);
}
