//! A layer of classes: a raster or polygons, of the program or of the user; or of numbers: a raster of elevation.

use std::collections::HashMap;

use super::polygons::Polygons;
use super::{Raster, ShippedLayer};

/// What a layer has.
enum Content {
    Shipped(&'static ShippedLayer),
    /// The raster, and the bits of a value -> the position of its class.
    Raster(Raster, HashMap<u64, usize>),
    Polygons(Polygons),
    Numbers(NumberLayer),
}

/// A raster of numbers.
pub struct NumberLayer {
    /// Its values.
    pub raster: Raster,
    /// Their unit: `m`.
    pub unit: String,
}

/// A layer that gives a place one of some classes, or a number.
pub struct ClassLayer {
    /// The title to display.
    pub title: String,
    /// Which data it is: version, licence and citation, in one sentence.
    pub citation: String,
    /// The names of the classes.
    pub classes: Vec<String>,
    content: Content,
}

impl ClassLayer {
    /// A layer of the program.
    pub fn shipped(layer: &'static ShippedLayer) -> Self {
        let classes = layer.classes.iter().map(|(_, name)| (*name).to_owned()).collect();
        Self {
            title: layer.title.to_owned(),
            citation: layer.citation.to_owned(),
            classes,
            content: Content::Shipped(layer),
        }
    }

    /// A raster; `classes` has the value and the name of each class. Pixels with other values have no class.
    pub fn of_raster(title: String, citation: String, raster: Raster, classes: Vec<(f64, String)>) -> Self {
        let positions = classes.iter().enumerate().map(|(at, (value, _))| (value.to_bits(), at)).collect();
        let classes = classes.into_iter().map(|(_, name)| name).collect();
        Self { title, citation, classes, content: Content::Raster(raster, positions) }
    }

    /// A raster of numbers in a unit. It has no classes.
    pub fn of_numbers(title: String, citation: String, raster: Raster, unit: String) -> Self {
        Self { title, citation, classes: Vec::new(), content: Content::Numbers(NumberLayer { raster, unit }) }
    }

    /// The numbers, if it has numbers in place of classes.
    pub fn numbers(&self) -> Option<&NumberLayer> {
        if let Content::Numbers(numbers) = &self.content { Some(numbers) } else { None }
    }

    /// Polygons; the number of an area is the position of its name.
    pub fn of_polygons(title: String, citation: String, polygons: Polygons, names: Vec<String>) -> Self {
        Self { title, citation, classes: names, content: Content::Polygons(polygons) }
    }

    /// The position of the class at a point in degrees; `None` where there is none. Of areas that overlap, the first counts.
    pub fn class(&self, latitude: f64, longitude: f64) -> Option<usize> {
        match &self.content {
            Content::Shipped(layer) => layer.class(latitude, longitude),
            // 0 and -0 are the same class.
            Content::Raster(raster, positions) => {
                positions.get(&(raster.value(latitude, longitude)? + 0.0).to_bits()).copied()
            }
            Content::Numbers(_) => None,
            Content::Polygons(polygons) => {
                let mut found = Vec::new();
                polygons.areas(latitude, longitude, &mut found);
                found.first().map(|area| *area as usize)
            }
        }
    }

    /// The polygons, if it has some.
    pub fn polygons(&self) -> Option<&Polygons> {
        if let Content::Polygons(polygons) = &self.content { Some(polygons) } else { None }
    }

    /// The size of the smallest thing that it shows, metres: a pixel. Polygons have no such size.
    pub fn detail_m(&self) -> f64 {
        match &self.content {
            Content::Shipped(layer) => layer.raster().pixel_m(),
            Content::Raster(raster, _) | Content::Numbers(NumberLayer { raster, .. }) => raster.pixel_m(),
            Content::Polygons(_) => 1.0,
        }
    }
}
