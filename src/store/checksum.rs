//! Keyed checksums over all that is stored of a record, so that every reader finds damage.
//!
//! The key is random, made with the store and kept in it: records are also written without the sealing key (scores,
//! reviews), and they are checked without it. So a checksum shows damage and records of other datasets, but does not stop
//! who can write to the store; docs/store.md says more.

use rayon::prelude::*;

use super::{DamageLog, NoteStore, StoreError};
use crate::hash::{KeyedHash, hex, sha256};

/// Notes: the key, and a copy for the case that one of the two is damaged.
const NOTES: [&str; 2] = ["checksum_key", "checksum_key_copy"];

/// A checksum: the first 128 bits of an HMAC-SHA256.
pub type Sum = [u8; 16];

/// What a checksum is over. A sum of one kind never passes for another.
#[derive(Clone, Copy)]
pub enum Of {
    /// The clear part of a record.
    Record,
    /// The sealed fields of a record.
    Sealed,
    /// A vector.
    Vector,
}

impl Of {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Record => b"record",
            Self::Sealed => b"sealed",
            Self::Vector => b"vector",
        }
    }
}

/// What a checksum says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The content is the one that was written.
    Good,
    /// There is no checksum: an older program wrote it.
    Missing,
    /// The content is not the one that was written.
    Bad,
}

/// Makes and checks the checksums of one store.
#[derive(Clone, Default)]
pub struct Checksums(Option<KeyedHash>);

impl Checksums {
    /// With the store's key, if it has one. A damaged key is noted; then nothing is checked.
    pub fn load(store: &dyn NoteStore, damage: &DamageLog) -> Result<Self, StoreError> {
        let texts = stored(store)?;
        let keys: Vec<Option<[u8; 32]>> = texts.iter().map(|text| parse(text.as_deref()?)).collect();
        let is_whole = keys[0] == keys[1] && texts.iter().all(Option::is_some) && keys[0].is_some();
        if !is_whole && texts.iter().any(Option::is_some) {
            let left = if keys.iter().any(Option::is_some) { "its copy is used" } else { "checksums are not checked" };
            damage.add_other(format!("the key of the checksums is damaged ({left}); `gleaner repair` mends it"));
        }
        Ok(Self(keys.into_iter().flatten().next().map(|key| KeyedHash::new(&key))))
    }

    /// The same for a writer, which makes the key if there is none.
    pub fn load_or_make(store: &dyn NoteStore, damage: &DamageLog) -> Result<Self, StoreError> {
        if stored(store)?.iter().all(Option::is_none) {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
            // Another worker may do the same; the first key counts.
            let first = store.note_or_insert(NOTES[0], &text(&key))?;
            store.note_or_insert(NOTES[1], &first)?;
        }
        Self::load(store, damage)
    }

    /// With a given key.
    #[cfg(test)]
    pub fn of_key(key: &[u8; 32]) -> Self {
        Self(Some(KeyedHash::new(key)))
    }

    /// Mends the key: from its copy, or by a new one if both are damaged. Returns whether it is a new one.
    pub fn mend(store: &dyn NoteStore) -> Result<bool, StoreError> {
        let known = stored(store)?.iter().flatten().find_map(|text| parse(text));
        let mut key = known.unwrap_or_default();
        if known.is_none() {
            getrandom::fill(&mut key).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        }
        NOTES.iter().try_for_each(|note| store.set_note(note, Some(&text(&key))))?;
        Ok(known.is_none())
    }

    /// The checksum of these parts; `None` if the store has no key.
    pub fn sum<'a>(&self, of: Of, parts: impl IntoIterator<Item = &'a [u8]>) -> Option<Sum> {
        self.0.as_ref().map(|key| key.sum([of.label()].into_iter().chain(parts)))
    }

    /// Compares what is stored as the checksum with that of these parts.
    pub fn check<'a>(&self, stored: Option<&[u8]>, of: Of, parts: impl IntoIterator<Item = &'a [u8]>) -> Checked {
        match (stored, self.sum(of, parts)) {
            (None, _) | (_, None) => Checked::Missing,
            (Some(stored), Some(sum)) if stored == sum => Checked::Good,
            _ => Checked::Bad,
        }
    }
}

/// Bytes in which a changed bit is looked for, at most: each is tried with a checksum over all.
const MAX_MENDED_BYTES: usize = 32 << 10;

/// The bytes with the one bit changed back that makes `is_good` hold; `None` if there is no such bit. With a checksum of 128
/// bits no other change passes for the right one.
pub fn with_one_bit(bytes: &[u8], is_good: impl Fn(&[u8]) -> bool + Sync) -> Option<Vec<u8>> {
    if bytes.len() > MAX_MENDED_BYTES {
        return None;
    }
    (0..bytes.len()).into_par_iter().find_map_any(|at| {
        let mut tried = bytes.to_vec();
        (0..8).find_map(|bit| {
            tried[at] ^= 1 << bit;
            if is_good(&tried) {
                return Some(tried.clone());
            }
            tried[at] ^= 1 << bit;
            None
        })
    })
}

/// Whether two checksums differ in one bit: then the checksum is damaged, not its content.
pub fn differ_in_one_bit(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum::<u32>() == 1
}

fn stored(store: &dyn NoteStore) -> Result<[Option<String>; 2], StoreError> {
    Ok([store.note(NOTES[0])?, store.note(NOTES[1])?])
}

/// A key as it is noted: its hexadecimal digits, and eight digits of their SHA-256 sum.
fn text(key: &[u8; 32]) -> String {
    format!("{}-{}", hex(key), hex(&sha256(key)[..4]))
}

/// A noted key; `None` if it is damaged.
fn parse(noted: &str) -> Option<[u8; 32]> {
    let digits = noted.get(..64)?.as_bytes();
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    (text(&key) == noted).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_noted_key_is_found() {
        let noted = text(&[7; 32]);
        assert_eq!(parse(&noted), Some([7; 32]));
        for bit in 0..noted.len() * 8 {
            let mut flipped = noted.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let flipped = String::from_utf8_lossy(&flipped);
            assert_eq!(parse(&flipped), None, "{flipped}");
        }
    }

    #[test]
    fn a_sum_depends_on_the_key_the_kind_and_where_a_part_ends() {
        let with = |key: &[u8; 1]| Checksums(Some(KeyedHash::new(key)));
        let parts = |texts: [&'static str; 2]| texts.map(str::as_bytes);
        let sum = with(b"k").sum(Of::Record, parts(["ab", "c"]));
        assert_eq!(with(b"k").check(sum.as_ref().map(|sum| &sum[..]), Of::Record, parts(["ab", "c"])), Checked::Good);
        for other in [
            with(b"l").sum(Of::Record, parts(["ab", "c"])),
            with(b"k").sum(Of::Sealed, parts(["ab", "c"])),
            with(b"k").sum(Of::Record, parts(["a", "bc"])),
        ] {
            assert!(other.is_some() && other != sum);
        }
        assert_eq!(with(b"k").check(None, Of::Record, parts(["ab", "c"])), Checked::Missing);
        assert_eq!(Checksums::default().check(Some(&[0; 16]), Of::Record, parts(["ab", "c"])), Checked::Missing);
    }
}
