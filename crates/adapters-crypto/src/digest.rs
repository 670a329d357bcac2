//! The digest of a secret that cannot be guessed.

use sha2::{Digest, Sha256};

/// The SHA-256 of a secret. It is for secrets with at least 80 random bits: one that can be guessed needs a slow hash.
#[must_use]
pub fn sha256(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
