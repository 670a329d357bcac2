//! PBKDF2 (RFC 8018): checking passwords against PHC strings such as `$pbkdf2-sha256$i=600000,l=32$SALT$TAG`.

use argon2::password_hash::phc::Output;
use doorward_domain::ports::Cause;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::phc::PhcString;
use super::unreadable::UnreadableHash;

/// The most iterations, over all blocks of the tag: about a second.
const MAX_ROUNDS: u64 = 10_000_000;

/// The hash function inside of the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    /// The bytes of a digest, and of the tags that other systems write.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The scheme of a PHC string. That of SHA-1 has passlib's name.
    pub(crate) const fn scheme(self) -> &'static str {
        match self {
            Self::Sha1 => "pbkdf2",
            Self::Sha256 => "pbkdf2-sha256",
            Self::Sha512 => "pbkdf2-sha512",
        }
    }
}

/// A hash taken apart.
pub(crate) struct Pbkdf2Hash {
    digest: Digest,
    iterations: u32,
    salt: Vec<u8>,
    tag: Output,
}

impl Pbkdf2Hash {
    pub(super) fn read(text: &str) -> Result<Self, UnreadableHash> {
        let phc = PhcString::read(text)?;
        let digest = match phc.scheme {
            "pbkdf2" | "pbkdf2-sha1" => Digest::Sha1,
            "pbkdf2-sha256" => Digest::Sha256,
            "pbkdf2-sha512" => Digest::Sha512,
            _ => return Err(UnreadableHash::Scheme),
        };
        let [Some(iterations @ 1..), length] = phc.params(["i", "l"])? else { return Err(UnreadableHash::Params) };
        if length.is_some_and(|length| length != phc.tag.len() as u64) {
            return Err(UnreadableHash::Params);
        }
        let iterations = u32::try_from(iterations).map_err(|_| UnreadableHash::TooCostly)?;
        let read = Self { digest, iterations, salt: phc.salt, tag: phc.tag };
        if read.rounds() > MAX_ROUNDS { Err(UnreadableHash::TooCostly) } else { Ok(read) }
    }

    pub(super) const fn digest(&self) -> Digest {
        self.digest
    }

    /// The iterations over all blocks of the tag.
    pub(super) fn rounds(&self) -> u64 {
        u64::from(self.iterations) * self.tag.len().div_ceil(self.digest.bytes()) as u64
    }

    pub(super) fn matches(&self, text: &str) -> Result<bool, Cause> {
        let mut tag = [0; Output::MAX_LENGTH];
        let tag = &mut tag[..self.tag.len()];
        match self.digest {
            Digest::Sha1 => pbkdf2_hmac::<Sha1>(text.as_bytes(), &self.salt, self.iterations, tag),
            Digest::Sha256 => pbkdf2_hmac::<Sha256>(text.as_bytes(), &self.salt, self.iterations, tag),
            Digest::Sha512 => pbkdf2_hmac::<Sha512>(text.as_bytes(), &self.salt, self.iterations, tag),
        }
        // `Output` compares in constant time.
        Ok(Output::new(tag)? == self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pbkdf2_hashes_match_their_password_alone() {
        // Made by Python's hashlib; the last has a tag of two blocks.
        for (begin, tag) in [
            ("$pbkdf2$i=7", "uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc"),
            ("$pbkdf2-sha1$i=7,l=20", "uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc"),
            ("$pbkdf2-sha256$l=32,i=7", "4JP+61NjAmLOGKHC93OkTdLqU8zxpFtt4stnK+EgeeE"),
            (
                "$pbkdf2-sha512$i=7",
                "wWPZDHvVk744+Ikj7tyQ1oU1oqIfwD6BDHOY4BrSOp8ACM+paJZbucT1smnpGpSzjEfSzdkVWDYJfDyhkw07Wg",
            ),
            ("$pbkdf2-sha256$i=7", "4JP+61NjAmLOGKHC93OkTdLqU8zxpFtt4stnK+EgeeESiuqCBE4ejISffJMIF8SkwYE"),
        ] {
            let hash = Pbkdf2Hash::read(&format!("{begin}$c2FsdA${tag}")).expect("a hash");
            assert!(hash.matches("correct horse").expect("computed"), "{begin}");
            assert!(!hash.matches("Correct horse").expect("computed"), "{begin}");
        }
    }

    #[test]
    fn pbkdf2_iterations_have_bounds() {
        let short = "$c2FsdA$4JP+61NjAmLOGKHC93OkTdLqU8zxpFtt4stnK+EgeeE";
        let long = "$c2FsdA$4JP+61NjAmLOGKHC93OkTdLqU8zxpFtt4stnK+EgeeESiuqCBE4ejISffJMIF8SkwYE";
        let read = |params: &str, end: &str| Pbkdf2Hash::read(&format!("$pbkdf2-sha256${params}{end}"));
        for (params, end, rounds) in
            [("i=1", short, 1), ("i=10000000", short, MAX_ROUNDS), ("i=5000000", long, MAX_ROUNDS)]
        {
            assert_eq!(read(params, end).expect("within the bounds").rounds(), rounds, "{params}");
        }
        for (params, end) in [("i=10000001", short), ("i=4294967296", short), ("i=5000001", long)] {
            assert!(matches!(read(params, end), Err(UnreadableHash::TooCostly)), "{params}");
        }
        for params in ["i=0", "l=32", "i=1,l=31", "i=1,i=1", "i=1,x=1", "i=+1", "i=", "i", ""] {
            assert!(matches!(read(params, short), Err(UnreadableHash::Params)), "{params}");
        }
    }
}
