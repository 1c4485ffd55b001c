//! The layers that the program contains (data/README.md).

use std::io::Cursor;
use std::sync::OnceLock;

use super::Raster;

/// A layer of classes that the program contains.
pub struct ShippedLayer {
    /// The name on the command line.
    pub name: &'static str,
    /// The title to display.
    pub title: &'static str,
    /// Who made it and under which licence, in one sentence.
    pub citation: &'static str,
    /// Value and name of each class.
    pub classes: &'static [(u8, &'static str)],
    file: &'static [u8],
    raster: OnceLock<Raster>,
    /// For each value of a pixel the position in `classes`.
    positions: OnceLock<[Option<u8>; 256]>,
}

impl ShippedLayer {
    /// The raster, read by the first call.
    pub fn raster(&self) -> &Raster {
        self.raster.get_or_init(|| Raster::read(Cursor::new(self.file), self.name).expect("data/layers is in order"))
    }

    /// The position in `classes` of the class at a point in degrees; `None` where there is none.
    pub fn class(&self, latitude: f64, longitude: f64) -> Option<usize> {
        let value = self.raster().value(latitude, longitude)?;
        let positions = self.positions.get_or_init(|| {
            let mut positions = [None; 256];
            for (at, (class, _)) in self.classes.iter().enumerate() {
                positions[usize::from(*class)] = Some(at as u8);
            }
            positions
        });
        positions.get(value as usize).copied().flatten().map(usize::from)
    }
}

/// All of them.
pub static SHIPPED: [&ShippedLayer; 2] = [&LAND_COVER, &CLIMATE];

/// Land cover in classes of the IGBP, pixels of 0.05 degrees.
pub static LAND_COVER: ShippedLayer = ShippedLayer {
    name: "land-cover",
    title: "Land cover",
    citation: "Land cover: MODIS MCD12C1 version 6, IGBP, 2019, 0.05 degrees (Friedl and Sulla-Menashe 2015, doi:10.5067/MODIS/MCD12C1.006; NASA, free to use with credit).",
    classes: &[
        (1, "Evergreen needleleaf forest"),
        (2, "Evergreen broadleaf forest"),
        (3, "Deciduous needleleaf forest"),
        (4, "Deciduous broadleaf forest"),
        (5, "Mixed forest"),
        (6, "Closed shrubland"),
        (7, "Open shrubland"),
        (8, "Woody savanna"),
        (9, "Savanna"),
        (10, "Grassland"),
        (11, "Permanent wetland"),
        (12, "Cropland"),
        (13, "Urban and built-up"),
        (14, "Cropland and natural vegetation"),
        (15, "Snow and ice"),
        (16, "Barren"),
        (0, "Water"),
    ],
    file: include_bytes!("../../data/layers/land-cover.tif"),
    raster: OnceLock::new(),
    positions: OnceLock::new(),
};

/// Climate in classes of Köppen and Geiger, pixels of 0.25 degrees.
pub static CLIMATE: ShippedLayer = ShippedLayer {
    name: "climate",
    title: "Climate",
    citation: "Climate: Köppen-Geiger classes by the rules of Beck et al. 2018 (doi:10.1038/sdata.2018.214) from monthly means of ERA5, 2000 to 2025, 0.25 degrees (Copernicus Climate Change Service, CC BY 4.0).",
    classes: &[
        (1, "Af, tropical rainforest"),
        (2, "Am, tropical monsoon"),
        (3, "Aw, tropical savanna"),
        (4, "BWh, hot desert"),
        (5, "BWk, cold desert"),
        (6, "BSh, hot steppe"),
        (7, "BSk, cold steppe"),
        (8, "Csa, dry and hot summer"),
        (9, "Csb, dry and warm summer"),
        (10, "Csc, dry and cool summer"),
        (11, "Cwa, dry winter, hot summer"),
        (12, "Cwb, dry winter, warm summer"),
        (13, "Cwc, dry winter, cool summer"),
        (14, "Cfa, humid, hot summer"),
        (15, "Cfb, humid, warm summer"),
        (16, "Cfc, humid, cool summer"),
        (17, "Dsa, cold, dry and hot summer"),
        (18, "Dsb, cold, dry and warm summer"),
        (19, "Dsc, cold, dry and cool summer"),
        (20, "Dsd, very cold winter, dry summer"),
        (21, "Dwa, cold, dry winter, hot summer"),
        (22, "Dwb, cold, dry winter, warm summer"),
        (23, "Dwc, cold, dry winter, cool summer"),
        (24, "Dwd, very cold, dry winter"),
        (25, "Dfa, cold, humid, hot summer"),
        (26, "Dfb, cold, humid, warm summer"),
        (27, "Dfc, cold, humid, cool summer"),
        (28, "Dfd, very cold, humid winter"),
        (29, "ET, tundra"),
        (30, "EF, ice"),
    ],
    file: include_bytes!("../../data/layers/climate.tif"),
    raster: OnceLock::new(),
    positions: OnceLock::new(),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_places_have_their_land_cover_and_climate() {
        let at = |layer: &ShippedLayer, latitude, longitude| {
            layer.class(latitude, longitude).map_or("", |class| layer.classes[class].1)
        };
        // Danum Valley, the middle of the Sahara, London, Greenland, Amazon.
        assert_eq!(at(&LAND_COVER, 4.96, 117.80), "Evergreen broadleaf forest");
        assert_eq!(at(&LAND_COVER, 23.0, 12.0), "Barren");
        assert_eq!(at(&LAND_COVER, 51.51, -0.12), "Urban and built-up");
        assert_eq!(at(&LAND_COVER, 75.0, -40.0), "Snow and ice");
        assert_eq!(at(&LAND_COVER, 0.0, -140.0), "Water");
        assert_eq!(at(&CLIMATE, 4.96, 117.80), "Af, tropical rainforest");
        assert_eq!(at(&CLIMATE, 23.0, 12.0), "BWh, hot desert");
        assert_eq!(at(&CLIMATE, 51.51, -0.12), "Cfb, humid, warm summer");
        // Perth: its summer is in January.
        assert_eq!(at(&CLIMATE, -31.95, 115.86), "Csa, dry and hot summer");
        assert_eq!(at(&CLIMATE, 75.0, -40.0), "EF, ice");
        // Both sides of the antimeridian, and the poles.
        assert_eq!(at(&LAND_COVER, 0.0, 180.0), at(&LAND_COVER, 0.0, -180.0));
        assert_eq!(at(&CLIMATE, -90.0, 0.0), "EF, ice");
        assert_eq!(at(&CLIMATE, 90.0, 179.99), at(&CLIMATE, 90.0, -180.0));
    }
}
