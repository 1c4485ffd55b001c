//! GeoJSON (RFC 7946): a feature collection with one point per photo, for GIS programs.

use std::io::Write;

use anyhow::Result;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::record::public;
use super::{ExportFormat, ExportOption, ExportSummary, Exporter, KeyUse, OptionKind, SHARE, Target, whole_photos};
use crate::photo::text::counted;
use crate::seal::SealedPhoto;
use crate::store::{Store, StoredRecord};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "geojson",
    aliases: &[],
    label: "GeoJSON",
    description: "Points for GIS programs; photos without coordinates are left out",
    suffix: "geojson",
    media_type: "application/geo+json",
    targets: &[Target::Stream],
    key: KeyUse::Never,
    options: &[WITHOUT_PLACE],
    open: |context| {
        let keep_unplaced = context.options.get(WITHOUT_PLACE.name) == Some(KEEP);
        Ok(Box::new(GeoJson { keep_unplaced, features: 0, left_out: 0 }))
    },
};

const WITHOUT_PLACE: ExportOption = ExportOption {
    name: "without-place",
    aliases: &[],
    kind: OptionKind::Words(&[LEAVE_OUT, KEEP]),
    value_name: "HOW",
    help: "Leave out photos without coordinates, or keep them with the geometry null",
    default: Some(LEAVE_OUT),
};
const LEAVE_OUT: &str = "leave-out";
const KEEP: &str = "keep";

/// Properties that the geometry already contains.
const IN_GEOMETRY: [&str; 2] = ["location.latitude", "location.longitude"];

struct GeoJson {
    keep_unplaced: bool,
    features: u64,
    left_out: u64,
}

impl Exporter for GeoJson {
    fn reads_whole_photos(&self) -> bool {
        true
    }

    fn begin(&mut self, _store: &dyn Store, out: &mut dyn Write) -> Result<()> {
        Ok(out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?)
    }

    fn write(&mut self, records: &[&StoredRecord], out: &mut dyn Write) -> Result<()> {
        let photos = whole_photos(records)?;
        let keeps = |sealed: &&&SealedPhoto| self.keep_unplaced || sealed.photo().location.is_some();
        let features = photos.par_iter().with_min_len(SHARE).filter(keeps);
        let features = features.map(|sealed| Ok(serde_json::to_vec(&feature(sealed)?)?));
        let features = features.collect::<Result<Vec<Vec<u8>>>>()?;
        self.left_out += (photos.len() - features.len()) as u64;
        for feature in features {
            out.write_all(if self.features == 0 { b"\n" } else { b",\n" })?;
            out.write_all(&feature)?;
            self.features += 1;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<ExportSummary> {
        out.write_all(b"\n]}\n")?;
        let left_out = format!("left out: {} without coordinates", counted(self.left_out, "photo"));
        Ok(ExportSummary {
            rows: Some((self.features, "features")),
            notes: (self.left_out > 0).then_some(left_out).into_iter().collect(),
            columns: Vec::new(),
            privacy: Some("no personal fields".to_owned()),
            counts: Map::from_iter([
                ("features".to_owned(), self.features.into()),
                ("left_out".to_owned(), self.left_out.into()),
            ]),
        })
    }
}

fn feature(sealed: &SealedPhoto) -> Result<Value> {
    let photo = sealed.photo();
    let geometry = photo.location.as_ref().map(|location| {
        // RFC 7946, 3.1.1: longitude comes first.
        json!({"type": "Point", "coordinates": [location.longitude, location.latitude]})
    });
    let mut properties = Map::new();
    for (name, value) in public(sealed)? {
        flatten(name, value, &mut properties);
    }
    properties.retain(|name, _| !IN_GEOMETRY.contains(&name.as_str()));
    Ok(json!({"type": "Feature", "id": photo.id, "geometry": geometry, "properties": properties}))
}

/// Adds a value with its dotted path as key, as in the columns of the CSV. A list of objects becomes a list for each of
/// their fields, all of the same length.
fn flatten(path: String, value: Value, flat: &mut Map<String, Value>) {
    match value {
        Value::Object(inner) => {
            for (name, value) in inner {
                flatten(format!("{path}.{name}"), value, flat);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let mut names: Vec<&String> = Vec::new();
            for name in items.iter().filter_map(Value::as_object).flat_map(Map::keys) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            for name in names {
                let each = items.iter().map(|item| item.get(name).cloned().unwrap_or_default());
                flatten(format!("{path}.{name}"), each.collect(), flat);
            }
        }
        other => drop(flat.insert(path, other)),
    }
}
