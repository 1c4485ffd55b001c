//! All integration tests, one binary.

mod net;
