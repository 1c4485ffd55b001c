//! Metadata of files, and that stripping leaves only the picture.

mod exiftool;
mod hostile;
mod made;
mod read;
mod small;
mod stage;
mod strip;
