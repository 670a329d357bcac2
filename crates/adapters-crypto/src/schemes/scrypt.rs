//! scrypt (RFC 7914): checking passwords against PHC strings such as `$scrypt$ln=14,r=16,p=1$SALT$TAG`.

use argon2::password_hash::phc::Output;
use doorward_domain::ports::Cause;
use scrypt::Params;

use super::cost::CheckCost;
use super::phc::PhcString;
use super::unreadable::UnreadableHash;
use crate::working_memory::WorkingMemory;

/// The most memory of one hash, in bytes: 128 · N · r.
const MAX_MEMORY: u64 = 256 * 1024 * 1024;
/// The most work of one hash, as N · r · p: about a second.
const MAX_WORK: u64 = 1 << 22;
/// The most of r · p: 1 MiB of blocks beside the memory. Known presets have at most 128.
const MAX_BLOCKS: u64 = 8 * 1024;

/// A hash taken apart.
pub(crate) struct ScryptHash {
    log_n: u8,
    r: u32,
    p: u32,
    salt: Vec<u8>,
    tag: Output,
}

impl ScryptHash {
    pub(super) fn read(text: &str) -> Result<Self, UnreadableHash> {
        let phc = PhcString::read(text)?;
        let [Some(log_n @ 1..), Some(r @ 1..), Some(p @ 1..)] = phc.params(["ln", "r", "p"])? else {
            return Err(UnreadableHash::Params);
        };
        let n = u32::try_from(log_n).ok().and_then(|log_n| 1_u64.checked_shl(log_n)).unwrap_or(u64::MAX);
        let memory = n.saturating_mul(r).saturating_mul(128);
        if memory > MAX_MEMORY || (memory / 128).saturating_mul(p) > MAX_WORK || r.saturating_mul(p) > MAX_BLOCKS {
            return Err(UnreadableHash::TooCostly);
        }
        let fits = "within the bounds";
        let (log_n, r, p) = (log_n.try_into().expect(fits), r.try_into().expect(fits), p.try_into().expect(fits));
        Ok(Self { log_n, r, p, salt: phc.salt, tag: phc.tag })
    }

    pub(super) fn cost(&self) -> CheckCost {
        CheckCost::Scrypt { log_n: self.log_n.into(), r: self.r, p: self.p }
    }

    pub(super) fn matches(&self, text: &str) -> Result<bool, Cause> {
        let params = Params::new(self.log_n, self.r, self.p)?;
        // The library aborts the process where there is no memory.
        let blocks = (1_usize << self.log_n) + self.p as usize + 1;
        WorkingMemory::check_room(128 * self.r as usize * blocks)?;
        let mut tag = [0; Output::MAX_LENGTH];
        let tag = &mut tag[..self.tag.len()];
        scrypt::scrypt(text.as_bytes(), &self.salt, &params, tag)?;
        // `Output` compares in constant time.
        Ok(Output::new(tag)? == self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by Python's hashlib.
    const HASHES: [&str; 2] = [
        "$scrypt$ln=4,r=2,p=3$c2FsdA$j4iO0GPcEy+QKVI3qfN3JzN5ZpxuO0Hu/gCO9rZlXn4",
        "$scrypt$ln=1,r=1,p=1$cw$IK9aDTz6nl06+TjxavAkAotwIOMXzUv/u6y/nrq523SvGi6kVF3bWtee/h3PORqfAhf8ep5B7TAVa94Z+5gokg",
    ];

    #[test]
    fn scrypt_hashes_match_their_password_alone() {
        for phc in HASHES.map(str::to_owned).into_iter().chain([HASHES[0].replace("ln=4,r=2,p=3", "p=3,ln=4,r=2")]) {
            let hash = ScryptHash::read(&phc).expect("a hash");
            assert!(hash.matches("correct horse").expect("memory"), "{phc}");
            assert!(!hash.matches("Correct horse").expect("memory"), "{phc}");
        }
    }

    #[test]
    fn scrypt_parameters_have_bounds() {
        let end = "$c2FsdA$j4iO0GPcEy+QKVI3qfN3JzN5ZpxuO0Hu/gCO9rZlXn4";
        let read = |params: &str| ScryptHash::read(&format!("$scrypt${params}{end}")).err();
        for params in ["ln=18,r=8,p=2", "ln=21,r=1,p=2", "ln=17,r=16,p=2", "ln=15,r=8,p=16", "ln=1,r=8,p=1024"] {
            assert!(read(params).is_none(), "{params}");
        }
        for params in [
            "ln=18,r=9,p=1",
            "ln=18,r=8,p=3",
            "ln=22,r=1,p=1",
            "ln=64,r=1,p=1",
            "ln=4294967296,r=1,p=1",
            "ln=1,r=4294967295,p=4294967295",
            "ln=1,r=8,p=1025",
            "ln=14,r=99999999999999999999999,p=1",
        ] {
            assert!(matches!(read(params), Some(UnreadableHash::TooCostly)), "{params}");
        }
        for params in ["ln=0,r=8,p=1", "ln=4,r=0,p=1", "ln=4,r=1,p=0", "ln=4,r=1", "ln=4,r=1,p=1,l=32", "ln=4,r=1,r=1"]
        {
            assert!(matches!(read(params), Some(UnreadableHash::Params)), "{params}");
        }
    }
}
