//! Each flag on records that have it, and on nearly equal ones that have not.

use crate::photo::{CentreOf, Classification, Flag, Location, Photo, Place, Taken, Taxon};

fn flags(photo: &Photo) -> Vec<&'static str> {
    photo.flags().map(Flag::as_str).collect()
}

fn taken(text: &str) -> Photo {
    Photo { taken: Taken::parse(text), ..Photo::default() }
}

/// A photo whose zone is known, so that only what is tested is flagged.
fn there(text: &str) -> Photo {
    let place = Place { time_zone: Some("Asia/Kuala_Lumpur".to_owned()), ..Place::default() };
    Photo { place: Some(place), ..taken(text) }
}

#[test]
fn a_good_record_has_no_flag() {
    assert_eq!(flags(&Photo::default()), [""; 0]);
    let good = Photo {
        location: Location::new(5.841_2, 118.102_3),
        posted_at: "2019-05-05T11:12:13Z".parse().ok(),
        ..there("2019-05-04T13:22:01")
    };
    assert_eq!(flags(&good), [""; 0]);
}

#[test]
fn coordinates_that_cannot_be_a_place_are_kept_as_stated_and_flagged() {
    for (latitude, longitude, text, flag) in [
        (0.0, 0.0, "0, 0", "coordinates_zero"),
        (-0.0, 0.0, "-0, 0", "coordinates_zero"),
        (121.5, 40.0, "121.5, 40", "coordinates_out_of_range"),
        (10.0, -189.567, "10, -189.567", "coordinates_out_of_range"),
    ] {
        let verbatim_coordinates = Location::verbatim(latitude, longitude);
        assert_eq!(verbatim_coordinates.as_deref(), Some(text));
        assert_eq!(flags(&Photo { verbatim_coordinates, ..Photo::default() }), [flag]);
    }
    for (latitude, longitude) in [(0.0, 10.0), (-90.0, 180.0), (f64::NAN, 0.0)] {
        assert_eq!(Location::verbatim(latitude, longitude), None);
    }
}

#[test]
fn coordinates_on_a_grid_are_flagged_unless_their_uncertainty_says_so() {
    let at = |latitude: f64, longitude: f64, uncertainty_m: Option<u32>| {
        let location = Location::new(latitude, longitude).map(|at| Location { uncertainty_m, ..at });
        !flags(&Photo { location, ..Photo::default() }).is_empty()
    };
    assert!(at(5.8, 118.1, None) && at(-33.0, 151.0, None) && at(5.8, 118.0, Some(7_000)) && at(0.0, 36.8, None));
    assert!(!at(5.8, 118.15, None) && !at(5.84, 118.1, None) && !at(5.8, 118.1, Some(8_000)));
    assert!(at(6.0, 118.0, Some(8_000)) && !at(6.0, 118.0, Some(80_000)));
}

#[test]
fn middles_of_countries_and_capitals_are_flagged() {
    let at = |centre: CentreOf| {
        let place = Place { centre: Some(centre.into()), ..Place::default() };
        flags(&Photo { place: Some(place), ..Photo::default() })
    };
    assert_eq!(at(CentreOf::Country), ["country_centroid"]);
    assert_eq!(at(CentreOf::Capital), ["capital_centroid"]);
}

#[test]
fn animals_of_the_land_are_flagged_where_the_whole_disc_is_at_sea() {
    let at_sea = |offshore_km: f64, uncertainty_m: Option<u32>, taxon: Taxon| {
        let location = Location::new(5.123, 120.456).map(|at| Location { uncertainty_m, ..at });
        let place = Place { at_sea: true, offshore_km: Some(offshore_km), ..Place::default() };
        !flags(&Photo { location, place: Some(place), taxon: Some(taxon), ..Photo::default() }).is_empty()
    };
    let of = |family: &str| Taxon {
        scientific_name: format!("{family} sp."),
        classification: Some(Classification { family: Some(family.to_owned()), ..Classification::default() }),
        ..Taxon::default()
    };
    assert!(!at_sea(12.0, None, of("Cercopithecidae")), "the family alone does not say that it is a primate");
    let primate = Taxon {
        classification: Some(Classification { order: Some("Primates".to_owned()), ..Classification::default() }),
        ..Taxon::default()
    };
    assert!(at_sea(12.0, None, primate.clone()) && at_sea(12.0, Some(11_999), primate.clone()));
    assert!(!at_sea(12.0, Some(12_000), primate), "land is within the uncertainty");
    assert!(at_sea(1.0, None, of("Felidae")) && !at_sea(1.0, None, of("Phocidae")));
    let frog = Taxon { iconic_group: Some("Amphibia".to_owned()), ..Taxon::default() };
    assert!(at_sea(3.0, None, frog));
}

#[test]
fn first_days_of_clocks_are_flagged() {
    for text in [
        "1970-01-01",
        "1980-01-01T03:12:44",
        "1904-01-01T00:00:00",
        "1900-01-01",
        "2000-01-01T00:00:00",
        "2000-01-01T00:21:09",
        "2013-01-01T00:00:00",
    ] {
        assert_eq!(flags(&there(text)), ["date_default"], "{text}");
    }
    for text in [
        "2000-01-01T01:00:00",
        "2000-01-01",
        "2013-01-01",
        "2013-01-01T00:00",
        "1970-01",
        "1970-01-02",
        "2013-02-01T00:00:00",
    ] {
        assert_eq!(flags(&there(text)), [""; 0], "{text}");
    }
}

#[test]
fn a_time_of_posting_is_flagged_in_every_zone() {
    let posted = |text: &str| {
        let posted_at = "2019-05-04T13:22:01Z".parse().ok();
        flags(&Photo { posted_at, ..there(text) })
    };
    for text in [
        "2019-05-04T13:22:01",
        "2019-05-04T21:22:01",
        "2019-05-04T06:22:02",
        "2019-05-04T19:07:00",
        "2019-05-05T03:22:01",
    ] {
        assert_eq!(posted(text), ["date_of_upload"], "{text}");
    }
    for text in ["2019-05-04T13:22:09", "2019-05-04T13:22", "2019-05-04", "2019-05-01T13:22:01"] {
        assert_eq!(posted(text), [""; 0], "{text}");
    }
}

#[test]
fn dates_that_cannot_be_are_flagged() {
    let found = |text: &str| {
        let found_at = "2026-05-01T12:00:00Z".parse().ok();
        flags(&Photo { found_at, ..there(text) })
    };
    assert_eq!(found("2026-05-02T03:00:00"), ["date_in_future"]);
    assert_eq!(found("2026-05-01T23:00:00"), [""; 0], "it is that late in Kiribati");
    assert_eq!(found("2026"), [""; 0]);
    assert_eq!(found("2300-11-01"), ["date_in_future"]);
    assert_eq!(found("1825"), ["date_before_photography"]);
    assert_eq!(found("0032-11-01T10:00"), ["date_before_photography"]);
    assert_eq!(found("182X"), [""; 0], "it may be 1829");
}

#[test]
fn a_time_of_day_without_a_zone_is_flagged() {
    assert_eq!(flags(&taken("2019-05-04T13:22")), ["time_zone_unknown"]);
    let unknown =
        Taken { time_zone: Some("Atlantis/Poseidonis".to_owned()), ..Taken::parse("2019-05-04T13:22").unwrap() };
    assert_eq!(flags(&Photo { taken: Some(unknown), ..Photo::default() }), ["time_zone_unknown"]);
    for text in ["2019-05-04", "2019-05-04T13", "2019-05-04T13:22+08:00", "2019-05-04T13:22[Asia/Tokyo]"] {
        assert_eq!(flags(&taken(text)), [""; 0], "{text}");
    }
}

#[test]
fn an_instant_is_that_of_the_stated_offset_or_else_of_the_zone_of_the_coordinates() {
    let at = |photo: Photo| photo.taken_at().map(|at| at.to_string());
    let noon = |suffix: &str| there(&format!("2019-07-04T12:00{suffix}"));
    assert_eq!(at(noon("")).as_deref(), Some("2019-07-04T04:00:00Z"));
    assert_eq!(at(noon("+02:00")).as_deref(), Some("2019-07-04T10:00:00Z"));
    assert_eq!(at(noon("[Europe/Paris]")).as_deref(), Some("2019-07-04T10:00:00Z"), "in summer");
    assert_eq!(at(taken("2019-07-04T12:00")), None);
    assert_eq!(at(there("2019-07-04")), None);
    assert_eq!(noon("+02:00").utc_offset_there().as_deref(), Some("+08:00"), "what the source says is kept apart");
    let newfoundland = Place { time_zone: Some("America/St_Johns".to_owned()), ..Place::default() };
    let west = Photo { place: Some(newfoundland), ..taken("2019-07-04T12:00") };
    assert_eq!(west.utc_offset_there().as_deref(), Some("-02:30"));
}
