//! `gleaner concept remove`: removes a definition. Scores, labels and trained heads stay in the datasets unless `--also` names
//! them.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::defined::{Defined, Definitions, existing};
use super::{Global, Outcome, datasets, output, output::UsageError, print_message, quoted, scoring};
use crate::concepts;
use crate::dataset::Dataset;
use crate::pipeline::concept_data::{self, ConceptData};
use crate::reviews::Reviews;
use crate::store::{Access, Aspect};

/// Arguments of `gleaner concept remove`.
#[derive(Debug, Args)]
#[command(
    after_help = "Scores, labels and trained heads of a removed concept stay in the dataset: a concept of the same name has them again.\n\nExamples:\n  gleaner concept remove cage\n  gleaner concept remove cage --dataset monkeys --also scores\n  gleaner concept remove cage --dataset monkeys --also scores,labels,heads"
)]
pub struct RemoveArgs {
    /// The concept's name
    name: String,
    /// A dataset that defines it or has scores, labels or heads of it
    #[arg(long, value_name = "DIR")]
    dataset: Option<String>,
    /// Remove these from the dataset too; may be repeated
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',', requires = "dataset")]
    also: Vec<Data>,
    /// Remove trained heads without confirmation
    #[arg(long, requires = "also")]
    yes: bool,
}

/// What a dataset may hold about a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Data {
    /// The scores in the photos' records; `gleaner score` can compute them again
    Scores,
    /// People's labels are withdrawn; reviews.jsonl keeps them as history
    Labels,
    /// Trained heads and their reports, permanently
    Heads,
}

/// What was removed.
#[derive(Default)]
struct Removed {
    definition: Option<Defined>,
    data: ConceptData,
    /// What the dataset still holds.
    left: ConceptData,
}

/// Runs `gleaner concept remove`.
pub fn run(args: &RemoveArgs, global: &Global) -> Result<Outcome> {
    let named: Vec<String> = args.dataset.iter().cloned().collect();
    let dataset = existing(&named, global)?.pop();
    let definitions = Definitions::read(dataset.as_ref(), global)?;
    let definition = definitions.find(&args.name);
    let name = definition.as_ref().map_or(&args.name, |found| &found.concept.name).clone();
    let held = dataset.as_ref().map(|dataset| held(dataset, &name, global)).transpose()?.unwrap_or_default();
    if definition.is_none() && (held.is_empty() || args.also.is_empty()) {
        return Err(not_defined(&name, dataset.as_ref(), held, (&definitions, global)));
    }
    confirm(args, held)?;
    let mut removed = Removed { definition, left: held, ..Removed::default() };
    let stop = datasets::stop_on_signal("the photos in progress are saved");
    if let Some(dataset) = dataset.as_ref().filter(|_| !args.also.is_empty()) {
        removed.data = remove_data((dataset, global), (&name, held), &args.also, &stop)?;
        let ConceptData { scored, labels, heads } = removed.data;
        removed.left = ConceptData {
            scored: if args.also.contains(&Data::Scores) { 0 } else { held.scored.saturating_sub(scored) },
            labels: held.labels - labels,
            heads: held.heads - heads,
        };
        if stop.is_raised() {
            print_message("stopped; run the same command again to continue");
            return Ok(Outcome::Interrupted);
        }
    }
    if let Some(found) = &removed.definition {
        concepts::remove(&found.path, &found.concept.name)?;
    }
    print(&name, &removed, args, global)?;
    Ok(Outcome::Success)
}

fn held(dataset: &Dataset, name: &str, global: &Global) -> Result<ConceptData> {
    let store = datasets::open(dataset, Access::Read, global)?;
    let reviews = Reviews::open(dataset).context("could not read reviews.jsonl")?;
    concept_data::of_concept(store.as_ref(), dataset, &reviews, name)
}

fn not_defined(
    name: &str,
    dataset: Option<&Dataset>,
    held: ConceptData,
    (definitions, global): (&Definitions, &Global),
) -> anyhow::Error {
    let Some(dataset) = dataset else { return definitions.unknown(name, &[]) };
    if held.is_empty() {
        return definitions.unknown(name, &scored_names(dataset, global).unwrap_or_default());
    }
    UsageError::error(
        format!("the concept {name:?} is not defined any more; {dataset} still has {held}"),
        "--also scores,labels,heads removes them",
    )
}

/// The concepts that photos of a dataset have scores of.
fn scored_names(dataset: &Dataset, global: &Global) -> Result<Vec<String>> {
    let tally = datasets::open(dataset, Access::Read, global)?.tally()?;
    Ok(tally.of(Aspect::Score).filter_map(|(key, _)| Some(key.split('@').next()?.to_owned())).collect())
}

/// Asks before trained heads are removed: nothing else brings them back.
fn confirm(args: &RemoveArgs, held: ConceptData) -> Result<()> {
    if !args.also.contains(&Data::Heads) || held.heads == 0 || args.yes {
        return Ok(());
    }
    if output::confirms(&format!("Remove {} trained heads permanently?", held.heads))? {
        return Ok(());
    }
    Err(UsageError::error("nothing was removed", "use --yes to remove trained heads without being asked"))
}

fn remove_data(
    (dataset, global): (&Dataset, &Global),
    (name, held): (&str, ConceptData),
    also: &[Data],
    stop: &crate::pipeline::Stop,
) -> Result<ConceptData> {
    let mut removed = ConceptData::default();
    if also.contains(&Data::Labels) {
        let mut reviews = Reviews::open(dataset).context("could not read reviews.jsonl")?;
        removed.labels = concept_data::withdraw_labels(&mut reviews, name)?;
    }
    if also.contains(&Data::Heads) {
        concept_data::remove_heads(dataset, name)?;
        removed.heads = held.heads;
    }
    if also.contains(&Data::Scores) {
        let store = datasets::open(dataset, Access::Write, global)?;
        let derived = scoring::derived(dataset, global)?;
        removed.scored = concept_data::move_scores((store.as_ref(), &derived), name, None, stop)?;
    }
    Ok(removed)
}

fn print(name: &str, removed: &Removed, args: &RemoveArgs, global: &Global) -> Result<()> {
    let Removed { definition, data, left } = removed;
    if global.json {
        let parts = |data: &ConceptData| json!({"scored": data.scored, "labels": data.labels, "heads": data.heads});
        let file = definition.as_ref().map(|found| found.path.display().to_string());
        return output::print_json(&json!({"name": name, "file": file, "removed": parts(data), "kept": parts(left)}));
    }
    if let Some(found) = definition {
        print_message(&format!("{name} is removed from {}", found.path.display()));
    }
    let dataset = args.dataset.as_deref().unwrap_or_default();
    if !data.is_empty() {
        print_message(&format!("removed from {dataset}: {data}"));
    }
    if !left.is_empty() {
        let (name, dataset) = (quoted(name), quoted(dataset));
        print_message(&format!(
            "kept in {dataset}: {left}; `gleaner concept add {name}` has them again, `gleaner concept remove {name} --dataset {dataset} --also scores,labels,heads` removes them"
        ));
    } else if args.dataset.is_none() {
        print_message(
            "scores, labels and trained heads in the datasets are kept; --dataset DIR --also scores,labels,heads removes them",
        );
    }
    Ok(())
}
