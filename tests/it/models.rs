//! Image models: what they take, what they say, and what happens when they are wrong.

mod bundled;
