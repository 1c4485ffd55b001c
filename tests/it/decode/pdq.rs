//! PDQ: compared with the reference of its authors (PyPI `pdqhash`), on photos, their copies and other photos.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use gleaner::photo::ImageFormat;
use gleaner::picture::decode::{Decoded, decode};
use gleaner::picture::pdq::{Pdq, bits_of, distance};
use gleaner::picture::thumbnail::{make, small_jpeg};

/// Some photos of the demo, decoded.
fn photos() -> Vec<(String, Decoded)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let decoded = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, decode(&fs::read(path).unwrap(), ImageFormat::Webp, None).unwrap())
    };
    files.iter().step_by(3).map(decoded).collect()
}

/// Hash and quality of the reference, by name; `None` if it is not there.
fn reference(folder: &Path) -> Option<HashMap<String, ([u64; 4], u8)>> {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", "import numpy, pdqhash"]).output();
    if !have.is_ok_and(|answer| answer.status.success()) {
        assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with pdqhash");
        println!("skipped: no Python with the package pdqhash");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pdq_reference.py");
    let answer = Command::new(python).arg(script).arg(folder).output().expect("Python runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let text = String::from_utf8(answer.stdout).expect("text");
    let line = |line: &str| {
        let [name, hex, quality] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (name.to_owned(), (bits_of(hex).expect("64 digits"), quality.parse().expect("a number")))
    };
    Some(text.lines().map(line).collect())
}

#[test]
fn the_hash_is_that_of_its_authors_and_survives_scaling_and_compression() {
    let (photos, folder) = (photos(), tempfile::tempdir().expect("a folder"));
    let name = |name: &str, picture: &Decoded| format!("{}x{}.{name}.rgb", picture.width, picture.height);
    for (of, picture) in &photos {
        fs::write(folder.path().join(name(of, picture)), &picture.rgb).expect("a file");
    }
    let thumbs: Vec<Pdq> = photos.iter().map(|(_, picture)| make(picture, 1).expect("a thumbnail").pdq).collect();
    if let Some(reference) = reference(folder.path()) {
        for ((of, picture), thumb) in photos.iter().zip(&thumbs) {
            let (whole, (bits, quality)) = (Pdq::of(picture), reference[of]);
            let apart = [whole, *thumb].map(|own| distance(&own.bits, &bits));
            println!("{of}: {apart:?} bits from the reference, quality {} and {quality}", whole.quality);
            // Sums of millions of pixels are rounded in another order.
            assert!(apart[0] <= 4 && whole.quality.abs_diff(quality) <= 1, "{of}: {apart:?}");
            // The thumbnail's pixels are fewer.
            assert!(apart[1] <= 30, "{of}: {apart:?}");
        }
    }
    for ((of, picture), thumb) in photos.iter().zip(&thumbs) {
        let copies = [1024, 640, 400].map(|edge| {
            let copy = decode(&small_jpeg(picture, 1, edge).expect("a copy"), ImageFormat::Jpeg, None).expect("whole");
            distance(&make(&copy, 1).expect("a thumbnail").pdq.bits, &thumb.bits)
        });
        println!("{of}: copies are {copies:?} bits apart");
        assert!(copies.iter().all(|apart| *apart <= 14), "{of}: {copies:?}");
        assert!(thumb.quality >= 50, "{of}");
    }
    let pairs = thumbs.iter().enumerate().flat_map(|(at, one)| thumbs[at + 1..].iter().map(move |other| (one, other)));
    let least = pairs.map(|(one, other)| distance(&one.bits, &other.bits)).min().expect("several photos");
    assert!(least > 60, "different photos are {least} bits apart");
}
