//! PNG and APNG: keeps the image, its colours and its animation.

use super::Malformed;
use crate::picture::container::png::{SIGNATURE, chunks, write};

const KEPT: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"hIST",
    b"pHYs", b"sPLT", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn strip(bytes: &[u8], orientation: Option<&[u8; 26]>) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(SIGNATURE);
    for (index, chunk) in chunks(bytes).enumerate() {
        let chunk = chunk?;
        if (index == 0) != (&chunk.kind == b"IHDR") {
            return Err(Malformed("the PNG does not start with its one header"));
        }
        if &chunk.kind == b"IEND" {
            write(*b"IEND", &[], &mut out);
        } else if KEPT.contains(&&chunk.kind) {
            out.extend(chunk.whole);
        } else if chunk.kind[0].is_ascii_uppercase() {
            return Err(Malformed("the PNG needs an extension that is not known here"));
        }
        if let (0, Some(tiff)) = (index, orientation) {
            write(*b"eXIf", tiff, &mut out);
        }
    }
    Ok(out)
}
