//! Names the damaged records that a command has left out, when it ends.

use std::sync::Arc;

use parking_lot::Mutex;

use super::Outcome;
use super::output::{counted, print_message};
use crate::dataset::Dataset;
use crate::store::DamageLog;

/// Damaged records that are named, at most.
const NAMED: usize = 20;

/// The stores that a command has opened. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct OpenedStores(Arc<Mutex<Vec<(String, DamageLog)>>>);

impl OpenedStores {
    /// Reports what is damaged in this store when the command ends.
    pub fn watch(&self, dataset: &Dataset, damage: DamageLog) {
        self.0.lock().push((dataset.to_string(), damage));
    }

    /// For a command that has reported all damage itself.
    pub fn forget(&self) {
        self.0.lock().clear();
    }

    /// Names what is damaged. Then the command has not ended without faults.
    pub fn report(&self, ended: Outcome) -> Outcome {
        let mut is_damaged = false;
        let mut reported = Vec::new();
        for (dataset, damage) in self.0.lock().iter() {
            let found = damage.found();
            if found.is_empty() || reported.contains(&(dataset.clone(), found.clone())) {
                continue;
            }
            is_damaged = true;
            for problem in &found.others {
                print_message(&format!("damaged: {problem}"));
            }
            if !found.records.is_empty() {
                let records = counted(found.records.len() as u64, "damaged record");
                print_message(&format!("left out of {dataset}: {records}"));
            }
            for (id, why) in found.records.iter().take(NAMED) {
                print_message(&format!("  {id}: {why}"));
            }
            if found.records.len() > NAMED {
                print_message(&format!("  and {} more", found.records.len() - NAMED));
            }
            print_message(&format!("to mend what can be mended: gleaner repair {dataset}"));
            reported.push((dataset.clone(), found));
        }
        if is_damaged && ended == Outcome::Success { Outcome::Faults } else { ended }
    }
}
