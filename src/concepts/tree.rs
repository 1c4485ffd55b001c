//! ImageNet's 1,000 classes and their ancestors in WordNet, from data/imagenet.tsv.
//!
//! A sense (`monkey.n.01`) is a row of the table; its classes are those at or below it.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use serde::Serialize;

use super::plural;
use super::words::canonical;

const TABLE: &str = include_str!("../../data/imagenet.tsv");

/// Classes of ImageNet-1k, numbered from 0 like the logits of its classifiers.
pub const CLASSES: usize = 1000;

/// The attribution that WordNet's licence requires.
pub const ATTRIBUTION: &str = "Senses of words are from WordNet 3.0, Copyright 2006 by Princeton University. All rights reserved. https://wordnet.princeton.edu/license-and-commercial-use";

/// One meaning of a word, in WordNet's numbering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sense {
    /// `monkey.n.01`.
    pub name: &'static str,
    /// The words with this meaning, the most common first.
    pub words: Vec<&'static str>,
    /// Its definition, a phrase.
    pub gloss: &'static str,
    /// The classes that it covers, ascending: 0 to 999.
    pub classes: Vec<usize>,
    /// The nearest ancestors that cover more classes, and how many they cover.
    pub wider: Vec<(&'static str, usize)>,
}

struct Row {
    name: &'static str,
    words: Vec<&'static str>,
    parents: Vec<usize>,
    gloss: &'static str,
    classes: BTreeSet<usize>,
}

struct Tree {
    /// The classes in order, then their ancestors.
    rows: Vec<Row>,
    names: HashMap<&'static str, usize>,
    /// Rows by canonical word, in the order of the table.
    words: HashMap<String, Vec<usize>>,
    /// Classes by [`class_label`]; two are named `crane`.
    classes: HashMap<String, Vec<usize>>,
}

fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(Tree::read)
}

impl Tree {
    fn read() -> Self {
        let fields: Vec<Vec<&str>> = TABLE.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        let names: HashMap<_, _> = fields.iter().enumerate().map(|(at, field)| (field[1], at)).collect();
        let row = |field: &Vec<&'static str>| Row {
            name: field[1],
            words: field[3].split('|').collect(),
            parents: field[4].split('|').filter_map(|name| names.get(name).copied()).collect(),
            gloss: field[5],
            classes: BTreeSet::new(),
        };
        let mut rows: Vec<Row> = fields.iter().map(row).collect();
        for class in 0..CLASSES {
            let mut above = vec![class];
            while let Some(at) = above.pop() {
                // A row reached before has already reached its ancestors.
                if rows[at].classes.insert(class) {
                    above.extend(&rows[at].parents);
                }
            }
        }
        let mut words: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            for word in row.words.iter().map(|word| canonical(word)).collect::<BTreeSet<_>>() {
                words.entry(word).or_default().push(at);
            }
        }
        let mut classes: HashMap<String, Vec<usize>> = HashMap::new();
        for (class, row) in rows.iter().enumerate().take(CLASSES) {
            classes.entry(row.words.join(", ")).or_default().push(class);
        }
        Self { rows, names, words, classes }
    }

    fn sense(&self, at: usize) -> Sense {
        let row = &self.rows[at];
        Sense {
            name: row.name,
            words: row.words.clone(),
            gloss: row.gloss,
            classes: row.classes.iter().copied().collect(),
            wider: self.wider(at),
        }
    }

    /// The nearest ancestors with more classes.
    fn wider(&self, at: usize) -> Vec<(&'static str, usize)> {
        let own = self.rows[at].classes.len();
        let (mut found, mut above) = (BTreeSet::new(), self.rows[at].parents.clone());
        while let Some(at) = above.pop() {
            let row = &self.rows[at];
            if row.classes.len() > own {
                found.insert((row.name, row.classes.len()));
            } else {
                above.extend(&row.parents);
            }
        }
        found.into_iter().collect()
    }
}

/// The sense with a name like `monkey.n.01`; `None` if it covers no class.
pub fn sense(name: &str) -> Option<Sense> {
    let tree = tree();
    tree.names.get(name).map(|at| tree.sense(*at))
}

/// The name of a class as ImageNet writes it, its words with commas: `proboscis monkey, Nasalis larvatus`.
pub fn class_label(class: usize) -> Option<String> {
    (class < CLASSES).then(|| tree().rows[class].words.join(", "))
}

/// The words of the class with a label, and of each sense above it, the nearest first. Empty if there is no such class, or if one
/// of them is not below the sense `root`.
pub fn words_below(class_label: &str, root: &str) -> Vec<&'static [&'static str]> {
    let tree = tree();
    let (Some(classes), Some(root)) = (tree.classes.get(class_label), tree.names.get(root)) else { return Vec::new() };
    if !classes.iter().all(|class| tree.rows[*root].classes.contains(class)) {
        return Vec::new();
    }
    let (mut order, mut at) = (classes.clone(), 0);
    while let Some(row) = order.get(at) {
        let above = tree.rows[*row].parents.iter().filter(|parent| !order.contains(parent)).copied();
        order.extend(above.collect::<Vec<_>>());
        at += 1;
    }
    order.into_iter().map(|row| tree.rows[row].words.as_slice()).collect()
}

/// The classes that some senses cover together, ascending; unknown senses cover none.
pub(super) fn covered<'a>(senses: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let tree = tree();
    let rows = senses.into_iter().filter_map(|name| tree.names.get(name));
    let classes: BTreeSet<usize> = rows.flat_map(|at| &tree.rows[*at].classes).copied().collect();
    classes.into_iter().collect()
}

/// The senses of a word or phrase in any spelling (`Spider-Monkey`) or of its singular that cover at least one class,
/// the widest first.
pub fn lookup(word: &str) -> Vec<Sense> {
    let tree = tree();
    let word = canonical(word);
    let mut rows = tree.words.get(&word).cloned().unwrap_or_default();
    if rows.is_empty() {
        let of_one = plural::singulars(&word);
        let found: BTreeSet<usize> = of_one.iter().filter_map(|word| tree.words.get(word)).flatten().copied().collect();
        rows.extend(found);
    }
    let mut senses: Vec<Sense> = rows.into_iter().map(|at| tree.sense(at)).collect();
    senses.sort_by_key(|sense| (std::cmp::Reverse(sense.classes.len()), sense.name));
    senses
}

/// All words with a sense that covers at least one class.
pub fn sense_words() -> impl Iterator<Item = &'static str> {
    tree().rows.iter().flat_map(|row| row.words.iter().copied())
}

/// The name of a class in ImageNet (`orangutan`); `None` from 1,000 on.
pub fn class_name(class: usize) -> Option<&'static str> {
    (class < CLASSES).then(|| tree().rows[class].words[0])
}
