//! Photos inside and outside the ranges of PHYLACINE.

use std::sync::Arc;

use gleaner::analysis::{self, Answer, Request, Shape};
use gleaner::explorer::{Clauses, Explorer};
use gleaner::layers::Ranges;
use gleaner::photo::filter::Filter;
use gleaner::photo::{Location, Photo, PhotoId, Taxon};
use gleaner::reference::{Catalogue, Described, RANGES, Registry};
use gleaner::stages::RangeStage;
use serde_json::{Value, json};

use super::super::explorer::generated::World;
use super::super::pipeline::shared;

const FILE: &str = "reference/taxa/phylacine-1.2.1-current-ranges.rle.tsv.gz";

fn photo(nth: u64, species: &str, (latitude, longitude): (f64, f64), uncertainty_m: u32) -> Photo {
    let location = Location::new(latitude, longitude).unwrap();
    Photo {
        id: PhotoId::new("flickr", &nth.to_string()),
        owner_pseudonym: Some(format!("{:024}", nth % 2)),
        taxon: Some(Taxon { scientific_name: species.into(), rank: Some("species".into()), ..Taxon::default() }),
        location: Some(Location { uncertainty_m: Some(uncertainty_m), ..location }),
        ..Photo::default()
    }
}

fn answer(explorer: &Explorer, by: &str, layers: &Arc<Catalogue>) -> (Vec<Vec<Value>>, Answer) {
    let given = [("by".to_owned(), by.to_owned())];
    let request = Request::with_layers(analysis::named("range").unwrap(), Clauses::All, given, layers).unwrap();
    let answer = request.answer(&explorer.view(&Filter::default())).unwrap();
    let Shape::Table(table) = &answer.shape else { panic!("{:?}", answer.shape) };
    (table.rows.clone(), answer)
}

const KINABATANGAN: (f64, f64) = (5.41, 118.04);
const NAGANO: (f64, f64) = (36.73, 138.46);
const AMSTERDAM: (f64, f64) = (52.366, 4.916);

#[test]
fn kinabatangan_holds_nasalis_and_pongo_nagano_only_the_japanese_macaque_and_amsterdam_no_primate() {
    let Some(path) = shared(FILE) else { return };
    let ranges = Ranges::read(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(ranges.len(), 5_831);
    let primates =
        ["Nasalis", "Pongo", "Macaca", "Papio", "Trachypithecus", "Presbytis", "Gorilla", "Pan", "Hylobates"];
    let at = |(latitude, longitude): (f64, f64)| -> Vec<String> {
        let all = ranges.at(latitude, longitude);
        let is_primate = |name: &&str| primates.iter().any(|genus| name.starts_with(&format!("{genus} ")));
        all.into_iter().filter(is_primate).map(str::to_owned).collect()
    };
    let here = at(KINABATANGAN);
    assert!(
        here.iter().any(|name| name == "Nasalis larvatus") && here.iter().any(|name| name == "Pongo pygmaeus"),
        "{here:?}"
    );
    assert_eq!(at(NAGANO), ["Macaca fuscata"]);
    assert_eq!(at(AMSTERDAM), Vec::<String>::new());
}

#[test]
fn photos_outside_the_range_of_their_species_are_listed_for_review() {
    let Some(path) = shared(FILE) else { return };
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::at(folder.path().join("reference"));
    let described =
        Described { license: Some("CC0-1.0".into()), name: Some("phylacine".into()), ..Described::default() };
    registry.add(&RANGES, &path, described).unwrap();
    let layers = Arc::new(Catalogue::of(registry.clone()));
    let mut photos = vec![
        photo(1, "Nasalis larvatus", KINABATANGAN, 30),
        photo(2, "Nasalis larvatus", AMSTERDAM, 30),
        photo(3, "Macaca fuscata", NAGANO, 30),
        photo(4, "Macaca fuscata", (34.0, 130.9), 100_000),
        photo(5, "Felis catus domestica", NAGANO, 30),
    ];
    photos.push(Photo { id: PhotoId::new("flickr", "6"), ..Photo::default() });
    let stage = RangeStage::of(registry);
    photos.iter_mut().for_each(|photo| stage.update(photo).unwrap());
    photos.push(photo(7, "Nasalis larvatus", NAGANO, 30));
    let mut world = World::of(0);
    world.save(photos);
    let explorer = world.explorer();
    let (rows, by_species) = answer(&explorer, "species", &layers);
    let numbers: Vec<Value> = rows.iter().map(|row| json!([row[0], row[1], row[2], row[4], row[5]])).collect();
    assert_eq!(numbers, [json!(["Nasalis larvatus", 1, 1, 1, 1]), json!(["Macaca fuscata", 0, 0, 2, 2])]);
    let far = rows[0][3].as_f64().unwrap();
    assert!((10_500.0..11_500.0).contains(&far), "{far}");
    assert!(
        by_species.notes[0].contains("4 photos with species, coordinates and a known range; 1 of them"),
        "{by_species:?}"
    );
    assert!(
        by_species.notes.iter().any(|note| note.contains("phylacine") && note.contains("CC0-1.0")),
        "{by_species:?}"
    );
    assert!(
        by_species
            .notes
            .contains(&"Left out: 1 photo not compared with a range yet: `gleaner enrich` does that.".into()),
        "{by_species:?}"
    );
    // A row opens the photos outside.
    let Shape::Table(table) = &by_species.shape else { panic!("{by_species:?}") };
    for (filter, row) in table.filters.iter().zip(&rows) {
        let filter: Filter = filter.parse().unwrap();
        assert_eq!(json!(explorer.view(&filter).total()), row[1], "{filter}");
    }
    let (rows, _) = answer(&explorer, "photo", &layers);
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0][0], &rows[0][1]), (&json!("flickr:2"), &json!("Nasalis larvatus")));
    let (rows, none) = answer(&explorer, "species", &Arc::default());
    // Comparisons stay until the next enrich.
    assert!(rows.len() == 2 && none.notes.iter().any(|note| note.contains("There is no layer of ranges")), "{none:?}");
}
