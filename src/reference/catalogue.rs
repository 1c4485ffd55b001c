//! The layers of classes that analyses use: those of the program, and the user's polygons and rasters.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::counts::{self, VisitorCount};
use super::{COUNTS, Layer, POLYGONS, RANGES, RASTER, ReferenceError, Registry, polygons, raster};
use crate::layers::{ClassLayer, Ranges, SHIPPED};

/// Layers by name. Each is read when it is first used, and again when it was replaced.
#[derive(Default)]
pub struct Catalogue {
    registry: Option<Registry>,
    opened: Mutex<BTreeMap<String, (Layer, Arc<ClassLayer>)>>,
    ranges: Mutex<BTreeMap<String, (Layer, Arc<Ranges>)>>,
}

impl Catalogue {
    /// The layers of the program and those of a user.
    pub fn of(registry: Registry) -> Self {
        Self { registry: Some(registry), ..Self::default() }
    }

    /// The names of the user's layers of polygons. Damaged ones have none.
    pub fn polygons(&self) -> Vec<String> {
        self.own().into_iter().filter(|layer| layer.kind == POLYGONS.name).map(|layer| layer.name).collect()
    }

    /// The names of all layers of classes, those of the program first.
    pub fn names(&self) -> Vec<String> {
        let shipped = SHIPPED.iter().map(|layer| layer.name.to_owned());
        let is_used = |layer: &Layer| [POLYGONS.name, RASTER.name].contains(&layer.kind.as_str());
        shipped.chain(self.own().into_iter().filter(is_used).map(|layer| layer.name)).collect()
    }

    /// The names of the user's layers of visitor counts. Damaged ones have none.
    pub fn counts(&self) -> Vec<String> {
        self.own().into_iter().filter(|layer| layer.kind == COUNTS.name).map(|layer| layer.name).collect()
    }

    /// The visitor counts of a layer, with which data they are.
    pub fn visitor_counts(&self, name: &str) -> Result<(String, Vec<VisitorCount>), ReferenceError> {
        let unknown = || ReferenceError::Unknown { name: name.to_owned(), known: self.counts() };
        let registry = self.registry.as_ref().ok_or_else(unknown)?;
        let layer = registry.layer(name)?;
        let bytes = registry.content(&layer)?;
        let counts = counts::read(&bytes, layer.name_field.as_deref(), layer.count_field.as_deref());
        let counts = counts.map_err(|why| ReferenceError::Damaged { name: name.to_owned(), why })?;
        Ok((cited(&layer), counts))
    }

    /// All layers of ranges, by name, with which data they are.
    pub fn ranges(&self) -> Result<Vec<(String, Arc<Ranges>)>, ReferenceError> {
        let Some(registry) = &self.registry else { return Ok(Vec::new()) };
        let mut opened = self.ranges.lock();
        let mut all = Vec::new();
        for layer in self.own().into_iter().filter(|layer| layer.kind == RANGES.name) {
            let known =
                opened.get(&layer.name).filter(|(known, _)| *known == layer).map(|(_, ranges)| Arc::clone(ranges));
            let ranges = match known {
                Some(ranges) => ranges,
                None => {
                    let damaged = |why: String| ReferenceError::Damaged { name: layer.name.clone(), why };
                    let read = Ranges::read(&registry.content(&layer)?).map_err(|err| damaged(err.to_string()))?;
                    let read = Arc::new(read);
                    opened.insert(layer.name.clone(), (layer.clone(), Arc::clone(&read)));
                    read
                }
            };
            all.push((cited(&layer), ranges));
        }
        Ok(all)
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
        // Others wait, so that a layer is not read twice at once.
        let mut opened = self.opened.lock();
        if let Some((known, open)) = opened.get(name)
            && *known == layer
        {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(read(registry, &layer)?);
        opened.insert(name.to_owned(), (layer, Arc::clone(&open)));
        Ok(open)
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
        let classes = layer.classes.iter().map(|class| (class.value, class.name.clone())).collect();
        return Ok(ClassLayer::of_raster(title, citation, raster, classes));
    }
    Err(damaged(format!("it is of the kind {}, which has no classes", layer.kind)))
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
