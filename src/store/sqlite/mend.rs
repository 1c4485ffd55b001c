//! Mends rows in which one bit was changed: the checksum tells which.

use rayon::prelude::*;

use super::SqliteStore;
use super::checksum::{Content, StoredSums};
use super::row::RawRow;
use crate::photo::PhotoId;
use crate::seal::SealedPhoto;
use crate::store::StoreError;
use crate::store::checksum::{Checked, Checksums, with_one_bit};
use crate::store::record::read_record;

impl SqliteStore {
    /// See [`RecordWrite::mended`](crate::store::RecordWrite::mended).
    pub(super) fn mended_rows(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        let rows = self.rows_of(ids)?;
        let mended = rows.into_iter().filter_map(|row| mended(row, &self.checksums)?.restore_unchecked().ok());
        Ok(mended.collect())
    }
}

/// The row as it was written, if one bit of it or of its checksums was changed.
fn mended(mut row: RawRow, checksums: &Checksums) -> Option<RawRow> {
    let sums = row.sums.take()?;
    let record_is_good = |row: &RawRow, record: &[u8], state: &str, key_id: &str| {
        let content = Content { id: &row.id, state, key_id, record };
        StoredSums::check_record(Some(&sums), checksums, content, 0) == Checked::Good
    };
    let is_good = |row: &RawRow| record_is_good(row, &row.record, &row.state, &row.key_id);
    let content = Content { id: &row.id, state: &row.state, key_id: &row.key_id, record: &row.record };
    if !is_good(&row) && !sums.has_damaged_record_sum(checksums, content) {
        if let Some(record) = with_one_bit(&row.record, |record| record_is_good(&row, record, &row.state, &row.key_id))
        {
            row.record = record;
        } else if let Some(key_id) = with_one_bit(row.key_id.as_bytes(), |key_id| {
            std::str::from_utf8(key_id).is_ok_and(|key_id| record_is_good(&row, &row.record, &row.state, key_id))
        }) {
            row.key_id = String::from_utf8(key_id).ok()?;
        } else {
            let state = read_record(&row.id, &row.record).ok()?.state().as_str();
            if !record_is_good(&row, &row.record, state, &row.key_id) {
                return None;
            }
            state.clone_into(&mut row.state);
        }
    }
    mend_tokens(&mut row, &sums, checksums)?;
    Some(row)
}

/// Mends the tokens of a row whose record is good. `None` if they cannot be mended.
fn mend_tokens(row: &mut RawRow, sums: &StoredSums, checksums: &Checksums) -> Option<()> {
    let content = Content { id: &row.id, state: &row.state, key_id: &row.key_id, record: &row.record };
    let is_good = |tokens: &[Option<&[u8]>]| {
        StoredSums::check_sealed(Some(sums), checksums, (content, 0), tokens.iter().copied()) == Checked::Good
    };
    let all: Vec<Option<&[u8]>> = row.tokens.iter().map(Option::as_deref).collect();
    if is_good(&all) || sums.has_damaged_sealed_sum(checksums, content, all.iter().copied()) {
        return Some(());
    }
    let with = |at: usize, token: &[u8]| {
        let tokens: Vec<Option<&[u8]>> =
            all.iter().enumerate().map(|(nth, own)| if nth == at { Some(token) } else { *own }).collect();
        is_good(&tokens)
    };
    let (at, token) = (0..all.len())
        .into_par_iter()
        .find_map_any(|at| Some((at, with_one_bit(all[at]?, |token| with(at, token))?)))?;
    row.tokens[at] = Some(token);
    Some(())
}
