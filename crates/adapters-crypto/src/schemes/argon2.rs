//! Argon2: making hashes with Argon2id, and checking passwords against hashes of any of its variants, as PHC strings.
//!
//! Where and when it is computed is not in here.

use argon2::password_hash::phc::{self, Output, Salt};
use argon2::{Algorithm, Argon2, Version};
use doorward_domain::ports::Cause;
use doorward_domain::{Password, PasswordHash};
use rand::TryCryptoRng;

use super::unreadable::UnreadableHash;
use crate::argon2_cost::Argon2Cost;
use crate::randomness;
use crate::working_memory::WorkingMemory;

/// Random bytes of a salt (RFC 9106, 3.1).
const SALT_BYTES: usize = 16;
/// Bytes of a tag: 256 bits, as in the recommendations of RFC 9106, section 4.
const TAG_BYTES: usize = 32;

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;

/// Hashes a password with a salt of its own.
///
/// # Errors
/// There was no randomness, or no memory.
pub(crate) fn hash(
    password: &Password,
    cost: Argon2Cost,
    source: &mut impl TryCryptoRng,
    memory: &mut WorkingMemory,
) -> Result<PasswordHash, Cause> {
    let salt = new_salt(source)?;
    let argon2 = Argon2::new(ALGORITHM, VERSION, cost.params(TAG_BYTES));
    let tag = tag(&argon2, password.expose(), &salt, TAG_BYTES, memory)?;
    Ok(written(cost, salt, tag))
}

/// A hash that costs as much to check as any other of this cost, and that no password has: its tag is random.
///
/// # Errors
/// There was no randomness.
pub(crate) fn dummy(cost: Argon2Cost, source: &mut impl TryCryptoRng) -> Result<PasswordHash, Cause> {
    let tag = randomness::bytes::<TAG_BYTES>(source)?;
    let tag = Output::new(tag.as_slice()).expect("the library takes tags of 10 to 64 bytes");
    Ok(written(cost, new_salt(source)?, tag))
}

fn new_salt(source: &mut impl TryCryptoRng) -> Result<Salt, Cause> {
    let salt = randomness::bytes::<SALT_BYTES>(source)?;
    Ok(Salt::new(salt.as_slice()).expect("the library takes salts of 8 to 48 bytes"))
}

fn tag(
    argon2: &Argon2<'_>,
    text: &str,
    salt: &Salt,
    bytes: usize,
    memory: &mut WorkingMemory,
) -> Result<Output, Cause> {
    let blocks = memory.blocks(argon2.params().block_count())?;
    let mut tag = [0; Output::MAX_LENGTH];
    let tag = &mut tag[..bytes];
    argon2.hash_password_into_with_memory(text.as_bytes(), salt, tag, blocks)?;
    Ok(Output::new(tag)?)
}

fn written(cost: Argon2Cost, salt: Salt, tag: Output) -> PasswordHash {
    let phc = phc::PasswordHash {
        algorithm: ALGORITHM.ident(),
        version: Some(VERSION.into()),
        params: cost.params(TAG_BYTES).try_into().expect("three numbers fit into a PHC string"),
        salt: Some(salt),
        hash: Some(tag),
    };
    PasswordHash::restore(phc.to_string())
}

/// A hash taken apart, of any variant and version of Argon2 and any cost that [`Argon2Cost`] allows.
pub(crate) struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    cost: Argon2Cost,
    salt: Salt,
    tag: Output,
}

impl Argon2Hash {
    /// Reads a PHC string.
    ///
    /// # Errors
    /// [`UnreadableHash`] says why; the error never carries the hash.
    pub(super) fn read(text: &str) -> Result<Self, UnreadableHash> {
        let phc = phc::PasswordHash::new(text).map_err(|_| UnreadableHash::Shape)?;
        let algorithm = Algorithm::new(phc.algorithm).map_err(|_| UnreadableHash::Scheme)?;
        // The reference implementation wrote no version before there was a second one.
        let version = phc.version.map_or(Ok(Version::V0x10), Version::try_from).map_err(|_| UnreadableHash::Scheme)?;
        if phc.params.iter().any(|(name, _)| matches!(name.as_str(), "keyid" | "data")) {
            return Err(UnreadableHash::Secret);
        }
        let number = |name| phc.params.get_decimal(name).filter(|value| *value > 0).ok_or(UnreadableHash::Params);
        let (memory_kib, iterations, lanes) = (number("m")?, number("t")?, number("p")?);
        if phc.params.iter().count() > 3 || memory_kib / Argon2Cost::MIN_MEMORY_KIB_PER_LANE < lanes {
            return Err(UnreadableHash::Params);
        }
        let (Some(salt), Some(tag)) = (phc.salt, phc.hash) else { return Err(UnreadableHash::Incomplete) };
        let cost = Argon2Cost::new(memory_kib, iterations, lanes)?;
        Ok(Self { algorithm, version, cost, salt, tag })
    }

    /// What a check costs.
    pub(super) const fn cost(&self) -> Argon2Cost {
        self.cost
    }

    /// Whether it is the hash of this text, with its own parameters.
    ///
    /// # Errors
    /// There was no memory.
    pub(super) fn matches(&self, text: &str, memory: &mut WorkingMemory) -> Result<bool, Cause> {
        let argon2 = Argon2::new(self.algorithm, self.version, self.cost.params(self.tag.len()));
        let tag = tag(&argon2, text, &self.salt, self.tag.len(), memory)?;
        // `Output` compares in constant time.
        Ok(tag == self.tag)
    }

    /// Whether it differs from a new hash in anything but salt and tag.
    pub(super) fn is_outdated(&self, in_force: Argon2Cost) -> bool {
        self.algorithm != ALGORITHM
            || self.version != VERSION
            || self.cost != in_force
            || self.salt.len() != SALT_BYTES
            || self.tag.len() != TAG_BYTES
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::Verdict;
    use rand::rngs::SysRng;

    use super::*;
    use crate::randomness::sources::Broken;
    use crate::schemes::StoredHash;

    const RIGHT: Verdict = Verdict::Right;
    const OUTDATED: Verdict = Verdict::RightButOutdated;

    fn cheapest() -> Argon2Cost {
        Argon2Cost::new(8, 1, 1).expect("the least that Argon2 takes")
    }

    fn memory() -> WorkingMemory {
        WorkingMemory::keeping_kib(8)
    }

    fn password(raw: &str) -> Password {
        Password::parse_login(raw).expect("a password")
    }

    fn hash_of(raw: &str) -> PasswordHash {
        hash(&password(raw), cheapest(), &mut SysRng, &mut memory()).expect("a hash")
    }

    fn verdict(raw: &str, hash: &PasswordHash) -> Verdict {
        let stored = StoredHash::read(hash).expect("a PHC string");
        stored.check(&password(raw), cheapest(), &mut memory()).expect("enough memory").verdict
    }

    #[test]
    fn a_password_is_right_for_its_hash_and_no_other_is() {
        let hash = hash_of("correct horse");
        assert_eq!(verdict("correct horse", &hash), RIGHT);
        for wrong in ["Correct horse", "correct horse ", "correct hors", "x"] {
            assert_eq!(verdict(wrong, &hash), Verdict::Wrong, "{wrong}");
        }
    }

    #[test]
    fn every_byte_of_a_long_password_counts() {
        let long = "\u{1F511}".repeat(Password::MAX_CHARS);
        let hash = hash_of(&long);
        assert_eq!(verdict(&long, &hash), RIGHT);
        for changed in [18, Password::MAX_CHARS - 1] {
            let other: String =
                long.chars().enumerate().map(|(at, char)| if at == changed { 'x' } else { char }).collect();
            assert_eq!(verdict(&other, &hash), Verdict::Wrong, "character {changed}");
        }
    }

    #[test]
    fn each_hash_has_a_salt_of_its_own() {
        let (one, other) = (hash_of("correct horse"), hash_of("correct horse"));
        let salt = |hash: &PasswordHash| hash.expose().split('$').nth(4).map(str::to_owned);
        assert_ne!(salt(&one), salt(&other));
        assert_ne!(one, other);
    }

    #[test]
    fn hashes_of_the_reference_implementation_are_right() {
        // The first is of the cost in force; each other differs from it in one thing, named after it.
        for (phc, expected) in [
            ("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk", RIGHT),
            ("$argon2id$v=19$m=9,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$GmUzZ+Hc6bfE6y/BoMp1LUpIKtkU1QI3Fd0IDB34YVc", OUTDATED),
            ("$argon2id$v=19$m=8,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$FfkJZkhmHfSV2WdQ7IDLMJ0yiB/lvkidHyOUCw9zXfU", OUTDATED),
            (
                "$argon2id$v=19$m=16,t=1,p=2$c29tZXNhbHRzb21lc2FsdA$3vjWK/caD6oodMX7Dw9egLfiqLOIDDp/OFFFRs6q6S0",
                OUTDATED,
            ),
            ("$argon2id$v=16$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$z9tjVB/3Wc3cYKCbwDNfVSq80PlTSULVfvk0tZJBRus", OUTDATED),
            ("$argon2id$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$z9tjVB/3Wc3cYKCbwDNfVSq80PlTSULVfvk0tZJBRus", OUTDATED),
            ("$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$We/GgS7C/p3AJB1dXZDZUjrBf7fa2+dtSZzu8FB0xDo", OUTDATED),
            ("$argon2d$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$j2s12pNIYCXGocY2HaYgSHBAcA1WwwuH64cIZXgdMnQ", OUTDATED),
            ("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$8Tf44YakA6Z5zNBgblq13Nr+Q8FkCFWsjG4z6b1j7rM", OUTDATED),
            ("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$hVfM95cv4hoqFEyXdvaqQHkQahKYMSOI", OUTDATED),
            (
                "$argon2id$v=19$m=64,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$nLVvbK0MhPUVNlaeY6y8R9L9767qS09xHvtUCeN/NMo",
                OUTDATED,
            ),
        ] {
            let hash = PasswordHash::restore(phc.into());
            assert_eq!(verdict("password", &hash), expected, "{phc}");
            assert_eq!(verdict("Password", &hash), Verdict::Wrong, "{phc}");
        }
    }

    #[test]
    fn nothing_but_a_whole_hash_within_the_bounds_is_read() {
        const END: &str = "c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk";
        for (begin, why) in [
            ("", "no PHC string"),
            ("rubbish$", "no PHC string"),
            ("$argon2id$v=19$m=8,t=1,p=1$rest$", "no PHC string"),
            ("$argon2id$v=19$m=8,m=9,t=1,p=1$", "parameters that cannot be read"),
            ("$argon2$v=19$m=8,t=1,p=1$", "unknown scheme or version"),
            ("$argon$v=19$m=8,t=1,p=1$", "unknown scheme or version"),
            ("$argon2id$v=20$m=8,t=1,p=1$", "unknown scheme or version"),
            ("$argon2id$v=19$", "parameters that cannot be read"),
            ("$argon2id$v=19$t=1,p=1$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=8,t=1$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=8,t=x,p=1$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=8,t=-1,p=1$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=8,t=4294967296,p=1$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=8,t=1,p=1,data=Dw8PDw8P$", "needs a secret"),
            ("$argon2id$v=19$m=8,t=1,p=1,keyid=8PDw8A$", "needs a secret"),
            ("$argon2id$v=19$m=7,t=1,p=1$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=8,t=0,p=1$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=4294967295,t=1,p=1$", "cost out of bounds"),
            ("$argon2id$v=19$m=8,t=4294967295,p=1$", "cost out of bounds"),
            ("$argon2id$v=19$m=8,t=1,p=16777215$", "parameters that cannot be read"),
            ("$argon2id$v=19$m=134217720,t=1,p=16777215$", "cost out of bounds"),
        ] {
            let refused = StoredHash::read(&PasswordHash::restore(format!("{begin}{END}"))).err().expect(begin);
            assert!(refused.to_string().contains(why), "{begin}: {refused}");
        }
        for cut in ["$argon2id$v=19$m=8,t=1,p=1", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA"] {
            let refused = StoredHash::read(&PasswordHash::restore(cut.into())).err().expect(cut);
            assert!(matches!(refused, UnreadableHash::Incomplete), "{cut}: {refused}");
        }
    }

    #[test]
    fn a_dummy_is_a_hash_of_the_cost_in_force_that_nothing_matches() {
        let dummy = dummy(cheapest(), &mut SysRng).expect("randomness");
        let real = hash_of("correct horse");
        assert_eq!(dummy.expose().len(), real.expose().len());
        assert_eq!(verdict("correct horse", &dummy), Verdict::Wrong);
        assert!(!Argon2Hash::read(dummy.expose()).expect("a PHC string").is_outdated(cheapest()));
    }

    #[test]
    fn without_randomness_there_is_no_hash() {
        assert!(hash(&password("correct horse"), cheapest(), &mut Broken, &mut memory()).is_err());
        assert!(dummy(cheapest(), &mut Broken).is_err());
    }
}
