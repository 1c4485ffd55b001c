//! The colour space that a file describes.

use moxcms::{
    Chromaticity, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients, ToneReprCurve,
    TransferCharacteristics, XyY,
};

use crate::picture::container::png::SRGB_CHROMATICITIES;
use crate::picture::container::{jpeg, png, webp};
use crate::picture::icc;

/// A description of a colour space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Space {
    /// An ICC profile, rewritten.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273: primaries, transfer, matrix, range.
    Cicp([u8; 4]),
    /// A PNG's gAMA, and its cHRM: x and y of white, red, green and blue. All in units of 1/100,000.
    Gamma(u32, [u32; 8]),
}

impl Space {
    /// The colour space of a PNG, in the order of the PNG specification, section 4.3: cICP, iCCP, sRGB, gAMA and cHRM.
    /// `None` for sRGB.
    pub fn of_png(bytes: &[u8]) -> Option<Self> {
        let (mut cicp, mut icc, mut srgb, mut gamma, mut chromaticities) = (None, None, false, None, None);
        for chunk in png::chunks(bytes).map_while(Result::ok).take_while(|chunk| &chunk.kind != b"IDAT") {
            match &chunk.kind {
                b"cICP" => cicp = cicp.or_else(|| png::code_point(chunk.data).map(Self::Cicp)),
                b"iCCP" => icc = icc.or_else(|| png::profile(chunk.data).map(Self::Icc)),
                b"sRGB" => srgb |= png::is_srgb(chunk.data),
                b"gAMA" => gamma = gamma.or_else(|| png::gamma(chunk.data)),
                b"cHRM" => chromaticities = chromaticities.or_else(|| png::chromaticities(chunk.data)),
                _ => {}
            }
        }
        match cicp.or(icc) {
            None if srgb || gamma.is_none() && chromaticities.is_none() => None,
            None => Some(Self::Gamma(gamma.unwrap_or(0), chromaticities.unwrap_or(SRGB_CHROMATICITIES))),
            described => described,
        }
    }

    /// The profile of a JPEG.
    pub fn of_jpeg(bytes: &[u8]) -> Option<Self> {
        jpeg::profile(jpeg::segments(bytes).map_while(Result::ok)).map(Self::Icc)
    }

    /// The profile of a WebP.
    pub fn of_webp(bytes: &[u8]) -> Option<Self> {
        let mut chunks = webp::chunks(webp::body(bytes).ok()?).map_while(Result::ok);
        chunks.next().filter(|chunk| &chunk.kind == b"VP8X")?;
        let profile = chunks.find(|chunk| &chunk.kind == b"ICCP")?;
        icc::rewritten(profile.data).map(Self::Icc)
    }

    /// The profile; `None` if it cannot be read, or describes light beyond white, which has no place in sRGB.
    pub fn profile(&self) -> Option<ColorProfile> {
        match self {
            Self::Icc(bytes) => ColorProfile::new_from_slice(bytes).ok(),
            Self::Cicp([primaries, transfer, 0, 1]) => {
                let transfer_characteristics = TransferCharacteristics::try_from(*transfer).ok()?;
                let is_high_range = matches!(
                    transfer_characteristics,
                    TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
                );
                let profile = ColorProfile::new_from_cicp(CicpProfile {
                    color_primaries: (*primaries).try_into().ok()?,
                    transfer_characteristics,
                    matrix_coefficients: MatrixCoefficients::Identity,
                    full_range: true,
                });
                (!is_high_range && profile.is_matrix_shaper()).then_some(profile)
            }
            Self::Cicp(_) => None,
            Self::Gamma(gamma, chromaticities) => from_gamma(*gamma, chromaticities),
        }
    }
}

/// `gamma` is 0 for sRGB's curve.
fn from_gamma(gamma: u32, chromaticities: &[u32; 8]) -> Option<ColorProfile> {
    let mut profile = ColorProfile::new_srgb();
    if *chromaticities != SRGB_CHROMATICITIES {
        let [xw, yw, xr, yr, xg, yg, xb, yb] = chromaticities.map(|value| f64::from(value) / 100_000.0);
        let point = |x: f64, y: f64| Chromaticity::new(x as f32, y as f32);
        if [yw, yr, yg, yb].iter().any(|&y| y <= 0.0) {
            return None;
        }
        let primaries = ColorPrimaries { red: point(xr, yr), green: point(xg, yg), blue: point(xb, yb) };
        profile.update_rgb_colorimetry(XyY::new(xw, yw, 1.0), primaries);
    }
    if gamma > 0 {
        let curve = ToneReprCurve::Parametric(vec![100_000.0 / gamma as f32]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
        profile.cicp = None;
    }
    Some(profile)
}
