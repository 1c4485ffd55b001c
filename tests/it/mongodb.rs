//! What must hold on a real MongoDB, started on loopback: the same story as SQLite's, and what only a server can do.

mod access;
mod address;
mod copy;
mod failover;
mod plain;
pub mod server;
mod store;
mod workers;
