//! Whether what is stored is whole, and whether it opens.

use anyhow::Result;

use super::{Access, Store, StoreError, for_each_sealed};
use crate::dataset::Dataset;
use crate::seal::Vault;

/// What a check of a store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Records that were looked at.
    pub photos: u64,
    /// What is wrong, a sentence each; empty when all is well.
    pub problems: Vec<String>,
}

/// Checks the store itself and that every record can be read; needs no key, changes nothing.
pub fn verify(dataset: &Dataset) -> Result<Verification, StoreError> {
    let (photos, problems) = super::open(dataset, Access::Read)?.check()?;
    Ok(Verification { photos, problems })
}

/// Opens every token of every record; returns how many records there are, or the first that does not open.
pub fn verify_seals(store: &dyn Store, vault: &Vault) -> Result<u64> {
    let mut photos = 0;
    for_each_sealed(store, |sealed| {
        vault.open(&sealed)?;
        photos += 1;
        Ok(())
    })?;
    Ok(photos)
}
