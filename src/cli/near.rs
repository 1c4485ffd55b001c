//! What a user probably means who names a folder, a file or a dataset that is not there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::dataset::Dataset;
use crate::photo::suggest::nearest;

/// Names that are listed where none is near.
const LISTED: usize = 5;

/// A hint for a path without a dataset.
pub fn dataset(path: &Path) -> String {
    let create = "`gleaner scrape --dataset NAME` creates a dataset, `gleaner serve --create NAME` an empty one, `gleaner demo` an example";
    if path.is_file() {
        return format!("it is a file, and a dataset is a folder; {create}");
    }
    let below = datasets(path);
    if !below.is_empty() {
        let paths: Vec<PathBuf> = below.iter().map(|name| path.join(name)).collect();
        return format!("this folder contains {}: name one of them", listed(&paths));
    }
    if let Some(meant) = nearest_dataset(path) {
        return format!("did you mean {}?", meant.display());
    }
    let beside = datasets(folder_of(path));
    if !beside.is_empty() {
        let paths: Vec<PathBuf> = beside.iter().map(|name| path.with_file_name(name)).collect();
        return format!("the datasets there are {}; {create}", listed(&paths));
    }
    if path.is_dir() {
        return format!("the folder exists, but gleaner did not make it; {create}");
    }
    format!("check the path; {create}")
}

/// The dataset beside a path that is probably meant.
pub fn nearest_dataset(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    let beside = datasets(folder_of(path));
    nearest(&name, beside.iter().map(String::as_str)).map(|meant| path.with_file_name(meant))
}

/// `; did you mean PATH?` for a path that does not exist, or nothing.
pub fn file(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let names = names(folder_of(path), &|_| true);
    match nearest(&name, names.iter().map(String::as_str)) {
        Some(meant) => format!("; did you mean {}?", path.with_file_name(meant).display()),
        None => String::new(),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn datasets(folder: &Path) -> Vec<String> {
    names(folder, &|path| Dataset::at(path).database().is_file())
}

/// The names in a folder, in order.
fn names(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| wanted(path));
    let mut names: Vec<String> = paths.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    names.sort_unstable();
    names
}

fn listed(paths: &[PathBuf]) -> String {
    let more = if paths.len() > LISTED { ", ..." } else { "" };
    paths.iter().take(LISTED).map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ") + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_dataset_a_file_a_folder_of_datasets_and_nothing_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        assert!(dataset(&at("monkeys")).starts_with("check the path"));
        for name in ["monkeys", "nests/birds", "nests/eggs"] {
            fs::create_dir_all(at(name)).unwrap();
            fs::write(at(name).join("dataset.db"), "").unwrap();
        }
        fs::create_dir(at("photos")).unwrap();
        fs::write(at("monkeys.csv"), "").unwrap();
        for (wrong, right) in [("monkyes", "monkeys"), ("Monkey", "monkeys"), ("nests/bird", "nests/birds")] {
            assert_eq!(dataset(&at(wrong)), format!("did you mean {}?", at(right).display()), "{wrong}");
        }
        assert!(dataset(&at("monkeys.csv")).starts_with("it is a file"));
        assert!(dataset(&at("nests")).contains("birds") && dataset(&at("nests")).contains("eggs"));
        assert!(dataset(&at("whales")).starts_with("the datasets there are"));
        assert!(dataset(&at("photos/x")).starts_with("check the path"));
        assert!(file(&at("monkey.csv")).ends_with("monkeys.csv?") && file(&at("zebra.csv")).is_empty());
    }
}
