//! Ranges of species: a table of runs, range polygons of the IUCN Red List, or the archive of PHYLACINE with one raster for each species.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipArchive;

use super::{Contents, Given, polygons, taxa_archive};
use crate::layers::polygons::Feature;
use crate::layers::{Ranges, SpeciesGrid};
use crate::photo::text::grouped;

/// Attributes with the name of the species, in the shapefiles and GeoPackages of the Red List, of all years.
const SPECIES: [&str; 4] = ["sci_name", "binomial", "sciname", "scientific_name"];
/// Codes of the Red List that are part of the range. Presence: extant, probably extant, possibly extant; not possibly extinct,
/// extinct, uncertain. Origin: native, reintroduced, introduced; not vagrant, uncertain, assisted colonisation. Ranges of all seasons
/// are.
const CODES: [(&str, std::ops::RangeInclusive<i64>); 2] = [("presence", 1..=3), ("origin", 1..=3)];
/// The most bytes of a raster of PHYLACINE, unpacked: it has 51,120 cells.
const MOST_RASTER_BYTES: u64 = 16 << 20;
/// The folder of PHYLACINE with the present ranges; another has those without people.
const CURRENT: &str = "/current/";

/// Whether a file is an archive of rasters.
pub fn recognises(path: &Path) -> bool {
    taxa_archive::names_in(path).iter().any(|name| name.to_lowercase().ends_with(".tif"))
}

pub fn check(given: &Given) -> Result<Contents, String> {
    let bytes = given.bytes()?;
    let (ranges, made, remarks) = if taxa_archive::is_archive(bytes) {
        let table = of_rasters(bytes)?;
        (Ranges::read(&table).map_err(|err| err.to_string())?, Some((table, "gz")), Vec::new())
    } else if polygons::are_features(bytes) {
        let (ranges, left_out) = of_features(polygons::features(bytes, given.path)?)?;
        let remark = (left_out > 0).then(|| {
            format!(
                "{} features are left out: their presence or origin is none of 1, 2 and 3",
                grouped(left_out as u64)
            )
        });
        (ranges, None, remark.into_iter().collect())
    } else {
        polygons::no_shapefile(bytes, given.path)?;
        (Ranges::read(bytes).map_err(|err| err.to_string())?, None, Vec::new())
    };
    if ranges.is_empty() {
        return Err("it has no ranges".to_owned());
    }
    let counts = BTreeMap::from([("species".to_owned(), ranges.len() as u64)]);
    Ok(Contents { counts, made, remarks, ..Contents::default() })
}

/// The ranges of a file that was checked, or of what was made of it.
pub fn open(bytes: &[u8], path: &Path) -> Result<Ranges, String> {
    if polygons::are_features(bytes) {
        return of_features(polygons::features(bytes, path)?).map(|(ranges, _)| ranges);
    }
    Ranges::read(bytes).map_err(|err| err.to_string())
}

/// The ranges of features, and how many were left out because of their codes.
fn of_features(features: Vec<Feature>) -> Result<(Ranges, usize), String> {
    let attribute = |feature: &Feature, wanted: &str| {
        let found = feature.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.clone())
    };
    let (mut ranges, mut left_out, mut named) = (Ranges::default(), 0, false);
    for feature in features {
        let is_part = CODES.iter().all(|(name, codes)| {
            let code = attribute(&feature, name).and_then(|code| code.parse::<f64>().ok());
            code.is_none_or(|code| codes.contains(&(code as i64)))
        });
        let Some(species) = SPECIES.iter().find_map(|name| attribute(&feature, name)) else { continue };
        named = true;
        if is_part {
            ranges.add_polygons(&species, feature.polygons);
        } else {
            left_out += 1;
        }
    }
    if named {
        return Ok((ranges, left_out));
    }
    Err(format!("its features have no attribute with the species; one of {} is needed", SPECIES.join(", ")))
}

/// A table of runs, packed, of the rasters in an archive.
fn of_rasters(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let unreadable = |err: zip::result::ZipError| format!("its archive cannot be read: {err}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names = archive.file_names().map(|name| name.map(Cow::into_owned)).collect::<Result<Vec<String>, _>>();
    let names = names.map_err(unreadable)?;
    if names.iter().any(|name| name.to_lowercase().ends_with(".shp")) {
        return Err(polygons::SHAPEFILE.to_owned());
    }
    let mut rasters: Vec<String> = names.into_iter().filter(|name| name.to_lowercase().ends_with(".tif")).collect();
    if rasters.iter().any(|name| name.to_lowercase().contains(CURRENT)) {
        rasters.retain(|name| name.to_lowercase().contains(CURRENT));
    }
    if rasters.is_empty() {
        return Err("its archive has no rasters (Genus_species.tif)".to_owned());
    }
    rasters.sort();
    let (mut grid, mut table) = (None, GzEncoder::new(Vec::new(), Compression::default()));
    for name in rasters {
        let wrong = |why: String| format!("{name}: {why}");
        let entry = archive.by_name(&name).map_err(|err| wrong(err.to_string()))?;
        let mut raster = Vec::new();
        entry.take(MOST_RASTER_BYTES).read_to_end(&mut raster).map_err(|err| wrong(err.to_string()))?;
        let own = SpeciesGrid::read(&raster).map_err(wrong)?;
        let stem = name.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or_default();
        let first = match &grid {
            None => own.head(),
            Some(known) if *known == own.head() => String::new(),
            Some(_) => return Err(format!("{name} has another grid than the rasters before it")),
        };
        grid.get_or_insert_with(|| own.head());
        writeln!(table, "{first}{stem}\t{}", own.runs()).map_err(|err| err.to_string())?;
    }
    table.finish().map_err(|err| err.to_string())
}
