//! One check for each parser of untrusted input. A check panics where a property of the parser does not hold.
//!
//! A check takes any bytes. A check that needs several texts reads them as lines, so that the corpus can be edited as
//! text; it ignores bytes that are no input of its kind. The fuzz targets run the checks on generated inputs, an ordinary
//! test runs them on the corpus.

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

/// A function that panics where a property does not hold for an input.
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
