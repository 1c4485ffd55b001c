//! Rasters in longitude and latitude, read from GeoTIFF (OGC 19-008r4): one band, any number type, strips or tiles.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use thiserror::Error;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

/// The most memory for the values of one raster, bytes.
const MOST_BYTES: usize = 2 << 30;
/// Values of `GTModelTypeGeoKey`.
const GEOGRAPHIC: f64 = 2.0;
const MODEL_TYPE_KEY: f64 = 1024.0;

/// Why a file is no raster that can be read.
#[derive(Debug, Error)]
pub enum RasterError {
    /// It is not a TIFF, is damaged, or uses a compression that is not supported.
    #[error("it cannot be read as TIFF")]
    Tiff(#[from] tiff::TiffError),
    /// It says nothing about its place on the Earth.
    #[error("it has no place on the Earth: {0} is missing; is it a GeoTIFF?")]
    NoPlace(&'static str),
    /// Its coordinates are not longitude and latitude.
    #[error(
        "its coordinates are not longitude and latitude; convert it first: gdalwarp -t_srs EPSG:4326 {0} converted.tif"
    )]
    Projected(String),
    /// More than one band.
    #[error("it has more than one band")]
    Bands,
    /// It is rotated or has an invalid size.
    #[error("its pixels do not run along longitude and latitude")]
    Rotated,
}

/// The values of one band.
#[derive(Debug)]
enum Values {
    U8(Vec<u8>),
    I16(Vec<i16>),
    U16(Vec<u16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// A raster in longitude and latitude, with all its values in memory.
#[derive(Debug)]
pub struct Raster {
    width: u32,
    height: u32,
    /// The longitude and latitude of the upper left corner.
    origin: (f64, f64),
    /// Degrees of a pixel: to the east, to the south.
    step: (f64, f64),
    no_data: Option<f64>,
    values: Values,
}

impl Raster {
    /// Reads a GeoTIFF; `name` is for messages.
    pub fn read(file: impl Read + Seek, name: &str) -> Result<Self, RasterError> {
        let mut limits = Limits::default();
        limits.decoding_buffer_size = MOST_BYTES;
        let mut decoder = Decoder::new(file)?.with_limits(limits);
        let (width, height) = decoder.dimensions()?;
        if decoder.find_tag(Tag::SamplesPerPixel)?.is_some_and(|bands| bands.into_u32().unwrap_or(1) > 1) {
            return Err(RasterError::Bands);
        }
        let keys = numbers(&mut decoder, Tag::GeoKeyDirectoryTag)?.ok_or(RasterError::NoPlace("GeoKeyDirectory"))?;
        // Each key has four numbers; the last is its value.
        let model = keys.chunks_exact(4).skip(1).find(|key| key[0] == MODEL_TYPE_KEY).map(|key| key[3]);
        if model != Some(GEOGRAPHIC) {
            return Err(RasterError::Projected(name.to_owned()));
        }
        let (origin, step) = placed(&mut decoder)?;
        let no_data = no_data(&mut decoder)?;
        let values = match decoder.read_image()? {
            DecodingResult::U8(values) => Values::U8(values),
            DecodingResult::I16(values) => Values::I16(values),
            DecodingResult::U16(values) => Values::U16(values),
            DecodingResult::F32(values) => Values::F32(values),
            DecodingResult::F64(values) => Values::F64(values),
            DecodingResult::I8(values) => Values::I16(values.into_iter().map(i16::from).collect()),
            DecodingResult::U32(values) => Values::F64(values.into_iter().map(f64::from).collect()),
            DecodingResult::I32(values) => Values::F64(values.into_iter().map(f64::from).collect()),
            DecodingResult::U64(values) => Values::F64(values.into_iter().map(|value| value as f64).collect()),
            DecodingResult::I64(values) => Values::F64(values.into_iter().map(|value| value as f64).collect()),
            DecodingResult::F16(values) => Values::F32(values.into_iter().map(f32::from).collect()),
        };
        Ok(Self { width, height, origin, step, no_data, values })
    }

    /// The value of the pixel that contains a point in degrees; `None` outside the raster and where it has no value.
    pub fn value(&self, latitude: f64, longitude: f64) -> Option<f64> {
        let row = ((self.origin.1 - latitude) / self.step.1).floor();
        // The southern edge of a raster of the whole Earth belongs to its last row.
        let row = if latitude <= -90.0 { row.min(f64::from(self.height) - 1.0) } else { row };
        let column = ((longitude - self.origin.0) / self.step.0).floor();
        let round = (360.0 / self.step.0).round();
        // A raster that goes round the Earth continues on the other side.
        let column = if column < 0.0 || column >= f64::from(self.width) { column.rem_euclid(round) } else { column };
        if row < 0.0 || row >= f64::from(self.height) || column >= f64::from(self.width) || latitude.is_nan() {
            return None;
        }
        let at = row as usize * self.width as usize + column as usize;
        let value = match &self.values {
            Values::U8(values) => f64::from(*values.get(at)?),
            Values::I16(values) => f64::from(*values.get(at)?),
            Values::U16(values) => f64::from(*values.get(at)?),
            Values::F32(values) => f64::from(*values.get(at)?),
            Values::F64(values) => *values.get(at)?,
        };
        (!value.is_nan() && self.no_data != Some(value)).then_some(value)
    }

    /// The different values in ascending order; `None` if there are more than `most`.
    pub fn distinct(&self, most: usize) -> Option<Vec<f64>> {
        let mut found = BTreeSet::new();
        let mut last = None;
        for value in self.all() {
            // Neighbours are mostly equal. 0 and -0 are the same.
            let bits = (value + 0.0).to_bits();
            if last != Some(bits) && found.insert(bits) && found.len() > most {
                return None;
            }
            last = Some(bits);
        }
        let mut found: Vec<f64> = found.into_iter().map(f64::from_bits).collect();
        found.sort_by(f64::total_cmp);
        Some(found)
    }

    /// The least and the greatest value; `None` without values.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.all().fold(None, |range, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        })
    }

    /// The values of all pixels that have one.
    fn all(&self) -> impl Iterator<Item = f64> {
        let all: Box<dyn Iterator<Item = f64>> = match &self.values {
            Values::U8(values) => Box::new(values.iter().map(|value| f64::from(*value))),
            Values::I16(values) => Box::new(values.iter().map(|value| f64::from(*value))),
            Values::U16(values) => Box::new(values.iter().map(|value| f64::from(*value))),
            Values::F32(values) => Box::new(values.iter().map(|value| f64::from(*value))),
            Values::F64(values) => Box::new(values.iter().copied()),
        };
        all.filter(|value| !value.is_nan() && self.no_data != Some(*value))
    }

    /// Degrees of a pixel: to the east, to the south.
    pub(super) fn step(&self) -> (f64, f64) {
        self.step
    }

    /// Latitude and longitude of the middle of the pixel, within the raster or beyond it, that contains a point.
    pub(super) fn middle_of(&self, latitude: f64, longitude: f64) -> (f64, f64) {
        let middle = |degrees: f64, origin: f64, step: f64| origin + (((degrees - origin) / step).floor() + 0.5) * step;
        let north = -middle(-latitude, -self.origin.1, self.step.1);
        (north, middle(longitude, self.origin.0, self.step.0))
    }

    /// The height of a pixel in metres.
    pub fn pixel_m(&self) -> f64 {
        self.step.1 * super::METRES_PER_DEGREE
    }
}

/// The numbers of a tag; `None` if the file does not have it.
fn numbers<R: Read + Seek>(decoder: &mut Decoder<R>, tag: Tag) -> Result<Option<Vec<f64>>, RasterError> {
    let Some(value) = decoder.find_tag(tag)? else { return Ok(None) };
    Ok(Some(match value.clone().into_f64_vec() {
        Ok(numbers) => numbers,
        Err(_) => value.into_u32_vec()?.into_iter().map(f64::from).collect(),
    }))
}

/// The value that stands for none.
pub(super) fn no_data<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<Option<f64>, RasterError> {
    let text = decoder.find_tag(Tag::GdalNodata)?.and_then(|value| value.into_string().ok());
    Ok(text.and_then(|text| text.trim_matches(['\0', ' ']).parse().ok()))
}

/// The upper left corner, and the size of a pixel.
pub(super) type Placed = ((f64, f64), (f64, f64));

pub(super) fn placed<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<Placed, RasterError> {
    if let Some(matrix) = numbers(decoder, Tag::ModelTransformationTag)? {
        return match matrix[..] {
            [a, 0.0, _, west, 0.0, e, _, north, ..] if a > 0.0 && e < 0.0 => Ok(((west, north), (a, -e))),
            _ => Err(RasterError::Rotated),
        };
    }
    let scale = numbers(decoder, Tag::ModelPixelScaleTag)?.ok_or(RasterError::NoPlace("ModelPixelScale"))?;
    let tie = numbers(decoder, Tag::ModelTiepointTag)?.ok_or(RasterError::NoPlace("ModelTiepoint"))?;
    match (&scale[..], &tie[..]) {
        ([x, y, ..], [column, row, _, longitude, latitude, ..]) if *x > 0.0 && *y > 0.0 => {
            Ok(((longitude - column * x, latitude + row * y), (*x, *y)))
        }
        _ => Err(RasterError::Rotated),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_is_not_a_geotiff_in_degrees_is_refused() {
        let refused = |bytes: &[u8]| Raster::read(Cursor::new(bytes.to_vec()), "dem.tif").unwrap_err().to_string();
        assert_eq!(refused(b"no picture"), "it cannot be read as TIFF");
        let mut projected = include_bytes!("../../data/layers/climate.tif").to_vec();
        // The key GTModelType = 2 becomes 1, projected.
        let key = [0, 4, 0, 0, 1, 0, 2, 0];
        let at = projected.windows(8).position(|bytes| bytes == key).unwrap();
        projected[at + 6] = 1;
        assert!(refused(&projected).contains("gdalwarp -t_srs EPSG:4326 dem.tif"), "{}", refused(&projected));
    }
}
