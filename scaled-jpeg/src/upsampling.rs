//! Samples of a component that has fewer of them than the picture has pixels.

/// How many pixels a sample is wide, or high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ratio {
    /// One.
    Same,
    /// Two.
    Double,
    /// `0` pixels for `1` samples.
    Other(u32, u32),
}

impl Ratio {
    /// `pixels` for `samples`.
    pub fn new(pixels: u32, samples: u32) -> Self {
        match pixels {
            _ if pixels == samples => Self::Same,
            _ if pixels == samples * 2 => Self::Double,
            _ => Self::Other(pixels, samples),
        }
    }

    /// The sample that a pixel lies in.
    fn sample(self, pixel: usize) -> usize {
        match self {
            Self::Same => pixel,
            Self::Double => pixel / 2,
            Self::Other(pixels, samples) => pixel * samples as usize / pixels as usize,
        }
    }
}

/// Writes a row of pixels. Between samples that are two pixels wide or high values are interpolated, three parts of the
/// nearer and one of the farther, as libjpeg does. `size` is that of the samples that belong to the picture.
#[inline(always)]
pub fn upsample(
    samples: &[u8],
    (stride, (width, height)): (usize, (u32, u32)),
    (across, down): (Ratio, Ratio),
    (y, pixels): (usize, &mut [u8]),
) {
    let (width, last_row) = (width as usize, (height as usize).saturating_sub(1));
    let row = |y: usize| &samples[y.min(last_row) * stride..][..width];
    let near = row(down.sample(y));
    if (across, down) == (Ratio::Same, Ratio::Same) {
        pixels.copy_from_slice(&near[..pixels.len()]);
        return;
    }
    let far = match down {
        Ratio::Double if y % 2 == 0 => row((y / 2).saturating_sub(1)),
        Ratio::Double => row(y / 2 + 1),
        _ => near,
    };
    // In quarters.
    let mixed: Vec<u16> = near.iter().zip(far).map(|(&near, &far)| u16::from(near) * 3 + u16::from(far)).collect();
    match across {
        Ratio::Same => pixels.iter_mut().zip(&mixed).for_each(|(pixel, value)| *pixel = ((value + 2) / 4) as u8),
        Ratio::Double => double(&mixed, pixels),
        Ratio::Other(..) => {
            for (x, pixel) in pixels.iter_mut().enumerate() {
                *pixel = ((mixed[across.sample(x).min(width - 1)] + 2) / 4) as u8;
            }
        }
    }
}

/// Twice as many pixels as values, which are in quarters.
#[inline(always)]
fn double(values: &[u16], pixels: &mut [u8]) {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return };
    let between = |near: u16, far: u16, rounding: u16| ((near * 3 + far + rounding) / 16) as u8;
    if let Some(pixel) = pixels.first_mut() {
        *pixel = between(*first, *first, 8);
    }
    let inner = pixels.get_mut(1..).unwrap_or_default();
    for (pair, values) in inner.chunks_exact_mut(2).zip(values.windows(2)) {
        pair[0] = between(values[0], values[1], 7);
        pair[1] = between(values[1], values[0], 8);
    }
    if pixels.len() == values.len() * 2 && pixels.len() > 1 {
        pixels[values.len() * 2 - 1] = between(*last, *last, 7);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upsampled(
        samples: &[u8],
        (width, height): (u32, u32),
        ratios: (Ratio, Ratio),
        (w, h): (usize, usize),
    ) -> Vec<u8> {
        let mut pixels = vec![0; w * h];
        for (y, row) in pixels.chunks_exact_mut(w).enumerate() {
            upsample(samples, (width as usize, (width, height)), ratios, (y, row));
        }
        pixels
    }

    #[test]
    fn samples_become_pixels_of_any_size() {
        use Ratio::{Double, Other, Same};
        for (samples, size, ratios, to, wanted) in [
            (&[10, 20][..], (2, 1), (Same, Same), (2, 1), &[10, 20][..]),
            (&[10, 20], (2, 1), (Double, Same), (4, 1), &[10, 12, 18, 20]),
            (&[10, 20], (2, 1), (Double, Same), (3, 1), &[10, 12, 18]),
            (&[10], (1, 1), (Double, Double), (1, 1), &[10]),
            (&[10], (1, 1), (Double, Double), (2, 2), &[10; 4]),
            (&[10, 20], (1, 2), (Same, Double), (1, 4), &[10, 13, 18, 20]),
            (
                &[10, 20, 30, 40],
                (2, 2),
                (Double, Double),
                (4, 4),
                &[10, 12, 18, 20, 15, 17, 23, 25, 25, 27, 33, 35, 30, 32, 38, 40],
            ),
            (&[10, 20], (2, 1), (Other(3, 1), Same), (5, 1), &[10, 10, 10, 20, 20]),
            (&[10, 20], (2, 1), (Other(3, 2), Other(4, 1)), (3, 2), &[10, 10, 20, 10, 10, 20]),
        ] {
            assert_eq!(upsampled(samples, size, ratios, to), wanted, "{samples:?} {ratios:?}");
        }
    }

    #[test]
    fn ratios_are_reduced() {
        assert_eq!(
            [Ratio::new(4, 4), Ratio::new(8, 4), Ratio::new(3, 2)],
            [Ratio::Same, Ratio::Double, Ratio::Other(3, 2)]
        );
    }
}
