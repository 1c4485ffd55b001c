//! One odd value in an answer costs neither its record nor its page.

use gleaner::photo::{Photo, Taken, fields};
use gleaner::sources::{Page, flickr, inaturalist};

fn flickr_page(records: &str) -> Page {
    let body =
        format!(r#"{{"photos":{{"page":1,"pages":1,"perpage":500,"total":2,"photo":[{records}]}},"stat":"ok"}}"#);
    flickr::parse(200, body.as_bytes()).unwrap()
}

/// A date in EDTF, or `unknown`.
fn said(taken: &Taken) -> String {
    taken.edtf().unwrap_or_else(|| "unknown".to_owned())
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
        (r#""title":"Heron","datetaken":"2024-02-30 10:00:00","datetakengranularity":"0""#, "Heron", &["datetaken"]),
        (r#""title":"Heron","datetaken":"0000-00-00 00:00:00""#, "Heron", &[]),
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
fn a_date_of_a_service_is_as_exact_as_the_service_says() {
    let of = |page: &Page| photos(page)[0].taken.as_ref().map_or("none".to_owned(), said);
    for (date, granularity, unknown, wanted) in [
        ("2013-10-06 14:06:41", "0", "0", "2013-10-06T14:06:41"),
        ("2013-10-06 14:06:41", "4", "0", "2013-10"),
        ("2013-10-06 14:06:41", "6", "0", "2013"),
        ("2013-10-06 14:06:41", "8", "0", "2013~"),
        // Numbers that are not documented are at least as exact as the next one that is.
        ("2013-10-06 14:06:41", "2", "0", "2013-10"),
        ("2013-10-06 14:06:41", "5", "0", "2013"),
        ("2013-10-06 14:06:41", "10", "0", "2013~"),
        // Zeros are less exact than the number says.
        ("2019-05-00 00:00:00", "0", "0", "2019-05"),
        ("2019-00-00 00:00:00", "0", "0", "2019"),
        ("2019-00-00 00:00:00", "6", "0", "2019"),
        ("1890-01-01 00:00:00", "8", "0", "1890~"),
        ("2013-10-06 00:00:00", "", "0", "2013-10-06"),
        ("2013-10-06 14:06:41", "", "0", "2013-10-06T14:06:41"),
        ("2013-10-06 14:06:41", "0", "1", "unknown"),
        ("0000-00-00 00:00:00", "0", "0", "unknown"),
        ("-0001-11-30 00:00:00", "0", "0", "unknown"),
        ("2024-02-30 10:00:00", "0", "0", "none"),
        ("", "0", "0", "none"),
    ] {
        let page = flickr_page(&format!(
            r#"{{"id":"7","datetaken":"{date}","datetakengranularity":"{granularity}","datetakenunknown":"{unknown}"}}"#
        ));
        assert_eq!(of(&page), wanted, "{date} {granularity}");
    }
    for (fields, wanted) in [
        (r#""time_observed_at":"2023-06-11T09:15:30+08:00","observed_on":"2023-06-11""#, "2023-06-11T09:15:30+08:00"),
        (r#""time_observed_at":"2023-06-11 09:15:30 UTC""#, "2023-06-11T09:15:30Z"),
        (r#""time_observed_at":null,"observed_on":"2023-06-11""#, "2023-06-11"),
        (r#""observed_on":"2023-06""#, "2023-06"),
        (r#""time_observed_at":"soon","observed_on":"2023""#, "2023"),
        (r#""observed_on":null"#, "none"),
    ] {
        let body = format!(
            r#"{{"total_results":1,"results":[{{"id":7,"photos":[{{"id":70,"url":"https://x.test/70/square.jpg"}}],{fields}}}]}}"#
        );
        let page = inaturalist::parse(200, body.as_bytes()).unwrap();
        assert_eq!(of(&page), wanted, "{fields}");
        let hour = fields::period(&page.photos[0].photo).and_then(|period| period.hour());
        assert_eq!(hour.is_some(), wanted.contains('T'), "{fields}");
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
        (r#""species_guess":"Ape","location":"47.5,8.25","observed_on":"2024-02-30""#, "Ape", true, &["observed_on"]),
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
