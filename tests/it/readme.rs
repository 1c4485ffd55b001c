//! The README says what the program says.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_readme_shows_the_help_as_it_is() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("the README is there");
    let shown = readme.split_once("$ gleaner --help\n").expect("the README shows the help").1;
    let shown = shown.split_once("\n```").expect("the block ends").0;
    // Away from a terminal the help is 100 columns wide.
    let output = Command::new(env!("CARGO_BIN_EXE_gleaner"))
        .arg("--help")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let help = String::from_utf8(output.stdout).expect("the help is text");
    assert_eq!(shown.trim_end(), help.trim_end(), "put the output of `gleaner --help` into README.md");
}

#[test]
fn every_file_that_the_documents_link_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    let mut links = 0;
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"] {
        let text = fs::read_to_string(root.join(document)).expect("the document is there");
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().expect("a split has a first part");
            if target.is_empty() || target.contains("://") {
                continue;
            }
            links += 1;
            if !root.join(target).exists() {
                missing.push(format!("{document}: {target}"));
            }
        }
    }
    assert!(links > 10, "the walk found too few links to judge");
    assert!(missing.is_empty(), "links to nothing:\n{}", missing.join("\n"));
}
