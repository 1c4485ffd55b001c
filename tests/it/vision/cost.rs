//! Requests, retries and costs: nothing is lost, nothing is charged twice.

use std::sync::atomic::{AtomicU64, Ordering};

use gleaner::pipeline::Stop;
use gleaner::scorers::vision::VisionError;
use testbed::faults::Fault;
use testbed::vision::Vision;
use testbed::vision::fault::ServiceFault;

use super::{Fixture, KEY, picture, run_in_memory};

#[tokio::test]
async fn every_photo_gets_all_labels_of_its_image_which_is_charged_once() {
    let mut fixture = Fixture::new(Vision::builder().key(KEY).latency_ms(30), 70).await;
    fixture.settings.calls_at_once = 3;
    let done = fixture.run().await;
    assert_eq!((done.images, done.photos, done.calls, done.left, done.cut_short.clone()), (70, 70, 5, 0, None));
    fixture.assert_labels_are_right();
    let labels = fixture.labels();
    let empty = labels.values().filter(|labels| labels.labels.is_empty()).count() as u64;
    assert!(labels.len() == 70 && empty == done.empty && empty > 0 && empty < 20, "{empty}");
    let stats = fixture.vision.stats();
    assert_eq!((stats.bill(), stats.charged_twice(), stats.calls), (70, 0, 5));
    assert_eq!(stats.sizes.iter().max(), Some(&16));
    assert!((2..=3).contains(&stats.at_once), "{}", stats.at_once);
    // A second run sends nothing.
    assert_eq!((fixture.run().await.calls, fixture.vision.stats().calls), (0, 5));
}

#[tokio::test]
async fn the_same_image_is_sent_once_also_in_later_runs() {
    let fixture = Fixture::new(Vision::builder(), 3).await;
    fixture.add("twin", &picture(1, (96, 72)));
    assert_eq!((fixture.todo().images(), fixture.todo().estimate(&fixture.settings).images), (3, 3));
    let done = fixture.run().await;
    assert_eq!((done.images, done.photos), (3, 4));
    fixture.add("late twin", &picture(1, (96, 72)));
    // By its id it comes before the photo that has the labels.
    fixture.add("0", &picture(2, (96, 72)));
    let done = fixture.run().await;
    assert_eq!((done.images, done.photos, done.calls), (0, 2, 0));
    assert_eq!((fixture.labels().len(), fixture.vision.stats().bill()), (6, 3));
    fixture.assert_labels_are_right();
    assert_eq!(fixture.todo().estimate(&fixture.settings).free, 997);
}

#[tokio::test]
async fn at_most_the_confirmed_number_of_images_is_charged() {
    let fixture = Fixture::new(Vision::builder().script(1, ServiceFault::Unavailable), 50).await;
    let done = fixture.run_some(20).await.unwrap();
    assert_eq!((done.images, done.left, fixture.vision.stats().bill()), (20, 30, 20));
    assert_eq!(fixture.run_some(0).await.unwrap().calls, 0);
}

#[tokio::test]
async fn refused_calls_are_retried_and_cost_nothing() {
    let vision = Vision::builder()
        .script(0, ServiceFault::TooFast(None))
        .script(1, ServiceFault::TooFast(Some(1)))
        .script(2, ServiceFault::Unavailable)
        .script(4, ServiceFault::TooFast(None));
    let fixture = Fixture::new(vision, 40).await;
    let started = std::time::Instant::now();
    let done = fixture.run().await;
    assert!(started.elapsed().as_millis() >= 1_000, "Retry-After is honoured");
    assert_eq!((done.images, done.in_doubt, done.left), (40, 0, 0));
    let stats = fixture.vision.stats();
    assert_eq!((stats.calls, stats.bill(), stats.charged_twice()), (7, 40, 0));
}

#[tokio::test]
async fn retries_are_limited_and_the_next_run_resumes() {
    let vision = (1..20).fold(Vision::builder(), |vision, call| vision.script(call, ServiceFault::TooFast(None)));
    let fixture = Fixture::new(vision, 40).await;
    let done = fixture.run().await;
    assert_eq!((done.images, done.left, done.in_doubt), (16, 24, 0));
    assert!(done.cut_short.unwrap().contains("per minute"));
    assert_eq!(fixture.vision.stats().calls, 7, "the configured number of attempts, then no other call");
}

#[tokio::test]
async fn a_daily_quota_ends_the_run_and_the_next_day_resumes() {
    let fixture = Fixture::new(Vision::builder().per_day(32), 80).await;
    for (day, (images, left)) in [(32, 48), (32, 16), (16, 0)].into_iter().enumerate() {
        let calls = fixture.vision.stats().calls;
        let done = fixture.run().await;
        assert_eq!((done.images, done.left, done.in_doubt), (images, left, 0), "day {day}");
        assert_eq!(done.cut_short.as_deref().map(|why| why.contains("per day")), (left > 0).then_some(true));
        assert_eq!(
            fixture.vision.stats().calls - calls,
            images.div_ceil(16) + u64::from(left > 0),
            "one try is enough"
        );
        assert_eq!(fixture.vision.stats().bill(), fixture.labels().len() as u64);
        fixture.vision.next_day();
    }
    fixture.assert_labels_are_right();
    assert_eq!((fixture.labels().len(), fixture.vision.stats().charged_twice()), (80, 0));
}

/// Faults after which it is unknown whether the images were charged. Here they were.
const DOUBTFUL: [ServiceFault; 12] = [
    ServiceFault::Internal,
    ServiceFault::CutJson,
    ServiceFault::OneShort,
    ServiceFault::OneMore,
    ServiceFault::Wire(Fault::Reset),
    ServiceFault::Wire(Fault::CutBody),
    ServiceFault::Wire(Fault::ShortBody),
    ServiceFault::Wire(Fault::ChunkedAbort),
    ServiceFault::Wire(Fault::HtmlOk),
    ServiceFault::Wire(Fault::Empty),
    ServiceFault::Wire(Fault::WrongGzip),
    ServiceFault::Wire(Fault::GatewayTimeout),
];

#[tokio::test]
async fn possibly_charged_images_are_not_sent_again_in_the_same_run() {
    for fault in DOUBTFUL {
        let fixture = Fixture::new(Vision::builder().script(1, fault), 40).await;
        let done = fixture.run().await;
        let stats = fixture.vision.stats();
        assert_eq!((stats.calls, stats.bill(), stats.charged_twice()), (3, 40, 0), "{fault:?}");
        assert_eq!(done.images + done.in_doubt, 40, "{fault:?}");
        assert_eq!(done.left, done.in_doubt, "{fault:?}");
        let saved = matches!(fault, ServiceFault::CutJson | ServiceFault::Wire(Fault::CutBody));
        let lost = if saved { 1..16 } else { 16..17 };
        assert!(lost.contains(&done.in_doubt), "{fault:?}: {}", done.in_doubt);
        assert_eq!(fixture.labels().len() as u64, done.images, "doubtful images stay unknown: {fault:?}");
        fixture.assert_labels_are_right();
        // The next run sends these again, and only these.
        let next = fixture.run().await;
        assert_eq!((next.images, next.left, fixture.labels().len()), (done.in_doubt, 0, 40), "{fault:?}");
        assert_eq!(fixture.vision.stats().charged_twice() as u64, done.in_doubt, "{fault:?}");
        fixture.assert_labels_are_right();
    }
}

#[tokio::test]
async fn after_any_fault_nothing_is_lost_and_only_doubtful_images_are_charged_again() {
    let mut kinds = DOUBTFUL.to_vec();
    kinds.extend([
        ServiceFault::TooFast(None),
        ServiceFault::Unavailable,
        ServiceFault::DayIsOver,
        ServiceFault::Wire(Fault::Slow),
    ]);
    let mut all = (0, 0);
    for seed in 1..=4 {
        let vision = Vision::builder().seed(seed).faults(0.4, &kinds).image_errors(0.3, &[3, 4, 5, 8, 13, 14]);
        let mut fixture = Fixture::new(vision, 60).await;
        fixture.settings.calls_at_once = 3;
        let (mut doubts, mut refused) = (0, 0);
        for run in 0.. {
            assert!(run < 40, "seed {seed}: it does not end");
            let done = fixture.run().await;
            doubts += done.in_doubt;
            refused += done.refused;
            fixture.assert_labels_are_right();
            if done.left == 0 {
                break;
            }
        }
        let (labels, stats) = (fixture.labels(), fixture.vision.stats());
        assert_eq!(labels.len(), 60, "seed {seed}");
        assert_eq!(labels.values().filter(|labels| labels.refused.is_some()).count() as u64, refused);
        all = (all.0 + refused, all.1 + doubts);
        assert!(stats.bill() + refused <= 60 + doubts, "seed {seed}: {} charged, {doubts} in doubt", stats.bill());
    }
    assert!(all.0 > 0 && all.1 > 0, "both outcomes must occur: {all:?}");
}

#[tokio::test]
async fn the_next_request_waits_until_results_are_saved() {
    let fixture = Fixture::new(Vision::builder(), 64).await;
    let saves = AtomicU64::new(0);
    let each = |photos| {
        let nth = saves.fetch_add(1, Ordering::SeqCst) + 1;
        assert_eq!((fixture.vision.stats().calls, photos), (nth, 16));
        Ok(())
    };
    let (done, kept) = run_in_memory(&fixture.annotator(&Stop::default()), fixture.todo(), each).await;
    assert_eq!((done.unwrap().images, kept), (64, 64));
}

#[tokio::test]
async fn labels_that_cannot_be_saved_end_the_run() {
    let fixture = Fixture::new(Vision::builder(), 64).await;
    let saves = AtomicU64::new(0);
    let each = |_| match saves.fetch_add(1, Ordering::SeqCst) {
        0 => Ok(()),
        _ => Err(anyhow::anyhow!("the disk is full")),
    };
    let (done, kept) = run_in_memory(&fixture.annotator(&Stop::default()), fixture.todo(), each).await;
    let err = done.unwrap_err();
    assert!(matches!(&err, VisionError::Other(err) if format!("{err:#}").contains("the disk is full")), "{err}");
    assert_eq!((kept, fixture.vision.stats().calls), (16, 2));
}
