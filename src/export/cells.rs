//! The values of a table's columns in a record that is written as JSON: slices of it, found in one pass.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::json;

/// The names of a dotted path.
pub(super) fn path(dotted: &str) -> Vec<String> {
    dotted.split('.').map(str::to_owned).collect()
}

/// The paths of all columns.
#[derive(Default)]
pub(super) struct CellTree {
    root: Branch,
    columns: usize,
}

/// The columns at and below a field.
#[derive(Default)]
struct Branch {
    /// Columns whose path ends here.
    here: Vec<usize>,
    /// Columns whose path goes on.
    beyond: Vec<usize>,
    /// By the name of the next field, as it is written in JSON.
    below: HashMap<String, Self, RandomState>,
}

/// The value of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell<'a> {
    /// There is none.
    #[default]
    Absent,
    /// A value, as it is written.
    Written(&'a str),
    /// Below a list: the value of each item.
    Each(Vec<Self>),
}

impl CellTree {
    /// The columns with these paths, in this order.
    pub fn of(paths: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut tree = Self { root: Branch::default(), columns: 0 };
        for path in paths {
            let mut branch = &mut tree.root;
            for name in path {
                branch.beyond.push(tree.columns);
                branch = branch.below.entry(serde_json::Value::from(name).to_string()).or_default();
            }
            branch.here.push(tree.columns);
            tree.columns += 1;
        }
        tree
    }

    /// The values in a record, one for each column.
    pub fn cells<'a>(&self, record: &'a str) -> Vec<Cell<'a>> {
        let mut cells = vec![Cell::Absent; self.columns];
        self.root.fill(record, &mut cells);
        cells
    }
}

impl Branch {
    fn fill<'a>(&self, object: &'a str, cells: &mut [Cell<'a>]) {
        for (key, value) in json::fields(object) {
            let Some(branch) = self.below.get(key.written()) else { continue };
            for column in &branch.here {
                cells[*column] = Cell::Written(value);
            }
            if branch.beyond.is_empty() {
                continue;
            }
            if json::is_object(value) {
                branch.fill(value, cells);
            } else if json::is_list(value) {
                branch.fill_each(value, cells);
            }
        }
    }

    fn fill_each<'a>(&self, list: &'a str, cells: &mut [Cell<'a>]) {
        let mut each: Vec<Vec<Cell<'a>>> = vec![Vec::new(); self.beyond.len()];
        for item in json::items(list) {
            if json::is_object(item) {
                self.fill(item, cells);
            }
            for (column, each) in self.beyond.iter().zip(&mut each) {
                each.push(std::mem::take(&mut cells[*column]));
            }
        }
        for (column, each) in self.beyond.iter().zip(each) {
            cells[*column] = Cell::Each(each);
        }
    }
}

impl<'a> Cell<'a> {
    /// Whether there is no value, or null.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Written(value) => json::is_null(value),
            Self::Each(_) => false,
        }
    }

    /// The items, if it is a list.
    pub fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::Absent => None,
            Self::Written(value) => json::is_list(value).then(|| json::items(value).map(Self::Written).collect()),
            Self::Each(items) => Some(items.clone()),
        }
    }

    /// The value as JSON.
    pub fn to_json(&self) -> Cow<'a, str> {
        match self {
            Self::Absent => Cow::Borrowed("null"),
            Self::Written(value) => Cow::Borrowed(value),
            Self::Each(items) => {
                let items: Vec<_> = items.iter().map(Self::to_json).collect();
                Cow::Owned(format!("[{}]", items.join(",")))
            }
        }
    }

    /// The text itself, a number or another value as JSON; nothing for null.
    pub fn to_text(&self) -> Option<Cow<'a, str>> {
        match self {
            _ if self.is_null() => None,
            Self::Written(value) => Some(json::text(value).unwrap_or(Cow::Borrowed(value))),
            other => Some(other.to_json()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cells(record: &serde_json::Value, paths: &[&str]) -> Vec<String> {
        let record = record.to_string();
        let tree = CellTree::of(paths.iter().map(|dotted| path(dotted)));
        tree.cells(&record).iter().map(|cell| cell.to_json().into_owned()).collect()
    }

    #[test]
    fn a_path_finds_values_in_objects_and_in_each_item_of_a_list() {
        let record =
            json!({"a": {"b": 1, "c": null}, "list": [{"x": 1, "in": {"y": "é\n"}}, {"in": {}}, 5], "empty": []});
        let paths = ["a", "a.b", "a.c", "a.d", "list.x", "list.in.y", "list.in", "empty.x", "empty", "none"];
        let expected = [
            "{\"b\":1,\"c\":null}",
            "1",
            "null",
            "null",
            "[1,null,null]",
            "[\"é\\n\",null,null]",
            "[{\"y\":\"é\\n\"},{},null]",
            "[]",
            "[]",
            "null",
        ];
        assert_eq!(cells(&record, &paths), expected);
    }

    #[test]
    fn a_list_in_a_list_is_a_list_of_lists() {
        let record = json!({"list": [{"in": [{"y": 1}, {"y": 2}]}, {}, {"in": []}]});
        assert_eq!(cells(&record, &["list.in.y"]), ["[[1,2],null,[]]"]);
    }

    #[test]
    fn a_name_that_is_escaped_in_json_is_found() {
        let record = json!({"scores": {"a\"b.c": {"value": 0.5}}});
        let tree = CellTree::of([["scores", "a\"b.c", "value"].map(str::to_owned).to_vec()]);
        assert_eq!(tree.cells(&record.to_string()), [Cell::Written("0.5")]);
    }
}
