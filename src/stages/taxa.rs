//! Finds the taxon that a photo shows in its machine tags, words and labels, offline.

use std::sync::Arc;

use anyhow::anyhow;
use futures::future::BoxFuture;

use super::Stage;
use crate::photo::{Identifications, Photo, StageName};
use crate::taxa::LazyTaxonNames;

/// The stage `taxa`. The names are read on first use.
#[derive(Clone)]
pub struct Taxa {
    /// The names of taxa.
    pub names: Arc<LazyTaxonNames>,
}

impl Taxa {
    /// Replaces the identifications of a photo by those of now. Fails if a layer is damaged.
    pub fn update(&self, photo: &mut Photo) -> anyhow::Result<()> {
        let names = self.names.get().map_err(|err| anyhow!("{err}"))?;
        let found = names.identify(photo);
        // An empty list says that what was found before does not hold any more.
        photo.identifications = found.or_else(|| photo.identifications.is_some().then(Default::default));
        Ok(())
    }
}

impl Stage for Taxa {
    fn name(&self) -> StageName {
        StageName::Taxa
    }

    /// Whether its texts, or the names that are known now, give other identifications than it has.
    fn wants(&self, photo: &Photo) -> bool {
        // A layer that cannot be read is an error of `apply`.
        let none = Identifications::default();
        let known = photo.identifications.as_ref().unwrap_or(&none);
        self.names.get().map_or(true, |names| names.identify(photo).as_ref().unwrap_or(&none) != known)
    }

    fn finds_out(&self) -> bool {
        true
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move { self.update(photo) })
    }
}
