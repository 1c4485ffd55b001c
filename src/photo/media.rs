//! What a source says that a record is.

use super::vocabulary::vocabulary;

vocabulary! {
    /// The medium. Only still pictures are downloaded.
    pub enum Media {
        /// A still picture.
        Photo = "photo",
        /// Moving pictures.
        Video = "video",
    }
}

vocabulary! {
    /// What kind of picture it is.
    pub enum PictureKind {
        /// A photograph.
        Photo = "photo",
        /// A picture of a screen.
        Screenshot = "screenshot",
        /// A drawing or other art.
        Illustration = "illustration",
        /// A photograph of a game or another virtual world.
        Virtual = "virtual",
    }
}
