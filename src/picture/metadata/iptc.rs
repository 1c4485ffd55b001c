//! IPTC: the records of the Information Interchange Model, version 4.2.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Metadata, value};

/// Data set 1:90, the character set of the texts; this escape sequence means UTF-8.
const CODED_CHARACTER_SET: u16 = 0x015A;
const UTF8: &[u8] = b"\x1b%G";

/// Record and data set -> name, for the data sets that photographs use.
const NAMES: [(u16, &str); 47] = [
    (0x0100, "EnvelopeRecordVersion"),
    (CODED_CHARACTER_SET, "CodedCharacterSet"),
    (0x0200, "ApplicationRecordVersion"),
    (0x0203, "ObjectTypeReference"),
    (0x0205, "ObjectName"),
    (0x0207, "EditStatus"),
    (0x020A, "Urgency"),
    (0x020C, "SubjectReference"),
    (0x020F, "Category"),
    (0x0214, "SupplementalCategories"),
    (0x0216, "FixtureIdentifier"),
    (0x0219, "Keywords"),
    (0x021A, "ContentLocationCode"),
    (0x021B, "ContentLocationName"),
    (0x021E, "ReleaseDate"),
    (0x0223, "ReleaseTime"),
    (0x0225, "ExpirationDate"),
    (0x0226, "ExpirationTime"),
    (0x0228, "SpecialInstructions"),
    (0x0237, "DateCreated"),
    (0x023C, "TimeCreated"),
    (0x023E, "DigitalCreationDate"),
    (0x023F, "DigitalCreationTime"),
    (0x0241, "OriginatingProgram"),
    (0x0246, "ProgramVersion"),
    (0x024B, "ObjectCycle"),
    (0x0250, "By-line"),
    (0x0255, "By-lineTitle"),
    (0x025A, "City"),
    (0x025C, "Sub-location"),
    (0x025F, "Province-State"),
    (0x0264, "Country-PrimaryLocationCode"),
    (0x0265, "Country-PrimaryLocationName"),
    (0x0267, "OriginalTransmissionReference"),
    (0x0269, "Headline"),
    (0x026E, "Credit"),
    (0x0273, "Source"),
    (0x0274, "CopyrightNotice"),
    (0x0276, "Contact"),
    (0x0278, "Caption-Abstract"),
    (0x0279, "LocalCaption"),
    (0x027A, "Writer-Editor"),
    (0x0287, "LanguageIdentifier"),
    (0x02BB, "UniqueDocumentID"),
    (0x02BC, "MasterDocumentID"),
    (0x02BD, "ShortDocumentID"),
    (0x02E6, "DocumentNotes"),
];

/// A repeated data set becomes an array.
pub(super) fn read(records: &[u8], found: &mut Metadata) {
    let mut values: BTreeMap<u16, Vec<Value>> = BTreeMap::new();
    let mut utf8 = false;
    for (id, data) in data_sets(records) {
        utf8 |= id == CODED_CHARACTER_SET && data == UTF8;
        values.entry(id).or_default().push(render(id, data, utf8));
    }
    for (id, mut values) in values {
        let value = if values.len() == 1 { values.swap_remove(0) } else { Value::Array(values) };
        found.put("IPTC", name(id), value);
    }
}

/// `0x1C`, record, data set, length, data; an extended length has its top bit set and says how many
/// bytes of length follow.
fn data_sets(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (head, body) = rest.split_first_chunk::<5>().filter(|(head, _)| head[0] == 0x1C)?;
        let length = usize::from(u16::from_be_bytes([head[3], head[4]]));
        let (length, body) = if length & 0x8000 == 0 { (length, body) } else { extended(length & 0x7FFF, body)? };
        let data = body.get(..length)?;
        rest = &body[length..];
        Some((u16::from_be_bytes([head[1], head[2]]), data))
    })
}

fn extended(bytes: usize, body: &[u8]) -> Option<(usize, &[u8])> {
    let digits = body.get(..bytes).filter(|digits| digits.len() <= 4)?;
    let length = digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit));
    Some((length, &body[bytes..]))
}

/// UTF-8 if 1:90 says so. UTF-8 is tried first in any case, because many writers omit 1:90.
fn render(id: u16, data: &[u8], utf8: bool) -> Value {
    match (id, data) {
        (CODED_CHARACTER_SET, UTF8) => "UTF8".into(),
        (CODED_CHARACTER_SET, _) => value::opaque(data),
        (0x0100 | 0x0200, [high, low]) => u16::from_be_bytes([*high, *low]).into(),
        _ if utf8 => value::text(&String::from_utf8_lossy(data)),
        _ => value::text(&value::decode(data)),
    }
}

fn name(id: u16) -> String {
    let known = NAMES.iter().find(|(known, _)| *known == id);
    known.map_or_else(|| format!("0x{id:04X}"), |(_, name)| (*name).to_owned())
}
