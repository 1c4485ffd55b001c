//! Paints a motif: sky, hills, trees, an animal, a person, bars. It makes a gallery look realistic enough.

use super::canvas::{Canvas, Colour, Oval, blend};
use super::scene::{Scene, TERMS};
use crate::random::SubjectRandom;

/// Sky above, sky at the horizon, far hills, near ground.
const LIGHTS: [[Colour; 4]; 9] = [
    [[86.0, 142.0, 196.0], [206.0, 224.0, 232.0], [128.0, 152.0, 148.0], [92.0, 112.0, 62.0]],
    [[62.0, 66.0, 110.0], [244.0, 176.0, 120.0], [104.0, 84.0, 108.0], [52.0, 46.0, 52.0]],
    [[232.0, 214.0, 186.0], [248.0, 236.0, 208.0], [196.0, 172.0, 132.0], [158.0, 124.0, 80.0]],
    [[164.0, 176.0, 180.0], [220.0, 226.0, 226.0], [188.0, 198.0, 204.0], [228.0, 232.0, 236.0]],
    [[34.0, 74.0, 66.0], [148.0, 186.0, 138.0], [66.0, 106.0, 74.0], [38.0, 66.0, 40.0]],
    [[120.0, 170.0, 186.0], [226.0, 234.0, 214.0], [92.0, 138.0, 112.0], [70.0, 104.0, 54.0]],
    [[28.0, 32.0, 46.0], [74.0, 82.0, 106.0], [44.0, 48.0, 60.0], [26.0, 27.0, 34.0]],
    [[196.0, 148.0, 140.0], [250.0, 214.0, 178.0], [148.0, 120.0, 118.0], [110.0, 84.0, 66.0]],
    [[98.0, 116.0, 128.0], [150.0, 160.0, 158.0], [112.0, 118.0, 112.0], [84.0, 82.0, 76.0]],
];

/// Fur and face.
const FURS: [[Colour; 2]; 7] = [
    [[120.0, 90.0, 62.0], [214.0, 170.0, 138.0]],
    [[148.0, 140.0, 128.0], [216.0, 156.0, 140.0]],
    [[92.0, 74.0, 60.0], [184.0, 140.0, 112.0]],
    [[198.0, 158.0, 92.0], [236.0, 202.0, 164.0]],
    [[52.0, 46.0, 46.0], [124.0, 100.0, 92.0]],
    [[176.0, 166.0, 150.0], [206.0, 96.0, 84.0]],
    [[168.0, 118.0, 70.0], [96.0, 74.0, 64.0]],
];

/// The red of an orang utan.
const RED: [Colour; 2] = [[176.0, 84.0, 36.0], [112.0, 78.0, 66.0]];

const CLOTHES: [Colour; 6] = [
    [178.0, 56.0, 50.0],
    [52.0, 92.0, 150.0],
    [232.0, 196.0, 84.0],
    [238.0, 236.0, 228.0],
    [66.0, 120.0, 96.0],
    [64.0, 60.0, 72.0],
];

const SKINS: [Colour; 4] = [[240.0, 206.0, 178.0], [206.0, 160.0, 124.0], [150.0, 104.0, 74.0], [96.0, 66.0, 50.0]];

/// Paints the motif at this size: 8-bit RGB, rows from the top.
pub fn paint(scene: &Scene, random: SubjectRandom, pixels: (u32, u32)) -> Vec<u8> {
    let mut light = *random.pick("light", &LIGHTS);
    if scene.forest && random.chance("green", 0.6) {
        light = LIGHTS[4 + random.below("which green", 2)];
    }
    let [zenith, horizon, far, near] = light;
    let mut canvas = Canvas::new(pixels, |_, y| blend(zenith, horizon, (y * 1.5).min(1.0)));
    sun(&mut canvas, random, horizon);
    hills(&mut canvas, random, far, near);
    if scene.forest {
        trees(&mut canvas, random, near);
    }
    if scene.person {
        person(&mut canvas, random);
    }
    if scene.monkey {
        monkey(&mut canvas, random, TERMS[scene.term].0 == "orang utan");
    }
    if scene.cage {
        bars(&mut canvas, random);
    }
    canvas.rgb(3.5)
}

fn real(random: SubjectRandom, topic: &str, low: f32, high: f32) -> f32 {
    random.between(topic, f64::from(low), f64::from(high)) as f32
}

fn sun(canvas: &mut Canvas, random: SubjectRandom, horizon: Colour) {
    let r = real(random, "sun", 0.04, 0.12);
    let (x, y) = (real(random, "sun x", 0.0, 1.0) * canvas.wide(), real(random, "sun y", 0.08, 0.45));
    for step in 0..4 {
        let size = r * (1.0 + 0.35 * (3 - step) as f32);
        let glow = blend(horizon, [255.0, 250.0, 232.0], 0.25 + 0.22 * step as f32);
        canvas.oval(Oval { x, y, rx: size, ry: size }, glow);
    }
}

fn hills(canvas: &mut Canvas, random: SubjectRandom, far: Colour, near: Colour) {
    for layer in 0..4u8 {
        let topic = |what: &str| format!("{what} {layer}");
        let depth = f32::from(layer) / 3.0;
        let base = 0.42 + 0.16 * f32::from(layer) + real(random, &topic("base"), -0.05, 0.05);
        let (rise, often) = (real(random, &topic("rise"), 0.02, 0.1), real(random, &topic("often"), 1.5, 5.0));
        let shift = real(random, &topic("shift"), 0.0, 6.0);
        canvas.below(blend(far, near, depth), |x| {
            base + rise * ((x * often + shift).sin() + 0.4 * (x * often * 2.7 + shift * 3.0).sin())
        });
    }
}

fn trees(canvas: &mut Canvas, random: SubjectRandom, near: Colour) {
    let wide = canvas.wide();
    for tree in 0..3 + random.below("trees", 7) {
        let topic = |what: &str| format!("{what} {tree}");
        let x = real(random, &topic("tree"), 0.0, 1.0) * wide;
        let half = real(random, &topic("trunk"), 0.01, 0.04);
        canvas.post((x, half), (0.0, real(random, &topic("foot"), 0.6, 0.95)), [74.0, 58.0, 44.0]);
        for leaf in 0..7 {
            let topic = |what: &str| format!("{what} {tree} {leaf}");
            let r = real(random, &topic("leaf"), 0.05, 0.16);
            let (dx, y) = (real(random, &topic("dx"), -0.22, 0.22), real(random, &topic("dy"), -0.05, 0.3));
            let green = [real(random, &topic("r"), 30.0, 96.0), real(random, &topic("g"), 84.0, 150.0), 48.0];
            canvas.oval(Oval { x: x + dx, y, rx: r * 1.2, ry: r }, blend(green, near, 0.25));
        }
    }
}

fn monkey(canvas: &mut Canvas, random: SubjectRandom, red: bool) {
    let [fur, skin] = if red { RED } else { *random.pick("fur", &FURS) };
    let size = real(random, "size", 0.11, 0.24);
    let (x, y) = (real(random, "x", 0.3, 0.7) * canvas.wide(), real(random, "y", 0.38, 0.6));
    let dark = fur.map(|c| c * 0.78);
    let mut oval = |dx: f32, dy: f32, rx: f32, ry: f32, colour: Colour| {
        canvas.oval(Oval { x: x + dx * size, y: y + dy * size, rx: rx * size, ry: ry * size }, colour);
    };
    oval(1.3, 1.9, 0.22, 1.3, dark);
    oval(0.0, 2.1, 1.25, 1.7, fur);
    oval(-0.95, 2.3, 0.34, 1.2, dark);
    oval(0.95, 2.3, 0.34, 1.2, dark);
    oval(0.0, 2.5, 0.7, 1.1, blend(fur, skin, 0.35));
    for side in [-1.0, 1.0] {
        oval(side * 0.98, -0.1, 0.34, 0.38, fur);
        oval(side * 0.98, -0.1, 0.2, 0.24, skin);
    }
    oval(0.0, 0.0, 1.0, 1.0, fur);
    oval(-0.32, -0.08, 0.46, 0.5, skin);
    oval(0.32, -0.08, 0.46, 0.5, skin);
    oval(0.0, 0.42, 0.6, 0.46, skin);
    for side in [-1.0, 1.0] {
        oval(side * 0.33, -0.1, 0.15, 0.17, [34.0, 24.0, 20.0]);
        oval(side * 0.33 - 0.05, -0.16, 0.045, 0.05, [250.0, 250.0, 246.0]);
        oval(side * 0.1, 0.3, 0.05, 0.07, [70.0, 44.0, 38.0]);
    }
    oval(0.0, 0.62, 0.26, 0.06, [110.0, 58.0, 52.0]);
}

fn person(canvas: &mut Canvas, random: SubjectRandom) {
    let size = real(random, "person size", 0.07, 0.12);
    let x = real(random, "person x", 0.08, 0.92) * canvas.wide();
    let y = real(random, "person y", 0.42, 0.55);
    let mut oval = |dx: f32, dy: f32, rx: f32, ry: f32, colour: Colour| {
        canvas.oval(Oval { x: x + dx * size, y: y + dy * size, rx: rx * size, ry: ry * size }, colour);
    };
    oval(0.0, 3.0, 1.35, 2.2, *random.pick("clothes", &CLOTHES));
    oval(0.0, -0.15, 0.95, 1.05, [58.0, 44.0, 38.0]);
    oval(0.0, 0.0, 0.78, 0.95, *random.pick("skin", &SKINS));
}

fn bars(canvas: &mut Canvas, random: SubjectRandom) {
    let colour = *random.pick("bars", &[[70.0, 72.0, 76.0], [128.0, 124.0, 114.0], [66.0, 84.0, 72.0]]);
    let (gap, half) = (real(random, "gap", 0.09, 0.2), real(random, "half", 0.006, 0.014));
    for n in 0..=(canvas.wide() / gap) as usize {
        canvas.post((gap * (n as f32 + 0.5), half), (0.0, 1.0), colour);
    }
    canvas.rail((real(random, "rail", 0.1, 0.25), half * 1.2), colour);
    canvas.rail((real(random, "lower rail", 0.75, 0.92), half * 1.2), colour);
}
