//! WebP: the chunks of its RIFF container, and those inside an animation frame (RFC 9649).

use super::Malformed;

/// Bytes before the first chunk: `RIFF`, size, `WEBP`.
pub const HEADER: usize = 12;

/// One chunk, without its padding byte.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Four letters.
    pub kind: [u8; 4],
    /// The chunk's data.
    pub data: &'a [u8],
}

/// The part of the file that its RIFF header covers, without the header.
pub fn body(bytes: &[u8]) -> Result<&[u8], Malformed> {
    let cut = Malformed("the WebP is shorter than it says");
    let size = bytes.get(4..8).ok_or(cut)?;
    let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
    bytes.get(HEADER..size.saturating_add(8)).ok_or(cut)
}

/// The chunks of a body or of an animation frame; an error ends the iteration.
pub fn chunks(mut rest: &[u8]) -> impl Iterator<Item = Result<Chunk<'_>, Malformed>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let chunk = first(rest);
        let length = chunk.as_ref().map_or(rest.len(), |c| 8 + c.data.len() + c.data.len() % 2);
        rest = rest.get(length..).unwrap_or_default();
        Some(chunk)
    })
}

fn first(rest: &[u8]) -> Result<Chunk<'_>, Malformed> {
    let cut = Malformed("a WebP chunk is cut short");
    let (kind, rest) = rest.split_first_chunk::<4>().ok_or(cut)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(cut)?;
    let data = rest.get(..u32::from_le_bytes(*length) as usize).ok_or(cut)?;
    Ok(Chunk { kind: *kind, data })
}

/// Writes a chunk, padded to an even length.
pub fn write(kind: [u8; 4], data: &[u8], out: &mut Vec<u8>) {
    out.extend(kind);
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    if !data.len().is_multiple_of(2) {
        out.push(0);
    }
}
