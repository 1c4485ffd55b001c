//! `gleaner concept change`: changes a definition. Labels, trained heads and scores stay with the concept, also under a new
//! name.

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;

use super::defined::{Defined, Definitions, existing};
use super::{
    Global, Outcome, datasets, described, output, output::UsageError, print_message, quoted, requested, scoring, words,
};
use crate::concepts::{self, BuiltInScorer, Concept};
use crate::dataset::Dataset;
use crate::pipeline::Stop;
use crate::pipeline::concept_data::{self, ConceptData};
use crate::reviews::Reviews;
use crate::store::Access;

/// Arguments of `gleaner concept change`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner concept change monkey --like \"macaque, langur\"\n  gleaner concept change crane --sense crane.n.05\n  gleaner concept change cage --name enclosure --dataset monkeys    # with the dataset's labels, heads and scores"
)]
pub struct ChangeArgs {
    /// The concept's name
    name: String,
    /// Its new name; labels, trained heads and scores of the datasets named with --dataset go with it
    #[arg(long = "name", value_name = "NAME")]
    new_name: Option<String>,
    /// The words for it besides its name, separated by commas; they replace the words so far
    #[arg(long, value_name = "WORDS")]
    like: Option<String>,
    /// A sense as listed by `gleaner concept senses WORD`, or `none`; may be repeated; they replace the senses so far
    #[arg(long = "sense", value_name = "SENSE")]
    senses: Vec<String>,
    /// The main scorer, or `best` for trained, else local, else vision
    #[arg(long, value_name = "SCORER", value_parser = scorer_or_best())]
    counts: Option<Counts>,
    /// A dataset that defines it or, with --name, that has labels, heads or scores of it; may be repeated
    #[arg(long = "dataset", value_name = "DIR")]
    datasets: Vec<String>,
    /// With --name: rename the definition only; no dataset has labels, heads or scores of it
    #[arg(long, requires = "new_name")]
    definition_only: bool,
}

/// A main scorer, or none in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts(Option<BuiltInScorer>);

const BEST: &str = "best";

fn scorer_or_best() -> impl TypedValueParser<Value = Counts> {
    let names = BuiltInScorer::NAMES.iter().copied().chain([BEST]);
    PossibleValuesParser::new(names).map(|name| Counts(name.parse().ok()))
}

/// What a dataset gave to the new name.
struct Moved {
    dataset: String,
    data: ConceptData,
}

/// Runs `gleaner concept change`.
pub fn run(args: &ChangeArgs, global: &Global) -> Result<Outcome> {
    if args.new_name.is_none() && args.like.is_none() && args.senses.is_empty() && args.counts.is_none() {
        return Err(UsageError::error("no change is given", "use --name, --like, --sense or --counts"));
    }
    let datasets = existing(&args.datasets, global)?;
    let (found, definitions) = find(args, &datasets, global)?;
    let new = changed(&found.concept, args)?;
    let renamed = new.name != found.concept.name;
    if renamed {
        check_rename(args, &found, &definitions, &new)?;
    }
    if new == found.concept {
        return Err(UsageError::error(format!("{} is defined like this already", new.name), "nothing was written"));
    }
    let mut moved = Vec::new();
    let stop = datasets::stop_on_signal("the photos in progress are saved");
    if renamed {
        for dataset in &datasets {
            moved.push(move_data((dataset, global), (&found.concept.name, &new.name), &stop)?);
        }
    }
    concepts::replace(&found.path, &found.concept.name, &new)?;
    let is_hidden = definitions.is_hidden(&found);
    Change { new, found, moved, is_hidden }.print(args, global)?;
    Ok(if stop.is_raised() { Outcome::Interrupted } else { Outcome::Success })
}

/// The concept and all definitions that were looked at.
fn find(args: &ChangeArgs, datasets: &[Dataset], global: &Global) -> Result<(Defined, Definitions)> {
    if datasets.len() > 1 && args.new_name.is_none() {
        return Err(UsageError::error("several datasets are named", "--dataset is repeated only with --name"));
    }
    let definitions = Definitions::read(datasets.first(), global)?;
    let found = definitions.find(&args.name).ok_or_else(|| definitions.unknown(&args.name, &[]))?;
    if datasets.len() > 1 && !found.in_settings {
        return Err(UsageError::error(
            format!("{} is defined in {}, for this dataset only", found.concept.name, found.path.display()),
            "name one dataset",
        ));
    }
    Ok((found, definitions))
}

/// The concept with the changes that the options ask for.
fn changed(old: &Concept, args: &ChangeArgs) -> Result<Concept> {
    let name = args.new_name.as_deref().unwrap_or(&old.name);
    let mut new = Concept { name: name.to_owned(), ..old.clone() };
    if let Some(like) = &args.like {
        new.words = words(name, like).into();
    } else if args.new_name.is_some() {
        // The words so far still mean it.
        let others = old.words.iter().filter(|word| !is_same_word(word, name));
        new.words = [name].into_iter().map(str::to_owned).chain(others.cloned()).collect::<Vec<_>>().into();
    }
    if let Some(senses) = requested(&args.senses)? {
        new.senses = senses.into();
    }
    if let Some(Counts(counts)) = args.counts {
        new.counts = counts;
    }
    new.check().map_err(|err| UsageError::error(err.to_string(), "nothing was written"))?;
    Ok(new)
}

fn is_same_word(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn check_rename(args: &ChangeArgs, found: &Defined, definitions: &Definitions, new: &Concept) -> Result<()> {
    if let Some(other) = definitions.find(&new.name).filter(|other| other.concept.name != found.concept.name) {
        return Err(UsageError::error(
            format!("there is already a concept {:?}", other.concept.name),
            "choose another name; nothing was written",
        ));
    }
    if args.datasets.is_empty() && !args.definition_only {
        return Err(UsageError::error(
            "labels, trained heads and scores belong to a name: name the datasets that have some",
            "add --dataset DIR for each of them, or --definition-only if there are none",
        ));
    }
    Ok(())
}

/// Gives labels, heads and scores of a dataset the new name. What was done before an interruption is done; the same
/// command goes on.
fn move_data((dataset, global): (&Dataset, &Global), (old, new): (&str, &str), stop: &Stop) -> Result<Moved> {
    let derived = scoring::derived(dataset, global)?;
    let store = datasets::open(dataset, Access::Write, global)?;
    let mut reviews = Reviews::open(dataset).context("could not read reviews.jsonl")?;
    let scored = concept_data::move_scores((store.as_ref(), &derived), old, Some(new), stop)?;
    if stop.is_raised() {
        return Err(UsageError::error(
            format!("stopped: {scored} photos of {dataset} have scores of {new} already"),
            "run the same command again to continue; the definition and the labels are unchanged",
        ));
    }
    let labels = concept_data::move_labels(&mut reviews, old, new)?;
    let heads = concept_data::move_heads(dataset, old, new)?;
    Ok(Moved { dataset: dataset.to_string(), data: ConceptData { scored, labels, heads } })
}

/// What was changed.
struct Change {
    new: Concept,
    found: Defined,
    moved: Vec<Moved>,
    /// Whether the settings define it too.
    is_hidden: bool,
}

impl Change {
    fn print(&self, args: &ChangeArgs, global: &Global) -> Result<()> {
        let Self { new, found, moved, is_hidden } = self;
        let path = found.path.display().to_string();
        if global.json {
            let mut answer = described(new, &path, None);
            let moved = moved.iter().map(|Moved { dataset, data: ConceptData { scored, labels, heads } }| {
                json!({"dataset": dataset, "scored": scored, "labels": labels, "heads": heads})
            });
            answer["renamed_from"] = json!((new.name != found.concept.name).then_some(&found.concept.name));
            answer["moved"] = moved.collect();
            return output::print_json(&answer);
        }
        print_message(&format!("{}: {} -> {path}", new.name, new.words.join(", ")));
        for Moved { dataset, data } in moved {
            print_message(&format!("{dataset}: now of {}: {data}", new.name));
        }
        if *is_hidden {
            print_message(&format!("{} is also defined in the settings, which take precedence", found.concept.name));
        }
        let dataset = args.datasets.first().map_or("DATASET", String::as_str);
        print_message(&format!("labels and trained heads are kept; next: gleaner score {}", quoted(dataset)));
        Ok(())
    }
}
