//! The files of a generated dataset: some hundred pictures that all its photos share.

use std::thread;

use anyhow::{Context, Result};
use gleaner::dataset::Dataset;
use gleaner::files::BlobName;
use gleaner::photo::{FileHash, ImageFile, Thumbnail};
use gleaner::picture::decode::Decoded;
use gleaner::picture::thumbnail;
use jiff::Timestamp;
use jpeg_encoder::{ColorType, Encoder};

use super::painting;
use super::scene::Scene;
use crate::random::SubjectRandom;

/// The longer edge of an image, px.
const EDGE_PX: u32 = 512;

/// The download time of all files: 2026-11-01, unix seconds.
const DOWNLOADED: i64 = 1_793_491_200;

/// A picture on disk.
pub struct Picture {
    /// Its motif.
    pub scene: Scene,
    /// Its image.
    pub file: ImageFile,
    /// Its thumbnail.
    pub thumbnail: Thumbnail,
}

/// Paints `count` pictures and writes images and thumbnails into the dataset's folder.
pub fn write(dataset: &Dataset, seed: u64, count: usize) -> Result<Vec<Picture>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let numbers: Vec<usize> = (0..count.max(1)).collect();
    thread::scope(|scope| {
        let work = |part: &[usize]| part.iter().map(|n| one(dataset, seed, *n)).collect::<Result<Vec<_>>>();
        let parts = numbers.chunks(count.div_ceil(threads).max(1));
        let painters: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let painted = painters.into_iter().map(|painter| painter.join().expect("painting does not panic"));
        Ok(painted.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    })
}

fn one(dataset: &Dataset, seed: u64, number: usize) -> Result<Picture> {
    let random = SubjectRandom { seed: seed ^ 0x9119, subject: number as u64 };
    let scene = Scene::of(random);
    let (width, height) = scene.pixels(EDGE_PX);
    let picture = Decoded { width, height, rgb: painting::paint(&scene, random, (width, height)) };
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 82).encode(&picture.rgb, width as u16, height as u16, ColorType::Rgb)?;
    let sha256 = FileHash::of(&jpeg);
    let thumb = thumbnail::make(&picture, 1)?;
    keep(dataset, BlobName::Image { sha256: &sha256, extension: "jpg" }, &jpeg)?;
    keep(dataset, BlobName::Thumbnail { sha256: &sha256 }, &thumb.jpeg)?;
    let bytes = jpeg.len() as u64;
    let file = ImageFile {
        stored_sha256: sha256.to_string(),
        sha256,
        format: "jpeg".into(),
        width,
        height,
        orientation: 1,
        bytes,
        stored_bytes: bytes,
        downloaded_at: Timestamp::from_second(DOWNLOADED)?,
        end_marker_added: false,
        animation_removed: false,
        not_decoded: None,
    };
    let (pdq, pdq_quality) = (Some(thumb.pdq.hex()), Some(thumb.pdq.quality));
    let thumbnail = Thumbnail {
        width: thumb.width,
        height: thumb.height,
        thumbhash: thumb.thumbhash,
        sha256: Some(FileHash::of(&thumb.jpeg)),
        pdq,
        pdq_quality,
    };
    Ok(Picture { scene, file, thumbnail })
}

/// Writes without syncing, because the file can be generated again.
fn keep(dataset: &Dataset, name: BlobName<'_>, bytes: &[u8]) -> Result<()> {
    let path = dataset.root().join(name.key());
    let folder = path.parent().context("the path of a file has a parent")?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, bytes))
        .with_context(|| format!("could not write {}", path.display()))
}
