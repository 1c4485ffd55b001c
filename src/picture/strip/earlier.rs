//! Whether a file has the form that earlier versions stored: no segment, chunk or block beyond those that show a picture, and
//! nothing behind its end. Profiles and hints for other screens were kept whole.

use crate::picture::container::{Container, gif, jpeg, png, webp};

/// Whether the file has that form.
pub(super) fn is_form(bytes: &[u8], container: Container) -> bool {
    match container {
        Container::Jpeg => {
            let is_known = |segment: &jpeg::Segment<'_>| match segment.marker {
                0xE0 => segment.payload.starts_with(b"JFIF\0"),
                0xE1 => segment.payload.starts_with(b"Exif\0\0"),
                0xE2 => segment.payload.starts_with(jpeg::ICC),
                0xEE => segment.payload.starts_with(b"Adobe"),
                0xC8 | jpeg::COM => false,
                0xC0..=0xCF | 0xDA..=0xDF => true,
                _ => false,
            };
            let length = |segment: jpeg::Segment<'_>| 4 + segment.payload.len() + segment.scan.len();
            let lengths: Option<usize> =
                jpeg::segments(bytes).map(|segment| segment.ok().filter(is_known).map(length)).sum();
            // The two markers of the file.
            lengths.is_some_and(|lengths| lengths + 4 == bytes.len())
        }
        Container::Png => {
            let is_known = |chunk: &png::Chunk<'_>| {
                let hints = [b"sBIT", b"bKGD", b"hIST", b"sPLT", b"mDCV", b"cLLI", b"eXIf"];
                png::is_needed(chunk.kind) || hints.contains(&&chunk.kind)
            };
            let lengths: Option<usize> =
                png::chunks(bytes).map(|chunk| chunk.ok().filter(is_known).map(|chunk| chunk.whole.len())).sum();
            lengths.is_some_and(|lengths| lengths + png::SIGNATURE.len() == bytes.len())
        }
        Container::Webp => {
            const KNOWN: [&[u8; 4]; 8] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF"];
            webp::body(bytes).is_ok_and(|body| {
                body.len() + webp::HEADER == bytes.len()
                    && webp::chunks(body).all(|chunk| chunk.is_ok_and(|chunk| KNOWN.contains(&&chunk.kind)))
            })
        }
        Container::Gif => gif::header(bytes).is_ok_and(|header| {
            let is_known = |block: &gif::Block<'_>| matches!(block.extension, None | Some(0xF9 | 0xFF));
            let lengths: Option<usize> = gif::blocks(bytes, header.len())
                .map(|block| block.ok().filter(is_known).map(|block| block.whole.len()))
                .sum();
            // With the trailer.
            lengths.is_some_and(|lengths| lengths + header.len() + 1 == bytes.len())
        }),
    }
}
