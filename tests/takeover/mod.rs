//! Moving in from other systems.

mod hashes;
