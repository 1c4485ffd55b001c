//! The containers of recordings.

use crate::photo::vocabulary::vocabulary;

vocabulary! {
    /// A container of video, by its file name extension.
    pub enum Container {
        /// WebM.
        Webm = "webm",
        /// ISO/IEC 14496-14.
        Mp4 = "mp4",
    }
}

impl Container {
    /// The media type: `video/webm`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Webm => "video/webm",
            Self::Mp4 => "video/mp4",
        }
    }

    /// The container of a media type as a browser names it, with its codecs: `video/webm;codecs=vp9,opus`.
    pub fn of_media_type(mime: &str) -> Option<Self> {
        let wanted = mime.split(';').next().unwrap_or_default().trim();
        Self::ALL.iter().copied().find(|container| container.media_type().eq_ignore_ascii_case(wanted))
    }
}
