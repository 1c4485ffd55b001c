//! The colour space that a file describes.

use std::io::Read;

use moxcms::{
    Chromaticity, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients, ToneReprCurve,
    TransferCharacteristics, XyY,
};

use crate::picture::container::{jpeg, png, webp};

/// Longest profile that is read, in bytes. Those of presses have 3 MB; more may be a decompression bomb.
const PROFILE_BYTES_MAX: u64 = 8 << 20;

/// The values of an sRGB picture's gAMA chunk and cHRM chunk (PNG specification, section 11.3.2).
const SRGB_CHROMATICITIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];

/// A description of a colour space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Space {
    /// An ICC profile.
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
                b"cICP" => cicp = chunk.data.first_chunk::<4>().map(|code| Self::Cicp(*code)),
                b"iCCP" => icc = inflated(chunk.data).map(Self::Icc),
                b"sRGB" => srgb = true,
                b"gAMA" => gamma = numbers::<1>(chunk.data).map(|[gamma]| gamma).filter(|&gamma| gamma > 0),
                b"cHRM" => chromaticities = numbers::<8>(chunk.data),
                _ => {}
            }
        }
        match cicp.or(icc) {
            None if srgb || gamma.is_none() && chromaticities.is_none() => None,
            None => Some(Self::Gamma(gamma.unwrap_or(0), chromaticities.unwrap_or(SRGB_CHROMATICITIES))),
            described => described,
        }
    }

    /// The profile of a JPEG, from its numbered parts.
    pub fn of_jpeg(bytes: &[u8]) -> Option<Self> {
        let mut parts: Vec<(u8, &[u8])> = Vec::new();
        for segment in jpeg::segments(bytes).map_while(Result::ok).take_while(|segment| segment.marker != jpeg::SOS) {
            let part = segment.payload.strip_prefix(b"ICC_PROFILE\0").filter(|_| segment.marker == 0xe2);
            parts.extend(part.and_then(|part| Some((*part.first()?, part.get(2..)?))));
        }
        parts.sort_by_key(|&(number, _)| number);
        let is_whole = !parts.is_empty() && (1..).zip(&parts).all(|(nth, &(number, _))| nth == i32::from(number));
        is_whole.then(|| Self::Icc(parts.into_iter().flat_map(|(_, part)| part).copied().collect()))
    }

    /// The profile of a WebP.
    pub fn of_webp(bytes: &[u8]) -> Option<Self> {
        let mut chunks = webp::chunks(webp::body(bytes).ok()?).map_while(Result::ok);
        let profile = chunks.find(|chunk| &chunk.kind == b"ICCP")?;
        Some(Self::Icc(profile.data.to_vec()))
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

/// The profile of an iCCP chunk: a name, NUL, the method of compression, and the compressed profile.
fn inflated(data: &[u8]) -> Option<Vec<u8>> {
    let name = data.iter().position(|&byte| byte == 0)?;
    let mut profile = Vec::new();
    let compressed = data.get(name + 2..)?;
    flate2::read::ZlibDecoder::new(compressed).take(PROFILE_BYTES_MAX).read_to_end(&mut profile).ok()?;
    Some(profile)
}

fn numbers<const N: usize>(data: &[u8]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(data.chunks_exact(4)) {
        *number = u32::from_be_bytes(bytes.try_into().ok()?);
    }
    (data.len() == N * 4).then_some(numbers)
}
