//! `heads/NAME.html`: the quality report of a head, one self-contained file without scripts.

mod charts;

use std::fmt::{self, Display, Formatter};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use html_escape::encode_quoted_attribute;

use super::measures::{self, Confusion};
use super::{HeldOut, Outcome};
use crate::photo::PhotoId;

/// Most pictures of each kind of error.
const MAX_PICTURES: usize = 48;

/// Bins of the reliability chart.
const RELIABILITY_BINS: usize = 8;

/// What the report shows of a photo.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Its thumbnail as a JPEG, if there is one.
    pub jpeg: Option<Vec<u8>>,
    /// Its title, as stored.
    pub title: String,
}

/// Text escaped for HTML content and quoted attributes, control characters as blanks.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = self.0.replace(char::is_control, " ");
        f.write_str(&encode_quoted_attribute(&text))
    }
}

/// The whole page; `show` is called for each photo with an error.
pub fn html(outcome: &Outcome, show: &dyn Fn(&PhotoId) -> Picture) -> String {
    let head = &outcome.head;
    let concept = Escaped(&head.concept);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{concept}: a trained head</title><style>{}</style></head><body><main>\n<h1>{concept}</h1>\n",
        include_str!("report.css")
    );
    page += &format!("<p>{}</p>\n", Escaped(&trained_with(outcome)));
    match (&head.measures, &outcome.too_few_groups) {
        (Some(_), _) => page += &measured(outcome, show),
        (None, Some(too_few)) => {
            page += &format!(
                "<p class=\"warning\">This head {}. It was trained anyway, but its scores are not calibrated \
                 and its errors are unknown. Label photos of more people.</p>\n",
                Escaped(&too_few.to_string())
            );
        }
        (None, None) => {}
    }
    page += &format!(
        "<p class=\"small\">Model {}, version {}, C {}, trained {} by Gleaner {}.</p>\n</main></body></html>\n",
        Escaped(&head.model),
        head.version(),
        head.c,
        head.trained_at,
        Escaped(&head.program)
    );
    page
}

fn trained_with(outcome: &Outcome) -> String {
    let labels = &outcome.head.labels;
    let left_out = match outcome.without_vector {
        0 => String::new(),
        count => format!(" {count} labelled photos without a vector were left out."),
    };
    format!(
        "Trained with {} photos: {} show it, {} do not. The labels are from {}. The photos form {} groups (photos of one owner, \
         copies of one file and near-duplicates are one group) and have {} known owners. It uses the {}.{left_out}",
        labels.yes + labels.no,
        labels.yes,
        labels.no,
        labels.from,
        labels.groups,
        labels.owners,
        if outcome.head.reads_text() { "picture and the words of title, tags and description" } else { "picture only" },
    )
}

/// The results of the cross-validation.
fn measured(outcome: &Outcome, show: &dyn Fn(&PhotoId) -> Picture) -> String {
    let head = &outcome.head;
    let Some(measures) = &head.measures else { return String::new() };
    let scored_labels = outcome.scored_labels();
    let mut part = format!(
        "<p>Every number below is for photos that the head was not trained on: {folds} heads were trained, each without one of \
         {folds} parts of the groups, and scored that part. A part never shares an owner, a file or a near-duplicate with the rest.</p>\n",
        folds = measures.folds
    );
    part += &numbers(measures.roc_auc, &measures.at_cut, head.cut);
    part += &confusion(&measures.at_cut);
    part += &format!(
        "<div class=\"charts\">{}{}{}</div>\n",
        charts::roc(&scored_labels, head.cut),
        charts::precision_recall(&scored_labels, head.cut),
        charts::reliability(&measures::reliability(&scored_labels, RELIABILITY_BINS))
    );
    part += &format!(
        "<p>After calibration scores are probabilities: of the photos with a score near 0.8, about 80 of 100 should show it. Brier \
         score {:.3} before and {:.3} after it, log loss {:.3} and {:.3} (lower is better; always predicting one half gives 0.250 \
         and 0.693). The probabilities hold for the labelled photos: if fewer photos of the dataset show it, the scores are too high.</p>\n",
        measures.uncalibrated.brier,
        measures.calibrated.brier,
        measures.uncalibrated.log_loss,
        measures.calibrated.log_loss
    );
    let wrong = |truth: bool| {
        let mut wrong: Vec<&HeldOut> =
            outcome.held_out.iter().filter(|held| held.truth == truth && (held.score >= head.cut) != truth).collect();
        wrong.sort_by(|a, b| if truth { a.score.total_cmp(&b.score) } else { b.score.total_cmp(&a.score) });
        wrong
    };
    part += &pictures("False positives: scored yes, labelled no", "the highest scores first", &wrong(false), show);
    part += &pictures("False negatives: scored no, labelled yes", "the lowest scores first", &wrong(true), show);
    part
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "none".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

fn numbers(roc_auc: f64, at_cut: &Confusion, cut: f64) -> String {
    format!(
        "<dl><dt>ROC-AUC</dt><dd>{roc_auc:.3}</dd><dd>A photo that shows it has a higher score than one that does not in {} of 100 \
         pairs; 50 is guessing.</dd>\n\
         <dt>Recommended threshold</dt><dd>{cut:.3}</dd><dd>Photos with at least this score are scored yes. It was chosen for the \
         highest F1 on these same photos, so the three numbers below are slightly too high.</dd>\n\
         <dt>Precision</dt><dd>{}</dd><dd>The share of the photos scored yes that show it.</dd>\n\
         <dt>Recall</dt><dd>{}</dd><dd>The share of the photos that show it that are scored yes.</dd>\n\
         <dt>F1</dt><dd>{}</dd><dd>The harmonic mean of both.</dd></dl>\n",
        (100.0 * roc_auc).round(),
        percent(at_cut.precision()),
        percent(at_cut.recall()),
        percent(at_cut.f1())
    )
}

fn confusion(counts: &Confusion) -> String {
    format!(
        "<table><caption>Errors at the recommended threshold</caption>\
         <thead><tr><td></td><th scope=\"col\">scored yes</th><th scope=\"col\">scored no</th></tr></thead><tbody>\
         <tr><th scope=\"row\">labelled yes</th><td>{}</td><td class=\"wrong\">{}</td></tr>\
         <tr><th scope=\"row\">labelled no</th><td class=\"wrong\">{}</td><td>{}</td></tr></tbody></table>\n",
        counts.true_positives, counts.false_negatives, counts.false_positives, counts.true_negatives
    )
}

fn pictures(title: &str, what: &str, wrong: &[&HeldOut], show: &dyn Fn(&PhotoId) -> Picture) -> String {
    if wrong.is_empty() {
        return format!("<h2>{title}</h2>\n<p>None.</p>\n");
    }
    let mut part =
        format!("<h2>{title}: {}</h2>\n<p class=\"small\">{what}; a label may be wrong too.</p>\n<ul>", wrong.len());
    for held in wrong.iter().take(MAX_PICTURES) {
        let picture = show(&held.id);
        let title = Escaped(&picture.title);
        part += &match &picture.jpeg {
            Some(jpeg) => format!("<li><img alt=\"{title}\" src=\"data:image/jpeg;base64,{}\">", STANDARD.encode(jpeg)),
            None => "<li><div class=\"none\">no thumbnail</div>".to_owned(),
        };
        part +=
            &format!("<b>{:.3}</b> <span>{title}</span> <code>{}</code></li>\n", held.score, Escaped(held.id.as_str()));
    }
    part += "</ul>\n";
    if wrong.len() > MAX_PICTURES {
        part += &format!("<p>and {} more.</p>\n", wrong.len() - MAX_PICTURES);
    }
    part
}
