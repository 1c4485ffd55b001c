//! Checks that stored records can be read and that their tokens open.

use anyhow::Result;

use super::{Access, Store, StoreError, for_each_sealed};
use crate::dataset::Dataset;
use crate::seal::Vault;

/// The result of [`verify`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Number of records that were checked.
    pub photos: u64,
    /// One sentence for each problem.
    pub problems: Vec<String>,
}

/// Checks the store and every record. Needs no key and changes nothing.
pub fn verify(dataset: &Dataset) -> Result<Verification> {
    let found = super::open(dataset, Access::Read)?.check(&mut |_| Ok(()))?;
    Ok(Verification { photos: found.photos, problems: found.problems })
}

/// Opens every token of every record. Returns the number of records. Fails at the first token that does not open, and if a
/// record is damaged.
pub fn verify_seals(store: &dyn Store, vault: &Vault) -> Result<u64> {
    let photos = verify_readable(store, vault)?;
    match store.damage().found().records.into_iter().next() {
        Some((id, why)) => Err(StoreError::Damaged { id, why }.into()),
        None => Ok(photos),
    }
}

/// The same for the records that can be read.
pub(super) fn verify_readable(store: &dyn Store, vault: &Vault) -> Result<u64> {
    let mut photos = 0;
    for_each_sealed(store, |sealed| {
        vault.open(&sealed)?;
        photos += 1;
        Ok(())
    })?;
    Ok(photos)
}
