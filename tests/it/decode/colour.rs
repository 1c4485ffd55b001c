//! Decoded pixels are sRGB: compared with Pillow's ImageCms (lcms2), and with the shared case.

use std::path::Path;
use std::process::Command;

use super::{admit, generated};
use crate::pipeline::shared;

/// Levels by which a pixel may differ from Pillow's.
const TOLERANCE: u8 = 2;

pub fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", "from PIL import ImageCms"]).output();
    if have.is_ok_and(|answer| answer.status.success()) {
        return Some(python);
    }
    assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with pillow");
    println!("skipped: no Python with the package pillow");
    None
}

#[test]
fn every_kind_of_profile_gives_the_colours_of_lcms() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/colour_reference.py");
    let answer = Command::new(python).arg(script).arg(folder.path()).output().expect("Python runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let mut wrong = Vec::new();
    let names = String::from_utf8(answer.stdout).expect("text");
    for name in names.lines() {
        let bytes = std::fs::read(folder.path().join(name)).expect("a picture");
        let wanted = std::fs::read(folder.path().join(format!("{name}.rgb"))).expect("its pixels");
        let picture = admit(&bytes, None).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        assert_eq!(picture.rgb.len(), wanted.len(), "{name}");
        let differences = picture.rgb.iter().zip(&wanted).map(|(a, b)| a.abs_diff(*b));
        let (most, over) = (differences.clone().max().unwrap_or(0), differences.filter(|&d| d > TOLERANCE).count());
        println!("{name}: at most {most} levels, {over} of {} values over {TOLERANCE}", wanted.len());
        if most > TOLERANCE {
            wrong.push(format!("{name}: {most} levels, {over} values"));
        }
    }
    assert!(names.lines().count() > 30 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_shared_picture_is_green() {
    let Some(file) = shared("cases/thumb-icc-ignored/photos/swapped.jpg") else { return };
    let picture = admit(&std::fs::read(file).expect("a file"), None).expect("whole");
    for pixel in picture.rgb.chunks_exact(3) {
        assert!(pixel[0] <= TOLERANCE && pixel[1] >= 255 - TOLERANCE && pixel[2] <= TOLERANCE, "{pixel:?}");
    }
}

#[test]
fn a_profile_that_is_no_profile_changes_nothing() {
    let jpeg = generated::all_kinds().swap_remove(0).1;
    let intact = admit(&jpeg, None).expect("whole").rgb;
    let hostile = [
        Vec::new(),
        b"not a profile".to_vec(),
        vec![0xff; 4000],
        [&[0; 36][..], b"acsp", &[0xff; 200]].concat(),
        [&[0, 0, 0x10, 0][..], &[0; 32], b"acsp", &[0x7f; 5000]].concat(),
    ];
    for profile in hostile {
        let segment = [b"ICC_PROFILE\0\x01\x01", &profile[..]].concat();
        let length = (segment.len() as u16 + 2).to_be_bytes();
        let bytes = [&jpeg[..2], &[0xff, 0xe2], &length, &segment, &jpeg[2..]].concat();
        assert!(admit(&bytes, None).expect("the picture is whole").rgb == intact);
    }
}
