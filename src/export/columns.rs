//! The columns of tables of photos: those of the registry of fields, and the scores of the dataset.

use std::collections::{BTreeSet, HashSet};

use anyhow::{Result, ensure};

use super::cells::{CellTree, path};
use crate::photo::{Photo, ScoreKey, fields, fields::ColumnType};
use crate::store::{Aspect, Store};

/// A column of scores: the score's key, and whether it holds the reporting threshold (`below`) instead of values.
pub(super) type ScoreColumn = (ScoreKey, bool);

/// A column with a type. Tables of them have no personal fields.
pub(super) struct TypedColumn {
    /// Its name: the dotted path of the JSON Lines.
    pub name: String,
    /// The type of its values.
    pub kind: ColumnType,
    /// Whether a photo has a list of them.
    pub is_list: bool,
    /// Its meaning, in one line.
    pub meaning: String,
    score: Option<ScoreColumn>,
}

/// Where the columns' values are in a record.
pub(super) fn tree(columns: &[TypedColumn]) -> CellTree {
    let path = |column: &TypedColumn| column.score.as_ref().map_or_else(|| path(&column.name), score_path);
    CellTree::of(columns.iter().map(path))
}

/// The columns of a dataset, with names that differ in more than their case, as databases want them.
pub(super) fn typed(scores: &BTreeSet<ScoreColumn>) -> Vec<TypedColumn> {
    let plain = fields::columns().map(|column| {
        let (kind, is_list) = ColumnType::of_unit(column.unit);
        let (name, meaning) = (column.path.to_owned(), column.meaning.to_owned());
        TypedColumn { name, kind, is_list, meaning, score: None }
    });
    let scores = scores.iter().map(|column| {
        let (key, below) = column;
        TypedColumn {
            name: format!("scores.{key}.{}", score_part(*below)),
            kind: ColumnType::Number,
            is_list: false,
            meaning: if *below { format!("the score {key} is less than this") } else { format!("the score {key}") },
            score: Some(column.clone()),
        }
    });
    let mut columns: Vec<TypedColumn> = plain.chain(scores).collect();
    let mut taken = HashSet::new();
    for column in &mut columns {
        while !taken.insert(column.name.to_lowercase()) {
            column.name.push('_');
        }
    }
    columns
}

/// The columns of a photo's scores.
fn of(photo: &Photo) -> impl Iterator<Item = ScoreColumn> {
    photo.scores.iter().map(|(key, score)| (key.clone(), score.is_below()))
}

/// The columns of all scores: one for values each, and one for thresholds if a photo has one.
pub(super) fn scores(store: &dyn Store) -> Result<BTreeSet<ScoreColumn>> {
    let tally = store.tally()?;
    let kinds = [(Aspect::Valued, false), (Aspect::Below, true)];
    let keys = kinds.into_iter().flat_map(|(aspect, below)| tally.of(aspect).map(move |(key, _)| (key, below)));
    let columns = keys.flat_map(|(key, below)| [false, below].map(|below| (ScoreKey::from(key.to_owned()), below)));
    Ok(columns.collect())
}

/// Fails if a photo has a score without a column.
pub(super) fn check_scores(photo: &Photo, scores: &BTreeSet<ScoreColumn>) -> Result<()> {
    ensure!(
        of(photo).all(|column| scores.contains(&column)),
        "the dataset got scores for another concept while it was being exported; please export again"
    );
    Ok(())
}

pub(super) fn score_part(below: bool) -> &'static str {
    if below { "below" } else { "value" }
}

/// The way to the number in a column of scores.
pub(super) fn score_path((key, below): &ScoreColumn) -> Vec<String> {
    ["scores", key.as_str(), score_part(*below)].map(str::to_owned).to_vec()
}
