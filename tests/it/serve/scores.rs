//! Concepts, reviews, thresholds and training over HTTP.

use gleaner::photo::{Personal, Photo, PhotoId, Vector};
use gleaner::reviews::Reviews;
use gleaner::store::{Access, RecordRead, SqliteStore, VectorStore};
use serde_json::{Value, json};

use super::{Explorer, stored};

fn body(answer: &super::Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|err| panic!("{err}: {}", answer.body))
}

/// Photo `n` shows the concept if `n` is even. Its vector shows that, with some noise.
fn photos(count: u64) -> Vec<Photo> {
    (0..count)
        .map(|n| {
            let mut photo = stored(&n.to_string());
            // Each of an owner of its own (not of the one whose name would be sealed), and of a file of its own.
            photo.personal = Personal::default();
            photo.owner_pseudonym = Some(format!("{n:024x}"));
            photo.file.as_mut().unwrap().sha256 = format!("{n:064x}").parse().unwrap();
            photo
        })
        .collect()
}

fn vector(n: u64) -> Vec<f32> {
    let noise = |at: u64| {
        // SplitMix64: neighbours have nothing in common.
        let mut hash = (n * 1280 + at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (hash >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let shows = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
    (0..1280).map(|at| noise(at) + if at < 256 { shows } else { 0.0 }).collect()
}

/// An explorer of photos with made-up embeddings of the model.
async fn seen(count: u64) -> Explorer {
    let explorer = Explorer::of(photos(count)).await;
    let model = gleaner::models::Model::bundled(&gleaner::models::Runtime::rust()).unwrap();
    let vectors: Vec<_> =
        (0..count).map(|n| (PhotoId::new("flickr", &n.to_string()), Vector::of(&vector(n)))).collect();
    let store = SqliteStore::open(&explorer.dataset, Access::Write).unwrap();
    store.save_vectors(model.id(), &vectors).unwrap();
    explorer
}

async fn until_done(explorer: &Explorer) -> Value {
    for _ in 0..600 {
        let work = body(&explorer.open("/api/v1/work").await);
        if work["state"] != "running" {
            return work;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the job does not end");
}

async fn put(explorer: &Explorer, path: &str, what: Value) -> super::Answer {
    explorer.change("PUT", path, what.to_string().as_bytes()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concept_is_defined_labelled_trained_and_evaluated_over_http() {
    let explorer = seen(60).await;
    let made = put(&explorer, "/api/v1/concepts/on%20a%20branch", json!({"words": ["branch", "twig"]})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let told = &body(&made)["concepts"][0];
    assert_eq!(
        (&told["name"], &told["from"], &told["counting"]),
        (&"on a branch".into(), &"dataset".into(), &Value::Null)
    );
    assert!(told["needs_training"].as_str().unwrap().contains("no ImageNet class"));
    let path = "/api/v1/concepts/on%20a%20branch";

    let few = explorer.change("POST", &format!("{path}/train"), b"{}").await;
    assert_eq!(few.status, 202);
    let failed = until_done(&explorer).await;
    assert_eq!(failed["state"], "failed");
    assert!(failed["message"].as_str().unwrap().contains("at least 4 of each"), "{failed}");

    let sampled = body(&explorer.open(&format!("{path}/sample?count=24")).await);
    let sampled: Vec<String> =
        sampled["photos"].as_array().unwrap().iter().map(|one| one["photo"]["id"].as_str().unwrap().into()).collect();
    assert_eq!(sampled.len(), 24);
    let verdict =
        |id: &String| if id.rsplit(':').next().unwrap().parse::<u64>().unwrap() % 2 == 0 { "yes" } else { "no" };
    let reviews: Vec<Value> = sampled.iter().map(|id| json!({"photo": id, "verdict": verdict(id)})).collect();
    let kept = put(&explorer, &format!("{path}/reviews"), json!({"by": "ada", "reviews": reviews})).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    let yes = sampled.iter().filter(|id| verdict(id) == "yes").count();
    assert_eq!(body(&kept)["reviews"], json!({"yes": yes, "no": 24 - yes, "unsure": 0}));
    let again = body(&explorer.open(&format!("{path}/sample?count=60")).await);
    let again = again["photos"].as_array().unwrap();
    assert_eq!(again.len(), 36, "reviewed photos are not offered again");
    let listed = body(&explorer.open(&format!("{path}/reviews")).await);
    assert_eq!(listed["reviews"].as_array().unwrap().len(), 24);
    assert_eq!(listed["reviews"][0]["by"], "ada");

    assert_eq!(explorer.change("POST", &format!("{path}/train"), b"{\"with_text\": false}").await.status, 202);
    let done = until_done(&explorer).await;
    assert_eq!((&done["state"], &done["done"], &done["total"]), (&"done".into(), &60.into(), &60.into()), "{done}");
    let told = &body(&explorer.open("/api/v1/concepts").await)["concepts"][0];
    assert!(told["head"]["auc"].as_f64().unwrap() > 0.95, "{told}");
    let store = SqliteStore::open(&explorer.dataset, Access::Read).unwrap();
    let all = store.scan_sealed(None, 100).unwrap();
    let right = all.iter().filter(|sealed| {
        let photo = sealed.photo();
        let shows = photo.id.own().parse::<u64>().unwrap() % 2 == 0;
        let score = &photo.scores["on a branch"];
        assert_eq!(score, &photo.scores["on a branch@trained"]);
        (score.value.unwrap() >= 0.5) == shows
    });
    assert!(right.count() >= 57, "the trained head is right for unlabelled photos");
    let mut cut = Value::Null;
    // The columns include changes within a second.
    for _ in 0..100 {
        cut = body(&explorer.open(&format!("{path}/cut")).await);
        if cut["photos"] == 60 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!((&cut["scorer"], &cut["yes"], &cut["photos"]), (&"trained".into(), &yes.into(), &60.into()));
    assert!(cut["recommended"]["precision"].as_f64().unwrap() > 0.8, "{}", cut["recommended"]);
    let point = &cut["points"][50];
    assert!(point["precision_low"].as_f64() <= point["precision"].as_f64());
    let report = explorer.open(&format!("{path}/report")).await;
    assert!(report.status == 200 && report.headers["content-security-policy"].contains("default-src 'none'"));
    assert!(!report.headers["content-security-policy"].contains("script"));
    explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_during_another_writer_are_kept_and_stored_afterwards() {
    let explorer = seen(3).await;
    assert_eq!(put(&explorer, "/api/v1/concepts/cage", json!({})).await.status, 200);
    let writer = SqliteStore::open(&explorer.dataset, Access::Write).unwrap();
    let said = json!({"by": "", "reviews": [{"photo": "flickr:1", "verdict": "yes"}]});
    assert_eq!(put(&explorer, "/api/v1/concepts/cage/reviews", said).await.status, 200);
    assert_eq!(Reviews::open(&explorer.dataset).unwrap().labels("cage").len(), 1, "safe before it is acknowledged");
    let record = |store: &SqliteStore| store.load_sealed(&[PhotoId::new("flickr", "1")]).unwrap()[0].photo().clone();
    assert!(record(&writer).scores.is_empty());
    let busy = explorer.change("POST", "/api/v1/score", b"").await;
    assert_eq!(busy.status, 202);
    let failed = until_done(&explorer).await;
    assert!(failed["message"].as_str().unwrap().contains("being written by another process"), "{failed}");
    drop(writer);
    let reader = SqliteStore::open(&explorer.dataset, Access::Read).unwrap();
    for _ in 0..100 {
        if record(&reader).scores.contains_key("cage@review") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(record(&reader).scores["cage@review"].value, Some(1.0));
    explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_photos_come_first_and_a_photo_without_embedding_is_an_error() {
    let explorer = seen(40).await;
    let alike = body(&explorer.open("/api/v1/similar?photo=flickr:8&limit=10").await);
    let photos = alike["photos"].as_array().unwrap();
    assert_eq!((photos.len(), &alike["seen"]), (10, &40.into()));
    let own = |one: &Value| one["photo"]["id"].as_str().unwrap().rsplit(':').next().unwrap().parse::<u64>().unwrap();
    assert!(photos.iter().all(|one| own(one) != 8), "not the photo itself");
    assert!(photos.iter().filter(|one| own(one) % 2 == 0).count() >= 9, "{photos:?}");
    assert_eq!(explorer.open("/api/v1/similar?photo=flickr:999").await.status, 404);
    assert_eq!(explorer.open("/api/v1/similar?words=a%20bird").await.status, 409);
    assert_eq!(explorer.open("/api/v1/similar").await.status, 400);
    explorer.end().await;
    let unseen = Explorer::of(vec![stored("1")]).await;
    let none = unseen.open("/api/v1/similar?photo=flickr:1").await;
    assert!(none.status == 409 && none.body.contains("gleaner score"), "{}", none.body);
    unseen.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_about_concepts_have_distinct_errors() {
    let explorer = seen(2).await;
    assert_eq!(put(&explorer, "/api/v1/concepts/a%40b", json!({})).await.status, 400);
    assert_eq!(put(&explorer, "/api/v1/concepts/x", json!({"senses": ["nosuch.n.01"]})).await.status, 400);
    assert_eq!(put(&explorer, "/api/v1/concepts/x", json!({"counts": "nobody"})).await.status, 400);
    assert_eq!(explorer.change("DELETE", "/api/v1/concepts/x", b"").await.status, 404);
    let review = json!({"by": "", "reviews": [{"photo": "flickr:1", "verdict": "yes"}]});
    assert_eq!(put(&explorer, "/api/v1/concepts/x/reviews", review.clone()).await.status, 400, "no such concept");
    assert_eq!(put(&explorer, "/api/v1/concepts/x", json!({})).await.status, 200);
    let maybe = json!({"by": "", "reviews": [{"photo": "flickr:1", "verdict": "maybe"}]});
    assert_eq!(put(&explorer, "/api/v1/concepts/x/reviews", maybe).await.status, 400);
    let gone = json!({"by": "", "reviews": [{"photo": "flickr:77", "verdict": "yes"}]});
    assert_eq!(put(&explorer, "/api/v1/concepts/x/reviews", gone).await.status, 404);
    assert_eq!(put(&explorer, "/api/v1/concepts/x/reviews", review).await.status, 200);
    assert_eq!(explorer.open("/api/v1/concepts/x/report").await.status, 404);
    let path = explorer.dataset.concepts();
    let written = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{written}threshold = 0.25\n")).unwrap();
    assert_eq!(put(&explorer, "/api/v1/concepts/x", json!({"words": ["x", "y"]})).await.status, 200);
    let kept = gleaner::concepts::read(&explorer.dataset).unwrap();
    assert_eq!(kept.get("x").unwrap().threshold, Some(0.25), "a change in the page keeps what it does not show");
    let senses = body(&explorer.open("/api/v1/senses?word=monkey").await);
    assert_eq!((&senses["senses"][0]["name"], &senses["senses"][0]["classes"]), (&"monkey.n.01".into(), &13.into()));
    let removed = explorer.change("DELETE", "/api/v1/concepts/x", b"").await;
    assert!(removed.status == 200 && body(&removed)["concepts"].as_array().unwrap().is_empty());
    explorer.end().await;
}

/// The concept "odd", labelled by whether its photos have odd numbers; a head was trained on the first 24 labels.
async fn trained_once() -> Explorer {
    let explorer = seen(60).await;
    assert_eq!(put(&explorer, "/api/v1/concepts/odd", json!({})).await.status, 200);
    label(&explorer, 0..24).await;
    assert_eq!(explorer.change("POST", "/api/v1/concepts/odd/train", b"{}").await.status, 202);
    let done = until_done(&explorer).await;
    assert_eq!((&done["state"], &done["candidate"]), (&"done".into(), &Value::Null), "the first head is put in use");
    explorer
}

async fn label(explorer: &Explorer, numbers: std::ops::Range<u64>) {
    let review = |n: u64| json!({"photo": format!("flickr:{n}"), "verdict": if n % 2 == 1 { "yes" } else { "no" }});
    let reviews: Vec<Value> = numbers.map(review).collect();
    let kept = put(explorer, "/api/v1/concepts/odd/reviews", json!({"by": "ada", "reviews": reviews})).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
}

async fn concept(explorer: &Explorer) -> Value {
    body(&explorer.open("/api/v1/concepts").await)["concepts"][0].clone()
}

fn score_versions(explorer: &Explorer) -> Vec<String> {
    let store = SqliteStore::open(&explorer.dataset, Access::Read).unwrap();
    let all = store.scan_sealed(None, 100).unwrap();
    let mut versions: Vec<String> = all.iter().map(|one| one.photo().scores["odd@trained"].version.clone()).collect();
    versions.dedup();
    versions
}

#[tokio::test(flavor = "multi_thread")]
async fn training_again_asks_before_it_replaces_a_head_and_one_can_go_back() {
    let explorer = trained_once().await;
    let first = concept(&explorer).await["head"]["version"].as_str().unwrap().to_owned();
    let scored = score_versions(&explorer);
    label(&explorer, 24..50).await;
    assert_eq!(explorer.change("POST", "/api/v1/concepts/odd/train", b"{}").await.status, 202);
    let done = until_done(&explorer).await;
    let second = done["candidate"].as_str().expect("a new head waits").to_owned();
    let both = &done["comparison"];
    assert_eq!((&both["yes"], &both["no"]), (&25.into(), &25.into()), "{done}");
    for head in ["current", "new"] {
        assert!(both[head]["auc"].as_f64().unwrap() > 0.9 && both[head]["recall"].is_number(), "{both}");
    }
    let told = concept(&explorer).await;
    assert_eq!(told["head"]["version"], first.as_str(), "nothing is replaced");
    assert_eq!(score_versions(&explorer), scored, "nor are the scores");
    let versions = |told: &Value| -> Vec<String> {
        told["versions"].as_array().unwrap().iter().map(|one| one["version"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(versions(&told), [second.clone(), first.clone()]);

    for (version, others) in [(&second, &first), (&first, &second)] {
        let used = put(&explorer, "/api/v1/concepts/odd/head", json!({"version": version})).await;
        assert_eq!(used.status, 202, "{}", used.body);
        assert_eq!(until_done(&explorer).await["state"], "done");
        let told = concept(&explorer).await;
        assert_eq!(told["head"]["version"], version.as_str());
        assert!(versions(&told).contains(others), "the other one is kept");
        assert_eq!(score_versions(&explorer).len(), 1);
        assert_eq!(explorer.open("/api/v1/concepts/odd/report").await.status, 200);
        assert_eq!(explorer.open(&format!("/api/v1/concepts/odd/report?version={others}")).await.status, 200);
    }
    assert_eq!(score_versions(&explorer), scored, "the scores are those of before");
    for wrong in ["0123456789ab", "../../../../x", ""] {
        let used = put(&explorer, "/api/v1/concepts/odd/head", json!({"version": wrong})).await;
        assert_eq!(used.status, 404, "{wrong}");
    }
    assert_eq!(put(&explorer, "/api/v1/concepts/none/head", json!({"version": first})).await.status, 400);
    explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn training_again_on_the_same_labels_asks_nothing() {
    let explorer = trained_once().await;
    assert_eq!(explorer.change("POST", "/api/v1/concepts/odd/train", b"{}").await.status, 202);
    let done = until_done(&explorer).await;
    assert_eq!((&done["state"], &done["candidate"], &done["comparison"]), (&"done".into(), &Value::Null, &Value::Null));
    assert_eq!(concept(&explorer).await["versions"].as_array().unwrap().len(), 1);
    explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_labels_neither_precision_nor_recall_is_claimed() {
    let explorer = trained_once().await;
    let cleared: Vec<Value> = (0..24).map(|n| json!({"photo": format!("flickr:{n}"), "verdict": "cleared"})).collect();
    assert_eq!(put(&explorer, "/api/v1/concepts/odd/reviews", json!({"by": "", "reviews": cleared})).await.status, 200);
    let mut cut = Value::Null;
    for _ in 0..100 {
        cut = body(&explorer.open("/api/v1/concepts/odd/cut").await);
        if cut["photos"] == 60 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!((&cut["photos"], &cut["yes"], &cut["no"]), (&60.into(), &0.into(), &0.into()));
    let points = cut["points"].as_array().unwrap();
    assert!(points.iter().all(|point| point["precision"].is_null() && point["recall"].is_null()), "{}", points[50]);
    assert_eq!(cut["recommended"], Value::Null);
    explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_sets_and_withdraws_the_taxon_of_a_photo() {
    let explorer = Explorer::of(photos(2)).await;
    let suggested = body(&explorer.open("/api/v1/taxa?like=probos").await);
    let names: Vec<&str> =
        suggested["taxa"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"Nasalis larvatus"), "{suggested}");
    let path = "/api/v1/photos/flickr:1/taxon";
    for (wrong, part) in [
        (json!({"verdict": "yes"}), "has the name"),
        (json!({"verdict": "no", "name": "Macaca"}), "has the name"),
        (json!({"verdict": "yes", "name": "Macacca"}), "did you mean Macaca?"),
        (json!({"verdict": "perhaps"}), "The body must be"),
        (json!({"verdict": "no", "by": "x".repeat(61)}), "60 characters"),
    ] {
        let answer = put(&explorer, path, wrong.clone()).await;
        assert!(answer.status == 400 && answer.body.contains(part), "{wrong}: {}", answer.body);
    }
    assert_eq!(put(&explorer, "/api/v1/photos/flickr:none/taxon", json!({"verdict": "no"})).await.status, 404);
    let told = body(&put(&explorer, path, json!({"by": "ada", "verdict": "yes", "name": "proboscis monkey"})).await);
    let counts = &told["taxon"]["counts"];
    assert_eq!((&counts["name"], &counts["basis"]), (&json!("Nasalis larvatus"), &json!("a reviewer")), "{told}");
    assert_eq!((&told["taxon"]["reviewed"], &told["taxon"]["evidence"][0]["kind"]), (&json!(true), &json!("review")));
    let none = body(&put(&explorer, path, json!({"verdict": "no"})).await);
    assert_eq!((&none["taxon"]["counts"], &none["taxon"]["reviewed"]), (&Value::Null, &json!(true)));
    let cleared = body(&put(&explorer, path, json!({"verdict": "cleared"})).await);
    assert_ne!(cleared["taxon"]["reviewed"], json!(true), "{cleared}");
    assert_eq!(Reviews::open(&explorer.dataset).unwrap().all().len(), 3);
}
