//! The report's charts as SVG, drawn in a unit square.

use crate::training::measures::{Confusion, Reliability, ScoredLabel, steps};

/// The side of the square, in units of the drawing.
const SIDE: f64 = 240.0;

/// The left and top margin.
const LEFT: f64 = 32.0;
const TOP: f64 = 8.0;

/// Most points of a curve; more would not be visible.
const MAX_POINTS: usize = 1000;

fn place(x: f64, y: f64) -> (f64, f64) {
    (LEFT + x * SIDE, TOP + (1.0 - y) * SIDE)
}

fn chart(title: &str, words: &str, (across, up): (&str, &str), inside: &str) -> String {
    let (left, bottom) = place(0.0, 0.0);
    let (right, top) = place(1.0, 1.0);
    let (middle, low) = (f64::midpoint(left, right), bottom + 30.0);
    let high = f64::midpoint(top, bottom);
    format!(
        "<figure><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}: {words}\">\
         <rect class=\"frame\" x=\"{left}\" y=\"{top}\" width=\"{SIDE}\" height=\"{SIDE}\"/>{inside}\
         <text x=\"{left}\" y=\"{ticks}\" text-anchor=\"middle\">0</text><text x=\"{right}\" y=\"{ticks}\" text-anchor=\"middle\">1</text>\
         <text x=\"{edge}\" y=\"{bottom}\" text-anchor=\"end\">0</text><text x=\"{edge}\" y=\"{}\" text-anchor=\"end\">1</text>\
         <text x=\"{middle}\" y=\"{low}\" text-anchor=\"middle\">{across}</text>\
         <text x=\"12\" y=\"{high}\" text-anchor=\"middle\" transform=\"rotate(-90 12 {high})\">{up}</text></svg>\
         <figcaption><strong>{title}.</strong> {words}</figcaption></figure>\n",
        right + 10.0,
        low + 6.0,
        top + 10.0,
        ticks = bottom + 14.0,
        edge = left - 4.0,
    )
}

fn curve(points: &[(f64, f64)]) -> String {
    let every = points.len().div_ceil(MAX_POINTS).max(1);
    let last = points.len().saturating_sub(1);
    let kept = points.iter().enumerate().filter(|(at, _)| at % every == 0 || *at == last);
    let drawn: Vec<String> = kept
        .map(|(_, (x, y))| {
            let (x, y) = place(*x, *y);
            format!("{x:.1},{y:.1}")
        })
        .collect();
    format!("<polyline class=\"curve\" points=\"{}\"/>", drawn.join(" "))
}

fn dot(class: &str, (x, y): (f64, f64), radius: f64) -> String {
    let (x, y) = place(x, y);
    format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"/>")
}

fn diagonal() -> String {
    let ((x1, y1), (x2, y2)) = (place(0.0, 0.0), place(1.0, 1.0));
    format!("<path class=\"guess\" d=\"M{x1} {y1}L{x2} {y2}\"/>")
}

/// Recall against the false positive rate, at every threshold.
pub fn roc(scored_labels: &[ScoredLabel], cut: f64) -> String {
    let at = |counts: &Confusion| (counts.false_positive_rate().unwrap_or(0.0), counts.recall().unwrap_or(0.0));
    let points: Vec<_> = steps(scored_labels).iter().map(|(_, counts)| at(counts)).collect();
    let inside = diagonal() + &curve(&points) + &dot("cut", at(&Confusion::at(cut, scored_labels)), 5.0);
    let words = "Each point is a threshold. The nearer the curve is to the upper left corner the better; the broken line is guessing, the ring is the recommended threshold.";
    chart("ROC curve", words, ("false positive rate", "recall"), &inside)
}

/// Precision against recall, at every threshold with a positive.
pub fn precision_recall(scored_labels: &[ScoredLabel], cut: f64) -> String {
    let at = |counts: &Confusion| Some((counts.recall()?, counts.precision()?));
    let points: Vec<_> = steps(scored_labels).iter().filter_map(|(_, counts)| at(counts)).collect();
    let ring = at(&Confusion::at(cut, scored_labels)).map(|place| dot("cut", place, 5.0)).unwrap_or_default();
    let words = "Each point is a threshold: further right it finds more of the photos that show it, higher up it includes fewer that do not.";
    chart("Precision and recall", words, ("recall", "precision"), &(curve(&points) + &ring))
}

/// Predicted scores against the share labelled yes.
pub fn reliability(bins: &[Reliability]) -> String {
    let most = bins.iter().map(|bin| bin.photos).max().unwrap_or(1).max(1) as f64;
    let dots =
        bins.iter().map(|bin| dot("dot", (bin.predicted, bin.observed), 3.0 + 5.0 * (bin.photos as f64 / most).sqrt()));
    let words = "Each dot is a group of photos with similar scores. On the broken line scores are correct probabilities; below it they are too high.";
    chart("Reliability", words, ("score", "share that shows it"), &(diagonal() + &dots.collect::<String>()))
}
