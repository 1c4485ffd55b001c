//! Scales a picture down while its rows arrive, so that it is never held at full size.

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
}
