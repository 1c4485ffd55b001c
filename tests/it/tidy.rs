//! Rules for the source tree: imports point down, no cycles, short files, only `cli` prints.

mod circles;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, from the top. A module may use modules of its own layer and of those below.
const LAYERS: [&[&str]; 12] = [
    &["cli"],
    &["serve"],
    &["analysis", "report"],
    &["pipeline", "export", "explorer", "legacy"],
    &["stages", "sources", "scorers", "store"],
    &["training"],
    &["config", "seal", "net", "reviews", "bucket", "browser"],
    &["concepts", "models", "setting", "taxa"],
    &["dataset", "files"],
    &["layers", "picture", "places", "reference"],
    &["photo"],
    &["disk", "hash", "json", "error_chain", "redact"],
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "canonical/src", "depthwise/src", "scaled-jpeg/src", "testbed/src"] {
        rust_files(&root.join(folder), &mut files);
    }
    assert!(files.len() > 30, "too few files were found");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file is text");
        (path.strip_prefix(root).expect("the file is below the root").to_owned(), text)
    };
    files.into_iter().map(read).collect()
}

/// The code without its tests.
fn code<'a>(path: &Path, text: &'a str) -> &'a str {
    let is_test = |part: &OsStr| part == "tests" || part == "tests.rs";
    if path.iter().any(is_test) { "" } else { text.split("#[cfg(test)]").next().unwrap_or(text) }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Ok(below) = path.strip_prefix("src") else { continue };
        let module = below.components().next().expect("a file has a name").as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs");
        let Some(own) = layer(module) else {
            assert!(["lib", "main"].contains(&module), "{module} has no layer");
            continue;
        };
        for part in code(&path, &text).split("crate::").skip(1) {
            let used: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if layer(&used).is_some_and(|used| used < own) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point up:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|(path, text)| code(path, text).lines().count() > 500)
        .map(|(path, text)| format!("{} {}", path.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "too long: {long:?}");
}

#[test]
fn every_file_begins_with_a_doc_comment() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "no `//!`: {silent:?}");
}

#[test]
fn only_the_command_line_reads_the_environment_or_exits() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !path.starts_with("src") || path.starts_with("src/cli") {
            continue;
        }
        for word in ["env::var", "process::exit", "println!", "eprintln!"] {
            if code(&path, &text).contains(word) {
                wrong.push(format!("{} has {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
