//! The one integration binary: a module for each topic.

mod decode;
