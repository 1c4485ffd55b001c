//! Scales a picture down while its pixels arrive, so that it is never held at full size.

use super::Decoded;
use crate::picture::complete::Dimensions;

/// Averages squares of pixels; those at the right and lower edges may be incomplete.
pub struct Reduced {
    side: usize,
    source_width: usize,
    width: usize,
    /// Sums of the incomplete squares, three channels each.
    sums: Vec<u32>,
    rows_in_sums: usize,
    rgb: Vec<u8>,
}

impl Reduced {
    /// `side` x `side` pixels become one; with 1 the picture keeps its size.
    pub fn new(source: Dimensions, side: u32) -> Self {
        let width = source.width.div_ceil(side) as usize;
        let height = source.height.div_ceil(side) as usize;
        Self {
            side: side as usize,
            source_width: source.width as usize,
            width,
            sums: if side == 1 { Vec::new() } else { vec![0; width * 3] },
            rows_in_sums: 0,
            rgb: Vec::with_capacity(width * height * 3),
        }
    }

    /// Adds the next row of RGB pixels.
    pub fn add(&mut self, row: &[u8]) {
        if self.side == 1 {
            self.rgb.extend_from_slice(row);
            return;
        }
        for (sums, square) in self.sums.chunks_exact_mut(3).zip(row.chunks(self.side * 3)) {
            for pixel in square.chunks_exact(3) {
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum += u32::from(value);
                }
            }
        }
        self.rows_in_sums += 1;
        if self.rows_in_sums == self.side {
            self.flush();
        }
    }

    /// The scaled picture.
    pub fn finish(mut self) -> Decoded {
        if self.rows_in_sums > 0 {
            self.flush();
        }
        let height = self.rgb.len() / (self.width * 3);
        Decoded { width: self.width as u32, height: height as u32, rgb: self.rgb }
    }

    fn flush(&mut self) {
        for (index, sums) in self.sums.chunks_exact_mut(3).enumerate() {
            let columns = self.side.min(self.source_width - index * self.side);
            let count = (columns * self.rows_in_sums) as u32;
            self.rgb.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
            sums.fill(0);
        }
        self.rows_in_sums = 0;
    }
}

/// Averages squares of pixels that arrive in any order, each at most once. Those that never do are white.
pub struct Scattered {
    side: u32,
    source: Dimensions,
    width: u32,
    /// Sums of the squares, three channels each. A square has 64 pixels at most, so that they fit.
    sums: Vec<u16>,
}

impl Scattered {
    /// `side` x `side` pixels become one; `side` is 1, 2, 4 or 8.
    pub fn new(source: Dimensions, side: u32) -> Self {
        let (width, height) = (source.width.div_ceil(side), source.height.div_ceil(side));
        let mut scattered = Self { side, source, width, sums: Vec::with_capacity((width * height * 3) as usize) };
        for y in 0..height {
            for x in 0..width {
                let white = scattered.count(x, y) * 255;
                scattered.sums.extend([white; 3]);
            }
        }
        scattered
    }

    /// Memory for it and for the picture that it becomes.
    pub fn peak_bytes(source: Dimensions, side: u32) -> u64 {
        u64::from(source.width.div_ceil(side)) * u64::from(source.height.div_ceil(side)) * 9
    }

    /// Adds RGB pixels of row `y`: at `start`, and each `step` further. Those outside the picture are left out.
    pub fn add(&mut self, y: u32, (start, step): (u32, u32), pixels: &[u8]) {
        if y >= self.source.height {
            return;
        }
        let row = (y / self.side * self.width) as usize;
        for (pixel, x) in pixels.chunks_exact(3).zip((start..self.source.width).step_by(step as usize)) {
            let at = (row + (x / self.side) as usize) * 3;
            for (sum, &value) in self.sums[at..at + 3].iter_mut().zip(pixel) {
                *sum -= u16::from(255 - value);
            }
        }
    }

    /// The scaled picture.
    pub fn finish(self) -> Decoded {
        let height = self.source.height.div_ceil(self.side);
        let mut rgb = Vec::with_capacity(self.sums.len());
        for y in 0..height {
            for x in 0..self.width {
                let (at, count) = ((y * self.width + x) as usize * 3, self.count(x, y));
                rgb.extend(self.sums[at..at + 3].iter().map(|sum| ((sum + count / 2) / count) as u8));
            }
        }
        Decoded { width: self.width, height, rgb }
    }

    /// How many pixels a square has.
    fn count(&self, x: u32, y: u32) -> u16 {
        let within = |at: u32, length: u32| self.side.min(length - at * self.side);
        (within(x, self.source.width) * within(y, self.source.height)) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_mean_also_at_the_edges() {
        let mut reduced = Reduced::new(Dimensions { width: 3, height: 3 }, 2);
        for row in [[0, 100, 10], [50, 50, 20], [7, 9, 200]] {
            reduced.add(&row.iter().flat_map(|&v| [v, v, 255 - v]).collect::<Vec<u8>>());
        }
        let picture = reduced.finish();
        assert_eq!((picture.width, picture.height), (2, 2));
        assert_eq!(picture.rgb, [50, 50, 205, 15, 15, 240, 8, 8, 247, 200, 200, 55]);
    }

    #[test]
    fn a_side_of_one_changes_nothing() {
        let mut reduced = Reduced::new(Dimensions { width: 2, height: 1 }, 1);
        reduced.add(&[1, 2, 3, 4, 5, 6]);
        assert_eq!(reduced.finish().rgb, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn pixels_in_any_order_give_the_same_picture_and_missing_ones_are_white() {
        let source = Dimensions { width: 11, height: 9 };
        let value = |x: u32, y: u32| [(x * 20) as u8, (y * 25) as u8, 255 - (x * y) as u8];
        for side in [1, 2, 4, 8] {
            let mut reduced = Reduced::new(source, side);
            for y in 0..9 {
                reduced.add(&(0..11).flat_map(|x| value(x, y)).collect::<Vec<u8>>());
            }
            let mut scattered = Scattered::new(source, side);
            for y in [8, 3, 1, 0, 2, 4, 7, 6, 5, 9, 40] {
                for start in [2, 0, 1] {
                    let row: Vec<u8> = (start..14).step_by(3).flat_map(|x| value(x, y)).collect();
                    scattered.add(y, (start, 3), &row);
                }
            }
            let (wanted, got) = (reduced.finish(), scattered.finish());
            assert_eq!((got.width, got.height), (wanted.width, wanted.height));
            assert_eq!(got.rgb, wanted.rgb, "{side}");
            assert!(Scattered::new(source, side).finish().rgb.iter().all(|&value| value == 255));
        }
    }
}
