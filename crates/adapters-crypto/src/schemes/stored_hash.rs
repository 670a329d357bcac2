//! A stored hash of any scheme, and how a password is checked against it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use doorward_domain::ports::{Cause, Verdict};
use doorward_domain::{HashParameters, Password, PasswordHash};

use super::argon2::Argon2Hash;
use super::bcrypt::BcryptHash;
use super::cost::CheckCost;
use super::pbkdf2::Pbkdf2Hash;
use super::scrypt::ScryptHash;
use super::unreadable::UnreadableHash;
use crate::argon2_cost::Argon2Cost;
use crate::working_memory::WorkingMemory;

/// A stored hash of a supported scheme, taken apart, within the bounds of its scheme.
pub(crate) enum StoredHash {
    Argon2(Argon2Hash),
    Bcrypt(BcryptHash),
    Pbkdf2(Pbkdf2Hash),
    Scrypt(ScryptHash),
}

impl StoredHash {
    /// Reads a PHC string or a bcrypt hash.
    ///
    /// # Errors
    /// [`UnreadableHash`] says why; the error never carries the hash.
    pub(crate) fn read(hash: &PasswordHash) -> Result<Self, UnreadableHash> {
        let text = hash.expose();
        let scheme = text.strip_prefix('$').and_then(|rest| rest.split('$').next()).ok_or(UnreadableHash::Shape)?;
        match scheme {
            "argon2id" | "argon2i" | "argon2d" => Argon2Hash::read(text).map(Self::Argon2),
            "2a" | "2b" | "2y" => BcryptHash::read(text).map(Self::Bcrypt),
            "pbkdf2" | "pbkdf2-sha1" | "pbkdf2-sha256" | "pbkdf2-sha512" => Pbkdf2Hash::read(text).map(Self::Pbkdf2),
            "scrypt" => ScryptHash::read(text).map(Self::Scrypt),
            _ => Err(UnreadableHash::Scheme),
        }
    }

    /// A hash of these parameters that no password has; `None` where they cannot be read.
    pub(crate) fn sample(parameters: &HashParameters) -> Option<Self> {
        let text = parameters.as_str();
        let secret = if text.starts_with("$2") {
            ".".repeat(53)
        } else {
            // Salt and tag of zeros. A tag of 20 bytes is one block of every digest, unless the parameters name a length.
            let length = text.split(['$', ',']).find_map(|part| part.strip_prefix("l=")?.parse().ok()).unwrap_or(20);
            format!("{}${}", STANDARD_NO_PAD.encode([0; 16]), STANDARD_NO_PAD.encode(vec![0; usize::min(length, 64)]))
        };
        Self::read(&PasswordHash::restore(format!("{text}{secret}"))).ok()
    }

    /// What it costs to compute it once.
    pub(crate) fn cost(&self) -> CheckCost {
        match self {
            Self::Argon2(hash) => CheckCost::Argon2(hash.cost()),
            Self::Bcrypt(hash) => CheckCost::Bcrypt { cost: hash.cost() },
            Self::Pbkdf2(hash) => CheckCost::Pbkdf2 { digest: hash.digest(), rounds: hash.rounds() },
            Self::Scrypt(hash) => hash.cost(),
        }
    }

    /// Checks the normalised password, then the text as typed if that differs, which other systems hash.
    ///
    /// A hash that only the typed text matches is outdated, since new hashes are of the normalised one.
    ///
    /// # Errors
    /// There was no memory.
    pub(crate) fn check(
        &self,
        password: &Password,
        in_force: Argon2Cost,
        memory: &mut WorkingMemory,
    ) -> Result<Check, Cause> {
        if self.matches(password.expose(), memory)? {
            let verdict = if self.is_in_force(in_force) { Verdict::Right } else { Verdict::RightButOutdated };
            return Ok(Check { verdict, hashes: 1 });
        }
        let Some(typed) = password.expose_typed() else { return Ok(Check { verdict: Verdict::Wrong, hashes: 1 }) };
        let verdict = if self.matches(typed, memory)? { Verdict::RightButOutdated } else { Verdict::Wrong };
        Ok(Check { verdict, hashes: 2 })
    }

    /// Whether it is the hash of this text.
    ///
    /// # Errors
    /// There was no memory.
    pub(crate) fn matches(&self, text: &str, memory: &mut WorkingMemory) -> Result<bool, Cause> {
        match self {
            Self::Argon2(hash) => hash.matches(text, memory),
            Self::Bcrypt(hash) => hash.matches(text),
            Self::Pbkdf2(hash) => hash.matches(text),
            Self::Scrypt(hash) => hash.matches(text),
        }
    }

    fn is_in_force(&self, in_force: Argon2Cost) -> bool {
        matches!(self, Self::Argon2(hash) if !hash.is_outdated(in_force))
    }
}

/// What came of a check.
pub(crate) struct Check {
    pub(crate) verdict: Verdict,
    /// How many hashes it took.
    pub(crate) hashes: u32,
}

#[cfg(test)]
mod tests;
