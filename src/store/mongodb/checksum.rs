//! The checksum of a document: its third field, over all other fields but `seq`, as bytes.
//!
//! An older program that changes a record keeps the field as one that it does not know, at the end: so a checksum in another
//! place is out of date, which is no damage. It drops the field from the document of the sealed fields.

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, RawDocument, RawDocumentBuf};

use crate::hash::hex;
use crate::store::checksum::{Checked, Checksums, Of, with_one_bit};
use crate::store::record::CHECKSUM_FIELD;

/// The types of BSON that begin a document.
const TEXT: u8 = 0x02;
const INT64: u8 = 0x12;

/// A document with `_id`, `seq`, its checksum and the fields of `rest`.
pub fn document(id: &str, seq: i64, rest: &RawDocument, with: &Checksums, of: Of) -> RawDocumentBuf {
    let fields = fields(rest);
    let sum = with.sum(of, [id.as_bytes(), fields]).map(|sum| hex(&sum));
    let mut bytes = vec![0; 4];
    push_text(&mut bytes, "_id", id);
    bytes.push(INT64);
    bytes.extend_from_slice(b"seq\0");
    bytes.extend_from_slice(&seq.to_le_bytes());
    if let Some(sum) = sum {
        push_text(&mut bytes, CHECKSUM_FIELD, &sum);
    }
    bytes.extend_from_slice(fields);
    bytes.push(0);
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    RawDocumentBuf::from_bytes(bytes).expect("fields of documents make a document")
}

/// What the checksum of a document says.
pub fn check(document: &RawDocument, with: &Checksums, of: Of) -> Checked {
    let Some((id, rest)) = head(document) else {
        // Another order of fields, or other types.
        return if has_misplaced_sum(document) { Checked::Bad } else { Checked::Missing };
    };
    match text_field(rest, CHECKSUM_FIELD) {
        Some((sum, rest)) => match with.sum(of, [id.as_bytes(), rest]) {
            None => Checked::Missing,
            Some(found) if hex(&found) == sum => Checked::Good,
            Some(_) => Checked::Bad,
        },
        // A sum under another name or of another type is one that was changed.
        None if has_misplaced_sum(document) => Checked::Bad,
        None => Checked::Missing,
    }
}

/// The document as it was written, if one bit of it was changed.
pub fn mended(document: &RawDocument, with: &Checksums, of: Of) -> Option<RawDocumentBuf> {
    if check(document, with, of) != Checked::Bad {
        return Some(document.to_owned());
    }
    let parse = |bytes: &[u8]| RawDocumentBuf::from_bytes(bytes.to_vec()).ok();
    let is_good = |bytes: &[u8]| parse(bytes).is_some_and(|tried| check(&tried, with, of) == Checked::Good);
    parse(&with_one_bit(document.as_bytes(), is_good)?)
}

/// Whether one of the first fields looks like a checksum whose name or type was changed.
fn has_misplaced_sum(document: &RawDocument) -> bool {
    let looks_like_sum = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    document.iter().take(4).any(|field| match field {
        Err(_) => true,
        // An older program leaves it at the end.
        Ok((name, _)) if name == CHECKSUM_FIELD => true,
        Ok((name, value)) => name != "key_id" && name != "origin" && value.as_str().is_some_and(looks_like_sum),
    })
}

/// The id of a document that begins with `_id` and `seq`, and the fields after these.
fn head(document: &RawDocument) -> Option<(&str, &[u8])> {
    let (id, rest) = text_field(fields(document), "_id")?;
    let rest = rest.strip_prefix(&[INT64])?.strip_prefix(b"seq\0")?;
    Some((id, rest.get(8..)?))
}

/// The text of the first field, if it has this name, and the fields after it.
fn text_field<'a>(fields: &'a [u8], name: &str) -> Option<(&'a str, &'a [u8])> {
    let rest = fields.strip_prefix(&[TEXT])?.strip_prefix(name.as_bytes())?.strip_prefix(b"\0")?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(text.strip_suffix(b"\0")?).ok()?, rest))
}

/// The bytes of a document's fields: it is its length, its fields and a zero byte.
fn fields(document: &RawDocument) -> &[u8] {
    let bytes = document.as_bytes();
    bytes.get(4..bytes.len() - 1).unwrap_or_default()
}

fn push_text(to: &mut Vec<u8>, name: &str, text: &str) {
    to.push(TEXT);
    to.extend_from_slice(name.as_bytes());
    to.push(0);
    to.extend_from_slice(&u32::try_from(text.len() + 1).unwrap_or(u32::MAX).to_le_bytes());
    to.extend_from_slice(text.as_bytes());
    to.push(0);
}

/// The checksum of a vector, as it is stored.
pub fn of_vector((id, model): (&str, &str), data: &[u8], with: &Checksums) -> Option<Binary> {
    let sum = with.sum(Of::Vector, [id.as_bytes(), model.as_bytes(), data])?;
    Some(Binary { subtype: BinarySubtype::Generic, bytes: sum.to_vec() })
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    #[test]
    fn every_flipped_bit_of_a_document_is_found_or_leaves_its_fields_alone() {
        let with = Checksums::of_key(&[9; 32]);
        let rest = rawdoc! {"state": "found", "key_id": "0123456789abcdef", "title": "a monkey", "views": 7_i64};
        let whole = document("flickr:1", 5, &rest, &with, Of::Record);
        assert_eq!(check(&whole, &with, Of::Record), Checked::Good);
        assert_eq!(check(&whole, &with, Of::Sealed), Checked::Bad);
        let mut flipped = whole.as_bytes().to_vec();
        *flipped.iter_mut().rfind(|byte| **byte == b'k').unwrap() ^= 2;
        let flipped = RawDocumentBuf::from_bytes(flipped).unwrap();
        assert_eq!(check(&flipped, &with, Of::Record), Checked::Bad);
        assert_eq!(mended(&flipped, &with, Of::Record), Some(whole.clone()));
        let (mut found, mut seq_only) = (0, 0);
        for bit in 32..whole.as_bytes().len() * 8 {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // The server takes no document with a wrong structure.
            let Ok(flipped) = RawDocumentBuf::from_bytes(bytes) else { continue };
            let mut fields = flipped.iter();
            if fields.by_ref().any(|field| field.is_err()) {
                continue;
            }
            match check(&flipped, &with, Of::Record) {
                Checked::Bad => found += 1,
                // The number of the change is no part of the record.
                Checked::Good => seq_only += 1,
                // The name of `_id` or `seq`: the server has no such document.
                Checked::Missing => assert!(head(&flipped).is_none(), "{flipped:?}"),
            }
        }
        assert_eq!(seq_only, 64);
        assert!(found > 500, "{found}");
    }

    #[test]
    fn a_document_of_an_older_program_has_no_checksum() {
        let with = Checksums::of_key(&[9; 32]);
        let old = rawdoc! {"_id": "flickr:1", "seq": 6_i64, "state": "found", "key_id": "0123456789abcdef",
        "title": "a monkey", "views": 8_i64, "_sum": "00".repeat(16)};
        assert_eq!(check(&old, &with, Of::Record), Checked::Missing);
        let older = rawdoc! {"_id": "flickr:1", "seq": 6_i64, "key_id": "0123456789abcdef"};
        assert_eq!(check(&older, &with, Of::Sealed), Checked::Missing);
    }
}
