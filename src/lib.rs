//! Gleaner turns photo sites into data: **scrape -> download -> enrich -> seal -> store -> explore -> export**.
//!
//! Read the modules in this order; each imports only those above it in `ARCHITECTURE.md`'s picture.

pub mod disk;
pub mod error_chain;
pub mod hash;
pub mod photo;

pub mod picture;
pub mod places;

pub mod dataset;
pub mod files;

pub mod concepts;
pub mod models;

pub mod bucket;
pub mod net;
pub mod reviews;
pub mod seal;

pub mod training;

pub mod scorers;
pub mod sources;
pub mod stages;
pub mod store;

pub mod analysis;
pub mod config;
pub mod explorer;
pub mod export;
pub mod legacy;
pub mod pipeline;

pub mod cli;
pub mod serve;
