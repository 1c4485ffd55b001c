//! Fits the model of settings to the reviewed photos of a dataset.

use std::collections::HashMap;
use std::io::Write;

use anyhow::{Context, Result};
use jiff::Timestamp;

use crate::dataset::Dataset;
use crate::disk::PartFile;
use crate::photo::{PhotoId, SettingName};
use crate::reviews::Reviews;
use crate::setting::Assessor;
use crate::setting::model::{Model, ModelFile, sums};
use crate::store::Store;
use crate::training::folds::TooFewGroups;
use crate::training::setting::{self, SettingMeasures, SettingSample};

/// Photos per read of the store.
const BATCH: usize = 256;
/// Reviewed photos that fitting needs.
pub const LEAST_PHOTOS: usize = 12;

/// What was fitted.
pub struct FittedSetting {
    /// The model, as it is stored.
    pub file: ModelFile,
    /// Its version.
    pub version: String,
    /// Reviewed photos of each setting, in the order of [`SettingName::KNOWN`].
    pub reviewed: [usize; SettingName::KNOWN.len()],
    /// Reviewed photos that nothing speaks for: they have no probability.
    pub without_evidence: usize,
    /// The quality on photos that it has not seen, or why it is not known.
    pub measures: Result<SettingMeasures, TooFewGroups>,
}

/// There are too few reviewed photos.
#[derive(Debug, thiserror::Error)]
#[error(
    "{photos} photos with evidence have a reviewed setting; fitting needs {LEAST_PHOTOS}. A photo is reviewed by a yes to a concept with the name of a \
     setting: wild, provisioned, captive, pet, urban, object"
)]
pub struct TooFewReviews {
    photos: usize,
}

/// Fits the model to the reviews, measures it and writes it to the dataset.
pub fn train_setting(
    (store, dataset): (&dyn Store, &Dataset),
    reviews: &Reviews,
    assessor: &Assessor,
) -> Result<FittedSetting> {
    let labels = labels(reviews);
    let (mut samples, mut without_evidence) = (Vec::new(), 0);
    let mut groups: HashMap<String, usize> = HashMap::new();
    let mut reviewed = [0; SettingName::KNOWN.len()];
    for some in labels.chunks(BATCH) {
        let ids: Vec<PhotoId> = some.iter().map(|(id, _)| id.clone()).collect();
        for photo in store.load(&ids)? {
            let Some((_, truth)) = some.iter().find(|(id, _)| *id == photo.id) else { continue };
            reviewed[*truth] += 1;
            let evidence = assessor.evidence(&photo);
            if evidence.is_empty() {
                without_evidence += 1;
                continue;
            }
            // Photos of one person are of one visit to one zoo.
            let key = photo.owner_pseudonym.clone().unwrap_or_else(|| photo.id.to_string());
            let next = groups.len();
            let group = *groups.entry(key).or_insert(next);
            samples.push(SettingSample { sums: sums(&evidence), truth: *truth, group });
        }
    }
    if samples.len() < LEAST_PHOTOS {
        return Err(TooFewReviews { photos: samples.len() }.into());
    }
    let file = ModelFile::of(setting::fit(&samples), samples.len(), Timestamp::now());
    let mut text = serde_json::to_vec_pretty(&file)?;
    text.push(b'\n');
    let written = PartFile::create(&dataset.setting_model()).and_then(|mut part| {
        part.write_all(&text)?;
        part.commit()
    });
    written.context("could not write the model of settings")?;
    let version = Model::fitted(&file.parameters).version;
    Ok(FittedSetting { file, version, reviewed, without_evidence, measures: setting::measure(&samples) })
}

/// The reviewed setting of each photo: the latest yes to a concept with the name of a setting.
fn labels(reviews: &Reviews) -> Vec<(PhotoId, usize)> {
    let mut latest: HashMap<PhotoId, (Timestamp, usize)> = HashMap::new();
    for (at, name) in SettingName::KNOWN.into_iter().enumerate() {
        for review in reviews.of(name.as_str()) {
            let is_yes = review.verdict.label() == Some(true);
            if is_yes && latest.get(&review.photo).is_none_or(|(time, _)| *time < review.at) {
                latest.insert(review.photo.clone(), (review.at, at));
            }
        }
    }
    let mut all: Vec<(PhotoId, usize)> = latest.into_iter().map(|(id, (_, setting))| (id, setting)).collect();
    all.sort();
    all
}
