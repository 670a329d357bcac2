//! What the hash of a stored password costs.

use super::pbkdf2::Digest;
use crate::argon2_cost::Argon2Cost;

/// The work of one hash: equal costs take the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckCost {
    Argon2(Argon2Cost),
    Bcrypt { cost: u32 },
    Pbkdf2 { digest: Digest, rounds: u64 },
    Scrypt { log_n: u32, r: u32, p: u32 },
}
