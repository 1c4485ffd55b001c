//! Metadata of files, and that stripping leaves only the picture.

mod carriers;
mod evidence;
mod exiftool;
mod generated;
mod hidden;
mod hostile;
mod read;
mod small;
mod stage;
mod strip;
