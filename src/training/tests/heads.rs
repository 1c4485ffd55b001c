//! The file of a head and its report.

use std::fs;

use gleaner::dataset::Dataset;
use gleaner::training::features::Words;
use gleaner::training::head::{Head, HeadError};
use gleaner::training::report::{self, Picture};
use gleaner::training::{Options, Outcome, Trainer};
use tempfile::TempDir;

use super::generate;

fn outcome(lean: f64, concept: &str) -> Outcome {
    let (mut samples, labels) = generate(60, lean, 1);
    samples
        .iter_mut()
        .enumerate()
        .for_each(|(n, sample)| sample.words = Words::of_texts([["cage", "tree", "zoo"][n % 3]]));
    let options = Options { with_text: true, ..Options::default() };
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    Trainer::new("some-model", samples, options).unwrap().train(concept, &labels, "reviews", now).unwrap()
}

/// A head's file after a change of its JSON.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> Result<Head, HeadError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("cage.json");
    outcome(1.0, "cage").head.write(&path).unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut json);
    fs::write(&path, json.to_string()).unwrap();
    Head::read(&path)
}

#[test]
fn a_head_is_read_from_its_file_without_loss() {
    let folder = TempDir::new().unwrap();
    let dataset = Dataset::at(folder.path());
    let head = outcome(1.0, "cage").head;
    head.write(&dataset.head("cage")).unwrap();
    let again = Head::read(&dataset.head("cage")).unwrap();
    assert_eq!(again, head);
    assert_eq!(again.version(), head.version());
    assert_eq!(head.version().len(), 12);
}

#[test]
fn a_version_changes_only_with_the_inputs_of_a_score() {
    let head = outcome(1.0, "cage").head;
    let version = |change: fn(&mut Head)| {
        let mut other = head.clone();
        change(&mut other);
        other.version()
    };
    for same in [|head: &mut Head| head.cut = 0.9, |head: &mut Head| head.program = "9".into()] {
        assert_eq!(version(same), head.version());
    }
    let others: [fn(&mut Head); 6] = [
        |head| head.weights[3] += 0.001,
        |head| head.intercept += 0.001,
        |head| head.calibration.slope *= 1.1,
        |head| head.calibration.offset += 0.1,
        |head| head.text_weights = None,
        |head| head.model = "other".into(),
    ];
    for (at, other) in others.into_iter().enumerate() {
        assert_ne!(version(other), head.version(), "change {at}");
    }
}

#[test]
fn a_damaged_head_is_refused_with_a_reason() {
    assert!(changed(|_| {}).is_ok(), "only what was changed is refused");
    let says = |change: fn(&mut serde_json::Value), word: &str| {
        let err = changed(change).unwrap_err();
        assert!(matches!(err, HeadError::Damaged(..)) && err.to_string().contains(word), "{err}");
    };
    says(|json| json["intercept"] = 0.25.into(), "version");
    says(|json| json["weights"] = "AAAA".into(), "3 bytes");
    says(|json| json["weights"] = "!".into(), "base64");
    says(|json| json["weights"] = serde_json::Value::Null, "null");
    says(|json| json["cut"] = 1.5.into(), "threshold");
    says(|json| json["calibration"]["slope"] = (-1.0).into(), "falls");
    says(|json| json["text"]["hashing"] = "md5".into(), "md5");
    says(|json| json["surprise"] = 1.into(), "surprise");
    says(|json| json["dims"] = u64::MAX.into(), "bytes");
    says(|json| *json = "text".into(), "AnyFormat");
    let newer = changed(|json| json["format"] = 2.into()).unwrap_err();
    assert!(matches!(newer, HeadError::Newer(_, 2)), "{newer}");
    let missing = Head::read(&TempDir::new().unwrap().path().join("cage.json")).unwrap_err();
    assert!(matches!(missing, HeadError::Missing(_)), "{missing}");
}

#[test]
fn two_names_never_share_a_file_or_leave_the_folder() {
    let dataset = Dataset::at("/data/set");
    let names = ["cage", "wild animal", "../../etc/passwd", "a/b", "a%2fb", "猿", ".", "..", "cage.json", "a\0b"];
    let paths: std::collections::HashSet<_> = names.iter().map(|name| dataset.head(name)).collect();
    assert_eq!(paths.len(), names.len());
    for path in paths {
        assert_eq!(path.parent().unwrap(), dataset.heads(), "{path:?}");
        assert!(!path.file_name().unwrap().to_string_lossy().contains(['/', '\0']));
    }
    assert_eq!(dataset.head("wild animal").file_name().unwrap(), "wild animal.json");
}

#[test]
fn a_report_shows_mistakes_as_pictures_and_no_markup_of_others() {
    let outcome = outcome(0.05, "<script>cage</script>");
    let counts = outcome.head.measures.unwrap().at_cut;
    assert!(counts.false_positives > 0, "the test needs mistakes: {counts:?}");
    let show = |_: &gleaner::photo::PhotoId| Picture {
        jpeg: Some(vec![0xff, 0xd8, 0xff]),
        title: "\"><img src=x onerror=alert(1)> & 'more'".into(),
    };
    let page = report::html(&outcome, &show);
    assert!(page.contains("data:image/jpeg;base64,/9j/"));
    assert!(page.contains("&lt;script&gt;cage&lt;/script&gt;"));
    for forbidden in ["<script", "<img src=x", "onerror=alert(1)>", "http://", "https://", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden} in the report");
    }
    let pictures = page.matches("<img ").count();
    assert_eq!(pictures, (counts.false_positives.min(48)) + counts.false_negatives.min(48));
    for curve in ["ROC curve", "Precision and recall", "Reliability"] {
        assert!(page.contains(curve));
    }
    assert_eq!(page.matches("<svg").count(), 3);
    assert!(page.contains("60 groups"));
}

#[test]
fn a_report_without_measures_gives_the_reason() {
    let (mut samples, labels) = generate(20, 1.0, 1);
    samples.iter_mut().for_each(|sample| sample.group_keys.owner = Some("one".into()));
    let trainer = Trainer::new("m", samples, Options::default()).unwrap();
    let outcome = trainer.train("cage", &labels, "reviews", "2026-03-01T12:00:00Z".parse().unwrap()).unwrap();
    let page = report::html(&outcome, &|_| Picture::default());
    assert!(page.contains("cannot be cross-validated") && !page.contains("<svg"), "{page}");
}
