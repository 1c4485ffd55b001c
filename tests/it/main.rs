<<<<<<< HEAD
//! The integration tests: behaviour through public doors, no network beyond loopback.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod seal;
mod store_story;
=======
//! The one integration binary: a module for each topic.

mod decode;
>>>>>>> w-decode
