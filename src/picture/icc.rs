//! Colour profiles, rewritten from the tags that colours are computed from (ICC.1:2022).
//!
//! A profile can name the serial number of a monitor (Apple's `mmod`, `dscm`), its owner's calibration (`vcgt`), a maker and a
//! date. A rewritten one has none of these: its header has only what colours depend on, its texts say nothing, each tag is as
//! long as its type, and there are no bytes between tags. Colours are decoded from rewritten profiles too, so that a picture
//! looks the same before and after.

mod tag;

use tag::rewritten as rewritten_tag;

/// Length of the header, in bytes (7.2).
const HEADER_BYTES: usize = 128;

/// Length of an entry of the tag table, in bytes (7.3).
const ENTRY_BYTES: usize = 12;

/// Most tags that are looked at. Profiles have some twenty.
const TAGS_MAX: usize = 200;

/// What a table of colours is made for; the first that there is counts (8.10.2).
const TABLES: [&[u8; 4]; 3] = [b"A2B0", b"A2B1", b"A2B2"];

const CURVES_AND_MATRIX: [&[u8; 4]; 6] = [b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"];

/// Whether these are code points of ITU-T H.273 that a cICP chunk or tag may have: primaries, transfer, matrix (of RGB), range.
pub fn is_code_point(code: &[u8]) -> bool {
    matches!(code, [1 | 4..=12 | 22, 1 | 4..=18, 0, 0 | 1])
}

/// Whether a profile is for a picture with this many components: 1 is grey, 3 is RGB, 4 is CMYK.
pub fn is_for(profile: &[u8], components: usize) -> bool {
    match profile.get(16..20) {
        Some(b"GRAY") => components == 1,
        Some(b"RGB ") => components == 1 || components == 3,
        Some(b"CMYK") => components == 4,
        _ => false,
    }
}

/// The profile with its colours and nothing else; `None` if it describes no colours. Idempotent.
pub fn rewritten(profile: &[u8]) -> Option<Vec<u8>> {
    let header = profile.first_chunk::<HEADER_BYTES>().filter(|header| &header[36..40] == b"acsp")?;
    let channels = match &header[16..20] {
        b"GRAY" => 1,
        b"RGB " => 3,
        b"CMYK" => 4,
        _ => return None,
    };
    let is_known = matches!(&header[12..16], b"scnr" | b"mntr" | b"prtr" | b"spac");
    if !is_known || !matches!(&header[20..24], b"XYZ " | b"Lab ") {
        return None;
    }
    let is_fourth = match header[8] {
        4 => true,
        0 | 2 | 3 => false,
        _ => return None,
    };
    let tag = |name: &[u8; 4]| Some((*name, rewritten_tag(*name, found(profile, *name)?, channels)?));
    let mut tags: Vec<([u8; 4], Vec<u8>)> = Vec::new();
    let table = TABLES.into_iter().find_map(tag);
    let shaped: Option<Vec<_>> = match channels {
        1 => [b"kTRC"].into_iter().map(tag).collect(),
        3 => CURVES_AND_MATRIX.into_iter().map(tag).collect(),
        _ => None,
    };
    if table.is_none() && shaped.is_none() {
        return None;
    }
    tags.extend(shaped.unwrap_or_default());
    tags.extend(table);
    tags.extend([b"wtpt", b"chad", b"cicp"].into_iter().filter_map(tag));
    let name = ["Grey", "", "RGB", "CMYK"][channels - 1];
    tags.push((*b"desc", if is_fourth { localised(name) } else { description(name) }));
    tags.push((*b"cprt", if is_fourth { localised("") } else { plain("") }));
    Some(written(header, is_fourth, &tags))
}

/// The first tag of this name.
fn found(profile: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let number = |at: usize| Some(u32::from_be_bytes(*profile.get(at..)?.first_chunk()?) as usize);
    let count = number(HEADER_BYTES)?.min(TAGS_MAX);
    let entry = (0..count)
        .map(|nth| HEADER_BYTES + 4 + nth * ENTRY_BYTES)
        .find(|&entry| profile.get(entry..entry + 4) == Some(&name[..]))?;
    let (from, length) = (number(entry + 4)?, number(entry + 8)?);
    profile.get(from..from.checked_add(length)?)
}

fn written(header: &[u8; HEADER_BYTES], is_fourth: bool, tags: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![0; HEADER_BYTES];
    out[8..12].copy_from_slice(if is_fourth { &[4, 0x30, 0, 0] } else { &[2, 0x40, 0, 0] });
    out[12..24].copy_from_slice(&header[12..24]);
    // 1 January 2000: some readers take no date of zeros.
    out[24..36].copy_from_slice(&[7, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    out[36..40].copy_from_slice(b"acsp");
    // The rendering intent.
    out[67] = if header[64..67] == [0; 3] { header[67] & 3 } else { 0 };
    // D50.
    out[68..80].copy_from_slice(&[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]);
    out.extend((tags.len() as u32).to_be_bytes());
    let start = HEADER_BYTES + 4 + tags.len() * ENTRY_BYTES;
    let mut data: Vec<u8> = Vec::new();
    for (nth, (name, tag)) in tags.iter().enumerate() {
        // Three curves are often one.
        let same = (0..nth).find(|&before| tags[before].1 == *tag);
        let at = match same {
            Some(before) => out[HEADER_BYTES + 8 + before * ENTRY_BYTES..][..4].to_vec(),
            None => ((start + data.len()) as u32).to_be_bytes().to_vec(),
        };
        out.extend(name);
        out.extend(at);
        out.extend((tag.len() as u32).to_be_bytes());
        if same.is_none() {
            data.extend(tag);
            data.resize(data.len().next_multiple_of(4), 0);
        }
    }
    out.extend(data);
    let size = out.len() as u32;
    out[..4].copy_from_slice(&size.to_be_bytes());
    out
}

/// A `desc` tag of version 2: the text, and no Unicode and Macintosh ones (ICC.1:2001-04, 6.5.17).
fn description(text: &str) -> Vec<u8> {
    let length = (text.len() as u32 + 1).to_be_bytes();
    [b"desc\0\0\0\0", &length[..], text.as_bytes(), &[0; 1 + 4 + 4 + 2 + 1 + 67]].concat()
}

/// A `text` tag of version 2.
fn plain(text: &str) -> Vec<u8> {
    [b"text\0\0\0\0", text.as_bytes(), &[0]].concat()
}

/// An `mluc` tag of version 4, in English (10.15).
fn localised(text: &str) -> Vec<u8> {
    let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let length = (text.len() as u32).to_be_bytes();
    [b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS", &length[..], &[0, 0, 0, 28], &text].concat()
}
