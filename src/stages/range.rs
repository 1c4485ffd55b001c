//! Compares the coordinates of a photo with the known range of its species, offline.

use std::sync::{Arc, OnceLock};

use anyhow::anyhow;
use futures::future::BoxFuture;

use super::Stage;
use crate::layers::Ranges;
use crate::photo::{Photo, RangeComparison, StageName};
use crate::reference::{Layer, ReferenceError, Registry};

/// The layers of ranges, or why they cannot be read.
type ReadLayers = Result<Vec<(Layer, Ranges)>, Arc<ReferenceError>>;

/// The stage `range`. The layers are read on first use.
#[derive(Clone, Debug)]
pub struct RangeStage {
    registry: Registry,
    layers: Arc<OnceLock<ReadLayers>>,
}

impl RangeStage {
    /// With the layers of ranges in this registry.
    pub fn of(registry: Registry) -> Self {
        Self { registry, layers: Arc::default() }
    }

    fn layers(&self) -> Result<&[(Layer, Ranges)], Arc<ReferenceError>> {
        let read = || self.registry.ranges().map_err(Arc::new);
        self.layers.get_or_init(read).as_deref().map_err(Arc::clone)
    }

    /// Compares a photo, unless it was compared with the layer of now. Fails if a layer is damaged.
    pub fn update(&self, photo: &mut Photo) -> anyhow::Result<()> {
        let layers = self.layers().map_err(|err| anyhow!("{err}"))?;
        if is_compared(layers, photo) {
            return Ok(());
        }
        let compared = wanted(layers, photo).and_then(|(species, layer, ranges)| {
            let location = photo.location.as_ref()?;
            let distance = ranges.distance_m(species, location.latitude, location.longitude)?;
            Some(RangeComparison {
                species: species.to_owned(),
                distance_m: distance.round() as u32,
                cell_m: ranges.cell_m(species).map(|metres| metres.round() as u32),
                layer: layer.name.clone(),
                layer_sha256: layer.source_sha256.clone(),
            })
        });
        // An empty comparison says that an earlier one does not hold any more.
        photo.range = compared.or_else(|| photo.range.is_some().then(RangeComparison::default));
        Ok(())
    }
}

/// The species of a photo with coordinates, and the first layer that has its range.
fn wanted<'a>(layers: &'a [(Layer, Ranges)], photo: &'a Photo) -> Option<(&'a str, &'a Layer, &'a Ranges)> {
    photo.location.as_ref()?;
    let species = photo.taxon_in_force()?.species()?;
    let (layer, ranges) = layers.iter().find(|(_, ranges)| ranges.has_place(species))?;
    Some((species, layer, ranges))
}

/// Whether a photo has the comparison that it would get. Other coordinates have none yet (`pipeline/merge.rs`).
fn is_compared(layers: &[(Layer, Ranges)], photo: &Photo) -> bool {
    let known = photo.range.as_ref().filter(|known| !known.species.is_empty());
    match (wanted(layers, photo), known) {
        (None, known) => known.is_none(),
        (Some(_), None) => false,
        (Some((species, layer, _)), Some(known)) => {
            known.species == species && known.layer == layer.name && known.layer_sha256 == layer.source_sha256
        }
    }
}

impl Stage for RangeStage {
    fn name(&self) -> StageName {
        StageName::Range
    }

    fn wants(&self, photo: &Photo) -> bool {
        // A layer that cannot be read is an error of `apply`.
        self.layers().map_or(true, |layers| !is_compared(layers, photo))
    }

    fn finds_out(&self) -> bool {
        true
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move { self.update(photo) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Flag, Location, Taxon};
    use crate::reference::{Described, RANGES};

    fn add(registry: &Registry, folder: &std::path::Path, (west, east): (f64, f64)) {
        let square = serde_json::json!({"type": "FeatureCollection", "features": [{"type": "Feature",
            "properties": {"sci_name": "Macaca fascicularis", "presence": 1, "origin": 1},
            "geometry": {"type": "Polygon", "coordinates": [[[west, 0], [east, 0], [east, 6], [west, 6], [west, 0]]]}}]});
        std::fs::write(folder.join("ranges.geojson"), square.to_string()).unwrap();
        let described = Described { license: Some("CC0-1.0".into()), replace: true, ..Described::default() };
        registry.add(&RANGES, &folder.join("ranges.geojson"), described).unwrap();
    }

    fn flags(photo: &Photo) -> Vec<Flag> {
        photo.flags().collect()
    }

    #[test]
    fn a_photo_is_compared_again_when_the_layer_the_species_or_nothing_else_changes() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::at(folder.path().join("reference"));
        add(&registry, folder.path(), (110.0, 118.0));
        let taxon = Taxon { scientific_name: "Macaca fascicularis".into(), ..Taxon::default() };
        let mut photo = Photo { location: Location::new(3.0, 119.05), taxon: Some(taxon.clone()), ..Photo::default() };
        let stage = RangeStage::of(registry.clone());
        assert!(stage.wants(&photo));
        stage.update(&mut photo).unwrap();
        let first = photo.range.clone().unwrap();
        assert!((115_000..118_000).contains(&first.distance_m) && first.cell_m.is_none(), "{first:?}");
        assert_eq!((first.layer.as_str(), flags(&photo)), ("ranges", vec![Flag::OutOfRange]));
        assert!(!stage.wants(&photo));

        // A disc that touches the range is not outside.
        let location = photo.location.clone().unwrap();
        photo.location = Some(Location { uncertainty_m: Some(first.distance_m - 1), ..location.clone() });
        assert_eq!((photo.outside_range_m(), flags(&photo)), (Some(1), vec![Flag::OutOfRange]));
        photo.location = Some(Location { uncertainty_m: Some(first.distance_m), ..location });
        assert_eq!((photo.outside_range_m(), flags(&photo)), (Some(0), vec![]));

        // Another file in the layer's place, with a larger range.
        add(&registry, folder.path(), (110.0, 120.0));
        let stage = RangeStage::of(registry.clone());
        assert!(stage.wants(&photo));
        stage.update(&mut photo).unwrap();
        let second = photo.range.clone().unwrap();
        assert!(second.distance_m == 0 && second.layer_sha256 != first.layer_sha256, "{second:?}");

        // A comparison of another species does not hold.
        photo.taxon = Some(Taxon { scientific_name: "Pongo pygmaeus".into(), ..taxon });
        assert!(photo.range_in_force().is_none() && stage.wants(&photo));
        stage.update(&mut photo).unwrap();
        assert_eq!(photo.range, Some(RangeComparison::default()), "it takes the place of the earlier one");
        assert!(!stage.wants(&photo));

        registry.remove("ranges").unwrap();
        let stage = RangeStage::of(registry);
        photo.range = Some(second);
        assert!(stage.wants(&photo));
        stage.update(&mut photo).unwrap();
        assert_eq!(photo.range, Some(RangeComparison::default()));
    }
}
