//! Requests, retries and costs: nothing is lost, nothing is charged twice.

use std::sync::atomic::{AtomicU64, Ordering};

use gleaner::pipeline::Stop;
use gleaner::scorers::vision::VisionError;
use testbed::faults::Fault;
use testbed::vision::Vision;
use testbed::vision::trouble::Trouble;

use super::{KEY, Stand, picture, run_in_memory};

#[tokio::test]
async fn every_photo_gets_all_labels_of_its_image_which_is_charged_once() {
    let mut stand = Stand::new(Vision::builder().key(KEY).latency_ms(30), 70).await;
    stand.settings.calls_at_once = 3;
    let done = stand.run().await;
    assert_eq!((done.images, done.photos, done.calls, done.left, done.cut_short.clone()), (70, 70, 5, 0, None));
    stand.assert_labels_are_right();
    let labels = stand.labels();
    let empty = labels.values().filter(|labels| labels.labels.is_empty()).count() as u64;
    assert!(labels.len() == 70 && empty == done.empty && empty > 0 && empty < 20, "{empty}");
    let ledger = stand.vision.ledger();
    assert_eq!((ledger.bill(), ledger.charged_twice(), ledger.calls), (70, 0, 5));
    assert_eq!(ledger.sizes.iter().max(), Some(&16));
    assert!((2..=3).contains(&ledger.at_once), "{}", ledger.at_once);
    // Once more: nothing is left to ask.
    assert_eq!((stand.run().await.calls, stand.vision.ledger().calls), (0, 5));
}

#[tokio::test]
async fn the_same_image_is_asked_about_once_also_in_later_runs() {
    let stand = Stand::new(Vision::builder(), 3).await;
    stand.add("twin", &picture(1, (96, 72)));
    assert_eq!((stand.todo().images(), stand.todo().estimate(&stand.settings).images), (3, 3));
    let done = stand.run().await;
    assert_eq!((done.images, done.photos), (3, 4));
    stand.add("late twin", &picture(1, (96, 72)));
    // By its id it comes before the photo that has the labels.
    stand.add("0", &picture(2, (96, 72)));
    let done = stand.run().await;
    assert_eq!((done.images, done.photos, done.calls), (0, 2, 0));
    assert_eq!((stand.labels().len(), stand.vision.ledger().bill()), (6, 3));
    stand.assert_labels_are_right();
    assert_eq!(stand.todo().estimate(&stand.settings).free, 997);
}

#[tokio::test]
async fn no_more_images_than_confirmed_are_charged() {
    let stand = Stand::new(Vision::builder().script(1, Trouble::Unavailable), 50).await;
    let done = stand.run_some(20).await.unwrap();
    assert_eq!((done.images, done.left, stand.vision.ledger().bill()), (20, 30, 20));
    assert_eq!(stand.run_some(0).await.unwrap().calls, 0);
}

#[tokio::test]
async fn answers_that_say_it_was_not_done_are_waited_out_and_cost_nothing() {
    let vision = Vision::builder()
        .script(0, Trouble::TooFast(None))
        .script(1, Trouble::TooFast(Some(1)))
        .script(2, Trouble::Unavailable)
        .script(4, Trouble::TooFast(None));
    let stand = Stand::new(vision, 40).await;
    let started = std::time::Instant::now();
    let done = stand.run().await;
    assert!(started.elapsed().as_millis() >= 1_000, "Retry-After is honoured");
    assert_eq!((done.images, done.in_doubt, done.left), (40, 0, 0));
    let ledger = stand.vision.ledger();
    assert_eq!((ledger.calls, ledger.bill(), ledger.charged_twice()), (7, 40, 0));
}

#[tokio::test]
async fn patience_ends_and_the_next_run_goes_on() {
    let vision = (1..20).fold(Vision::builder(), |vision, call| vision.script(call, Trouble::TooFast(None)));
    let stand = Stand::new(vision, 40).await;
    let done = stand.run().await;
    assert_eq!((done.images, done.left, done.in_doubt), (16, 24, 0));
    assert!(done.cut_short.unwrap().contains("per minute"));
    assert_eq!(stand.vision.ledger().calls, 7, "as many attempts as are set, then no other call is tried");
}

#[tokio::test]
async fn a_quota_of_a_day_ends_the_run_and_the_next_days_go_on() {
    let stand = Stand::new(Vision::builder().per_day(32), 80).await;
    for (day, (images, left)) in [(32, 48), (32, 16), (16, 0)].into_iter().enumerate() {
        let calls = stand.vision.ledger().calls;
        let done = stand.run().await;
        assert_eq!((done.images, done.left, done.in_doubt), (images, left, 0), "day {day}");
        assert_eq!(done.cut_short.as_deref().map(|why| why.contains("per day")), (left > 0).then_some(true));
        assert_eq!(stand.vision.ledger().calls - calls, images.div_ceil(16) + u64::from(left > 0), "one try is enough");
        assert_eq!(stand.vision.ledger().bill(), stand.labels().len() as u64);
        stand.vision.next_day();
    }
    stand.assert_labels_are_right();
    assert_eq!((stand.labels().len(), stand.vision.ledger().charged_twice()), (80, 0));
}

/// Faults after which it is unknown whether the images were charged. Here they were.
const DOUBTFUL: [Trouble; 12] = [
    Trouble::Internal,
    Trouble::CutJson,
    Trouble::OneShort,
    Trouble::OneMore,
    Trouble::Wire(Fault::Reset),
    Trouble::Wire(Fault::CutBody),
    Trouble::Wire(Fault::ShortBody),
    Trouble::Wire(Fault::ChunkedAbort),
    Trouble::Wire(Fault::HtmlOk),
    Trouble::Wire(Fault::Empty),
    Trouble::Wire(Fault::WrongGzip),
    Trouble::Wire(Fault::GatewayTimeout),
];

#[tokio::test]
async fn what_may_have_been_charged_is_not_asked_again_in_the_same_run() {
    for trouble in DOUBTFUL {
        let stand = Stand::new(Vision::builder().script(1, trouble), 40).await;
        let done = stand.run().await;
        let ledger = stand.vision.ledger();
        assert_eq!((ledger.calls, ledger.bill(), ledger.charged_twice()), (3, 40, 0), "{trouble:?}");
        assert_eq!(done.images + done.in_doubt, 40, "{trouble:?}");
        assert_eq!(done.left, done.in_doubt, "{trouble:?}");
        let saved = matches!(trouble, Trouble::CutJson | Trouble::Wire(Fault::CutBody));
        let lost = if saved { 1..16 } else { 16..17 };
        assert!(lost.contains(&done.in_doubt), "{trouble:?}: {}", done.in_doubt);
        assert_eq!(stand.labels().len() as u64, done.images, "what is in doubt stays unknown: {trouble:?}");
        stand.assert_labels_are_right();
        // The next run asks about these again, and only these.
        let next = stand.run().await;
        assert_eq!((next.images, next.left, stand.labels().len()), (done.in_doubt, 0, 40), "{trouble:?}");
        assert_eq!(stand.vision.ledger().charged_twice() as u64, done.in_doubt, "{trouble:?}");
        stand.assert_labels_are_right();
    }
}

#[tokio::test]
async fn whatever_goes_wrong_nothing_is_lost_and_only_what_was_in_doubt_is_charged_again() {
    let mut kinds = DOUBTFUL.to_vec();
    kinds.extend([Trouble::TooFast(None), Trouble::Unavailable, Trouble::DayIsOver, Trouble::Wire(Fault::Slow)]);
    let mut all = (0, 0);
    for seed in 1..=4 {
        let vision = Vision::builder().seed(seed).troubles(0.4, &kinds).image_errors(0.3, &[3, 4, 5, 8, 13, 14]);
        let mut stand = Stand::new(vision, 60).await;
        stand.settings.calls_at_once = 3;
        let (mut doubts, mut refused) = (0, 0);
        for run in 0.. {
            assert!(run < 40, "seed {seed}: it does not end");
            let done = stand.run().await;
            doubts += done.in_doubt;
            refused += done.refused;
            stand.assert_labels_are_right();
            if done.left == 0 {
                break;
            }
        }
        let (labels, ledger) = (stand.labels(), stand.vision.ledger());
        assert_eq!(labels.len(), 60, "seed {seed}");
        assert_eq!(labels.values().filter(|labels| labels.refused.is_some()).count() as u64, refused);
        all = (all.0 + refused, all.1 + doubts);
        assert!(ledger.bill() + refused <= 60 + doubts, "seed {seed}: {} charged, {doubts} in doubt", ledger.bill());
    }
    assert!(all.0 > 0 && all.1 > 0, "the mix is no mix: {all:?}");
}

#[tokio::test]
async fn more_is_asked_only_when_what_came_is_saved() {
    let stand = Stand::new(Vision::builder(), 64).await;
    let saves = AtomicU64::new(0);
    let each = |photos| {
        let nth = saves.fetch_add(1, Ordering::SeqCst) + 1;
        assert_eq!((stand.vision.ledger().calls, photos), (nth, 16));
        Ok(())
    };
    let (done, kept) = run_in_memory(&stand.annotator(&Stop::default()), stand.todo(), each).await;
    assert_eq!((done.unwrap().images, kept), (64, 64));
}

#[tokio::test]
async fn labels_that_cannot_be_saved_end_the_run() {
    let stand = Stand::new(Vision::builder(), 64).await;
    let saves = AtomicU64::new(0);
    let each = |_| match saves.fetch_add(1, Ordering::SeqCst) {
        0 => Ok(()),
        _ => Err(anyhow::anyhow!("the disk is full")),
    };
    let (done, kept) = run_in_memory(&stand.annotator(&Stop::default()), stand.todo(), each).await;
    let err = done.unwrap_err();
    assert!(matches!(&err, VisionError::Other(err) if format!("{err:#}").contains("the disk is full")), "{err}");
    assert_eq!((kept, stand.vision.ledger().calls), (16, 2));
}
