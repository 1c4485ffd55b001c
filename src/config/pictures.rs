//! `[pictures]`: how large a picture may be.

use anyhow::{Result, ensure};
use serde::Deserialize;

use crate::picture::complete::Limits;

/// Limits of pictures; one that is above a limit is rejected, with a message that names the setting.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pictures {
    /// Longest side, pixels.
    pub max_side_px: u32,
    /// Largest picture, millions of pixels.
    pub max_megapixels: u32,
    /// Largest file, MiB. It is held in memory.
    pub max_file_mib: u32,
    /// Most memory for decoding one picture, MiB.
    pub max_decode_mib: u32,
}

impl Default for Pictures {
    fn default() -> Self {
        let Limits { file_bytes, side_px, pixels, decode_bytes } = Limits::DEFAULT;
        Self {
            max_side_px: side_px,
            max_megapixels: (pixels / 1_000_000) as u32,
            max_file_mib: (file_bytes >> 20) as u32,
            max_decode_mib: (decode_bytes >> 20) as u32,
        }
    }
}

impl Pictures {
    /// The limits as the decoders take them.
    pub fn limits(&self) -> Limits {
        Limits {
            file_bytes: u64::from(self.max_file_mib) << 20,
            side_px: self.max_side_px,
            pixels: u64::from(self.max_megapixels) * 1_000_000,
            decode_bytes: u64::from(self.max_decode_mib) << 20,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let Limits { file_bytes, side_px, pixels, decode_bytes } = Limits::LARGEST;
        for (name, limit, largest) in [
            ("max_side_px", self.max_side_px, u64::from(side_px)),
            ("max_megapixels", self.max_megapixels, pixels / 1_000_000),
            ("max_file_mib", self.max_file_mib, file_bytes >> 20),
            ("max_decode_mib", self.max_decode_mib, decode_bytes >> 20),
        ] {
            let allowed = (1..=largest).contains(&u64::from(limit));
            ensure!(allowed, "gleaner.toml: [pictures] {name} is a whole number from 1 to {largest}, not {limit}");
        }
        Ok(())
    }
}
