//! No import cycles between modules, neither at the top of `src` nor in one folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{code, sources};

/// A module's path below `src`, without `mod`.
type Module = Vec<String>;

fn module(file: &Path) -> Module {
    let mut parts: Module = file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.retain(|part| !["mod", "lib", "main"].contains(&part.as_str()));
    parts
}

/// The code of every module, without comments.
fn modules() -> BTreeMap<Module, String> {
    let below_src = |(path, text): (std::path::PathBuf, String)| {
        let own = module(path.strip_prefix("src").ok().filter(|path| !path.ends_with("tests.rs"))?);
        let lines = code(&path, &text).lines().map(|line| line.split("//").next().unwrap_or_default());
        Some((own, lines.collect::<Vec<_>>().join("\n")))
    };
    sources().into_iter().filter_map(below_src).collect()
}

/// The paths of a `use` tree: `a::{b, c::{d, e}}` are `a::b`, `a::c::d`, `a::c::e`.
fn expand(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let (mut depth, mut part, mut paths) = (1, String::new(), Vec::new());
    for c in rest.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if (c == ',' && depth == 1) || depth == 0 {
            paths.extend(expand(&format!("{}{}", head.trim(), part.trim())));
            part.clear();
            if depth == 0 {
                break;
            }
        } else {
            part.push(c);
        }
    }
    paths
}

/// All paths in a module's code that begin with `crate`, `super` or `self`.
fn paths(text: &str) -> Vec<String> {
    let starts = ["crate::", "super::", "self::"];
    let mut found = Vec::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for start in starts {
        for (at, _) in text.match_indices(start) {
            let before = &text[..at];
            if before.ends_with(is_word) {
                continue;
            }
            let line_start = before.trim_end().ends_with("use");
            let end = if line_start { text[at..].find(';') } else { text[at..].find(|c| !is_word(c)) };
            found.extend(expand(&text[at..at + end.unwrap_or(text.len() - at)]));
        }
    }
    found
}

/// The module that a path in `own` refers to: its longest prefix that is a module.
fn target(own: &Module, path: &str, modules: &BTreeMap<Module, String>) -> Module {
    let mut at = own.clone();
    for (number, part) in path.split("::").map(|part| part.split(" as ").next().unwrap_or_default().trim()).enumerate()
    {
        match part {
            "crate" if number == 0 => at.clear(),
            "self" => {}
            "super" => drop(at.pop()),
            part => {
                at.push(part.to_owned());
                if !modules.contains_key(&at) {
                    at.pop();
                    break;
                }
            }
        }
    }
    at
}

/// The members of each cycle among the nodes: those that reach themselves, grouped by what they reach.
fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<Vec<String>> {
    let reached = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(node) = open.pop() {
            open.extend(edges.get(node).into_iter().flatten().filter(|next| seen.insert((*next).clone())));
        }
        seen
    };
    let all: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|node| (node, reached(node))).collect();
    let circle = |node: &&String| {
        let members = all[*node].iter().filter(|other| all.get(other).is_some_and(|back| back.contains(*node)));
        members.cloned().collect::<Vec<_>>()
    };
    all.keys().map(circle).filter(|members| !members.is_empty()).collect()
}

#[test]
fn no_modules_of_one_folder_have_an_import_cycle() {
    let modules = modules();
    let mut folders: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (own, text) in &modules {
        for target in paths(text).iter().map(|path| target(own, path, &modules)) {
            let shared = own.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (own.get(shared), target.get(shared)) {
                let folder = folders.entry(own[..shared].to_vec()).or_default();
                folder.entry(from.clone()).or_default().insert(to.clone());
                folder.entry(to.clone()).or_default();
            }
        }
    }
    assert!(folders.len() > 10 && folders[&Module::new()].len() > 15, "too few files were found");
    let name = |folder: &Module, members: &[String]| format!("src/{}: {}", folder.join("/"), members.join(", "));
    let found: Vec<String> = folders
        .iter()
        .flat_map(|(folder, edges)| circles(edges).into_iter().map(move |members| name(folder, &members)))
        .collect();
    assert!(found.is_empty(), "circles:\n{found:#?}");
}

#[test]
fn an_import_cycle_is_found() {
    let edge = |from: &str, to: &[&str]| (from.to_owned(), to.iter().map(|to| (*to).to_owned()).collect());
    let edges = BTreeMap::from([edge("a", &["b"]), edge("b", &["c"]), edge("c", &["b", "d"]), edge("d", &[])]);
    assert_eq!(circles(&edges), BTreeSet::from([vec!["b".to_owned(), "c".to_owned()]]));
    assert_eq!(expand("crate::{a, b::{c, d as e}}"), ["crate::a", "crate::b::c", "crate::b::d as e"]);
}
