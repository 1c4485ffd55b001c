//! The integration tests: behaviour through public interfaces, no network beyond loopback.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod analysis;
mod bdq;
mod concepts;
mod damage;
mod decode;
mod examples;
mod explorer;
mod export;
mod fields;
mod files;
mod filter;
mod folder;
mod legacy;
mod logs;
mod memory;
mod metadata;
mod models;
mod mongodb;
mod pipeline;
mod places;
mod readme;
mod reference;
mod report;
mod scores;
mod seal;
mod serve;
mod sources;
mod status;
mod store_contract;
mod tidy;
mod training;
mod two_tower;
mod vision;
