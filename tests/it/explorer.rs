//! The generated photos of the explorer's unit tests, for tests of other topics.

#[path = "../../src/explorer/tests/generated.rs"]
#[allow(dead_code, reason = "the unit tests use the rest")]
pub mod generated;
