//! Sent data: small pictures without metadata, and the key in one header only.

use gleaner::photo::Photo;
use gleaner::scorers::vision::VisionError;
use testbed::vision::Vision;
use testbed::vision::fault::ServiceFault;

use super::{Fixture, KEY};

const SECRETS: [&str; 3] = [KEY, "CANARY", "canary"];

fn assert_silent(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn uploads_are_small_and_hold_no_metadata() {
    for (long_edge_px, most) in [(640, 640), (1024, 1024)] {
        let mut fixture = Fixture::new(Vision::builder(), 0).await;
        fixture.settings.long_edge_px = long_edge_px;
        for (nth, pixels) in [(2000, 900), (900, 2000), (1500, 1500), (300, 200)].into_iter().enumerate() {
            let exif = [b"Exif\0\0II\x2a\0\x08\0\0\0\0\0".to_vec(), b"CANARY Artist".to_vec()].concat();
            fixture.add(&nth.to_string(), &testbed::picture::draw(nth as u64, pixels, Some(&exif)));
        }
        assert_eq!(fixture.run().await.images, 4);
        let stats = fixture.vision.stats();
        let mut edges: Vec<u32> = stats.uploads.iter().map(|(_, (width, height), _)| *width.max(height)).collect();
        edges.sort_unstable();
        assert_eq!(edges, [300, most, most, most]);
        assert_eq!(stats.uploads.iter().map(|(.., metadata)| metadata).sum::<usize>(), 0);
    }
}

#[tokio::test]
async fn rotated_images_are_sent_upright_and_damaged_ones_are_not_sent() {
    let fixture = Fixture::new(Vision::builder(), 2).await;
    let mut photos: Vec<Photo> = fixture.photos();
    photos[0].file.as_mut().unwrap().orientation = 6;
    let vault = gleaner::seal::Vault::new(gleaner::seal::Key::generate());
    fixture.store.save(&[vault.seal(photos[0].clone()).unwrap()]).unwrap();
    fixture.add("cut", &super::picture(9, (96, 72))[..700]);
    let gone = super::picture(10, (96, 72));
    fixture.add("gone", &gone);
    let sha256 = gleaner::photo::FileHash::of(&gone);
    fixture.dataset.files().remove(gleaner::files::BlobName::Image { sha256: &sha256, extension: "jpg" }).unwrap();
    let done = fixture.run().await;
    assert_eq!((done.images, done.unreadable, done.left, done.calls), (2, 2, 0, 1));
    let sizes: Vec<_> = fixture.vision.stats().uploads.iter().map(|(_, pixels, _)| *pixels).collect();
    assert_eq!(sizes, [(72, 96), (96, 72)]);
}

#[tokio::test]
async fn calls_are_split_where_their_json_would_be_too_large() {
    let mut fixture = Fixture::new(Vision::builder(), 40).await;
    fixture.settings.max_call_bytes = 20_000;
    let done = fixture.run().await;
    let stats = fixture.vision.stats();
    assert_eq!((done.images, stats.bill(), stats.charged_twice()), (40, 40, 0));
    assert!(stats.sizes.len() > 3 && stats.bytes.iter().all(|bytes| *bytes <= 20_000), "{:?}", stats.bytes);
    fixture.assert_labels_are_right();
}

#[tokio::test]
async fn the_key_is_in_no_address_error_or_message() {
    for fault in [ServiceFault::BadKey, ServiceFault::Denied] {
        let fixture = Fixture::new(Vision::builder().script(2, fault), 64).await;
        let annotator = fixture.annotator(&gleaner::pipeline::Stop::default());
        assert_silent(&format!("{:?}", annotator.service));
        let err = fixture.run_some(64).await.unwrap_err();
        assert!(matches!(err, VisionError::Credentials(_)), "{err:?}");
        assert_silent(&format!("{err} {err:?}"));
        assert_silent(&format!("{:#}", anyhow::Error::from(err)));
        let stats = fixture.vision.stats();
        assert_eq!((stats.calls, stats.queries), (3, 0), "no further call is sent");
        assert_eq!(fixture.labels().len(), 32, "earlier results are kept");
    }
    let fixture = Fixture::new(Vision::builder().key("another"), 1).await;
    let err = fixture.run_some(1).await.unwrap_err();
    assert_silent(&format!("{err} {err:?}"));
    assert!(matches!(err, VisionError::Credentials(_)) && fixture.labels().is_empty());
}

#[tokio::test]
async fn a_wrong_address_is_reported_and_nothing_is_sent_elsewhere() {
    let mut fixture = Fixture::new(Vision::builder(), 1).await;
    fixture.settings.api_url = fixture.vision.api_url.replace("images:annotate", "nothing").parse().unwrap();
    let err = fixture.run_some(1).await.unwrap_err();
    assert!(matches!(&err, VisionError::Query(why) if why.contains("404")), "{err}");
    fixture.settings.api_url = "http://192.168.0.1/v1/images:annotate".parse().unwrap();
    let err = fixture.run_some(1).await.unwrap_err();
    assert!(matches!(&err, VisionError::Query(why) if why.contains("refused to send a request")), "{err}");
}
