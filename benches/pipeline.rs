//! The cost of each pipeline step on generated photos, one line for each step: `cargo bench --bench pipeline`.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;
use std::time::Instant;

use gleaner::dataset::Dataset;
use gleaner::disk::write_durably;
use gleaner::hash::sha256_hex;
use gleaner::photo::ImageFormat;
use gleaner::photo::{PersonalField, Photo, PhotoId};
use gleaner::picture::{complete, decode, metadata, strip, thumbnail};
use gleaner::places::Atlas;
use gleaner::seal::{Key, Vault};
use gleaner::store::{self, Access};
use serde_json::json;
use testbed::flickr::Flickr;

/// Photos for each step.
const PHOTOS: u64 = 200;

fn main() {
    let images = images();
    let size = images.iter().map(Vec::len).sum::<usize>() / images.len();
    println!("{PHOTOS} generated photos of 1024 px, {size} bytes on average");
    each("complete: check for truncation", &images, |bytes| {
        complete::check(bytes, ImageFormat::Jpeg).unwrap().pixels()
    });
    each("strip: remove metadata", &images, |bytes| strip::strip(bytes).unwrap().bytes.len() as u64);
    each("sha256", &images, |bytes| sha256_hex(bytes).len() as u64);
    each("exif: read metadata", &images, |bytes| u64::from(metadata::read(bytes).orientation()));
    each("thumbnail: strict decode, scale, encode", &images, |bytes| {
        let picture = decode::decode(bytes, ImageFormat::Jpeg, Some(thumbnail::DECODE_LONG_EDGE_PX)).unwrap();
        thumbnail::make(&picture, 1).unwrap().jpeg.len() as u64
    });
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let numbered: Vec<_> = images.iter().enumerate().collect();
    each("write_durably", &numbered, |(n, bytes)| {
        write_durably(&folder.path().join(format!("{}/{n}", n % 16)), bytes).unwrap();
        bytes.len() as u64
    });
    let atlas = Atlas::load();
    let spots: Vec<(f64, f64)> =
        (0..PHOTOS).map(|n| ((n * 37 % 140) as f64 - 60.0, (n * 53 % 360) as f64 - 180.0)).collect();
    atlas.place(0.0, 0.0, None);
    each("geocode", &spots, |(lat, lon)| atlas.place(*lat, *lon, None).data_version.len() as u64);
    sealing(&folder.path().join("dataset"));
}

/// Sealing and saving, with and without EXIF.
fn sealing(folder: &std::path::Path) {
    let dataset = Dataset::at(folder);
    let store = store::open(&dataset, Access::Write).unwrap();
    let vault = Vault::new(Key::generate());
    for (name, exif) in [("found", false), ("downloaded", true)] {
        let photos: Vec<Photo> = (0..PHOTOS).map(|n| photo(n, exif)).collect();
        let mut sealed = Vec::new();
        each(&format!("seal a {name} photo"), &photos, |photo| {
            sealed.push(vault.seal(photo.clone()).unwrap());
            1
        });
        let batches: Vec<_> = sealed.chunks(100).collect();
        let started = Instant::now();
        batches.iter().for_each(|batch| store.save(batch).unwrap());
        said(&format!("save {name} photos, 100 a transaction"), started, PHOTOS as usize);
    }
}

fn photo(n: u64, exif: bool) -> Photo {
    let mut photo = Photo {
        id: PhotoId::new("flickr", &n.to_string()),
        title: format!("A monkey, number {n}"),
        ..Photo::default()
    };
    for field in [PersonalField::OwnerName, PersonalField::PathAlias, PersonalField::Owner] {
        photo.personal.find(field, json!(format!("Somebody {n}")));
    }
    photo.personal.find(PersonalField::RawRecord, json!({"description": "x".repeat(1500), "views": n}));
    if exif {
        photo.personal.find(PersonalField::Exif, json!({"SerialNumber": n, "Lens": "y".repeat(4000)}));
    }
    photo
}

fn images() -> Vec<Vec<u8>> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = Flickr::builder().generate(PHOTOS).config(|config| (config.edge_px, config.videos) = (1024, 0.0));
    let running = runtime.block_on(world.start()).unwrap();
    running.truth().iter().filter_map(|record| Some(testbed::images::bytes(record, record.sizes().last()?.0))).collect()
}

fn each<T>(name: &str, inputs: &[T], mut work: impl FnMut(&T) -> u64) {
    let started = Instant::now();
    black_box(inputs.iter().map(&mut work).sum::<u64>());
    said(name, started, inputs.len());
}

fn said(name: &str, started: Instant, times: usize) {
    let micros = started.elapsed().as_secs_f64() * 1e6 / times as f64;
    println!("{name:<42} {micros:>10.1} µs each {:>10.0} a second", 1e6 / micros);
}
