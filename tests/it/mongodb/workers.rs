//! Several workers on one store share its photos: each photo is done once, also when workers are killed.
