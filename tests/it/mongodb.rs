//! Tests on a real MongoDB on loopback: the same tests as for SQLite, and those that need a server.

mod access;
mod address;
mod copy;
mod failover;
mod refresh;
pub mod server;
mod store;
mod untrusted_text;
mod workers;
