//! What follows from the scores and labels of a photo: its taxon, its distance from the range of that, and its setting. Whatever
//! changes those brings these up to date in the same transaction, without the sealing key.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow};

use super::{RangeStage, SettingStage, Taxa};
use crate::photo::Photo;
use crate::reference::Registry;
use crate::seal::SealedPhoto;
use crate::setting::{Concepts, LazyAssessor};
use crate::taxa::{LazyTaxonNames, TaxonNames};

/// The stages `taxa`, `range` and `setting`. What they need is read on first use.
#[derive(Clone)]
pub struct Derived {
    pub(super) taxa: Taxa,
    pub(super) range: RangeStage,
    pub(super) setting: SettingStage,
}

impl Derived {
    /// With the layers of a registry, the concepts whose scores speak for a setting, and the model of settings in this file.
    pub fn of(registry: Registry, concepts: Concepts, model: PathBuf) -> Self {
        let names = Arc::new(LazyTaxonNames::of(registry.clone()));
        let assessor = Arc::new(LazyAssessor::of(registry.clone(), concepts, model));
        Self { taxa: Taxa { names }, range: RangeStage::of(registry), setting: SettingStage { assessor } }
    }

    /// The names of taxa. Fails if a layer is damaged.
    pub fn names(&self) -> Result<&TaxonNames> {
        self.taxa.names.get().map_err(|err| anyhow!("{err}"))
    }

    /// Brings a photo's taxon and setting up to date after its labels or scores have changed. Fails if a layer or the model of
    /// settings is damaged.
    pub fn update(&self, photo: &mut Photo) -> Result<()> {
        self.taxa.update(photo)?;
        self.range.update(photo)?;
        self.setting.update(photo)
    }

    /// The same of a sealed photo.
    pub fn of_sealed(&self, sealed: SealedPhoto) -> Result<SealedPhoto> {
        let mut photo = sealed.photo().clone();
        self.update(&mut photo)?;
        Ok(sealed.with_derived(photo))
    }

    /// The same after people's verdicts have changed, which say nothing of the words for a taxon.
    pub fn of_reviewed(&self, sealed: SealedPhoto) -> Result<SealedPhoto> {
        let mut photo = sealed.photo().clone();
        self.range.update(&mut photo)?;
        self.setting.update(&mut photo)?;
        Ok(sealed.with_derived(photo))
    }
}
