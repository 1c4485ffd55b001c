//! Killed or stopped during a run: saved labels are not requested again, running requests are completed.

use std::time::Duration;

use gleaner::pipeline::Stop;
use gleaner::pipeline::annotate::annotate;
use testbed::vision::Vision;
use testbed::vision::fault::ServiceFault;

use super::Fixture;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_charges_at_most_the_running_calls_again() {
    let mut fixture = Fixture::new(Vision::builder().latency_ms(15), 160).await;
    fixture.settings.calls_at_once = 2;
    let mut kills = 0;
    for nth in 0..200_u64 {
        let todo = fixture.todo();
        if todo.images() == 0 {
            break;
        }
        let annotator = fixture.annotator(&Stop::default());
        let run = annotate(&annotator, &fixture.store, todo, u64::MAX);
        let before = fixture.vision.stats().bill();
        let saved = fixture.labels().len() as u64;
        if tokio::time::timeout(Duration::from_millis(20 + nth * 7 % 90), run).await.is_err() {
            kills += 1;
            // What was being written when it was dropped still gets there, as a transaction does.
            tokio::time::sleep(Duration::from_millis(150)).await;
            let (charged, gained) = (fixture.vision.stats().bill() - before, fixture.labels().len() as u64 - saved);
            assert!(charged <= gained + 2 * 16, "{charged} charged, {gained} saved");
        }
    }
    assert!(kills > 2, "only {kills} kills");
    assert_eq!(fixture.labels().len(), 160);
    fixture.assert_labels_are_right();
    assert!(fixture.vision.stats().bill() <= 160 + kills * 32);
}

#[tokio::test]
async fn a_stop_waits_for_running_calls_and_starts_none() {
    let mut fixture = Fixture::new(Vision::builder().latency_ms(400), 200).await;
    fixture.settings.calls_at_once = 2;
    let stop = Stop::default();
    let annotator = fixture.annotator(&stop);
    let run = annotate(&annotator, &fixture.store, fixture.todo(), u64::MAX);
    let wish = async {
        while fixture.vision.stats().calls < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.raise();
    };
    let (done, ()) = tokio::join!(run, wish);
    let done = done.unwrap();
    assert_eq!((done.images, done.calls, done.left, done.in_doubt, done.cut_short), (32, 2, 168, 0, None));
    assert_eq!((fixture.vision.stats().bill(), fixture.labels().len()), (32, 32));
    // The same command resumes.
    fixture.run().await;
    assert_eq!((fixture.labels().len(), fixture.vision.stats().charged_twice()), (200, 0));
}

#[tokio::test]
async fn a_stop_ends_a_wait_at_once() {
    let fixture = Fixture::new(Vision::builder().script(0, ServiceFault::TooFast(Some(250))), 3).await;
    let stop = Stop::default();
    let annotator = fixture.annotator(&stop);
    let run = annotate(&annotator, &fixture.store, fixture.todo(), u64::MAX);
    let wish = async {
        while fixture.vision.stats().calls < 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.raise();
    };
    let both = async { tokio::join!(run, wish) };
    let (done, ()) = tokio::time::timeout(Duration::from_secs(10), both).await.expect("it ends long before 250 s");
    let done = done.unwrap();
    assert_eq!((done.images, done.in_doubt, done.left), (0, 0, 3));
}
