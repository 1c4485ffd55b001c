//! Recorded answers of GBIF and Wikimedia Commons, one row for each picture.

use gleaner::photo::{PersonalField, Photo};
use gleaner::sources::{Page, ResponseError, commons, gbif};
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

const PD: &str = "LicenseRef-PublicDomain";
const CC0: &str = "CC0-1.0";
const BY_4: &str = "CC-BY-4.0";
const BY_SA_3: &str = "CC-BY-SA-3.0";
const BY_SA_4: &str = "CC-BY-SA-4.0";

/// A file's number, licence, latitude and longitude, date, and how its author's name begins.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Files of two recorded answers, read by hand.
const COMMONS: [Row; 59] = [
    ("18263872", PD, "", "2009-03-17", "The original uploader wa"),
    ("44672185", BY_SA_3, "49.41158,8.705512", "2002-04-02", "Eckhard Henkel"),
    ("44672190", BY_SA_4, "", "2015-09-12T13:51:49", "Pascal Seibt"),
    ("44672194", BY_SA_4, "", "2015-09-12T11:42:12", "Pascal Seibt"),
    ("44672195", BY_SA_4, "", "2015-09-12T10:14:54", "Pascal Seibt"),
    ("44672196", BY_SA_4, "", "2015-09-12T11:11:40", "Pascal Seibt"),
    ("44672207", BY_SA_4, "", "2015-09-12T10:59:25", "Pascal Seibt"),
    ("44672210", PD, "", "1925", "British Museum (Natural"),
    ("44672212", PD, "", "1891", "Edvard Munch"),
    ("21214211", BY_SA_3, "38.368318,-0.427735", "2012-09-08T21:09:00", "Dulceld69"),
    ("44666587", PD, "", "", "Alfred Brehm"),
    ("44669852", PD, "", "1839", "Bell, Thomas; Darwin, Ch"),
    ("44672233", BY_SA_4, "51.405921,-0.33845", "2015-10-31T17:21:58", "Spudgun67"),
    ("44672234", BY_SA_4, "51.405895,-0.338471", "2015-10-31T17:22:21", "Spudgun67"),
    ("44672235", PD, "", "", "Nicholson, Henry Alleyne"),
    ("44672238", PD, "", "1925", "British Museum (Natural"),
    ("44672239", BY_SA_4, "", "2015-06-26", "Jozefsu"),
    ("44672240", PD, "", "", "Holland, W. J."),
    ("44672241", PD, "", "", "Nicholson, Henry Alleyne"),
    ("44672245", PD, "", "1550", "Roeslin, Eucharius"),
    ("44672247", PD, "", "", "Nicholson, Henry Alleyne"),
    ("44672248", PD, "", "1925", "British Museum (Natural"),
    ("44672250", BY_4, "50.119528,14.40675", "2015-09-08", "ŠJů"),
    ("44672252", PD, "", "", "Holland, W. J."),
    ("44672253", PD, "", "1925", "British Museum (Natural"),
    ("44672254", PD, "", "", "Nicholson, Henry Alleyne"),
    ("44672255", PD, "", "2008", "Ausschnittsbild, hochgel"),
    ("44672256", PD, "", "1550", "Roeslin, Eucharius"),
    ("44672257", PD, "", "1925", "British Museum (Natural"),
    ("44672258", PD, "", "", "Holland, W. J."),
    ("44672259", PD, "", "", "Nicholson, Henry Alleyne"),
    ("44672263", PD, "", "", "Holland, W. J."),
    ("44672264", PD, "", "", "Nicholson, Henry Alleyne"),
    ("44672266", PD, "", "1550", "Roeslin, Eucharius"),
    ("44672267", BY_SA_4, "51.670145,-0.066703", "2015-09-06T12:51:27", "Acabashi"),
    ("44672268", PD, "", "1925", "British Museum (Natural"),
    ("44672269", BY_SA_4, "", "2015-10-11T10:26:05", "Cjp24"),
    ("44672270", BY_SA_4, "", "2015-10-11T10:29:00", "Cjp24"),
    ("44672271", BY_SA_4, "47.343327,2.806626", "2015-10-11T10:27:52", "Cjp24"),
    ("44672272", BY_SA_4, "", "2015-10-11T10:29:44", "Cjp24"),
    ("44672273", BY_SA_4, "47.343174,2.806433", "2015-10-11T10:30:54", "Cjp24"),
    ("44672274", BY_SA_4, "47.343234,2.806293", "2015-10-11T10:30:31", "Cjp24"),
    ("44672276", BY_4, "", "1871", "T. M. Langli"),
    ("44672277", CC0, "", "", "Hansmuller"),
    ("44672278", BY_4, "", "1880", "Krums Opmaalingskontor"),
    ("44672279", BY_4, "", "1715", "This file is lacking aut"),
    ("44672280", CC0, "", "", "Hansmuller"),
    ("44672281", PD, "", "", "Holland, W. J."),
    ("44672282", CC0, "", "", "Hansmuller"),
    ("44672283", CC0, "", "", "Hansmuller"),
    ("44672284", BY_4, "", "1904", "Krums Opmaalingskontor"),
    ("44672285", CC0, "", "", "Hansmuller"),
    ("44672286", CC0, "", "", "Hansmuller"),
    ("44672288", CC0, "", "", "Hansmuller"),
    ("44672289", CC0, "", "", "Hansmuller"),
    ("44672290", CC0, "", "", "Hansmuller"),
    ("44672291", CC0, "", "", "Hansmuller"),
    ("44672292", CC0, "", "", "Hansmuller"),
    ("44672293", BY_4, "", "1903", "Krums Opmaalingskontor"),
];

#[test]
fn recorded_files_of_commons_have_their_licence_place_and_author() {
    let mut photos = Vec::new();
    for file in ["commons/commons_wmc_pretty1.json", "commons/commons_wmc_pretty4.json"] {
        let Some((answer, of_file)) = recorded(file, |body| commons::parse(200, body).unwrap()) else { return };
        assert_eq!(of_file.len(), answer["query"]["pages"].as_object().unwrap().len(), "every page is a picture");
        photos.extend(of_file);
    }
    assert_eq!(photos.len(), COMMONS.len());
    for (own, license, place, date, author) in COMMONS {
        let photo = photos.iter().find(|photo| photo.id.own() == own).unwrap();
        let location =
            photo.location.as_ref().map(|at| format!("{},{}", at.latitude, at.longitude)).unwrap_or_default();
        assert_eq!((photo.license.as_ref().unwrap().id.as_str(), location.as_str()), (license, place), "{own}");
        // No uncertainty is stated.
        assert!(photo.location.as_ref().is_none_or(|location| location.uncertainty_m.is_none()), "{own}");
        let taken = photo.taken.as_ref().and_then(gleaner::photo::Taken::edtf).unwrap_or_default();
        assert_eq!(taken, date, "{own}");
        assert!(owner_name(photo).starts_with(author), "{own}: {}", owner_name(photo));
        assert!(photo.tags.iter().all(|tag| !tag.contains(author)) && !photo.title.is_empty(), "{own}");
        let original = photo.sizes.last().unwrap();
        assert!(original.url.starts_with("https://upload.wikimedia.org/") && original.width > 0, "{own}");
    }
}

#[test]
fn the_continuation_and_the_errors_of_commons_are_understood() {
    let parse = |body: &str| commons::parse(200, body.as_bytes());
    let page = parse(r#"{"continue":{"gsroffset":50,"continue":"gsroffset||"},"query":{"pages":[]}}"#).unwrap();
    let pairs: Vec<(String, String)> =
        page.next.unwrap().pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(pairs, [("continue".into(), "gsroffset||".into()), ("gsroffset".into(), "50".into())]);
    let none = parse(r#"{"batchcomplete":true}"#).unwrap();
    assert!(none.photos.is_empty() && none.next.is_none());
    let error = |code: &str| parse(&format!(r#"{{"error":{{"code":"{code}","info":"Waiting for a server"}}}}"#)).err();
    let said = |code: &str| format!("Wikimedia reports: Waiting for a server ({code})");
    for code in ["maxlag", "ratelimited", "internal_api_error_DBQueryError", "cirrussearch-too-busy-error"] {
        assert_eq!(error(code), Some(ResponseError::Temporary(said(code))));
    }
    assert_eq!(error("badcontinue"), Some(ResponseError::Query(said("badcontinue"))));
    assert!(
        matches!(commons::parse(403, b"<html>"), Err(ResponseError::Temporary(_))),
        "a page of the network before it"
    );
    assert!(matches!(commons::parse(429, b"slower"), Err(ResponseError::Temporary(_))));
    assert!(matches!(parse(r#"{"query":{"pages":["#), Err(ResponseError::Temporary(_))));
}
