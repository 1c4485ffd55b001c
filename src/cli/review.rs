//! `gleaner review`: a person's verdict on the taxon of photos.

use anyhow::{Context, Result};
use clap::{ArgGroup, Args};
use jiff::Timestamp;
use serde_json::json;

use super::output::{self, UsageError, counted, print_message};
use super::{Global, Outcome, address, datasets, scoring};
use crate::photo::{PhotoId, Taxon};
use crate::pipeline::reviewed::copy_reviews;
use crate::reviews::{Review, Reviews, Verdict, reviewer_name};
use crate::store::Access;

/// Arguments of `gleaner review`.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("verdict").required(true).args(["taxon", "no_organism", "withdraw"])),
    after_help = "Examples:\n  gleaner review monkeys flickr:53412345678 --taxon \"Macaca mulatta\" --by ada\n  gleaner review monkeys flickr:1 flickr:2 --no-organism"
)]
pub struct ReviewArgs {
    /// The dataset's folder
    dataset: String,
    /// The photos' ids
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<String>,
    /// The taxon that they show: a scientific name, or a name that only one known taxon has
    #[arg(long, value_name = "NAME")]
    taxon: Option<String>,
    /// They show no organism that can be named
    #[arg(long)]
    no_organism: bool,
    /// Withdraw the verdicts on their taxon
    #[arg(long)]
    withdraw: bool,
    /// The reviewer's name, as it is kept in reviews.jsonl
    #[arg(long, value_name = "NAME", default_value = "")]
    by: String,
}

/// Runs `gleaner review`.
pub fn run(args: &ReviewArgs, global: &Global) -> Result<Outcome> {
    let by = reviewer_name(&args.by).map_err(|why| UsageError::error(format!("--by: {why}"), "nothing was saved"))?;
    let dataset = address::dataset(&args.dataset, global)?;
    let ids: Vec<PhotoId> = args.photos.iter().map(|id| PhotoId::from_text(id.clone())).collect();
    let store = datasets::read(&args.dataset, global)?.1;
    let known: Vec<PhotoId> = store.load(&ids)?.into_iter().map(|photo| photo.id).collect();
    if let Some(unknown) = ids.iter().find(|id| !known.contains(id)) {
        return Err(UsageError::error(format!("{dataset} has no photo {unknown}"), "nothing was saved"));
    }
    drop(store);
    let derived = scoring::derived(&dataset, global)?;
    let said: (Verdict, Option<Taxon>) = match &args.taxon {
        Some(name) => {
            let taxon = derived.names()?.meant(name).map_err(|why| UsageError::error(why, "nothing was saved"))?;
            (Verdict::Yes, Some(taxon.clone()))
        }
        None if args.no_organism => (Verdict::No, None),
        None => (Verdict::Cleared, None),
    };
    let name = said.1.as_ref().map(|taxon| taxon.scientific_name.clone());
    let at = Timestamp::now();
    let reviews: Vec<Review> = ids.iter().map(|id| Review::of_taxon(id.clone(), &by, said.clone(), at)).collect();
    let mut all = Reviews::open(&dataset).context("could not read reviews.jsonl")?;
    all.append(&reviews).context("could not write reviews.jsonl")?;
    let store = datasets::open(&dataset, Access::Write, global)
        .context("the verdicts are in reviews.jsonl; the records follow with the next gleaner score")?;
    let changed = copy_reviews((store.as_ref(), &derived), &all, &ids)?;
    let what = match (&name, args.no_organism) {
        (Some(name), _) => name.clone(),
        (None, true) => "no organism".to_owned(),
        (None, false) => "no verdict".to_owned(),
    };
    print_message(&format!("{what}: {} reviewed, {changed} changed", counted(ids.len() as u64, "photo")));
    if global.json {
        output::print_json(&json!({"taxon": name, "photos": ids.len(), "changed": changed}))?;
    }
    Ok(Outcome::Success)
}
