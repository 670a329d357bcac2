//! What must hold of whatever a stranger sends: a check for each parser, which panics where something does not hold.
//!
//! A check takes any bytes. Where it needs more than one text they are lines, so that the corpus can be read and written
//! in an editor; bytes that are no input of that kind are let pass. The same checks are made by the fuzz targets, on what
//! a fuzzer invents, and by an ordinary test, on the corpus.

pub mod accept;
pub mod cookies;
pub mod cross_origin;
pub mod forms;
pub mod forwarding;
mod head;
pub mod origins;
pub mod passwords;
pub mod recovery_codes;
pub mod redirects;
pub mod tokens;
pub mod usernames;

/// What panics where something does not hold of an input.
pub type Check = fn(&[u8]);

/// Every check by the name of its target.
pub const ALL: [(&str, Check); 11] = [
    ("accept", accept::check),
    ("cookies", cookies::check),
    ("cross_origin", cross_origin::check),
    ("forms", forms::check),
    ("forwarding", forwarding::check),
    ("origins", origins::check),
    ("passwords", passwords::check),
    ("recovery_codes", recovery_codes::check),
    ("redirects", redirects::check),
    ("tokens", tokens::check),
    ("usernames", usernames::check),
];
