//! PNG: chunks up to the end chunk (PNG specification, third edition, section 5).

use super::Malformed;

/// The eight bytes at the start of every PNG.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The chunks that show the picture, its colours and its animation.
const NEEDED: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"hIST",
    b"pHYs", b"sPLT", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
];

/// Whether the picture needs chunks of this kind.
pub fn is_needed(kind: [u8; 4]) -> bool {
    NEEDED.contains(&&kind)
}

/// One chunk.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Four letters; decoders may skip a chunk whose first letter is lower case.
    pub kind: [u8; 4],
    /// The chunk's data.
    pub data: &'a [u8],
    /// The chunk's bytes in the file, including length and checksum.
    pub whole: &'a [u8],
}

impl Chunk<'_> {
    /// Whether its checksum matches.
    pub fn is_intact(&self) -> bool {
        self.whole.ends_with(&checksum(self.kind, self.data))
    }
}

/// The chunks up to and including `IEND`; an error ends the iteration.
pub fn chunks(bytes: &[u8]) -> impl Iterator<Item = Result<Chunk<'_>, Malformed>> {
    let mut at = Some(SIGNATURE.len());
    std::iter::from_fn(move || {
        let start = at?;
        let chunk = chunk_at(bytes, start);
        at = match &chunk {
            Ok(chunk) if &chunk.kind != b"IEND" => Some(start + chunk.whole.len()),
            _ => None,
        };
        Some(chunk)
    })
}

fn chunk_at(bytes: &[u8], start: usize) -> Result<Chunk<'_>, Malformed> {
    let cut = Malformed("the PNG ends before its end chunk");
    let rest = bytes.get(start..).ok_or(cut)?;
    let (length, rest_after) = rest.split_first_chunk::<4>().ok_or(cut)?;
    let (kind, body) = rest_after.split_first_chunk::<4>().ok_or(cut)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| cut)?;
    let data = body.get(..length).ok_or(cut)?;
    let whole = rest.get(..length.saturating_add(12)).ok_or(cut)?;
    Ok(Chunk { kind: *kind, data, whole })
}

/// Writes a chunk with its checksum.
pub fn write(kind: [u8; 4], data: &[u8], out: &mut Vec<u8>) {
    out.extend((data.len() as u32).to_be_bytes());
    out.extend(kind);
    out.extend(data);
    out.extend(checksum(kind, data));
}

fn checksum(kind: [u8; 4], data: &[u8]) -> [u8; 4] {
    let mut checksum = flate2::Crc::new();
    checksum.update(&kind);
    checksum.update(data);
    checksum.sum().to_be_bytes()
}
