//! The part of EBML (RFC 8794) that recordings need: elements with an id, a size and a payload.

/// The head of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// With its marker bits, as it is written.
    pub id: u32,
    /// Bytes of the payload; `None`: unknown size.
    pub size: Option<u64>,
    /// Bytes of the head itself.
    pub bytes: u8,
}

/// The longest head: four bytes of id, eight of size.
pub const MAX_HEAD_BYTES: u8 = 12;

impl Head {
    /// Reads the head at the beginning of these bytes.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let id_bytes = bytes.first()?.leading_zeros() as usize + 1;
        if id_bytes > 4 {
            return None;
        }
        let id = bytes.get(..id_bytes)?.iter().fold(0, |id, byte| (id << 8) | u32::from(*byte));
        let (size, size_bytes) = number(bytes.get(id_bytes..)?)?;
        let unknown = (1_u64 << (7 * size_bytes)) - 1;
        Some(Self { id, size: Some(size).filter(|size| *size != unknown), bytes: (id_bytes + size_bytes) as u8 })
    }
}

/// A number of variable length, and its bytes.
pub fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let marked = bytes.get(..length)?.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
    Some((marked & ((1_u64 << (7 * length)) - 1), length))
}

/// An unsigned payload of up to eight bytes.
pub fn unsigned(payload: &[u8]) -> u64 {
    payload.iter().take(8).fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// The elements of a payload whose sizes are known: id, payload, and the element as it is written.
pub fn children(payload: &[u8]) -> impl Iterator<Item = (u32, &[u8], &[u8])> {
    let mut rest = payload;
    std::iter::from_fn(move || {
        let head = Head::read(rest)?;
        let end = usize::from(head.bytes).checked_add(usize::try_from(head.size?).ok()?)?;
        let whole = rest.get(..end)?;
        rest = &rest[end..];
        Some((head.id, &whole[usize::from(head.bytes)..], whole))
    })
}

/// Appends the head of an element; sizes always have eight bytes, so that positions can be computed in advance.
pub fn write_head(out: &mut Vec<u8>, id: u32, size: u64) {
    write_id(out, id);
    out.extend((size | 1 << 56).to_be_bytes());
}

/// Appends an element.
pub fn write_element(out: &mut Vec<u8>, id: u32, payload: &[u8]) {
    write_head(out, id, payload.len() as u64);
    out.extend(payload);
}

/// The bytes of an id.
pub fn write_id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    out.extend(&bytes[id.leading_zeros() as usize / 8..]);
}
