//! The published forms of the Red List, of range polygons, of protected areas and of PHYLACINE, with content that we made up.

use std::fs;
use std::io::{Cursor, Write};
use std::process::Command;

use gleaner::reference::{Catalogue, Registry};
use serde_json::json;
use tiff::encoder::{TiffEncoder, colortype};
use tiff::tags::Tag;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::listed;
use crate::pipeline::{Fixture, photos, talk};

const ASSESSMENTS: &str = "assessmentId,internalTaxonId,scientificName,redlistCategory,redlistCriteria,yearPublished,assessmentDate,criteriaVersion,language,rationale,habitat,scopes\n\
    1,11,Nasalis larvatus,Endangered,A2bc,2020,2015-11-21 00:00:00 UTC,3.1,English,\"Text, with\nlines and \"\"quotes\"\"\",Mangroves,Global\n\
    2,12,Macaca fuscata,Least Concern,,2020,2016-08-31 00:00:00 UTC,3.1,English,Text,Forest,\"Global, Asia\"\n\
    3,13,Gorilla beringei ssp. graueri,Critically Endangered,A4bcd,2019,,3.1,English,Text,Forest,Global\n\
    4,14,Canis lupus,Vulnerable,D,2018,2018-01-01 00:00:00 UTC,3.1,English,Text,Forest,Europe\n";
const TAXONOMY: &str = "internalTaxonId,scientificName,kingdomName,phylumName,className,orderName,familyName,genusName,speciesName,infraType,infraName,infraAuthority,subpopulationName,authority,taxonomicNotes\n\
    11,Nasalis larvatus,ANIMALIA,CHORDATA,MAMMALIA,PRIMATES,CERCOPITHECIDAE,Nasalis,larvatus,,,,,\"(Wurmb, 1787)\",\n\
    12,Macaca fuscata,ANIMALIA,CHORDATA,MAMMALIA,PRIMATES,CERCOPITHECIDAE,Macaca,fuscata,,,,,\"(Blyth, 1875)\",\n\
    13,Gorilla beringei ssp. graueri,ANIMALIA,CHORDATA,MAMMALIA,PRIMATES,HOMINIDAE,Gorilla,beringei,ssp.,graueri,,,\"Matschie, 1914\",\n";

fn archive(fixture: &Fixture, name: &str, files: &[(&str, &[u8])]) {
    let mut archive = ZipWriter::new(fs::File::create(fixture.path(name)).unwrap());
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap();
}

fn catalogue(fixture: &Fixture) -> Catalogue {
    Catalogue::of(Registry::at(fixture.path("home/.local/share/gleaner/reference")))
}

fn add(fixture: &Fixture, code: i32, args: &[&str]) -> String {
    talk(&fixture.expect(code, &[&["reference", "add"], args, &["--license", "its terms"]].concat()))
}

#[test]
fn the_export_of_the_red_list_is_joined_and_each_category_has_its_date() {
    let fixture = Fixture::new(photos(1, 1));
    archive(
        &fixture,
        "redlist_species_data.zip",
        &[("assessments.csv", ASSESSMENTS.as_bytes()), ("taxonomy.csv", TAXONOMY.as_bytes()), ("credits.csv", b"x\n")],
    );
    let said = add(&fixture, 0, &["redlist_species_data.zip", "--name", "red-list"]);
    assert!(
        said.contains("red-list: 3 taxa") && said.contains("3 Red List categories, 3 of them with a date"),
        "{said}"
    );
    assert_eq!(listed(&fixture)[0]["kind"], "taxa");
    let layers = catalogue(&fixture).statuses().unwrap();
    let [(name, _, statuses)] = &layers[..] else { panic!("one layer") };
    assert_eq!(name, "red-list");
    assert_eq!(statuses.of("Nasalis larvatus"), Some(("EN", Some("2015-11-21"))));
    assert_eq!(statuses.of("Gorilla beringei graueri"), Some(("CR", Some("2019"))));
    assert_eq!(statuses.of("Canis lupus"), None, "an assessment of Europe only");

    // The answer names category, date and layer at each number, and that the photos have another category.
    let mdd = "sciName,order,family,genus,iucnStatus,MSW3_sciName\n\
        Nasalis_larvatus,PRIMATES,CERCOPITHECIDAE,Nasalis,VU,x\n";
    fs::write(fixture.path("mdd.csv"), mdd).unwrap();
    add(&fixture, 0, &["mdd.csv"]);
    let list = "url,title\nhttps://example.org/1.jpg,Nasalis larvatus\nhttps://example.org/2.jpg,Nasalis larvatus\n";
    fs::write(fixture.path("list.csv"), list).unwrap();
    fixture.expect(0, &["scrape", "--source", "urls", "list.csv", "-d", "false", "--dataset", "d"]);
    let red_list = |more: &[&str]| talk(&fixture.expect(0, &[&["analyse", "red-list", "d"], more].concat()));
    let table = red_list(&["--set", "by=species", "--format", "csv"]);
    let row = table.lines().find(|line| line.starts_with("Nasalis larvatus,VU,1,2,"));
    assert!(row.is_some_and(|row| row.ends_with(",EN,2015-11-21,red-list")), "{table}");
    let note =
        "red-list has a category of 1 of these 1 species, assigned in 2015; of 1 of them another one than the photos.";
    let said = red_list(&[]);
    assert!(said.contains(note) && said.contains("Layer red-list: redlist_species_data.zip"), "{said}");
    // How much of what the tables know was photographed, and what was not.
    assert!(said.contains("Photographed of the known: EN 1 of 1, LC 0 of 1."), "{said}");
    let categories = red_list(&["--format", "csv"]);
    assert!(
        categories.contains("Endangered,EN,0,0,0,0,,1,1,100"),
        "a category without photos of its own: {categories}"
    );
    assert!(said.contains("Category of 2 photos: a table of taxa. Layer mdd: mdd.csv"), "{said}");
    let of_branch = red_list(&["--filter", "taxon:Nasalis"]);
    assert!(of_branch.contains("Photographed of the known: EN 1 of 1."), "{of_branch}");
    let gaps = red_list(&["--set", "by=never-wild", "--format", "csv"]);
    assert!(gaps.contains("Nasalis larvatus,2,0,EN,2015-11-21,red-list"), "nobody says that they are wild: {gaps}");
    // A table of assessments alone has no classification, but the same categories.
    fs::write(fixture.path("assessments.csv"), ASSESSMENTS).unwrap();
    let said = add(&fixture, 0, &["assessments.csv"]);
    assert!(said.contains("assessments: 3 taxa"), "{said}");
}

/// Range polygons as the Red List publishes them, protected areas, and a shapefile.
const FILES: &str = r#"
import numpy as np, shapely
from pyogrio import raw
def write(file, rows, fields, **more):
    geometry = np.array([shapely.to_wkb(shapely.MultiPolygon([shapely.box(*row[0])]), flavor="iso") for row in rows], dtype=object)
    columns = [np.array([row[1][nth] for row in rows], dtype=object if isinstance(rows[0][1][nth], str) else None) for nth in range(len(fields))]
    raw.write(file, geometry, columns, fields, geometry_type="MultiPolygon", crs="EPSG:4326", **more)
fields = ["id_no", "sci_name", "presence", "origin", "seasonal", "legend"]
rows = [
    ((116, 4, 119, 7), (1, "Nasalis larvatus", 1, 1, 1, "Extant (resident)")),
    ((110, 0, 112, 2), (1, "Nasalis larvatus", 3, 1, 1, "Possibly Extant (resident)")),
    ((100, 0, 101, 1), (1, "Nasalis larvatus", 5, 1, 1, "Extinct")),
    ((4, 52, 5, 53), (1, "Nasalis larvatus", 1, 4, 1, "Vagrant")),
    ((130, 31, 141, 41), (2, "Macaca fuscata", 1, 1, 1, "Extant (resident)")),
    ((0, 0, 1, 1), (3, "Gone forever", 5, 1, 1, "Extinct")),
]
write("ranges.gpkg", rows, fields, driver="GPKG")
write("ranges.shp", rows, fields)
write("wdpa.gpkg", [((116, 4, 118, 6), (785, "Danum Valley", "Forest Reserve", "II")), ((118, 4, 120, 6), (786, "Tabin", "Wildlife Reserve", "IV"))],
    ["WDPAID", "NAME", "DESIG_ENG", "IUCN_CAT"], driver="GPKG")
"#;

fn python(fixture: &Fixture) -> bool {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    fs::write(fixture.path("files.py"), FILES).unwrap();
    let made = Command::new(python).arg("files.py").current_dir(fixture.folder.path()).output();
    if made.as_ref().is_ok_and(|made| made.status.success()) {
        return true;
    }
    assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: {made:?}");
    println!("skipped: no Python with the packages numpy, shapely and pyogrio");
    false
}

#[test]
fn range_polygons_hold_points_by_the_codes_of_presence_and_origin() {
    let fixture = Fixture::new(photos(1, 1));
    if !python(&fixture) {
        return;
    }
    let said = add(&fixture, 0, &["ranges.gpkg", "--kind", "ranges", "--name", "iucn"]);
    assert!(said.contains("iucn: 2 species"), "{said}");
    assert!(said.contains("3 features are left out: their presence or origin is none of 1, 2 and 3"), "{said}");
    let layers = catalogue(&fixture).ranges().unwrap();
    let (_, ranges) = &layers[0];
    let far = |species: &str, latitude, longitude| ranges.distance_m(species, latitude, longitude).map(f64::round);
    assert_eq!(far("Nasalis larvatus", 5.41, 118.04), Some(0.0));
    assert_eq!(far("Nasalis larvatus", 1.0, 111.0), Some(0.0), "possibly extant");
    // A degree of longitude at 1 north is 111,178 m; the polygon where it is extinct does not count.
    assert_eq!(far("Nasalis larvatus", 1.0, 109.0), Some(111_178.0));
    assert!(far("Nasalis larvatus", 0.5, 100.5).unwrap() > 1_000_000.0);
    assert!(far("Nasalis larvatus", 52.4, 4.9).unwrap() > 10_000_000.0, "a vagrant's place");
    assert_eq!(far("Gone forever", 0.5, 0.5), None);
    assert!(ranges.knows("Macaca fuscata") && !ranges.knows("Gone forever"));
    assert_eq!(ranges.at(36.7, 138.5), ["Macaca fuscata"]);

    let shapes = add(&fixture, 2, &["ranges.shp", "--kind", "ranges"]);
    assert!(shapes.contains("ogr2ogr -t_srs EPSG:4326 converted.gpkg FILE.shp"), "{shapes}");
    archive(&fixture, "shapes.zip", &[("MAMMALS.shp", &fs::read(fixture.path("ranges.shp")).unwrap())]);
    for kind in ["ranges", "polygons"] {
        let shapes = add(&fixture, 2, &["shapes.zip", "--kind", kind]);
        assert!(shapes.contains("it is a shapefile, which is not read"), "{shapes}");
    }
    let other = add(&fixture, 2, &["wdpa.gpkg", "--kind", "ranges"]);
    assert!(other.contains("no attribute with the species; one of sci_name, binomial"), "{other}");
}

#[test]
fn protected_areas_are_named_by_any_of_their_attributes() {
    let fixture = Fixture::new(photos(1, 1));
    if !python(&fixture) {
        return;
    }
    let said = add(&fixture, 0, &["wdpa.gpkg"]);
    assert!(said.contains("wdpa: 2 areas, 2 polygons") && said.contains("named by the attribute NAME"), "{said}");
    add(&fixture, 0, &["wdpa.gpkg", "--name", "designations", "--name-field", "DESIG_ENG"]);
    add(&fixture, 0, &["wdpa.gpkg", "--name", "iucn-categories", "--name-field", "IUCN_CAT"]);
    let layers = catalogue(&fixture);
    let at = |layer: &str, latitude, longitude| {
        let layer = layers.open(layer).unwrap();
        layer.class(latitude, longitude).map(|class| layer.classes[class].clone())
    };
    assert_eq!(at("wdpa", 5.0, 117.0).as_deref(), Some("Danum Valley"));
    assert_eq!(at("designations", 5.0, 119.0).as_deref(), Some("Wildlife Reserve"));
    assert_eq!(at("iucn-categories", 5.0, 117.0).as_deref(), Some("II"));
    assert_eq!(at("iucn-categories", 0.0, 0.0), None);
}

/// A raster of PHYLACINE: 360 by 142 cells with some that are 1.
fn raster(cells: &[usize], corner: f64) -> Vec<u8> {
    let mut values = vec![0_u8; 360 * 142];
    cells.iter().for_each(|cell| values[*cell] = 1);
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    let mut image = encoder.new_image::<colortype::Gray8>(360, 142).unwrap();
    let (scale, tie) = ([96_486.268_f64, 96_514.96, 0.0], [0.0, 0.0, 0.0, corner, 7_348_382.0, 0.0]);
    image.encoder().write_tag(Tag::ModelPixelScaleTag, &scale[..]).unwrap();
    image.encoder().write_tag(Tag::ModelTiepointTag, &tie[..]).unwrap();
    image.write_data(&values).unwrap();
    file.into_inner()
}

#[test]
fn the_archive_of_phylacine_becomes_a_table_of_runs() {
    let fixture = Fixture::new(photos(1, 1));
    let west = -17_367_529.0;
    // Row 68 and column 298 are the cell of Kinabatangan, 5.41 north, 118.04 east.
    let cell = 68 * 360 + 298;
    let files = [
        ("Data/Ranges/Current/Nasalis_larvatus.tif", raster(&[cell, cell + 1, cell + 360], west)),
        ("Data/Ranges/Current/Gone_forever.tif", raster(&[], west)),
        ("Data/Ranges/Present_natural/Nasalis_larvatus.tif", raster(&[0], west)),
        ("Data/Traits/Trait_data.csv", b"Binomial.1.2,Order.1.2,Family.1.2,Genus.1.2,IUCN.Status.1.2\nNasalis_larvatus,Primates,Cercopithecidae,Nasalis,EN\nGone_forever,Primates,Cercopithecidae,Gone,EP\n".to_vec()),
        ("Data/Spatial.csv", b"x\n".to_vec()),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (*name, &content[..])).collect();
    archive(&fixture, "PHYLACINE_1.2.1.zip", &files);
    let said = add(&fixture, 0, &["PHYLACINE_1.2.1.zip", "--name", "ranges"]);
    assert!(said.contains("ranges: 2 species"), "{said}");
    let layers = catalogue(&fixture).ranges().unwrap();
    let ranges = &layers[0].1;
    assert_eq!(ranges.distance_m("Nasalis larvatus", 5.41, 118.04), Some(0.0));
    assert!(ranges.distance_m("Nasalis larvatus", 36.7, 138.5).unwrap() > 3_000_000.0);
    assert!(ranges.knows("Gone forever"));
    let said = add(&fixture, 0, &["PHYLACINE_1.2.1.zip", "--kind", "taxa", "--name", "traits"]);
    assert!(said.contains("traits: 2 taxa") && said.contains("1 Red List category"), "{said}");
    assert_eq!(catalogue(&fixture).statuses().unwrap()[0].2.of("Nasalis larvatus"), Some(("EN", None)));

    archive(&fixture, "mixed.zip", &[("A_b.tif", &raster(&[1], west)), ("C_d.tif", &raster(&[1], west + 5_000.0))]);
    let mixed = add(&fixture, 2, &["mixed.zip"]);
    assert!(mixed.contains("C_d.tif has another grid than the rasters before it"), "{mixed}");
    archive(&fixture, "none.zip", &[("a.txt", b"x")]);
    assert!(add(&fixture, 2, &["none.zip", "--kind", "ranges"]).contains("its archive has no rasters"), "kind ranges");
    assert_eq!(listed(&fixture).len(), 2);
    assert_eq!(listed(&fixture)[0]["kind"], json!("ranges"));
}
