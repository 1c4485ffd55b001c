//! The documents agree with the program, link to existing files, and stay short.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The documents, relative to the root.
fn documents() -> Vec<PathBuf> {
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(PathBuf::from);
    let docs = fs::read_dir(root().join("docs")).expect("docs/ exists").flatten();
    let docs = docs.map(|entry| Path::new("docs").join(entry.file_name()));
    top.into_iter().chain(docs.filter(|path| path.extension().is_some_and(|suffix| suffix == "md"))).collect()
}

fn read(document: &Path) -> String {
    fs::read_to_string(root().join(document)).expect("the document is text")
}

#[test]
fn docs_cli_shows_the_current_help() {
    let text = read(Path::new("docs/cli.md"));
    let shown = text.split_once("$ gleaner --help\n").expect("docs/cli.md shows the help").1;
    let shown = shown.split_once("\n```").expect("the block ends").0;
    // Without a terminal the help is 100 columns wide.
    let output = Command::new(env!("CARGO_BIN_EXE_gleaner"))
        .arg("--help")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let help = String::from_utf8(output.stdout).expect("the help is text");
    assert_eq!(shown.trim_end(), help.trim_end(), "put the output of `gleaner --help` into docs/cli.md");
}

#[test]
fn every_file_that_the_documents_link_to_exists() {
    let mut missing = Vec::new();
    let mut links = 0;
    for document in documents() {
        let folder = root().join(&document).parent().expect("a file has a folder").to_owned();
        for rest in read(&document).split("](").skip(1) {
            let target = rest.split([')', '#']).next().expect("a split has a first part");
            if target.is_empty() || target.contains("://") {
                continue;
            }
            links += 1;
            if !folder.join(target).exists() {
                missing.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(links > 40, "only {links} links were found");
    assert!(missing.is_empty(), "broken links:\n{}", missing.join("\n"));
}

#[test]
fn the_main_documents_stay_short() {
    for (document, most) in [("README.md", 900), ("ARCHITECTURE.md", 1_500)] {
        let words = read(Path::new(document)).split_whitespace().count();
        assert!(words <= most, "{document} has {words} words; the limit is {most}");
    }
}

#[test]
fn the_architecture_names_files_that_exist() {
    let text = read(Path::new("ARCHITECTURE.md"));
    for part in text.split('`').skip(1).step_by(2) {
        let is_path = part.contains('/') && !part.contains("NAME") && !part.contains(' ') && !part.starts_with('/');
        let found = ["", "src/"].iter().any(|folder| root().join(folder).join(part).exists());
        assert!(!is_path || found, "ARCHITECTURE.md names {part}, which does not exist");
    }
}
