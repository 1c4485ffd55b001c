//! PNG: chunks up to the end chunk (PNG specification, third edition, section 5).

use std::io::Read;

use super::Malformed;
use crate::picture::icc;

/// Where the passes of an interlaced picture begin, and their steps: right, down (PNG specification, section 8.2).
pub const PASSES: [((u32, u32), (u32, u32)); 7] = [
    ((0, 0), (8, 8)),
    ((4, 0), (8, 8)),
    ((0, 4), (4, 8)),
    ((2, 0), (4, 4)),
    ((0, 2), (2, 4)),
    ((1, 0), (2, 2)),
    ((0, 1), (1, 2)),
];

/// Longest profile that is read, in bytes. Those of presses have 3 MB; more may be a decompression bomb.
const PROFILE_BYTES_MAX: u64 = 8 << 20;

/// The values of an sRGB picture's gAMA chunk and cHRM chunk (PNG specification, section 11.3.2).
pub const SRGB_CHROMATICITIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];

/// Largest coordinate of a cHRM chunk and largest gAMA, in units of 1/100,000. Those of real pictures are below 2 and 10.
const CHROMATICITY_MAX: u32 = 200_000;
const GAMMA_MAX: u32 = 1_000_000;

/// The eight bytes at the start of every PNG.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The chunks that show the picture, its colours and its animation. Hints for other screens (`bKGD`, `sBIT`, `hIST`, `sPLT`,
/// `mDCV`, `cLLI`) show nothing.
const NEEDED: [&[u8; 4]; 14] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs", b"cICP", b"acTL",
    b"fcTL", b"fdAT",
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

/// The code points of a cICP chunk, if there are such.
pub fn code_point(data: &[u8]) -> Option<[u8; 4]> {
    data.first_chunk::<4>().filter(|code| icc::is_code_point(&code[..])).copied()
}

/// The profile of an iCCP chunk, rewritten. The chunk has a name, NUL, the method of compression, and the compressed profile.
pub fn profile(data: &[u8]) -> Option<Vec<u8>> {
    let name = data.iter().position(|&byte| byte == 0)?;
    let mut profile = Vec::new();
    let compressed = data.get(name + 2..)?;
    flate2::read::ZlibDecoder::new(compressed).take(PROFILE_BYTES_MAX).read_to_end(&mut profile).ok()?;
    icc::rewritten(&profile)
}

/// Whether an sRGB chunk names a rendering intent.
pub fn is_srgb(data: &[u8]) -> bool {
    data.first().is_some_and(|&intent| intent <= 3)
}

/// The gamma of a gAMA chunk, in units of 1/100,000, if a picture can have it.
pub fn gamma(data: &[u8]) -> Option<u32> {
    numbers::<1>(data).map(|[gamma]| gamma).filter(|gamma| (1..=GAMMA_MAX).contains(gamma))
}

/// x and y of white, red, green and blue of a cHRM chunk, in units of 1/100,000, if they can be.
pub fn chromaticities(data: &[u8]) -> Option<[u32; 8]> {
    numbers::<8>(data).filter(|values| values.iter().all(|&value| value <= CHROMATICITY_MAX))
}

/// The numbers that data begin with.
pub fn numbers<const N: usize>(data: &[u8]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(data.get(..N * 4)?.chunks_exact(4)) {
        *number = u32::from_be_bytes(bytes.try_into().ok()?);
    }
    Some(numbers)
}
