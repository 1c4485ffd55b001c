//! `concepts`: the concepts, their scorers, and their trained heads.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use crate::concepts::{self, Concept, ConceptError, Sense};
use crate::dataset::Dataset;
use crate::explorer::Explorer;
use crate::photo::ScoreKey;
use crate::pipeline::heads;
use crate::reviews::{Reviews, Verdict};
use crate::scorers::main_scorer;
use crate::serve::app_state::AppState;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams, QueryParams};
use crate::serve::jobs::JobRunner;
use crate::store::Store;
use crate::training::head::Head;

/// The report contains inline styles and images only.
const REPORT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// All concepts.
#[derive(Serialize, ToSchema)]
pub struct ConceptsResponse {
    /// By name.
    concepts: Vec<ConceptResponse>,
    /// Whether reviews, concepts and heads can be saved.
    writable: bool,
    /// Models, and the number of photos that each has analysed.
    models: Vec<ModelResponse>,
    /// Whether photos can be searched by a description of their content.
    words_model: bool,
}

/// A model.
#[derive(Serialize, ToSchema)]
pub struct ModelResponse {
    /// Its id.
    name: String,
    /// Photos that it has analysed.
    vectors: u64,
}

/// A concept.
#[derive(Serialize, ToSchema)]
pub struct ConceptResponse {
    /// Its name.
    name: String,
    /// Its words, in any language.
    words: Vec<String>,
    /// Its senses in WordNet.
    senses: Vec<SenseResponse>,
    /// Where it is defined: `settings` (gleaner.toml; not changed here) or `dataset`.
    from: String,
    /// The chosen scorer; null: the best available.
    #[schema(required)]
    counts: Option<String>,
    /// The scorer whose score is the concept's main score now.
    #[schema(required)]
    counting: Option<String>,
    /// Scorers with at least one score.
    scorers: Vec<String>,
    /// Why the concept cannot be scored without training.
    #[schema(required)]
    needs_training: Option<String>,
    /// Numbers of reviews.
    reviews: ReviewCounts,
    /// The trained head.
    #[schema(required)]
    head: Option<HeadResponse>,
    /// Why the head cannot be used.
    #[schema(required)]
    head_fault: Option<String>,
    /// All heads that were trained for it, the latest first; `head` is one of them.
    versions: Vec<HeadResponse>,
}

/// A sense in WordNet.
#[derive(Serialize, ToSchema)]
pub struct SenseResponse {
    /// `monkey.n.01`.
    name: String,
    /// Words for it.
    lemmas: Vec<String>,
    /// Classes of the model below it.
    classes: usize,
    /// What it means.
    gloss: String,
}

/// Numbers of reviews by verdict.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct ReviewCounts {
    /// They show it.
    yes: usize,
    /// They do not.
    no: usize,
    /// It cannot be told.
    unsure: usize,
}

/// A trained head.
#[derive(Serialize, ToSchema)]
pub struct HeadResponse {
    /// Identifies it: twelve hexadecimal digits.
    version: String,
    /// Time of the training, UTC.
    #[schema(value_type = String, format = DateTime)]
    trained_at: jiff::Timestamp,
    /// The source of its labels.
    labels_from: String,
    /// Labelled photos.
    labels: usize,
    /// Number of photos that show it.
    yes: usize,
    /// Number of photos that do not.
    no: usize,
    /// Area under the ROC curve, cross-validated by owners and near-duplicates.
    #[schema(required)]
    auc: Option<f64>,
    /// Precision at the threshold, cross-validated.
    #[schema(required)]
    precision: Option<f64>,
    /// Recall at the threshold, cross-validated.
    #[schema(required)]
    recall: Option<f64>,
    /// The recommended threshold, from cross-validation.
    cut: f64,
    /// Whether it also uses text.
    with_text: bool,
    /// Whether there is a report.
    report: bool,
    /// Whether photos were labelled since it was trained.
    stale: bool,
}

impl ReviewCounts {
    /// Of a concept.
    pub fn of(reviews: &Reviews, concept: &str) -> Self {
        let mut counts = Self::default();
        for review in reviews.of(concept) {
            match review.verdict {
                Verdict::Yes => counts.yes += 1,
                Verdict::No => counts.no += 1,
                Verdict::Unsure => counts.unsure += 1,
                Verdict::Cleared => {}
            }
        }
        counts
    }
}

impl SenseResponse {
    fn of(sense: Sense) -> Self {
        Self {
            name: sense.name.to_owned(),
            lemmas: sense.words.iter().map(ToString::to_string).collect(),
            classes: sense.classes.len(),
            gloss: sense.gloss.to_owned(),
        }
    }
}

impl HeadResponse {
    fn of(head: &Head, jobs: &JobRunner, reviews: &Reviews) -> Self {
        let measures = head.measures.as_ref();
        let version = head.version();
        Self {
            trained_at: head.trained_at,
            labels_from: head.labels.from.clone(),
            labels: head.labels.yes + head.labels.no,
            yes: head.labels.yes,
            no: head.labels.no,
            auc: measures.map(|measures| measures.roc_auc),
            precision: measures.and_then(|measures| measures.at_cut.precision()),
            recall: measures.and_then(|measures| measures.at_cut.recall()),
            cut: head.cut,
            with_text: head.reads_text(),
            report: report_of(jobs.dataset(), &head.concept, Some(&version)).is_file(),
            version,
            stale: reviews.of(&head.concept).iter().any(|review| review.at > head.trained_at),
        }
    }
}

fn concept_response(concept: &Concept, (jobs, reviews): (&JobRunner, &Reviews), keys: &[ScoreKey]) -> ConceptResponse {
    let own = keys.iter().filter(|key| key.concept() == concept.name);
    let scorers: Vec<String> = own.filter_map(|key| key.scorer().map(str::to_owned)).collect();
    let (head, head_fault) = match heads::in_use(jobs.dataset(), &concept.name) {
        Ok(head) => (head, None),
        Err(err) => (None, Some(err.to_string())),
    };
    let versions = heads::versions(jobs.dataset(), &concept.name);
    let from = if jobs.context().settings().concepts.get(&concept.name).is_some() { "settings" } else { "dataset" };
    ConceptResponse {
        name: concept.name.clone(),
        words: concept.words.to_vec(),
        senses: concept.senses.iter().filter_map(|name| concepts::sense(name)).map(SenseResponse::of).collect(),
        from: from.to_owned(),
        counts: concept.counts.map(|scorer| scorer.to_string()),
        counting: main_scorer(concept, |scorer| scorers.iter().any(|known| known == scorer.as_str()))
            .map(|scorer| scorer.to_string()),
        needs_training: concepts::needs_training(concept),
        reviews: ReviewCounts::of(reviews, &concept.name),
        head: head.map(|head| HeadResponse::of(&head, jobs, reviews)),
        head_fault,
        versions: versions.iter().map(|head| HeadResponse::of(head, jobs, reviews)).collect(),
        scorers,
    }
}

fn all(app: &AppState, explorer: &Explorer, store: &dyn Store) -> Result<ConceptsResponse, HttpError> {
    let concepts = app.jobs.concepts().map_err(HttpError::conflict_from)?;
    let keys = explorer.summary().scores;
    let model = app.jobs.context().model().map_err(HttpError::conflict_from)?;
    let seen = |id: &str| store.count_vectors(id).map_err(HttpError::read_failed);
    let mut models = vec![ModelResponse { name: model.id().to_owned(), vectors: seen(model.id())? }];
    if let Some(pair) = app.jobs.context().pair().map_err(HttpError::conflict_from)? {
        models.push(ModelResponse { name: pair.model().id().to_owned(), vectors: seen(pair.model().id())? });
    }
    let reviews = app.jobs.reviews();
    Ok(ConceptsResponse {
        concepts: concepts.iter().map(|concept| concept_response(concept, (&app.jobs, &reviews), &keys)).collect(),
        writable: app.writable,
        models,
        words_model: app.jobs.context().can_embed_text(),
    })
}

async fn answer(app: Arc<AppState>) -> ApiResult {
    let own = Arc::clone(&app);
    let answer = app.query(move |explorer, store| all(&own, explorer, store)).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// All concepts
#[utoipa::path(get, operation_id = "list_concepts", path = "/api/v1/concepts", tag = "concepts",
    responses((status = 200, body = ConceptsResponse), (status = 409, body = ErrorResponse)))]
pub async fn list(State(app): SharedState) -> ApiResult {
    answer(app).await
}

/// The definition of a concept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConceptRequest {
    /// Words in any language; by default its name.
    #[serde(default)]
    words: Vec<String>,
    /// Senses in WordNet.
    #[serde(default)]
    senses: Vec<String>,
    /// The scorer to use; null: the best available.
    #[serde(default)]
    counts: Option<String>,
}

/// Defines a concept of this dataset, or changes it
#[utoipa::path(put, operation_id = "save_concept", path = "/api/v1/concepts/{name}", tag = "concepts", request_body = ConceptRequest,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = ConceptsResponse), (status = 400, body = ErrorResponse), (status = 409, body = ErrorResponse)))]
pub async fn save(
    State(app): SharedState,
    PathParams(name): PathParams<String>,
    body: Result<Json<ConceptRequest>, JsonRejection>,
) -> ApiResult {
    let body = extract::body(body, "The body must be {\"words\": [\"cage\"], \"senses\": [], \"counts\": null}")?;
    let name = name.trim().to_owned();
    let words = if body.words.is_empty() { vec![name.clone()] } else { body.words };
    let refused = |err: ConceptError| HttpError::bad_request(err.what);
    let counts = body.counts.map(|counts| concepts::main_scorer(&name, &counts)).transpose().map_err(refused)?;
    let concept = Concept { name, words: words.into(), senses: body.senses.into(), counts, threshold: None };
    concept.check().map_err(refused)?;
    change(&app, concept.name.clone(), Some(concept)).await?;
    answer(app).await
}

/// Removes a concept of this dataset; scores, reviews and heads are kept
#[utoipa::path(delete, operation_id = "remove_concept", path = "/api/v1/concepts/{name}", tag = "concepts",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = ConceptsResponse), (status = 404, body = ErrorResponse), (status = 409, body = ErrorResponse)))]
pub async fn remove(State(app): SharedState, PathParams(name): PathParams<String>) -> ApiResult {
    change(&app, name, None).await?;
    answer(app).await
}

async fn change(app: &Arc<AppState>, name: String, concept: Option<Concept>) -> Result<(), HttpError> {
    let own = Arc::clone(app);
    app.query(move |_, _| {
        if own.jobs.context().settings().concepts.get(&name).is_some() {
            return Err(HttpError::conflict("This concept is defined in gleaner.toml; change it there"));
        }
        let taking = concept.is_none();
        let done = own.jobs.change_concept(&name, concept).map_err(HttpError::write_failed)?;
        if taking && !done { Err(HttpError::not_found()) } else { Ok(()) }
    })
    .await
}

/// The query of `senses`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SensesQuery {
    /// A word, in English.
    word: String,
}

/// Senses of a word.
#[derive(Serialize, ToSchema)]
pub struct SensesResponse {
    /// The widest first.
    senses: Vec<SenseResponse>,
}

/// Meanings of a word among the model's classes
#[utoipa::path(get, path = "/api/v1/senses", tag = "concepts", params(SensesQuery),
    responses((status = 200, body = SensesResponse)))]
pub async fn senses(QueryParams(query): QueryParams<SensesQuery>) -> ApiResult {
    let senses = concepts::lookup(&query.word).into_iter().map(SenseResponse::of).collect();
    Ok(Json(SensesResponse { senses }).into_response())
}

/// The file of the report: on a version, or on the head in use.
fn report_of(dataset: &Dataset, concept: &str, version: Option<&str>) -> PathBuf {
    let kept = version.filter(|text| heads::is_version(text)).map(|text| dataset.head_version_report(concept, text));
    kept.filter(|path| path.is_file()).unwrap_or_else(|| dataset.head_report(concept))
}

/// The query of `report`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// A version of the head; absent: the one in use.
    version: Option<String>,
}

/// The report on a concept's head
#[utoipa::path(get, path = "/api/v1/concepts/{name}/report", tag = "concepts",
    params(("name" = String, Path, description = "Its name"), ReportQuery),
    responses((status = 200, body = String, content_type = "text/html"), (status = 404, body = ErrorResponse)))]
pub async fn report(
    State(app): SharedState,
    PathParams(name): PathParams<String>,
    QueryParams(query): QueryParams<ReportQuery>,
) -> ApiResult {
    let own = Arc::clone(&app);
    let read = move || std::fs::read(report_of(own.jobs.dataset(), &name, query.version.as_deref()));
    let page = app.query(move |_, _| read().map_err(|_| HttpError::not_found())).await?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, REPORT_POLICY),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::OK, headers, page).into_response())
}
