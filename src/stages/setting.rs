//! Weighs what speaks for a wild animal, a captive one or none, offline.

use std::sync::Arc;

use anyhow::anyhow;
use futures::future::BoxFuture;

use super::Stage;
use crate::photo::{Photo, Setting, StageName};
use crate::setting::LazyAssessor;

/// The stage `setting`. What it needs is read on first use.
#[derive(Clone)]
pub struct SettingStage {
    /// Weighs the evidence.
    pub assessor: Arc<LazyAssessor>,
}

impl SettingStage {
    /// Replaces the setting of a photo by that of now. Fails if a layer or the model is damaged.
    pub fn update(&self, photo: &mut Photo) -> anyhow::Result<()> {
        let assessor = self.assessor.get().map_err(|err| anyhow!("{err}"))?;
        let found = assessor.assess(photo);
        photo.setting = found.or_else(|| photo.setting.is_some().then(Setting::nothing));
        Ok(())
    }
}

impl Stage for SettingStage {
    fn name(&self) -> StageName {
        StageName::Setting
    }

    /// Whether its evidence, or the model, gives another setting than it has.
    fn wants(&self, photo: &Photo) -> bool {
        // A layer or a model that cannot be read is an error of `apply`.
        let none = Setting::nothing();
        let known = photo.setting.as_ref().unwrap_or(&none);
        self.assessor.get().map_or(true, |assessor| assessor.assess(photo).as_ref().unwrap_or(&none) != known)
    }

    fn finds_out(&self) -> bool {
        true
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move { self.update(photo) })
    }
}
