//! Valid images, broken images, hostile images, and their thumbnails.

mod animation;
mod colour;
mod cut;
mod endings;
pub mod generated;
mod greys;
mod hostile;
mod jpeg;
mod large;
mod pdq;
mod samples;
mod stage;
mod thumbnail;

use gleaner::picture::decode::{Decoded, decode};
use gleaner::picture::{Defect, complete, format};

/// The steps for every image: sniff, check, decode.
fn admit(bytes: &[u8], min_long_edge_px: Option<u32>) -> Result<Decoded, Defect> {
    let format = format::sniff(bytes)?;
    let size = complete::check(bytes, format)?;
    assert!(complete::Limits::DEFAULT.admit(size).is_ok());
    decode(bytes, format, min_long_edge_px)
}
