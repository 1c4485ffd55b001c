//! GIF: header, images and extensions up to the trailer (GIF89a specification).

use super::Malformed;

/// One block.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// `None` for an image, else the label of an extension (`0xFE` for a comment).
    pub extension: Option<u8>,
    /// The block's bytes in the file, including introducer and terminator.
    pub whole: &'a [u8],
}

impl<'a> Block<'a> {
    /// An extension's sub-blocks (at most 255 bytes each). The first one of an application extension is its name.
    pub fn sub_blocks(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut rest = self.extension.and_then(|_| self.whole.get(2..)).unwrap_or_default();
        std::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            let block = after.get(..usize::from(length)).filter(|b| !b.is_empty())?;
            rest = &after[block.len()..];
            Some(block)
        })
    }
}

/// The header with the global colour table.
pub fn header(bytes: &[u8]) -> Result<&[u8], Malformed> {
    let cut = Malformed("the GIF ends inside its header");
    let flags = *bytes.get(10).ok_or(cut)?;
    bytes.get(..13 + colour_table(flags)).ok_or(cut)
}

/// The blocks after the header, up to the trailer; an error ends the iteration.
pub fn blocks(bytes: &[u8], header: usize) -> impl Iterator<Item = Result<Block<'_>, Malformed>> {
    let mut at = Some(header);
    std::iter::from_fn(move || {
        let start = at.map(|at| at + zeros(&bytes[at..]))?;
        let block = block_at(&bytes[start..]).transpose()?;
        at = block.as_ref().ok().map(|b| start + b.whole.len());
        Some(block)
    })
}

/// Some programs end a block twice; what is too much belongs to no block.
pub fn zeros(rest: &[u8]) -> usize {
    rest.iter().take_while(|&&byte| byte == 0).count()
}

/// The block that begins here; `None` at the trailer.
pub fn block_at(rest: &[u8]) -> Result<Option<Block<'_>>, Malformed> {
    let cut = Malformed("the GIF ends before its trailer");
    let (extension, body) = match *rest.first().ok_or(cut)? {
        0x3B => return Ok(None),
        0x21 => (Some(*rest.get(1).ok_or(cut)?), 2),
        0x2C => (None, 11 + colour_table(*rest.get(9).ok_or(cut)?)),
        _ => return Err(Malformed("the GIF holds a block of no known kind")),
    };
    let mut end = body;
    loop {
        let length = usize::from(*rest.get(end).ok_or(cut)?);
        end += 1 + length;
        if length == 0 {
            break;
        }
    }
    Ok(Some(Block { extension, whole: rest.get(..end).ok_or(cut)? }))
}

/// Size of the colour table that the packed flags announce, in bytes.
pub fn colour_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}
