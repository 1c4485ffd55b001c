//! Responses for single images of all kinds, and invalid responses.

use gleaner::scorers::vision::VisionError;
use gleaner::scorers::vision::response::{BatchResponse, ImageResponse, read};
use proptest::prelude::*;
use serde_json::{Value, json};
use testbed::vision::Vision;

use super::Fixture;

#[tokio::test]
async fn each_image_of_a_request_gets_its_own_response() {
    // The n-th image is answered with this code once; 0 is no error. One file is damaged and is not sent.
    let codes = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let vision = codes.iter().enumerate().filter(|(_, code)| **code > 0);
    let vision = vision.fold(Vision::builder(), |vision, (nth, code)| vision.image_error(nth as u64, *code, 1));
    let fixture = Fixture::new(vision, 15).await;
    fixture.add("damaged", &super::picture(99, (96, 72))[..500]);
    let done = fixture.run().await;
    assert_eq!((done.images, done.refused, done.unreadable, done.in_doubt), (8, 2, 1, 0));
    let labels = fixture.labels();
    for (nth, code) in codes.iter().enumerate() {
        let kept = labels.get(&format!("{nth:04}"));
        match code {
            0 | 1 | 2 | 4 | 8 | 10 | 13 | 14 => assert!(kept.is_some_and(|kept| kept.refused.is_none()), "{code}"),
            3 | 11 => assert!(kept.is_some_and(|kept| kept.refused.is_some() && kept.labels.is_empty()), "{code}"),
            _ => assert!(kept.is_none(), "what is unknown stays unknown: {code}"),
        }
    }
    assert_eq!(fixture.vision.stats().calls, 2, "images with temporary errors are retried together");
    fixture.assert_labels_are_right();
    // The next run sends the unknown images, not the refused ones.
    let next = fixture.run().await;
    assert_eq!((next.images, next.refused, next.left), (5, 0, 0));
    let stats = fixture.vision.stats();
    assert_eq!((stats.bill(), stats.charged_twice()), (13, 0));
}

#[tokio::test]
async fn images_with_repeated_temporary_errors_are_left_for_the_next_run() {
    let fixture = Fixture::new(Vision::builder().image_error(1, 14, 7), 3).await;
    let done = fixture.run().await;
    assert_eq!((done.images, done.left, done.cut_short), (2, 1, None));
    assert_eq!(fixture.vision.stats().calls, 6);
    assert_eq!(fixture.run().await.images, 1);
    assert_eq!(fixture.vision.stats().charged_twice(), 0);
}

#[tokio::test]
async fn a_denied_image_ends_the_run_after_the_others_are_saved() {
    let fixture = Fixture::new(Vision::builder().image_error(2, 7, 1), 20).await;
    let err = fixture.run_some(20).await.unwrap_err();
    assert!(matches!(err, VisionError::Credentials(_)), "{err}");
    assert_eq!((fixture.labels().len(), fixture.vision.stats().calls), (15, 1));
}

fn one(response: &Value) -> ImageResponse {
    let body = json!({"responses": [response]}).to_string();
    let BatchResponse { mut images, missing } = read(body.as_bytes(), 1);
    assert_eq!((images.len(), missing), (1, None));
    images.remove(0)
}

#[test]
fn labels_are_sorted_by_score_with_all_their_fields() {
    let response = json!({"labelAnnotations": [
        {"mid": "/m/1", "description": "Plant", "score": 0.61, "topicality": 0.9},
        {"description": " Affe\n", "score": "0.97"},
        {"description": "Zero"},
        {"description": "Sure", "score": 1.000_000_1},
    ]});
    let ImageResponse::Labels(labels) = one(&response) else { panic!("labels") };
    let told: Vec<_> =
        labels.iter().map(|label| (label.description.as_str(), label.score, label.mid.as_deref())).collect();
    assert_eq!(told, [("Sure", 1.0, None), ("Affe", 0.97, None), ("Plant", 0.61, Some("/m/1")), ("Zero", 0.0, None)]);
}

#[test]
fn no_label_is_an_empty_list_and_an_unreadable_response_is_unknown() {
    for nothing in [json!({}), json!({"labelAnnotations": []}), json!({"labelAnnotations": null, "error": null})] {
        assert_eq!(one(&nothing), ImageResponse::Labels(Vec::new()));
    }
    for unreadable in [
        json!(null),
        json!([]),
        json!("no"),
        json!({"error": {}}),
        json!({"error": "no"}),
        json!({"error": {"code": 999}}),
        json!({"labelAnnotations": {}}),
        json!({"labelAnnotations": [{"score": 0.9}]}),
        json!({"labelAnnotations": [{"description": "Ape", "score": 7}]}),
        json!({"labelAnnotations": [{"description": "Ape", "score": 0.9}, {"description": "Ape", "score": []}]}),
    ] {
        assert!(matches!(one(&unreadable), ImageResponse::Unreadable(_)), "{unreadable}");
    }
    // Google: what is filled in is right also beside an error.
    let both = json!({"error": {"code": 13}, "labelAnnotations": [{"description": "Ape", "score": 0.9}]});
    assert!(matches!(one(&both), ImageResponse::Labels(labels) if labels.len() == 1));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    let keys = prop_oneof![
        Just("responses".to_owned()),
        Just("labelAnnotations".to_owned()),
        Just("description".to_owned()),
        Just("score".to_owned()),
        Just("error".to_owned()),
        Just("code".to_owned()),
        "\\PC{0,6}",
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_json_and_bytes_never_panic(json in any_json(), bytes in any::<Vec<u8>>(), asked in 0_usize..20) {
        for body in [json.to_string().into_bytes(), json!({"responses": [json]}).to_string().into_bytes(), bytes] {
            let answers = read(&body, asked);
            prop_assert!(answers.images.len() <= asked);
            prop_assert_eq!(answers.images.len() < asked, answers.missing.is_some() && asked > 0 && answers.images.len() < asked);
            for answer in answers.images {
                if let ImageResponse::Labels(labels) = answer {
                    prop_assert!(labels.iter().all(|label| (0.0..=1.0).contains(&label.score) && !label.description.is_empty()));
                    prop_assert!(labels.windows(2).all(|pair| pair[0].score >= pair[1].score));
                }
            }
        }
    }
}

#[test]
fn complete_parts_of_a_truncated_response_are_used() {
    let response =
        |nth: u32| json!({"labelAnnotations": [{"description": format!("Label \"{nth}\" ]}}"), "score": 0.75}]});
    let whole =
        json!({"responses": [response(0), {}, response(2), {"error": {"code": 3, "message": "no"}}]}).to_string();
    let all = read(whole.as_bytes(), 4);
    assert_eq!((all.images.len(), all.missing), (4, None));
    let mut most = 0;
    for end in 0..whole.len() {
        let cut = read(&whole.as_bytes()[..end], 4);
        assert_eq!(cut.images, all.images[..cut.images.len()], "{end}");
        assert_eq!(cut.images.len() < 4, cut.missing.is_some());
        assert!(cut.images.len() >= most);
        most = cut.images.len();
    }
    assert_eq!(most, 4, "only the closing brackets were missing");
    // Their number shows to which image they belong.
    for asked in [3, 5] {
        let answers = read(whole.as_bytes(), asked);
        assert!(answers.images.is_empty() && answers.missing.is_some());
    }
}
