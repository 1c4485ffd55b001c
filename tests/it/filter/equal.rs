//! Texts are equal by one rule, in the explorer, in exports and in suggestions of values.

use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::explorer::{Explorer, Sort};
use gleaner::photo::{City, Photo, PhotoId, Place};
use gleaner::seal::{Key, Vault};
use gleaner::store::{Access, RecordWrite, SqliteStore, Store};

use super::filter;

/// Title, tag, city; what a person types; whether it finds the photo.
const ASKED: &[(&str, &str, &str, &[&str])] = &[
    (
        "İSTANBUL Boğazı",
        "türkiye",
        "İzmir",
        &["istanbul", "ISTANBUL", "city:izmir", "city:Izmir", "city:\"IZMIR, tr\""],
    ),
    ("Straße in Berlin", "groß", "Berlin", &["strasse", "STRASSE", "gross", "GROẞ", "city:BERLIN"]),
    ("葛\u{e0100}城市の鹿", "鹿", "葛\u{e0100}城", &["葛城市", "葛城市の鹿", "city:葛城"]),
    (
        "snow\u{2011}monkey bath",
        "snow–monkey",
        "Saint\u{2010}Denis",
        &["snow-monkey", "\"snow-monkey bath\"", "city:saint-denis"],
    ),
    ("کتاب علی", "أحمد", "مكة", &["كتاب", "علي", "احمد", "city:مکه"]),
    ("L’été à d‘Ivoire", "don´t", "N’Djamena", &["\"l'été\"", "don't", "d'ivoire", "city:n'djamena", "l’été"]),
    ("ﾆﾎﾝｻﾞﾙ ｓｎｏｗ", "①", "Ａｇｒａ", &["ニホンザル", "SNOW", "1", "city:agra"]),
    ("mon\u{ad}key\u{2060}", "ΌΣΟΣ", "Θεσσαλονίκη", &["monkey", "όσος", "city:ΘΕΣΣΑΛΟΝΊΚΗ"]),
];

fn photos() -> Vec<Photo> {
    let photo = |(nth, (title, tag, city, _)): (usize, &(&str, &str, &str, &[&str]))| {
        let city = City { name: (*city).into(), geonameid: 1, distance_km: 0.5, direction: "N".into() };
        Photo {
            id: PhotoId::new("folder", &format!("x{nth}.jpg")),
            title: (*title).into(),
            tags: vec![(*tag).into()],
            place: Some(Place { country: Some("TR".into()), city: Some(city), ..Place::default() }),
            ..Photo::default()
        }
    };
    ASKED.iter().enumerate().map(photo).collect()
}

#[test]
fn what_is_equal_is_found_by_every_path() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let vault = Vault::new(Key::generate());
    let sealed: Vec<_> = photos().into_iter().map(|photo| vault.seal(photo).unwrap()).collect();
    let store = SqliteStore::open(&dataset, Access::Write).unwrap();
    store.save(&sealed).unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    // Once read from the store, once from the snapshot.
    for _ in 0..2 {
        let explorer = Explorer::open(Arc::clone(&store), &dataset).unwrap();
        for (photo, (.., asked)) in photos().iter().zip(ASKED) {
            for text in *asked {
                assert!(filter(text).matches(photo), "{text} finds {}", photo.title);
                let window = explorer.window(&filter(text), &Sort::Newest, 0, 100);
                assert!(window.ids.contains(&photo.id), "{text} finds {} in the explorer", photo.title);
            }
        }
        for (like, city) in [("izm", "İzmir, TR"), ("saint-d", "Saint\u{2010}Denis, TR"), ("مکه", "مكة, TR")] {
            let found = explorer.choices(&filter(""), "city", like, 10).unwrap();
            assert!(found.values.iter().any(|choice| choice.value == city), "{like}: {found:?}");
        }
        explorer.save_snapshot().unwrap();
        let bytes = std::fs::read(dataset.snapshot()).unwrap();
        let rules = gleaner::photo::text::rules();
        assert!(bytes.windows(rules.len()).any(|part| part == rules.as_bytes()), "a snapshot names its rules");
    }
}
