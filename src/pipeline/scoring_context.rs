//! Concepts, models and heads for scoring, opened from the settings at first use.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context, Result};
use parking_lot::Mutex;

use super::score::Scoring;
use crate::concepts::{self, BuiltInScorer, Concepts};
use crate::config;
use crate::dataset::Dataset;
use crate::models::{Description, ImageEncoder, Labels, Model, Runtime, TwoTower};
use crate::photo::ScoreKey;
use crate::reference::Registry;
use crate::scorers::{Local, Scorer, Text, Trained, Vision, local_version};
use crate::stages::Derived;

/// The settings of scoring.
#[derive(Clone, Default)]
pub struct Settings {
    /// `[concepts]` of `gleaner.toml`; they come before those of a dataset.
    pub concepts: Concepts,
    /// The description of a model that replaces the bundled one.
    pub model: Option<PathBuf>,
    /// The description of a two-tower model for pictures and words.
    pub pair: Option<PathBuf>,
    /// The inference runtime.
    pub runtime: Runtime,
    /// The user's layers.
    pub registry: Registry,
    /// What speaks for a setting.
    pub setting: config::Setting,
}

/// Opens each model once.
#[derive(Default)]
pub struct ScoringContext {
    settings: Settings,
    model: Mutex<Option<Arc<Model>>>,
    pair: Mutex<Option<Arc<TwoTower>>>,
    derived: Mutex<Option<(Inputs, Arc<Derived>)>>,
}

/// What taxa and settings are made of besides the photos: the dataset's model of settings with its time and size, and the layers with
/// their SHA-256 sums.
type Inputs = (PathBuf, Option<(SystemTime, u64)>, Vec<(String, String)>);

impl ScoringContext {
    /// Opens nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The concepts of the settings and of the dataset.
    pub fn concepts(&self, dataset: &Dataset) -> Result<Concepts> {
        Ok(self.settings.concepts.clone().over(concepts::read(dataset)?))
    }

    /// The image model.
    pub fn model(&self) -> Result<Arc<Model>> {
        once(&self.model, || match &self.settings.model {
            Some(path) => Model::open(&Description::open(path)?, &self.settings.runtime),
            None => Model::bundled(&self.settings.runtime).context("the bundled model"),
        })
    }

    /// Whether photos can be searched by a description in words.
    pub fn can_embed_text(&self) -> bool {
        self.settings.pair.is_some()
    }

    /// The two-tower model; `None` if the settings name none.
    pub fn pair(&self) -> Result<Option<Arc<TwoTower>>> {
        let Some(path) = &self.settings.pair else { return Ok(None) };
        once(&self.pair, || TwoTower::open(path, &self.settings.runtime)).map(Some)
    }

    /// What follows from scores and labels. It is made again when a layer or the dataset's model of settings has changed.
    pub fn derived(&self, dataset: &Dataset) -> Result<Arc<Derived>> {
        let (registry, model) = (&self.settings.registry, dataset.setting_model());
        let layers = registry.layers()?.into_iter().flatten().map(|layer| (layer.name, layer.source_sha256)).collect();
        let found = fs::metadata(&model).and_then(|found| Ok((found.modified()?, found.len()))).ok();
        let inputs = (model.clone(), found, layers);
        let mut known = self.derived.lock();
        if let Some((_, derived)) = known.as_ref().filter(|(made_of, _)| *made_of == inputs) {
            return Ok(Arc::clone(derived));
        }
        let derived = Arc::new(Derived::of(registry.clone(), self.settings.setting.concepts.clone(), model));
        *known = Some((inputs, Arc::clone(&derived)));
        Ok(derived)
    }

    /// Everything for scoring a dataset's photos, and the problems of heads that cannot be used.
    pub fn scoring(&self, dataset: &Dataset) -> Result<(Scoring, Vec<String>)> {
        let concepts = self.concepts(dataset)?;
        let model = self.model()?;
        let (trained, wrong) = Trained::of(dataset, concepts.iter());
        let mut models: Vec<Arc<dyn ImageEncoder>> = vec![Arc::clone(&model) as Arc<dyn ImageEncoder>];
        models.extend(self.pair()?.map(|pair| Arc::clone(pair.model()) as Arc<dyn ImageEncoder>));
        let scorers: Vec<Arc<dyn Scorer>> =
            vec![Arc::new(trained), Arc::new(Local::new(model)), Arc::new(Vision), Arc::new(Text)];
        let derived = self.derived(dataset)?;
        Ok((Scoring { concepts, models, scorers, derived }, wrong.iter().map(ToString::to_string).collect()))
    }
}

impl Settings {
    /// The current versions of the scores of a dataset's concepts by each scorer. No model is opened.
    pub fn versions(&self, dataset: &Dataset, concepts: &Concepts) -> Result<BTreeMap<ScoreKey, String>> {
        let (id, labels) = match &self.model {
            Some(path) => {
                let description = Description::open(path)?;
                (Model::id_of(&description)?, description.labels()?)
            }
            None => (Model::bundled_id()?, Labels::ImageNet),
        };
        let (trained, _) = Trained::of(dataset, concepts.iter());
        let mut versions = BTreeMap::new();
        for concept in concepts.iter() {
            for (scorer, version) in [
                (trained.name(), trained.version(concept)),
                (BuiltInScorer::Local.as_str(), local_version(concept, (&id, &labels))),
                (Vision.name(), Vision.version(concept)),
                (Text.name(), Text.version(concept)),
            ] {
                versions.extend(version.map(|version| (ScoreKey::by(&concept.name, scorer), version)));
            }
        }
        Ok(versions)
    }
}

fn once<T>(slot: &Mutex<Option<Arc<T>>>, open: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
    let mut slot = slot.lock();
    if let Some(open) = slot.as_ref() {
        return Ok(Arc::clone(open));
    }
    let opened = Arc::new(open()?);
    *slot = Some(Arc::clone(&opened));
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::concepts::Concept;

    #[test]
    fn every_scorer_is_opened_and_can_be_the_main_scorer_of_a_concept() {
        let folder = tempfile::tempdir().unwrap();
        let (scoring, _) = ScoringContext::default().scoring(&Dataset::at(folder.path())).unwrap();
        let opened: BTreeSet<&str> = scoring.scorers.iter().map(|scorer| scorer.name()).collect();
        assert_eq!(
            opened,
            BuiltInScorer::NAMES.iter().copied().collect(),
            "`concepts::BuiltInScorer` and `ScoringContext::scoring` list the scorers"
        );
    }

    #[test]
    fn the_versions_without_an_open_model_are_those_of_the_scorers() {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::at(folder.path());
        let mut concepts = Concepts::default();
        for (name, senses) in [("monkey", vec!["monkey.n.01".to_owned()]), ("cage", Vec::new())] {
            let words = vec![name.to_owned()].into();
            concepts
                .insert(Concept { name: name.to_owned(), words, senses: senses.into(), ..Concept::default() })
                .unwrap();
        }
        let settings = Settings { concepts: concepts.clone(), ..Settings::default() };
        let versions = settings.versions(&dataset, &concepts).unwrap();
        let (scoring, _) = ScoringContext::new(settings).scoring(&dataset).unwrap();
        for concept in concepts.iter() {
            for scorer in &scoring.scorers {
                let key = ScoreKey::by(&concept.name, scorer.name());
                assert_eq!(versions.get(&key), scorer.version(concept).as_ref(), "{key}");
            }
        }
        assert!(versions.contains_key("monkey@local") && !versions.contains_key("cage@local"));
    }
}
