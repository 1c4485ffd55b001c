//! What can be wrong with a JPEG.

/// Why headers cannot be read. The texts complete the sentence "the file is ... : ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The file ends too early, or the picture does.
    Missing(String),
    /// The file violates its format.
    Invalid(&'static str),
    /// A valid file of a kind that is not read.
    Unsupported(String),
    /// It has more scans than this.
    TooManyScans(usize),
}

/// Why entropy-coded data cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// They end before the picture does.
    Missing,
    /// No picture has such data.
    Invalid,
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        if matches!(error, Error::Missing(_)) { Self::Missing } else { Self::Invalid }
    }
}
