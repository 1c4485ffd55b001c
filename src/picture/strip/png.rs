//! PNG and APNG: keeps the image, its colours and its animation.

use super::Malformed;
use crate::picture::container::png::{SIGNATURE, chunks, is_needed, write};

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
        } else if is_needed(chunk.kind) {
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
