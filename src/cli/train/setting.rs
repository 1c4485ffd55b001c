//! `gleaner train --setting`: fits the probabilities of settings to reviewed photos.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::super::address::DEFAULT;
use super::super::output::{self, UsageError, counted, print_message};
use super::super::{Global, Outcome, datasets};
use super::TrainArgs;
use crate::photo::SettingName;
use crate::pipeline::stage_needs;
use crate::pipeline::train_setting::{FittedSetting, TooFewReviews, train_setting};
use crate::reviews::Reviews;
use crate::setting::LazyAssessor;
use crate::sources::access::SourceAccess;
use crate::training::setting::{SettingErrors, SettingMeasures, names};

/// Runs `gleaner train --setting [DATASET]`.
pub fn run(args: &TrainArgs, access: &SourceAccess, global: &Global) -> Result<Outcome> {
    let name = match (args.names.as_slice(), &args.dataset) {
        ([], dataset) => dataset.as_deref().unwrap_or(DEFAULT),
        ([name], None) => name,
        _ => {
            return Err(UsageError::error(
                "--setting takes one dataset and no concepts",
                "gleaner train --setting DATASET",
            ));
        }
    };
    let (dataset, store) = datasets::read(name, global)?;
    datasets::exit_on_signal("the model was not changed", None);
    let reviews = Reviews::open(&dataset).context("could not read reviews.jsonl")?;
    let needs = stage_needs(access)?;
    let assessor = LazyAssessor::of(needs.registry, needs.concepts, dataset.setting_model());
    let assessor = assessor.get().map_err(|err| anyhow::anyhow!("{err}"))?;
    let fitted = train_setting((store.as_ref(), &dataset), &reviews, assessor).map_err(|err| {
        let is_few = err.is::<TooFewReviews>();
        let hint = format!("gleaner concept add captive --dataset {name}, then label photos: gleaner serve {name}");
        if is_few { UsageError::error(err.to_string(), hint) } else { err }
    })?;
    print_result(&fitted, name, global)?;
    Ok(Outcome::Success)
}

fn print_result(fitted: &FittedSetting, dataset: &str, global: &Global) -> Result<()> {
    if global.json {
        return output::print_json(&answer(fitted));
    }
    let reviewed = names().into_iter().zip(fitted.reviewed).filter(|(_, count)| *count > 0);
    let reviewed: Vec<String> = reviewed.map(|(name, count)| format!("{name} {count}")).collect();
    let mut lines = vec![format!("reviewed      {}", reviewed.join(", "))];
    match &fitted.measures {
        Ok(measures) => lines.extend(measured(measures)),
        Err(why) => print_message(&format!("not measured: the reviewed settings {why}")),
    }
    output::print_data(&lines.join("\n"))?;
    if fitted.without_evidence > 0 {
        let left_out = counted(fitted.without_evidence as u64, "reviewed photo");
        print_message(&format!(
            "{left_out} without any evidence left out: the words, the source and scores say nothing"
        ));
    }
    print_message(&format!("model {}; next: gleaner enrich {dataset}", fitted.version));
    Ok(())
}

fn measured(measures: &SettingMeasures) -> Vec<String> {
    let row = |name: &str, errors: &SettingErrors| {
        format!("{name:<13} {:>7.3} {:>9.3} {:>18.3}", errors.brier, errors.log_loss, errors.calibration)
    };
    let mut lines = vec![
        format!(
            "measured      {} photos of {} photographers, {} folds",
            measures.photos, measures.groups, measures.folds
        ),
        String::new(),
        format!("{:<13} {:>7} {:>9} {:>18}", "", "Brier", "log loss", "calibration error"),
        row("assumed", &measures.assumed),
        row("fitted", &measures.fitted),
    ];
    for (title, confusion) in [("assumed", measures.confusion_assumed), ("fitted", measures.confusion_fitted)] {
        lines.push(String::new());
        let columns = names().into_iter().chain([SettingName::Unknown.as_str()]);
        let heading: String = columns.map(|name| format!(" {name:>11}")).collect();
        lines.push(format!("{title:<13}{heading}"));
        for (name, counts) in names().iter().zip(confusion).filter(|(_, counts)| counts.iter().sum::<usize>() > 0) {
            let cells: String = counts.iter().map(|count| format!(" {count:>11}")).collect();
            lines.push(format!("{name:<13}{cells}"));
        }
    }
    lines
}

fn answer(fitted: &FittedSetting) -> Value {
    let columns: Vec<&str> = names().into_iter().chain([SettingName::Unknown.as_str()]).collect();
    json!({
        "model": fitted.version, "settings": names(), "reviewed": fitted.reviewed, "without_evidence": fitted.without_evidence,
        "parameters": fitted.file.parameters, "columns": columns, "measures": fitted.measures.as_ref().ok(),
        "not_measured": fitted.measures.as_ref().err().map(ToString::to_string),
    })
}
