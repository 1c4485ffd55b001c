//! Simulated services: a Flickr-like REST API and its image host, with the quirks and faults of the real ones,
//! and a replay of recorded pages of any other photo service.
//! They listen on loopback and depend on a seed, so that a run can be repeated and recall can be measured
//! against the ground truth ([`world::World`]). They never contact the real service.

#![allow(clippy::cast_possible_wrap, reason = "ids, times and counts here are far below 2^63")]

pub mod answer;
pub mod calendar;
pub mod changes;
pub mod copies;
pub mod dataset;
pub mod dimensions;
pub mod faults;
pub mod flickr;
pub mod gallery;
pub mod generate;
pub mod images;
pub mod methods;
pub mod mongo;
pub mod picture;
pub mod query;
pub mod random;
pub mod record;
pub mod replay;
pub mod s3;
pub mod search;
pub mod seed;
pub mod stats;
pub mod text_variants;
pub mod vision;
pub mod wire;
pub mod world;
