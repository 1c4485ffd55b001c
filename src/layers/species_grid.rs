//! A raster of PHYLACINE: where one species lives, in cells of equal area in the Behrmann projection.

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult};

use super::raster::{no_data, placed};
use crate::error_chain::error_chain;
use crate::photo::equal_area::project;

/// The cells of one raster.
#[derive(Debug)]
pub struct SpeciesGrid {
    width: u32,
    height: u32,
    /// The north-western corner, metres.
    corner: (f64, f64),
    /// The size of a cell, metres.
    cell: (f64, f64),
    holds: Vec<bool>,
}

impl SpeciesGrid {
    /// Reads a GeoTIFF. The error says what is wrong with it.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        let failed = |err: tiff::TiffError| format!("it cannot be read as TIFF: {}", error_chain(&err));
        let mut decoder = Decoder::new(Cursor::new(file)).map_err(failed)?;
        let (width, height) = decoder.dimensions().map_err(failed)?;
        let (corner, cell) = placed(&mut decoder).map_err(|err| err.to_string())?;
        let round = project(0.0, 180.0).0 - project(0.0, -180.0).0;
        // Longitude and latitude, or another projection, would have another width round the Earth.
        if (f64::from(width) * cell.0 - round).abs() > cell.0 {
            return Err(format!(
                "it does not go round the Earth in the Behrmann projection: {width} cells of {:.0} m, not {round:.0} m",
                cell.0
            ));
        }
        let no_data = no_data(&mut decoder).map_err(|err| err.to_string())?;
        let numbers: Vec<f64> = match decoder.read_image().map_err(failed)? {
            DecodingResult::U8(values) => values.into_iter().map(f64::from).collect(),
            DecodingResult::I8(values) => values.into_iter().map(f64::from).collect(),
            DecodingResult::U16(values) => values.into_iter().map(f64::from).collect(),
            DecodingResult::I16(values) => values.into_iter().map(f64::from).collect(),
            DecodingResult::U32(values) => values.into_iter().map(f64::from).collect(),
            DecodingResult::I32(values) => values.into_iter().map(f64::from).collect(),
            DecodingResult::F32(values) => values.into_iter().map(f64::from).collect(),
            DecodingResult::F64(values) => values,
            _ => return Err("its numbers are of a type that ranges do not have".to_owned()),
        };
        if numbers.len() != width as usize * height as usize {
            return Err("it has more than one band".to_owned());
        }
        let holds = numbers.into_iter().map(|value| value > 0.0 && Some(value) != no_data).collect();
        Ok(Self { width, height, corner, cell, holds })
    }

    /// The first line of a table of ranges on this grid.
    pub fn head(&self) -> String {
        let (width, height, (west, north), (east, south)) = (self.width, self.height, self.corner, self.cell);
        format!(
            "# grid {width} cols x {height} rows, Behrmann equal area, upper-left x={west:.0} y={north:.0} m, cell {east:.2} x {south:.2} m\n"
        )
    }

    /// The runs of cells, `START+LENGTH,START+LENGTH`.
    pub fn runs(&self) -> String {
        let (mut runs, mut at) = (Vec::new(), 0);
        for same in self.holds.chunk_by(|a, b| a == b) {
            if same[0] {
                runs.push(format!("{at}+{}", same.len()));
            }
            at += same.len();
        }
        runs.join(",")
    }
}
