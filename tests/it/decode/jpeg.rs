//! JPEGs of every layout are decoded as libjpeg-turbo decodes them (Pillow).

use std::path::Path;
use std::process::Command;

use jpeg_encoder::{ColorType, SamplingFactor};

use super::{admit, colour::python, generated};

/// Levels by which a value may differ at full size: two roundings, and a conversion of colours.
const TOLERANCE: u8 = 4;

#[test]
fn every_layout_gives_the_pixels_of_libjpeg_turbo_at_every_size() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/jpeg_reference.py");
    let answer = Command::new(python).arg(script).arg(folder.path()).output().expect("Python runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let names = String::from_utf8(answer.stdout).expect("text");
    let mut wrong = Vec::new();
    for name in names.lines() {
        let bytes = std::fs::read(folder.path().join(name)).expect("a picture");
        let edges = if name.starts_with("small") { &[None][..] } else { &[None, Some(120), Some(60), Some(30)] };
        for &edge in edges {
            let picture = admit(&bytes, edge).unwrap_or_else(|defect| panic!("{name}: {defect}"));
            let by = edge.map_or(1, |edge| 240 / edge);
            let wanted = std::fs::read(folder.path().join(format!("{name}.{by}.rgb"))).expect("its pixels");
            assert_eq!(picture.rgb.len(), wanted.len(), "{name} at 1/{by}");
            let differences = picture.rgb.iter().zip(&wanted).map(|(a, b)| a.abs_diff(*b));
            let (most, sum) = (differences.clone().max().unwrap_or(0), differences.map(u64::from).sum::<u64>());
            let mean = sum as f64 / wanted.len() as f64;
            println!("{name} at 1/{by}: at most {most} levels, {mean:.3} on average");
            // libjpeg averages where it makes a picture smaller, this decoder leaves out what is finest.
            if by == 1 && most > TOLERANCE || mean > if by == 1 { 0.6 } else { 2.0 } {
                wrong.push(format!("{name} at 1/{by}: {most}, {mean:.3}"));
            }
        }
    }
    assert!(names.lines().count() >= 20 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn colours_may_have_any_fraction_of_the_samples() {
    use SamplingFactor::{F_1_1, F_1_2, F_1_4, F_2_1, F_2_2, F_2_4, F_4_1, F_4_2};
    let size = (203, 77);
    // Without an edge, which coarse samples could not show.
    let ramp: Vec<u8> = (0..77_u32)
        .flat_map(|y| (0..203_u32).flat_map(move |x| [(x + 20) as u8, (y * 2 + 30) as u8, (230 - x) as u8]))
        .collect();
    for (name, factors) in [F_1_1, F_2_1, F_1_2, F_2_2, F_4_1, F_4_2, F_1_4, F_2_4].map(|f| (format!("{f:?}"), f)) {
        for progressive in [false, true] {
            let mut file = Vec::new();
            let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
            encoder.set_sampling_factor(factors);
            encoder.set_progressive(progressive);
            encoder.encode(&ramp, size.0, size.1, ColorType::Rgb).expect("it encodes");
            let picture = admit(&file, None).unwrap_or_else(|defect| panic!("{name}: {defect}"));
            let most = picture.rgb.iter().zip(&ramp).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(most < Some(12), "{name}, progressive {progressive}: {most:?}");
            for by in [2, 4, 8] {
                let edge = 203_u32.div_ceil(by);
                let small = admit(&file, Some(edge)).unwrap_or_else(|defect| panic!("{name}: {defect}"));
                assert_eq!(small.width, edge, "{name}");
                for (x, y) in [(3, 2), (20, 7), (12, 5)] {
                    let got = &small.rgb[((y * small.width + x) * 3) as usize..][..3];
                    let centre = ((y * by + by / 2) * 203 + x * by + by / 2) as usize * 3;
                    // A sample of colour may be 32 pixels wide.
                    let is_close = got.iter().zip(&ramp[centre..]).all(|(a, b)| u32::from(a.abs_diff(*b)) < 8 + 2 * by);
                    assert!(is_close, "{name} at 1/{by}: {got:?} for {:?}", &ramp[centre..centre + 3]);
                }
            }
        }
    }
    assert!(admit(&generated::all_kinds()[0].1, Some(1)).is_ok());
}
