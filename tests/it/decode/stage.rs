//! The stage `thumbnail` in a dataset's folder.

use std::sync::{Arc, LazyLock};

use gleaner::dataset::Dataset;
use gleaner::files::BlobName;
use gleaner::photo::{FaultKind, FileHash, ImageFile, Photo, Received, State};
use gleaner::picture::complete::Limits;
use gleaner::stages::Stage;
use gleaner::stages::thumbnail::Thumbnail;

use super::{admit, generated};

const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static HASH: LazyLock<FileHash> = LazyLock::new(|| SHA256.parse().unwrap());

fn image_name() -> BlobName<'static> {
    BlobName::Image { sha256: &HASH, extension: "jpg" }
}

fn thumbnail_name() -> BlobName<'static> {
    BlobName::Thumbnail { sha256: &HASH }
}

fn downloaded(dataset: &Dataset, bytes: &[u8]) -> Photo {
    dataset.files().write(image_name(), bytes).expect("a disk");
    let file = ImageFile { sha256: HASH.clone(), format: "jpeg".into(), orientation: 1, ..ImageFile::default() };
    Photo { file: Some(file), ..Photo::default() }
}

#[tokio::test]
async fn an_image_on_disk_gets_a_thumbnail_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = Dataset::at(folder.path());
    let mut photo = downloaded(&dataset, &generated::all_kinds()[0].1);
    let stage = Thumbnail { dataset: dataset.clone(), limits: Limits::DEFAULT };
    assert!(stage.wants(&photo));
    stage.apply(&mut photo).await.expect("no disk fails");
    let thumbnail = photo.thumbnail.clone().expect("a thumbnail");
    let written = dataset.files().read(thumbnail_name()).expect("a disk").expect("the thumbnail's file");
    let picture = admit(&written, None).expect("it is whole");
    assert_eq!((picture.width, picture.height), (thumbnail.width, thumbnail.height));
    assert!(!stage.wants(&photo) && photo.fault.is_none());
}

#[tokio::test]
async fn a_damaged_image_is_rejected_and_leaves_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = Dataset::at(folder.path());
    let cut = &generated::all_kinds()[0].1[..900];
    let mut photo = downloaded(&dataset, cut);
    photo.received = Some(Received { bytes: Arc::from(cut), at: jiff::Timestamp::UNIX_EPOCH, reservation: None });
    let stage = Thumbnail { dataset: dataset.clone(), limits: Limits::DEFAULT };
    stage.apply(&mut photo).await.expect("no disk fails");
    let fault = photo.fault.clone().expect("a fault");
    assert_eq!(fault.kind, FaultKind::Rejected);
    assert!(fault.message.contains("cut off"), "{}", fault.message);
    assert!(photo.file.is_none() && photo.thumbnail.is_none() && photo.received.is_some());
    assert!([image_name(), thumbnail_name()].iter().all(|name| !dataset.files().exists(*name).expect("a disk")));
}

#[tokio::test]
async fn an_image_that_takes_too_much_memory_is_kept_and_marked_until_the_limit_is_raised() {
    for (name, bytes) in generated::all_kinds() {
        let folder = tempfile::tempdir().expect("a folder");
        let dataset = Dataset::at(folder.path());
        let mut photo = downloaded(&dataset, &bytes);
        let format = gleaner::picture::format::sniff(&bytes).expect(name);
        photo.file.as_mut().expect("it has one").format = format.into();
        photo.received = Some(Received { bytes: bytes.into(), at: jiff::Timestamp::UNIX_EPOCH, reservation: None });
        let low = Thumbnail { dataset: dataset.clone(), limits: Limits { decode_bytes: 100, ..Limits::DEFAULT } };
        low.apply(&mut photo).await.expect("no disk fails");
        let why = photo.file.as_ref().and_then(|file| file.not_decoded.clone()).expect(name);
        assert!(why.contains("above the limit of 0 MiB ([pictures] max_decode_mib)"), "{name}: {why}");
        assert_eq!(photo.state(), State::Stored, "{name}");
        assert!(photo.thumbnail.is_none() && low.wants(&photo), "{name}");
        Thumbnail { dataset, limits: Limits::DEFAULT }.apply(&mut photo).await.expect("no disk fails");
        assert!(photo.thumbnail.is_some() && photo.file.expect("it is kept").not_decoded.is_none(), "{name}");
    }
}

#[tokio::test]
async fn an_image_in_a_format_of_a_newer_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = Dataset::at(folder.path());
    let file = ImageFile { sha256: HASH.clone(), format: "avif".into(), ..ImageFile::default() };
    let mut photo = Photo { file: Some(file), ..Photo::default() };
    let name = BlobName::image(photo.file.as_ref().expect("it has one"));
    assert_eq!(name.key().rsplit_once('.').map(|(_, extension)| extension), Some("avif"));
    dataset.files().write(name, b"as written").expect("a disk");
    let (stage, before) = (Thumbnail { dataset: dataset.clone(), limits: Limits::DEFAULT }, photo.clone());
    assert!(!stage.wants(&photo));
    stage.apply(&mut photo).await.expect("no disk fails");
    assert_eq!(photo, before);
    let name = BlobName::image(photo.file.as_ref().expect("it has one"));
    assert_eq!(dataset.files().read(name).expect("a disk").as_deref(), Some(b"as written".as_slice()));
}

#[tokio::test]
async fn a_missing_image_is_requested_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = Dataset::at(folder.path());
    let mut photo = downloaded(&dataset, b"");
    dataset.files().remove(image_name()).expect("it was there");
    Thumbnail { dataset, limits: Limits::DEFAULT }.apply(&mut photo).await.expect("no disk fails");
    assert_eq!(photo.fault.expect("a fault").kind, FaultKind::Temporary);
    assert!(photo.file.is_none());
}

#[tokio::test]
async fn a_thumbnail_that_cannot_be_written_ends_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = Dataset::at(folder.path());
    let mut photo = downloaded(&dataset, &generated::all_kinds()[0].1);
    // A file in place of the folder simulates a disk that cannot be written.
    std::fs::write(folder.path().join("thumbs"), b"").expect("a disk");
    let error =
        Thumbnail { dataset, limits: Limits::DEFAULT }.apply(&mut photo).await.expect_err("it cannot be written");
    assert!(error.to_string().contains("thumbnail"), "{error:#}");
    assert!(photo.fault.is_none() && photo.file.is_some());
}
