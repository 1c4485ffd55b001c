//! Gleaner collects photos for research: **search -> download -> enrich -> encrypt -> store -> explore -> export**.
//!
//! The modules are listed by layer. `ARCHITECTURE.md` shows the layers; a module imports only its own layer and lower ones.

// Unit tests name the crate as users of the library do.
#[cfg(test)]
extern crate self as gleaner;

pub mod disk;
pub mod error_chain;
pub mod hash;
pub mod json;
pub mod photo;

pub mod layers;
pub mod picture;
pub mod places;
pub mod redact;
pub mod reference;

pub mod dataset;
pub mod files;

pub mod concepts;
pub mod models;
pub mod taxa;

pub mod browser;
pub mod bucket;
pub mod net;
pub mod reviews;
pub mod seal;

pub mod training;

pub mod scorers;
pub mod setting;
pub mod sources;
pub mod stages;
pub mod store;

pub mod analysis;
pub mod config;
pub mod explorer;
pub mod export;
pub mod legacy;
pub mod pipeline;
pub mod report;

pub mod cli;
pub mod serve;
