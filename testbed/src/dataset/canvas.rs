//! A surface to paint soft shapes on. Positions and lengths are in heights of the picture, from its top left.

/// Red, green and blue, 0 to 255.
pub type Colour = [f32; 3];

/// The surface.
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// An upright ellipse.
#[derive(Clone, Copy)]
pub struct Oval {
    /// Horizontal position of its centre.
    pub x: f32,
    /// Vertical position of its centre.
    pub y: f32,
    /// Half of its width.
    pub rx: f32,
    /// Half of its height.
    pub ry: f32,
}

/// `a` where `share` is 0, `b` where it is 1.
pub fn blend(a: Colour, b: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * share)
}

impl Canvas {
    /// A surface of this many pixels; `ground` gives the colour of each.
    pub fn new((width, height): (u32, u32), ground: impl Fn(f32, f32) -> Colour) -> Self {
        let (width, height) = (width as usize, height as usize);
        let scale = 1.0 / height as f32;
        let at = |n: usize| ground((n % width) as f32 * scale, (n / width) as f32 * scale);
        Self { width, height, pixels: (0..width * height).map(at).collect() }
    }

    /// Width of the surface, in heights.
    pub fn wide(&self) -> f32 {
        self.width as f32 / self.height as f32
    }

    /// Paints an ellipse, lit from the upper left.
    pub fn oval(&mut self, oval: Oval, colour: Colour) {
        let Oval { x, y, rx, ry } = oval;
        let soft = 1.5 / self.height as f32 / rx.min(ry);
        self.within([x - rx, y - ry, x + rx, y + ry], |px, py, under| {
            let (dx, dy) = ((px - x) / rx, (py - y) / ry);
            let cover = ((1.0 - (dx * dx + dy * dy).sqrt()) / soft).clamp(0.0, 1.0);
            let light = 1.0 - 0.16 * (dx + dy);
            blend(under, colour.map(|c| c * light), cover)
        });
    }

    /// Paints what is below the line `edge(x)`.
    pub fn below(&mut self, colour: Colour, edge: impl Fn(f32) -> f32) {
        let step = self.height as f32;
        let line: Vec<f32> = (0..self.width).map(|x| edge(x as f32 / step)).collect();
        for (n, pixel) in self.pixels.iter_mut().enumerate() {
            let depth = (n / self.width) as f32 / step - line[n % self.width];
            let cover = (depth * step + 0.5).clamp(0.0, 1.0);
            *pixel = blend(*pixel, colour.map(|c| c * (1.0 - depth.clamp(0.0, 1.0) * 0.45)), cover);
        }
    }

    /// Paints a round bar between `x - half` and `x + half`, from `top` to `bottom`.
    pub fn post(&mut self, (x, half): (f32, f32), (top, bottom): (f32, f32), colour: Colour) {
        self.within([x - half, top, x + half, bottom], |px, _, under| {
            let across = (px - x) / half;
            let light = 1.15 - 0.55 * (across + 0.3).abs();
            blend(under, colour.map(|c| c * light), if across.abs() <= 1.0 { 1.0 } else { 0.0 })
        });
    }

    /// Paints a round bar across, `half` above and below `y`.
    pub fn rail(&mut self, (y, half): (f32, f32), colour: Colour) {
        self.within([0.0, y - half, self.wide(), y + half], |_, py, _| {
            colour.map(|c| c * (1.15 - 0.55 * ((py - y) / half + 0.3).abs()))
        });
    }

    fn within(&mut self, [left, top, right, bottom]: [f32; 4], paint: impl Fn(f32, f32, Colour) -> Colour) {
        let scale = self.height as f32;
        let clip = |at: f32, end: usize| (at * scale).clamp(0.0, end as f32) as usize;
        let columns = clip(left, self.width)..clip(right + 1.0 / scale, self.width);
        for y in clip(top, self.height)..clip(bottom + 1.0 / scale, self.height) {
            for x in columns.clone() {
                let pixel = &mut self.pixels[y * self.width + x];
                *pixel = paint(x as f32 / scale, y as f32 / scale, *pixel);
            }
        }
    }

    /// 8-bit RGB, rows from the top, with a little grain.
    pub fn rgb(&self, grain: f32) -> Vec<u8> {
        let noise = |n: usize| (crate::random::mix(n as u64) & 255) as f32 / 128.0 - 1.0;
        let finish = |(n, pixel): (usize, &Colour)| pixel.map(|c| (c + noise(n) * grain).clamp(0.0, 255.0) as u8);
        self.pixels.iter().enumerate().flat_map(finish).collect()
    }
}
