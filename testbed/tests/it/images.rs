//! The image host: sizes, states, faults and limits.

use testbed::dimensions;
use testbed::faults::{Fault, IMAGE_MIX, Target};
use testbed::flickr::Flickr;
use testbed::record::ImageState;

use crate::http::fetch;

#[tokio::test]
async fn every_advertised_size_is_served_at_its_dimensions() {
    let flickr = Flickr::builder().generate(3).start().await.unwrap();
    for record in flickr.truth() {
        for (size, w, h) in record.sizes() {
            let answer = fetch(&format!("{}{}", flickr.image_url, record.path(size))).await;
            assert!(answer.status == 200 && answer.complete && answer.head.contains("chunked"), "{}", answer.head);
            assert_eq!(dimensions::of(&answer.body), Some(("jpg", w, h)), "{}", size.key);
            let canary = answer.body.windows(13).any(|b| b == b"CANARY Artist");
            assert_eq!(canary, size.key == "o", "only originals carry EXIF");
        }
        let wrong = format!("{}/{}/{}_0000000000_m.jpg", flickr.image_url, record.server, record.id);
        assert_eq!(fetch(&wrong).await.status, 404);
    }
}

#[tokio::test]
async fn gone_photos_answer_in_four_ways() {
    let flickr = Flickr::builder().generate(60).config(|r| r.gone = 1.0).start().await.unwrap();
    for record in flickr.truth() {
        let url = format!("{}{}", flickr.image_url, record.path(record.sizes()[0].0));
        let answer = fetch(&url).await;
        let expected = match record.image_state {
            ImageState::NotFound => 404,
            ImageState::Gone => 410,
            ImageState::RedirectToPlaceholder => 302,
            ImageState::Placeholder | ImageState::Present => 200,
        };
        assert_eq!(answer.status, expected);
    }
}

#[tokio::test]
async fn every_image_fault_of_the_mix_spoils_one_response_and_the_retry_succeeds() {
    for fault in IMAGE_MIX.iter().chain(&[Fault::BitFlip, Fault::WrongType, Fault::RedirectChain]) {
        let flickr = Flickr::builder().generate(1).script(Target::ImageCall(0), *fault).start().await.unwrap();
        let record = flickr.truth().remove(0);
        let url = format!("{}{}", flickr.image_url, record.path(record.sizes()[0].0));
        let (first, second) = (fetch(&url).await, fetch(&url).await);
        assert!(second.status == 200 && second.complete, "{}", fault.name());
        assert!(first.status != 200 || !first.complete || first.body != second.body, "{}", fault.name());
    }
}

#[tokio::test]
async fn originals_have_a_separate_limit() {
    let flickr = Flickr::builder().generate(40).originals_limit(2.0, 0.0).start().await.unwrap();
    let record = flickr.truth().into_iter().find(|r| r.downloadable).unwrap();
    let sizes = record.sizes();
    let original = format!("{}{}", flickr.image_url, record.path(sizes.last().unwrap().0));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(fetch(&original).await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(fetch(&format!("{}{}", flickr.image_url, record.path(sizes[0].0))).await.status, 200);
}

#[tokio::test]
async fn a_plain_folder_is_served_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = testbed::picture::draw(9, (200, 120), None);
    std::fs::write(folder.path().join("red_fox.jpg"), &bytes).unwrap();
    let flickr = Flickr::builder().photos(folder.path()).start().await.unwrap();
    let record = flickr.truth().remove(0);
    assert_eq!((record.title.as_str(), record.pixels), ("red fox", (200, 120)));
    let url = format!("{}{}", flickr.image_url, record.path(record.sizes()[0].0));
    assert_eq!(fetch(&url).await.body, bytes);
}

#[tokio::test]
async fn copies_of_a_photo_differ_in_bytes_only() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = testbed::picture::draw(9, (200, 120), Some(b"Exif\0\0II*\0\x08\0\0\0\0\0"));
    std::fs::write(folder.path().join("red_fox.jpg"), &bytes).unwrap();
    let flickr = Flickr::builder().photos(folder.path()).repeat(3).start().await.unwrap();
    let records = flickr.truth();
    assert_eq!(records.len(), 3);
    for (copy, record) in records.iter().enumerate() {
        let url = format!("{}{}", flickr.image_url, record.path(record.sizes()[0].0));
        let body = fetch(&url).await.body;
        assert_eq!(dimensions::of(&body), Some(("jpg", 200, 120)));
        let added = bytes.iter().zip(&body).take_while(|(a, b)| a == b).count();
        let mark = format!("copy {copy}");
        assert_eq!(body.windows(mark.len()).any(|w| w == mark.as_bytes()), copy > 0, "each says which it is");
        assert!(copy == 0 || added > 10, "the EXIF comes before the mark");
        assert!(body.ends_with(&bytes[bytes.len() - 100..]), "the picture stays");
    }
}
