//! The filter language: parsing, printing and matching, by examples, properties, and the built program.

mod equal;
mod example;
mod mistakes;
mod program;
pub mod property;

use gleaner::photo::filter::Filter;
use gleaner::photo::{Camera, City, Fault, Found, Location, Photo, PhotoId, Place, Score, ScoreKey, StageName};
use gleaner::photo::{Granularity, Taken};
use gleaner::sources::flickr::codes;

/// Parses a valid filter.
pub fn filter(text: &str) -> Filter {
    text.parse().unwrap_or_else(|err| panic!("{text}: {err}"))
}

/// A photo with many values: a macaque near Sandakan on 4 May 2019 at 13:22.
pub fn macaque() -> Photo {
    let camera = Camera { make: Some("Canon".into()), model: Some("Canon EOS 80D".into()), ..Camera::default() };
    Photo {
        id: PhotoId::new("flickr", "53412345678"),
        searches: vec![
            Found { term: "monkey wild".into(), rank: 1, ..Found::default() },
            Found { term: "猿".into(), rank: 7, ..Found::default() },
        ],
        title: "Long-tailed MACAQUE".into(),
        description: "In a <b>cage</b> &amp; sad<br>ニホンザルの温泉 <a href=\"https://x.test/leopard\">قِرْدٌ</a>".into(),
        tags: vec!["macaca".into(), "borneo".into()],
        machine_tags: vec!["taxonomy:genus=macaca".into()],
        views: Some(120),
        faves: Some(0),
        license: Some(codes::license(4, "2026-05-01".parse().unwrap())),
        attribution: Some("Zoë Ünique".into()),
        file_name: Some("53412345678_0a1b_b.jpg".into()),
        taken: Some(Taken {
            local: "2019-05-04T13:22:11".parse().ok(),
            granularity: Some(Granularity::Second.into()),
            unknown: false,
            ..Taken::default()
        }),
        location: Location::new(5.84, 118.1),
        camera: Some(camera),
        place: Some(Place {
            country: Some("MY".into()),
            country_name: Some("Malaysia".into()),
            city: Some(City { name: "Sandakan".into(), geonameid: 1, distance_km: 1.0, direction: "N".into() }),
            ..Place::default()
        }),
        scores: [
            (ScoreKey::main("monkey"), Score::known(0.45, "s", "1")),
            (ScoreKey::main("wild animal"), Score::known(0.1, "s", "1")),
        ]
        .into(),
        owner_pseudonym: Some("0123456789abcdef01234567".into()),
        fault: Some(Fault::temporary(StageName::Thumbnail, "no space")),
        ..Photo::default()
    }
}

/// A photo with only an id.
pub fn blank() -> Photo {
    Photo { id: PhotoId::new("folder", "a.jpg"), ..Photo::default() }
}
