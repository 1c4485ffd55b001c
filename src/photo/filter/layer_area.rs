//! Areas of a layer in a filter. The language knows their names; a source of layers gives the geometry.

use std::fmt;
use std::sync::Arc;

/// Which points are in an area.
pub trait HoldsPoint: Send + Sync {
    /// Whether a point in degrees is in it.
    fn holds(&self, latitude: f64, longitude: f64) -> bool;
}

/// The layers whose areas a filter may name.
pub trait LayerAreas: Send + Sync {
    /// The areas of a layer with these names, taken together. The error says what is wrong and what may have been meant; its number is
    /// the place of the wrong name, `None` for the layer's.
    fn areas(&self, layer: &str, names: &[String]) -> Result<Geometry, (Option<usize>, String)>;
}

/// The geometry of areas, once it was looked up. Equal are those of the same version.
#[derive(Clone, Default)]
pub struct Geometry(Option<(String, Arc<dyn HoldsPoint>)>);

impl Geometry {
    /// A geometry; `version` changes with the layer.
    pub fn of(version: String, points: Arc<dyn HoldsPoint>) -> Self {
        Self(Some((version, points)))
    }

    /// Whether a point in degrees is in it. Nothing is in a geometry that was not looked up.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        self.0.as_ref().is_some_and(|(_, points)| points.holds(latitude, longitude))
    }
}

impl PartialEq for Geometry {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().map(|(version, _)| version) == other.0.as_ref().map(|(version, _)| version)
    }
}

impl fmt::Debug for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref().map_or("not looked up", |(version, _)| version))
    }
}
