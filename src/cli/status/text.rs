//! `gleaner status` as text.

use std::collections::BTreeMap;

use super::super::output::{bytes, counted};
use super::concepts::{ConceptStatus, Labels, ScorerStatus};
use super::{Status, searches};
use crate::photo::State;
use crate::photo::text::grouped;
use crate::pipeline::worker_session::describe;

/// Values of one kind that are shown.
const SHOWN: usize = 10;

impl Status {
    /// The whole text.
    pub(super) fn text(&self) -> String {
        let mut text = self.head();
        text += &section("sources", &self.sources);
        text += &section("searches", &self.searches);
        text += &searches::text(&self.completeness);
        text += &self.concepts_text();
        text += &section("labelled by services", &self.labels);
        text += &section("countries", &self.countries);
        text += &section("licences", &self.licenses);
        text += &section("faults", &self.faults);
        text += &section("also stored, but the same as a photo of another source", &self.unlisted);
        text += &self.sizes_text();
        if !self.workers.is_empty() {
            text += "workers:\n";
        }
        for worker in &self.workers {
            let rate = super::super::progress::rate(worker.per_minute / 60.0, "photo");
            text += &format!("  {}: {}, {rate}\n", describe(worker), counted(worker.done, "photo"));
        }
        for problem in &self.problems {
            text += &format!("note: {problem}\n");
        }
        text
    }

    fn head(&self) -> String {
        let count = |state| self.states.get(&state).copied().unwrap_or(0);
        let people = match self.owners {
            0 => String::new(),
            1 => " by 1 person".to_owned(),
            owners => format!(" by {} people", grouped(owners)),
        };
        let mut text = format!("{}: {}{people}\n", self.dataset, counted(self.photos, "photo"));
        for (number, what) in [
            (self.images, format!("with an image ({})", bytes(self.image_bytes))),
            (self.thumbnails, "with a thumbnail".to_owned()),
            (self.located, "with coordinates".to_owned()),
            (count(State::Found), "without an image so far (`gleaner download` fetches them)".to_owned()),
            (count(State::Failed), "failed temporarily (`gleaner download` tries again)".to_owned()),
            (count(State::Gone), "gone at the source".to_owned()),
            (count(State::Rejected), "rejected".to_owned()),
        ] {
            if number > 0 {
                text += &row(number, &what);
            }
        }
        text
    }

    fn concepts_text(&self) -> String {
        let mut text = String::new();
        if self.concepts.is_empty() {
            if self.photos > 0 {
                text += "concepts: none (`gleaner concept add monkey` defines one)\n";
            }
        } else {
            text += "concepts:\n";
        }
        for concept in &self.concepts {
            text += &concept_text(concept);
        }
        for left in &self.left_scores {
            text += &format!("  {}: not defined; {} have scores of it\n", left.name, counted(left.scored, "photo"));
        }
        text
    }

    fn sizes_text(&self) -> String {
        let sizes: Vec<String> = self
            .sizes
            .named()
            .map(|(name, size)| {
                let about = if size.estimated { "about " } else { "" };
                format!("  {:>15}  {name}\n", format!("{about}{}", bytes(size.bytes)))
            })
            .collect();
        if sizes.is_empty() { String::new() } else { format!("on disk:\n{}", sizes.concat()) }
    }
}

fn concept_text(concept: &ConceptStatus) -> String {
    let head = concept.head.as_ref().map_or_else(
        || "not trained".to_owned(),
        |head| {
            let day = head.trained_at.strftime("%Y-%m-%d");
            format!("trained on {day} from {}", counted(head.labels, "label"))
        },
    );
    let mut text = format!("  {}: {}; {head}\n", concept.name, labels_text(&concept.labels));
    for scorer in &concept.scorers {
        text += &scorer_text(scorer);
    }
    if concept.scorers.is_empty() {
        text += match &concept.needs_training {
            Some(_) => "           no scores: it needs training (`gleaner train`)\n",
            None => "           no scores so far (`gleaner score`)\n",
        };
    }
    text
}

fn labels_text(labels: &Labels) -> String {
    let own = labels.yes + labels.no + labels.unsure;
    let mut parts = vec![format!("{} yes", grouped(labels.yes)), format!("{} no", grouped(labels.no))];
    if labels.unsure > 0 {
        parts.push(format!("{} unsure", grouped(labels.unsure)));
    }
    let mut text =
        if own == 0 { "no labels".to_owned() } else { format!("{} ({})", counted(own, "label"), parts.join(", ")) };
    if labels.in_records > labels.yes + labels.no {
        text += &format!(", {} of all people in the records", grouped(labels.in_records));
    }
    text
}

fn scorer_text(status: &ScorerStatus) -> String {
    let ScorerStatus { scorer, scored, outdated, not_yet } = status;
    let mut what = format!("scored by {scorer}");
    if *outdated > 0 {
        what += &format!(", {} by an earlier definition", grouped(*outdated));
    }
    if let Some(not_yet) = not_yet.filter(|count| *count > 0) {
        what += &format!(", {} not yet", grouped(not_yet));
    }
    format!("  {}", row(*scored, &what))
}

fn row(number: u64, what: &str) -> String {
    format!("  {:>9}  {what}\n", grouped(number))
}

/// The most frequent values, and the number of the others.
fn section(title: &str, counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let shown: String = rows.iter().take(SHOWN).map(|(name, count)| row(**count, name)).collect();
    let more = rows.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("             and {} more\n", grouped(more as u64)) } else { String::new() };
    format!("{title}:\n{shown}{more}")
}
