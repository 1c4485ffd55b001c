//! `gleaner concept`: defines, changes, removes and lists what photos are scored for.

mod change;
mod defined;
mod remove;

pub use defined::unknown;

use std::path::PathBuf;

use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::{self, UsageError, print_message, quoted};
use super::{Global, Outcome, address, datasets, scoring, settings};
use crate::concepts::{self, BuiltInScorer, Concept, Concepts, Sense, class_name, counted, lookup};
use crate::photo::suggest::nearest;
use crate::photo::text::normalise;

/// `gleaner concept ...`
#[derive(Debug, Subcommand)]
pub enum ConceptCommand {
    /// Define a concept at the end of gleaner.toml
    Add(AddArgs),
    /// Change a concept's definition; its labels are kept
    Change(change::ChangeArgs),
    /// Remove a concept's definition; its scores, labels and trained heads are kept unless --also names them
    Remove(remove::RemoveArgs),
    /// List the defined concepts
    List(ListArgs),
    /// List the senses of a word that the default model knows
    Senses(SensesArgs),
}

/// Arguments of `gleaner concept add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Its name; also one of its words
    name: String,
    /// More words for it, in any language, separated by commas
    #[arg(long, value_name = "WORDS")]
    like: Option<String>,
    /// A sense as listed by `gleaner concept senses WORD`, or `none`; may be repeated [default: the sense of the name]
    #[arg(long = "sense", value_name = "SENSE")]
    senses: Vec<String>,
    /// The main scorer [default: trained, else local, else vision]
    #[arg(long, value_name = "SCORER", value_parser = main_scorer())]
    counts: Option<BuiltInScorer>,
    /// Define it for this dataset only, in its concepts.toml
    #[arg(long, value_name = "DIR")]
    dataset: Option<String>,
}

/// Arguments of `gleaner concept list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Include the concepts and trained heads of this dataset
    #[arg(long, value_name = "DIR")]
    dataset: Option<String>,
}

/// Arguments of `gleaner concept senses`.
#[derive(Debug, Args)]
pub struct SensesArgs {
    /// An English word or phrase
    word: String,
}

/// Reads the name of a main scorer.
fn main_scorer() -> impl TypedValueParser<Value = BuiltInScorer> {
    PossibleValuesParser::new(BuiltInScorer::NAMES.iter().copied()).try_map(|name| name.parse())
}

/// Runs `gleaner concept ...`.
pub fn run(command: &ConceptCommand, global: &Global) -> Result<Outcome> {
    match command {
        ConceptCommand::Add(args) => add(args, global),
        ConceptCommand::Change(args) => change::run(args, global),
        ConceptCommand::Remove(args) => remove::run(args, global),
        ConceptCommand::List(args) => list(args, global),
        ConceptCommand::Senses(args) => senses(args, global),
    }
}

fn add(args: &AddArgs, global: &Global) -> Result<Outcome> {
    let path = match &args.dataset {
        Some(name) => existing(name, global)?.concepts(),
        None => global.config.clone().unwrap_or_else(|| PathBuf::from("gleaner.toml")),
    };
    let settings = if path.exists() || global.config.is_none() || args.dataset.is_some() {
        settings::config(global)?.concepts
    } else {
        Concepts::default()
    };
    let known = with_dataset_concepts(settings, args.dataset.as_deref(), global)?;
    if let Some(known) = known.get_normalised(&args.name) {
        return Err(UsageError::error(
            format!("there is already a concept {:?}", known.name),
            format!("change it with `gleaner concept change {}`, or choose another name", quoted(&known.name)),
        ));
    }
    let concept = Concept {
        name: args.name.clone(),
        words: words(&args.name, args.like.as_deref().unwrap_or_default()).into(),
        senses: chosen(&args.name, &args.senses)?.into(),
        counts: args.counts,
        threshold: None,
    };
    concept.check().map_err(|err| UsageError::error(err.to_string(), "nothing was written"))?;
    concepts::add(&path, &concept)?;
    print_result(&concept, &path.display().to_string(), global)
}

/// Prints what was added, and whether it needs training.
fn print_result(concept: &Concept, path: &str, global: &Global) -> Result<Outcome> {
    let missing = concepts::needs_training(concept);
    if global.json {
        let mut answer = described(concept, path, None);
        answer["needs_training"] = json!(missing);
        output::print_json(&answer)?;
        return Ok(Outcome::Success);
    }
    print_message(&format!("{}: {} -> {path}", concept.name, concept.words.join(", ")));
    match missing {
        Some(why) => {
            let name = quoted(&concept.name);
            if let Some(word) = near_word(&concept.name) {
                print_message(&format!(
                    "did you mean {word}? Then: `gleaner concept change {name} --name {}`",
                    quoted(word)
                ));
            }
            print_message(&format!("{why}\ntrain it on your own labels: `gleaner train {name} --from reviews`"));
        }
        None => {
            for sense in concept.senses.iter().filter_map(|name| concepts::sense(name)) {
                print_message(&format!("recognised by {}: {}", counted(&sense), examples(&sense)));
            }
        }
    }
    Ok(Outcome::Success)
}

/// An existing dataset; a mistyped name must not create one.
fn existing(name: &str, global: &Global) -> Result<crate::dataset::Dataset> {
    datasets::read(name, global).map(|(dataset, _)| dataset)
}

/// The settings' concepts, then those of a dataset.
fn with_dataset_concepts(settings: Concepts, dataset: Option<&str>, global: &Global) -> Result<Concepts> {
    let Some(name) = dataset else { return Ok(settings) };
    let own = concepts::read(&existing(name, global)?).map_err(|err| UsageError::error(format!("{err:#}"), ""))?;
    Ok(settings.over(own))
}

/// The name and the comma-separated words, without duplicates.
fn words(name: &str, like: &str) -> Vec<String> {
    let mut words = vec![name.to_owned()];
    for word in like.split([',', '、', '，', '،']).map(str::trim).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| normalise(known) == normalise(word)) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The requested senses, or the only sense of the name.
fn chosen(name: &str, senses: &[String]) -> Result<Vec<String>> {
    if let Some(senses) = requested(senses)? {
        return Ok(senses);
    }
    let found = lookup(name);
    if found.len() < 2 {
        return Ok(found.into_iter().map(|sense| sense.name.to_owned()).collect());
    }
    let hint = format!("choose with --sense {} (may be repeated), or with --sense none", found[0].name);
    let several: String = found.iter().map(|sense| format!("\n{}", line(sense))).collect();
    Err(UsageError::error(format!("{name:?} has several senses:{several}"), hint))
}

/// The senses of `--sense`; none for `none`, and `None` without the option.
fn requested(senses: &[String]) -> Result<Option<Vec<String>>> {
    if senses.iter().any(|name| name == "none") {
        return Ok(Some(Vec::new()));
    }
    if let Some(name) = senses.iter().find(|name| concepts::sense(name).is_none()) {
        let word = name.split('.').next().unwrap_or_default();
        let hint = match nearest(word, concepts::sense_words()) {
            Some(meant) if lookup(word).is_empty() => {
                format!("did you mean {}? `gleaner concept senses {}` lists them", lookup(meant)[0].name, quoted(meant))
            }
            _ => "`gleaner concept senses WORD` lists the known senses, such as monkey.n.01".to_owned(),
        };
        return Err(UsageError::error(format!("the sense {name:?} covers no ImageNet class"), hint));
    }
    Ok(Some(senses.to_vec()).filter(|senses| !senses.is_empty()))
}

fn list(args: &ListArgs, global: &Global) -> Result<Outcome> {
    let settings = settings::config(global)?.concepts;
    let path = global.config.as_ref().map_or_else(|| "gleaner.toml".to_owned(), |path| path.display().to_string());
    let all = with_dataset_concepts(settings.clone(), args.dataset.as_deref(), global)?;
    let dataset = args.dataset.as_deref().map(|name| address::dataset(name, global)).transpose()?;
    let described: Vec<Value> = all
        .iter()
        .map(|concept| {
            let trained = dataset.as_ref().map(|dataset| dataset.head(&concept.name).exists());
            let own = dataset.as_ref().filter(|_| settings.get(&concept.name).is_none());
            let path = own.map_or_else(|| path.clone(), |dataset| dataset.concepts().display().to_string());
            described(concept, &path, trained)
        })
        .collect();
    if global.json {
        output::print_json(&described)?;
    } else if described.is_empty() {
        print_message("no concepts are defined; start with `gleaner concept add monkey`");
    } else {
        output::print_data(&table(&described))?;
    }
    Ok(Outcome::Success)
}

/// A concept as JSON; `trained` if a dataset was given.
fn described(concept: &Concept, path: &str, trained: Option<bool>) -> Value {
    let senses = concept.senses.iter().filter_map(|name| concepts::sense(name));
    let senses: Vec<Value> = senses.map(|sense| json!({"name": sense.name, "classes": sense.classes.len()})).collect();
    json!({
        "name": concept.name, "words": concept.words, "senses": senses, "classes": concept.classes().len(),
        "counts": concept.counts, "threshold": concept.threshold, "trained": trained, "file": path,
    })
}

/// A table whose columns are as wide as their widest cell, except the last.
fn table(described: &[Value]) -> String {
    let head = ["NAME", "SENSES", "COUNTS", "TRAINED", "FILE", "WORDS"].map(str::to_owned);
    let rows: Vec<[String; 6]> = [head].into_iter().chain(described.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |row: &[String; 6]| {
        let padded: String = (0..5).map(|at| format!("{:<1$}  ", row[at], widths[at])).collect();
        padded + &row[5]
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn cells(concept: &Value) -> [String; 6] {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let list = |key: &str, part: &dyn Fn(&Value) -> String| {
        let parts: Vec<String> = concept[key].as_array().into_iter().flatten().map(part).collect();
        if parts.is_empty() { "-".to_owned() } else { parts.join(", ") }
    };
    let trained = concept["trained"].as_bool().map_or("-", |trained| if trained { "yes" } else { "no" });
    [
        text(&concept["name"]),
        list("senses", &|sense| format!("{} ({})", text(&sense["name"]), sense["classes"])),
        text(&concept["counts"]),
        trained.to_owned(),
        text(&concept["file"]),
        list("words", &text),
    ]
}

fn senses(args: &SensesArgs, global: &Global) -> Result<Outcome> {
    let found = lookup(&args.word);
    if global.json {
        output::print_json(&found)?;
    } else if found.is_empty() {
        let meant = near_word(&args.word).map(|word| format!("did you mean {word}? Otherwise ")).unwrap_or_default();
        print_message(&format!(
            "no ImageNet class is known for {:?}: {meant}try a more general word, or train a head on your own labels: `gleaner train {} --from reviews`",
            args.word,
            quoted(&args.word)
        ));
    } else {
        output::print_data(&found.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(Outcome::Success)
}

/// A known word that a word without senses probably means.
fn near_word(word: &str) -> Option<&'static str> {
    nearest(word, concepts::sense_words()).filter(|_| lookup(word).is_empty())
}

/// A sense with its definition, some of its classes and wider senses.
fn line(sense: &Sense) -> String {
    let wider: Vec<String> = sense.wider.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    let wider = if wider.is_empty() { String::new() } else { format!("\n    wider: {}", wider.join(", ")) };
    format!("{}: {}\n    {}{wider}", counted(sense), sense.gloss, examples(sense))
}

/// Classes shown as examples.
const SHOWN: usize = 5;

fn examples(sense: &Sense) -> String {
    let names: Vec<&str> = sense.classes.iter().take(SHOWN).filter_map(|class| class_name(*class)).collect();
    let more = if sense.classes.len() > SHOWN { ", ..." } else { "" };
    names.join(", ") + more
}
