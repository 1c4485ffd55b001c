//! Reviews: kept through power cuts, damaged lines and concurrent writers.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use gleaner::dataset::Dataset;
use gleaner::photo::PhotoId;
use gleaner::reviews::{self, Review, Reviews, Verdict};
use proptest::prelude::*;
use tempfile::TempDir;

fn review(photo: u64, verdict: Verdict) -> Review {
    Review {
        photo: PhotoId::new("flickr", &photo.to_string()),
        concept: "cage".into(),
        verdict,
        by: "Ann \"the\" labeller\n猿".into(),
        at: "2026-03-01T12:00:00.25Z".parse().unwrap(),
        taxon: None,
    }
}

fn folder() -> (TempDir, Dataset) {
    let folder = TempDir::new().unwrap();
    let dataset = Dataset::at(folder.path());
    (folder, dataset)
}

#[test]
fn lines_of_withdrawn_photos_are_removed_and_open_readers_and_writers_notice() {
    let (_folder, dataset) = folder();
    let (mut reader, mut writer) = (Reviews::open(&dataset).unwrap(), Reviews::open(&dataset).unwrap());
    reviews::forget(&dataset, |_| true).unwrap();
    assert!(!dataset.reviews().exists(), "there is nothing to forget");
    let given = [review(1, Verdict::Yes), review(2, Verdict::No), review(1, Verdict::No)];
    writer.append(&given).unwrap();
    fs::write(dataset.reviews(), fs::read_to_string(dataset.reviews()).unwrap() + "no review\n").unwrap();
    assert!(reader.follow().unwrap());
    reviews::forget(&dataset, |photo| *photo == given[0].photo).unwrap();
    let text = fs::read_to_string(dataset.reviews()).unwrap();
    assert!(text.ends_with("no review\n") && text.lines().count() == 2 && !text.contains("flickr:1"));
    // Longer than before, and another file.
    writer.append(&[review(3, Verdict::Yes), review(4, Verdict::Yes)]).unwrap();
    for reviews in [&mut reader, &mut writer] {
        reviews.follow().unwrap();
        assert_eq!(reviews.latest(&given[0].photo, "cage"), None);
        assert_eq!(reviews.labels("cage").len(), 3);
    }
    assert_eq!(fs::metadata(dataset.reviews()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_last_line_counts_and_the_history_is_kept() {
    let (_folder, dataset) = folder();
    let mut reviews = Reviews::open(&dataset).unwrap();
    let given = [
        review(1, Verdict::Yes),
        review(2, Verdict::No),
        review(3, Verdict::Yes),
        review(1, Verdict::No),
        review(3, Verdict::Cleared),
        review(4, Verdict::Unsure),
    ];
    reviews.append(&given[..2]).unwrap();
    reviews.append(&given[2..]).unwrap();
    for reviews in [&reviews, &Reviews::open(&dataset).unwrap()] {
        assert_eq!(reviews.all(), given);
        assert_eq!(reviews.labels("cage"), [(given[0].photo.clone(), false), (given[1].photo.clone(), false)]);
        assert_eq!(reviews.latest(&given[2].photo, "cage").unwrap().verdict, Verdict::Cleared);
        assert_eq!(reviews.all().iter().filter(|review| review.photo == given[0].photo).count(), 2);
        assert_eq!(reviews.latest(&given[0].photo, "monkey"), None);
        assert_eq!(reviews.of("cage").len(), 4);
    }
    let line = fs::read_to_string(dataset.reviews()).unwrap().lines().next().unwrap().to_owned();
    assert!(line.starts_with(r#"{"photo":"flickr:1","concept":"cage","verdict":"yes","by":"#), "{line}");
    let mode = fs::metadata(dataset.reviews()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "reviewers have names");
}

#[test]
fn an_invalid_line_is_reported_and_skipped() {
    let (_folder, dataset) = folder();
    let mut reviews = Reviews::open(&dataset).unwrap();
    reviews.append(&[review(1, Verdict::Yes)]).unwrap();
    let mut file = OpenOptions::new().append(true).open(dataset.reviews()).unwrap();
    file.write_all(b"{\"photo\": 7}\n\n\xff\xfe\n").unwrap();
    reviews.append(&[review(2, Verdict::No)]).unwrap();
    for reviews in [&reviews, &Reviews::open(&dataset).unwrap()] {
        assert_eq!(reviews.all().len(), 2);
        assert_eq!(reviews.bad_lines().iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 4]);
    }
}

#[test]
fn a_manually_added_line_without_newline_is_kept() {
    let (_folder, dataset) = folder();
    let line = serde_json::to_string(&review(1, Verdict::Yes)).unwrap();
    fs::write(dataset.reviews(), line).unwrap();
    let mut reviews = Reviews::open(&dataset).unwrap();
    assert_eq!(reviews.all().len(), 1);
    reviews.append(&[review(2, Verdict::No)]).unwrap();
    for reviews in [&reviews, &Reviews::open(&dataset).unwrap()] {
        assert_eq!(reviews.all(), [review(1, Verdict::Yes), review(2, Verdict::No)]);
        assert!(reviews.bad_lines().is_empty());
    }
    fs::write(dataset.reviews(), "no JSON at all").unwrap();
    Reviews::open(&dataset).unwrap().append(&[review(3, Verdict::Yes)]).unwrap();
    let reviews = Reviews::open(&dataset).unwrap();
    assert_eq!(
        (reviews.all().len(), reviews.bad_lines()[0].line),
        (1, 1),
        "a complete invalid line is kept and reported"
    );
}

#[test]
fn a_reader_sees_reviews_that_another_process_adds() {
    let (_folder, dataset) = folder();
    let (mut writer, mut reader) = (Reviews::open(&dataset).unwrap(), Reviews::open(&dataset).unwrap());
    assert!(!reader.follow().unwrap());
    writer.append(&[review(1, Verdict::Yes)]).unwrap();
    assert!(reader.follow().unwrap());
    assert!(!reader.follow().unwrap(), "nothing new");
    // An incomplete line is not read.
    let line = serde_json::to_string(&review(2, Verdict::No)).unwrap() + "\n";
    let mut file = OpenOptions::new().append(true).open(dataset.reviews()).unwrap();
    file.write_all(&line.as_bytes()[..30]).unwrap();
    assert!(!reader.follow().unwrap());
    file.write_all(&line.as_bytes()[30..]).unwrap();
    assert!(reader.follow().unwrap());
    assert_eq!(reader.all(), [review(1, Verdict::Yes), review(2, Verdict::No)]);
    fs::remove_file(dataset.reviews()).unwrap();
    assert!(reader.follow().unwrap() && reader.all().is_empty());
}

#[test]
fn concurrent_writers_keep_their_batches_together() {
    let (_folder, dataset) = folder();
    thread::scope(|scope| {
        for writer in 0..6 {
            let dataset = &dataset;
            scope.spawn(move || {
                let mut reviews = Reviews::open(dataset).unwrap();
                for batch in 0..8 {
                    let batch: Vec<Review> =
                        (0..5).map(|n| review(writer * 1000 + batch * 10 + n, Verdict::Yes)).collect();
                    reviews.append(&batch).unwrap();
                }
            });
        }
    });
    let reviews = Reviews::open(&dataset).unwrap();
    assert_eq!((reviews.all().len(), reviews.labels("cage").len()), (240, 240));
    assert!(reviews.bad_lines().is_empty());
    assert!(
        reviews.all().chunks(5).all(|batch| batch.windows(2).all(|pair| pair[0].photo < pair[1].photo)),
        "batches are contiguous"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_truncated_file_keeps_its_complete_lines_and_accepts_new_ones(part in 0.0..=1.0, zeros in 0_usize..3) {
        let (_folder, dataset) = folder();
        let given: Vec<Review> = (0..7).map(|n| review(n, Verdict::Yes)).collect();
        Reviews::open(&dataset).unwrap().append(&given).unwrap();
        let mut bytes = fs::read(dataset.reviews()).unwrap();
        bytes.truncate((part * bytes.len() as f64) as usize);
        let ends: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
        let rest = &bytes[ends.last().map_or(0, |at| at + 1)..];
        let mut whole = ends.len();
        if serde_json::from_slice::<Review>(rest).is_ok() && zeros == 0 { whole += 1 }
        // A file that grew before its bytes reached the disk contains zeros.
        bytes.extend(vec![0; 1000 * zeros]);
        fs::write(dataset.reviews(), &bytes).unwrap();

        let mut reviews = Reviews::open(&dataset).unwrap();
        prop_assert_eq!(reviews.all(), &given[..whole]);
        prop_assert!(reviews.bad_lines().is_empty());
        reviews.append(&[review(99, Verdict::No)]).unwrap();
        for reviews in [&reviews, &Reviews::open(&dataset).unwrap()] {
            prop_assert_eq!(&reviews.all()[..whole], &given[..whole]);
            prop_assert_eq!(&reviews.all()[whole..], &[review(99, Verdict::No)]);
            prop_assert!(reviews.bad_lines().is_empty());
        }
    }
}
