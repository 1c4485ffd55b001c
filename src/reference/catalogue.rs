//! The layers of classes that analyses use: those of the program, and the user's polygons and rasters.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::counts::{self, VisitorCounts};
use super::taxa::Statuses;
use super::{
    COUNTS, GAZETTEER, Kind, Layer, POLYGONS, RANGES, RASTER, ReferenceError, Registry, TAXA, gazetteer, polygons,
    ranges, raster,
};
use crate::layers::{ClassLayer, Gazetteer, Ranges, SHIPPED};
use crate::photo::filter::{Geometry, HoldsPoint, LayerAreas};
use crate::photo::suggest::did_you_mean;
use crate::photo::text::normalise;

/// Layers by name. Each is read when it is first used, and again when it was replaced.
#[derive(Default)]
pub struct Catalogue {
    registry: Option<Registry>,
    opened: Opened<ClassLayer>,
    ranges: Opened<Ranges>,
    gazetteers: Opened<Gazetteer>,
    statuses: Opened<Statuses>,
    counts: Opened<VisitorCounts>,
}

/// Layers of a kind that were read, by name, each with the description that it had.
struct Opened<T>(Mutex<BTreeMap<String, (Layer, Arc<T>)>>);

impl<T> Default for Opened<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Opened<T> {
    /// A layer, read if it is new or was replaced. Others wait, so that none is read twice at once.
    fn get(&self, layer: &Layer, read: impl FnOnce() -> Result<T, ReferenceError>) -> Result<Arc<T>, ReferenceError> {
        let mut opened = self.0.lock();
        if let Some((_, open)) = opened.get(&layer.name).filter(|(known, _)| known == layer) {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(read()?);
        opened.insert(layer.name.clone(), (layer.clone(), Arc::clone(&open)));
        Ok(open)
    }
}

impl Catalogue {
    /// The layers of the program and those of a user.
    pub fn of(registry: Registry) -> Self {
        Self { registry: Some(registry), ..Self::default() }
    }

    /// The names of the user's layers of polygons. Damaged ones have none.
    pub fn polygons(&self) -> Vec<String> {
        self.named(&POLYGONS)
    }

    /// The names of all layers of classes, those of the program first.
    pub fn names(&self) -> Vec<String> {
        let shipped = SHIPPED.iter().map(|layer| layer.name.to_owned());
        let is_used = |layer: &Layer| [POLYGONS.name, RASTER.name].contains(&layer.kind.as_str());
        shipped.chain(self.own().into_iter().filter(is_used).map(|layer| layer.name)).collect()
    }

    /// The names of the user's layers of visitor counts. Damaged ones have none.
    pub fn counts(&self) -> Vec<String> {
        self.named(&COUNTS)
    }

    /// The visitor counts of a layer, with which data they are.
    pub fn visitor_counts(&self, name: &str) -> Result<(String, Arc<VisitorCounts>), ReferenceError> {
        let unknown = || ReferenceError::Unknown { name: name.to_owned(), known: self.counts() };
        let registry = self.registry.as_ref().ok_or_else(unknown)?;
        let layer = registry.layer(name)?;
        let (area, count) = (layer.name_field.as_deref(), layer.count_field.as_deref());
        let read = |bytes: &[u8], _: &Path| counts::read(bytes, area, count);
        let counts = self.counts.get(&layer, || registry.read(&layer, read))?;
        Ok((cited(&layer), counts))
    }

    /// All layers of ranges, each with which data it is.
    pub fn ranges(&self) -> Result<Vec<(String, Arc<Ranges>)>, ReferenceError> {
        Ok(with_citation(self.all(&RANGES, &self.ranges, ranges::open)?))
    }

    /// All gazetteers, each with which data it is.
    pub fn gazetteers(&self) -> Result<Vec<(String, Arc<Gazetteer>)>, ReferenceError> {
        Ok(with_citation(self.all(&GAZETTEER, &self.gazetteers, gazetteer::open)?))
    }

    /// The tables of taxa with Red List categories: the layer's name, which data it is, and the categories.
    pub fn statuses(&self) -> Result<Vec<(String, String, Arc<Statuses>)>, ReferenceError> {
        let read = |bytes: &[u8], _: &Path| Statuses::read(bytes).map_err(|err| err.to_string());
        let layers = self.all(&TAXA, &self.statuses, read)?;
        Ok(layers.into_iter().map(|(layer, statuses)| (layer.name.clone(), cited(&layer), statuses)).collect())
    }

    fn all<T>(
        &self,
        kind: &Kind,
        opened: &Opened<T>,
        read: impl Fn(&[u8], &Path) -> Result<T, String>,
    ) -> Result<Vec<(Layer, Arc<T>)>, ReferenceError> {
        let Some(registry) = &self.registry else { return Ok(Vec::new()) };
        let layers = self.own().into_iter().filter(|layer| layer.kind == kind.name);
        let one = |layer: Layer| {
            let open = opened.get(&layer, || registry.read(&layer, &read))?;
            Ok((layer, open))
        };
        layers.map(one).collect()
    }

    fn named(&self, kind: &Kind) -> Vec<String> {
        self.own().into_iter().filter(|layer| layer.kind == kind.name).map(|layer| layer.name).collect()
    }

    fn own(&self) -> Vec<Layer> {
        let layers = self.registry.as_ref().and_then(|registry| registry.layers().ok());
        layers.into_iter().flatten().filter_map(Result::ok).collect()
    }

    /// A layer. Reading polygons and rasters may take seconds.
    pub fn open(&self, name: &str) -> Result<Arc<ClassLayer>, ReferenceError> {
        if let Some(shipped) = SHIPPED.iter().find(|layer| layer.name == name) {
            return Ok(Arc::new(ClassLayer::shipped(shipped)));
        }
        let unknown = || ReferenceError::Unknown { name: name.to_owned(), known: self.names() };
        let registry = self.registry.as_ref().ok_or_else(unknown)?;
        registry.check_known(name)?;
        let layer = registry.layer(name)?;
        self.opened.get(&layer, || read(registry, &layer))
    }
}

impl LayerAreas for Catalogue {
    fn areas(&self, layer: &str, names: &[String]) -> Result<Geometry, (Option<usize>, String)> {
        let of_layer = |message: String| (None, message);
        let known = self.polygons();
        if !known.iter().any(|name| name == layer) {
            let near = did_you_mean(layer, known.iter().map(String::as_str));
            let more = match &known[..] {
                [] => "; no layer of polygons was added yet: gleaner reference add adds one".to_owned(),
                known if near.is_empty() => format!("; there are {}", known.join(", ")),
                _ => String::new(),
            };
            return Err(of_layer(format!("there is no layer of polygons \"{layer}\"{near}{more}")));
        }
        let open = self.open(layer).map_err(|err| of_layer(err.to_string()))?;
        let mut numbers = Vec::new();
        for (nth, name) in names.iter().enumerate() {
            let wanted = normalise(name);
            let number = open.classes.iter().position(|known| normalise(known) == wanted).ok_or_else(|| {
                let near = did_you_mean(name, open.classes.iter().map(String::as_str));
                (Some(nth), format!("the layer {layer} has no area \"{name}\"{near}"))
            })?;
            numbers.push(number as u32);
        }
        let version = format!("{} {names:?}", open.citation);
        Ok(Geometry::of(version, Arc::new(AreasOfLayer { layer: open, numbers })))
    }
}

/// Some areas of a layer of polygons.
struct AreasOfLayer {
    layer: Arc<ClassLayer>,
    numbers: Vec<u32>,
}

impl HoldsPoint for AreasOfLayer {
    fn holds(&self, latitude: f64, longitude: f64) -> bool {
        let mut found = Vec::new();
        if let Some(polygons) = self.layer.polygons() {
            polygons.areas(latitude, longitude, &mut found);
        }
        found.iter().any(|area| self.numbers.contains(area))
    }
}

fn read(registry: &Registry, layer: &Layer) -> Result<ClassLayer, ReferenceError> {
    let bytes = registry.content(layer)?;
    let path = registry.file(layer);
    let damaged = |why: String| ReferenceError::Damaged { name: layer.name.clone(), why };
    let (title, citation) = (layer.name.clone(), cited(layer));
    if layer.kind == POLYGONS.name {
        let (names, polygons) = polygons::open(&bytes, &path, layer.name_field.as_deref()).map_err(damaged)?;
        return Ok(ClassLayer::of_polygons(title, citation, polygons, names));
    }
    if layer.kind == RASTER.name {
        let raster = raster::open(&bytes, &path).map_err(damaged)?;
        if let Some(unit) = &layer.unit {
            return Ok(ClassLayer::of_numbers(title, citation, raster, unit.clone()));
        }
        let classes = layer.classes.iter().map(|class| (class.value, class.name.clone())).collect();
        return Ok(ClassLayer::of_raster(title, citation, raster, classes));
    }
    Err(damaged(format!("it is of the kind {}, which has no classes", layer.kind)))
}

fn with_citation<T>(layers: Vec<(Layer, Arc<T>)>) -> Vec<(String, Arc<T>)> {
    layers.into_iter().map(|(layer, open)| (cited(&layer), open)).collect()
}

/// Which data it is, in one sentence.
fn cited(layer: &Layer) -> String {
    let version =
        layer.version.as_deref().map_or_else(|| "version not given".to_owned(), |text| format!("version {text}"));
    let citation = layer.citation.as_deref().unwrap_or("citation not given");
    format!(
        "Layer {}: {}, {version}, SHA-256 {}; {}; {citation}.",
        layer.name,
        layer.source_name,
        layer.source_sha256.get(..16).unwrap_or_default(),
        layer.licenses.join(", ")
    )
}
