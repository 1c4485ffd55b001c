//! Marks of photos that were withdrawn: keyed hashes of their ids, which recognise a photo and name none.
//!
//! A photo's id leads to its owner and has so few digits that a plain hash of it could be guessed. The marks have a key of
//! their own, which is derived from the dataset's key when the first photo is withdrawn, and sealed with the dataset's key
//! from then on: so a rotation of the dataset's key changes no mark, and two copies of a dataset make the same marks.

use zeroize::Zeroizing;

use super::key::hmac;
use super::{SealError, Vault};
use crate::hash::hex;
use crate::photo::PhotoId;

/// The source in the id of a mark. No photo has it.
const SOURCE: &str = "withdrawn";

/// Makes the marks of one dataset.
#[derive(Clone)]
pub struct Marker(Zeroizing<Vec<u8>>);

impl Marker {
    /// The key of a dataset that has no marks so far.
    pub(super) fn derived(key: &[u8; 32]) -> Self {
        Self(Zeroizing::new(key.to_vec()))
    }

    /// The key as it is stored.
    pub fn seal(&self, vault: &Vault) -> String {
        vault.seal_bytes(&self.0)
    }

    /// A key as it was stored. Fails if the dataset's key does not open it.
    pub fn open(vault: &Vault, token: &str) -> Result<Self, SealError> {
        vault.open_bytes(token.as_bytes()).map(Self)
    }

    /// The mark of a photo, 128 bits. It takes the place of the photo's id where it was removed.
    pub fn mark(&self, id: &PhotoId) -> PhotoId {
        let mac = hmac(&self.0, &[id.as_str().as_bytes()]);
        PhotoId::new(SOURCE, &hex(&mac[..16]))
    }
}

/// Whether an id is a mark in place of the id of a photo.
pub fn is_mark(id: &PhotoId) -> bool {
    id.source() == SOURCE
}

/// The first mark and the end of all marks, in the order of ids.
pub(crate) const MARKS: (&str, &str) = ("withdrawn:", "withdrawn;");

#[cfg(test)]
mod tests {
    use super::{MARKS, Marker, is_mark};
    use crate::photo::PhotoId;
    use crate::seal::{Key, Vault};

    #[test]
    fn a_mark_recognises_its_photo_with_the_key_alone_and_survives_a_rotation() {
        let (old, new) = (Key::generate(), Key::generate());
        let (id, other) = (PhotoId::new("flickr", "53412345678"), PhotoId::new("flickr", "53412345679"));
        let vault = Vault::new(old.clone());
        let marker = vault.marker();
        let mark = marker.mark(&id);
        assert!(is_mark(&mark) && !is_mark(&id) && !mark.as_str().contains("53412345678"));
        assert!(mark.as_str() > MARKS.0 && mark.as_str() < MARKS.1);
        assert_eq!((mark.clone(), mark.as_str().len()), (Vault::new(old.clone()).marker().mark(&id), 42));
        assert_ne!(mark, marker.mark(&other));
        assert_ne!(mark, Vault::new(new.clone()).marker().mark(&id), "another key makes other marks");

        let both = Vault::with_older(new.clone(), vec![old.clone()]);
        let resealed = Marker::open(&both, &marker.seal(&vault)).unwrap().seal(&both);
        assert_eq!(Marker::open(&Vault::new(new), &resealed).unwrap().mark(&id), mark);
        assert!(Marker::open(&Vault::new(old), &resealed).is_err());
    }
}
