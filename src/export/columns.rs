//! The columns of tables of photos: those of the registry of fields, and the scores of the dataset.

use std::collections::{BTreeSet, HashSet};

use anyhow::{Result, ensure};
use serde_json::{Map, Value};

use crate::photo::{Photo, ScoreKey, fields, fields::ColumnType};
use crate::store::{Store, for_each_photo};

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

impl TypedColumn {
    /// The value of a record.
    pub fn value(&self, record: &Map<String, Value>) -> Option<Value> {
        let value = match &self.score {
            Some((key, below)) => score_value(record, key, *below).cloned(),
            None => value_at(record, &self.name),
        };
        value.filter(|value| !value.is_null())
    }
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
    photo.scores.iter().map(|(key, score)| (key.clone(), score.value.is_none() && score.below.is_some()))
}

/// The columns of all scores: one for values each, and one for thresholds if a photo has one.
pub(super) fn scores(store: &dyn Store) -> Result<BTreeSet<ScoreColumn>> {
    let mut found = BTreeSet::new();
    for_each_photo(store, |photo| {
        for column in of(&photo).filter(|column| !found.contains(column)).collect::<Vec<_>>() {
            found.insert((column.0.clone(), false));
            found.insert(column);
        }
        Ok(())
    })?;
    Ok(found)
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

/// The number in a column of scores.
pub(super) fn score_value<'a>(record: &'a Map<String, Value>, key: &ScoreKey, below: bool) -> Option<&'a Value> {
    record.get("scores")?.get(key.as_str())?.get(score_part(below))
}

/// The value at a dotted path. Below a list it is a list with the value of each item.
pub(super) fn value_at(record: &Map<String, Value>, path: &str) -> Option<Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    match (record.get(first)?, rest) {
        (value, None) => Some(value.clone()),
        (Value::Object(inner), Some(rest)) => value_at(inner, rest),
        (Value::Array(items), Some(rest)) => {
            let each = items.iter().map(|item| item.as_object().and_then(|item| value_at(item, rest)));
            Some(each.map(Option::unwrap_or_default).collect())
        }
        (_, Some(_)) => None,
    }
}
