//! Valid images, broken images, hostile images, and their thumbnails.

pub mod generated;
mod hostile;
mod samples;
mod stage;
mod thumbnail;

use gleaner::picture::decode::{Decoded, decode};
use gleaner::picture::{Defect, complete, format};

/// The steps for every image: sniff, check, decode.
fn admit(bytes: &[u8], min_long_edge_px: Option<u32>) -> Result<Decoded, Defect> {
    let format = format::sniff(bytes)?;
    let size = complete::check(bytes, format)?;
    assert!(size.long_edge() <= complete::MAX_SIDE_PX && size.pixels() <= complete::MAX_PIXELS);
    decode(bytes, format, min_long_edge_px)
}
