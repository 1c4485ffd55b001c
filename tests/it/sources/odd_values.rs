//! One odd value in an answer costs neither its record nor its page.

use gleaner::photo::Photo;
use gleaner::sources::{Page, flickr, inaturalist};

fn flickr_page(records: &str) -> Page {
    let body =
        format!(r#"{{"photos":{{"page":1,"pages":1,"perpage":500,"total":2,"photo":[{records}]}},"stat":"ok"}}"#);
    flickr::parse(200, body.as_bytes()).unwrap()
}

fn photos(page: &Page) -> Vec<&Photo> {
    page.photos.iter().map(|record| &record.photo).collect()
}

#[test]
fn an_odd_value_of_flickr_costs_only_its_field() {
    for (fields, title, odd) in [
        (r#""title":"Heron \ud83d""#, "Heron \u{fffd}", &[][..]),
        (r#""title":"Heron","views":99999999999999999999,"count_faves":"3""#, "Heron", &["views"]),
        (r#""title":"Heron","views":1e999,"count_comments":-1"#, "Heron", &["views", "count_comments"]),
        (r#""title":"Heron","latitude":"95.5","longitude":"8.25""#, "Heron", &["latitude"]),
        (r#""title":"Heron","latitude":NaN,"longitude":0"#, "Heron", &[]),
        (r#""title":"NA","views":"NA","latitude":0,"longitude":0"#, "NA", &[]),
    ] {
        let page = flickr_page(&format!(r#"{{"id":"7","owner":"1@N00",{fields}}},{{"id":"8","title":"next"}}"#));
        let photos = photos(&page);
        assert_eq!((photos[0].title.as_str(), photos[1].title.as_str()), (title, "next"), "{fields}");
        assert!(photos[0].fault.is_none() && photos[0].views.is_none() && photos[0].location.is_none(), "{fields}");
        assert_eq!(page.photos[0].odd, odd, "{fields}");
        assert_eq!(page.photos[1].odd, [""; 0]);
    }
}

#[test]
fn an_odd_value_of_inaturalist_costs_only_its_field() {
    let page = |fields: &str| {
        let photo = r#""photos":[{"id":70,"license_code":"cc-by","url":"https://static.inaturalist.org/photos/70/square.jpg"}]"#;
        let body = format!(r#"{{"total_results":1,"results":[{{"id":7,{photo},{fields}}}]}}"#);
        inaturalist::parse(200, body.as_bytes()).unwrap()
    };
    for (fields, guess, place, odd) in [
        (r#""species_guess":"Half \udc12","location":"47.5,8.25""#, "Half \u{fffd}", true, &[][..]),
        (
            r#""species_guess":"Ape","location":"47.5,8.25","positional_accuracy":1e999"#,
            "Ape",
            true,
            &["positional_accuracy"],
        ),
        (r#""species_guess":"Ape","location":"95,8.25","faves_count":-3"#, "Ape", false, &["faves_count", "location"]),
        (r#""species_guess":"Ape","location":"47.5,8.25","positional_accuracy":99999999999"#, "Ape", true, &[]),
    ] {
        let page = page(fields);
        let photo = &page.photos[0].photo;
        assert_eq!((photo.title.as_str(), photo.location.is_some()), (guess, place), "{fields}");
        assert!(
            photo.fault.is_none() && photo.location.as_ref().is_none_or(|place| place.uncertainty_m.is_none()),
            "{fields}"
        );
        assert_eq!(page.photos[0].odd, odd, "{fields}");
    }
}
