//! Records that cannot be read. Reading goes on after them; the command that opened the store says at the end which they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tracing::info;

use super::StoreError;
use crate::photo::PhotoId;

/// Damaged records that are kept by name, at most. More are only counted.
const MAX_NAMED: usize = 10_000;

/// The damaged records that a store has met since it was opened. Cheap to clone; clones share their content.
#[derive(Clone, Debug, Default)]
pub struct DamageLog(Arc<Mutex<Damage>>);

/// What is damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Photo and reason.
    pub records: BTreeMap<PhotoId, String>,
    /// Problems of the store that concern no single record.
    pub others: Vec<String>,
}

impl Damage {
    /// Whether nothing is damaged.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.others.is_empty()
    }
}

impl DamageLog {
    /// Notes a damaged record.
    pub fn add(&self, id: &PhotoId, why: &str) {
        let mut damage = self.0.lock();
        if damage.records.len() < MAX_NAMED && damage.records.insert(id.clone(), why.to_owned()).is_none() {
            info!(photo = %id, why, "a damaged record was left out");
        }
    }

    /// Forgets a record that was replaced by a whole one.
    pub fn forget(&self, id: &PhotoId) {
        self.0.lock().records.remove(id);
    }

    /// Notes a problem that concerns no single record.
    pub fn add_other(&self, problem: String) {
        let mut damage = self.0.lock();
        if damage.others.len() < MAX_NAMED && !damage.others.contains(&problem) {
            info!(problem, "the store is damaged");
            damage.others.push(problem);
        }
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// All that was noted.
    pub fn found(&self) -> Damage {
        self.0.lock().clone()
    }

    /// What was read, or `None` if it is damaged, which is noted. Other errors are passed on.
    pub fn readable<T>(&self, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(StoreError::Damaged { id, why }) => {
                self.add(&id, &why);
                Ok(None)
            }
            Err(err) => Err(err),
        }
    }
}
