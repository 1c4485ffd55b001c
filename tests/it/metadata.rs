//! What a file says about itself, and that stripping leaves the picture and nothing else.

mod exiftool;
mod hostile;
mod made;
mod read;
mod small;
mod stage;
mod strip;
