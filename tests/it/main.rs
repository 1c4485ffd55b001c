//! The integration tests, one binary.

mod metadata;
