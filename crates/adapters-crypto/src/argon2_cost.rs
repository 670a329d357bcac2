//! What an Argon2 hash may cost: the bounds on settings and on stored hashes, and what counts as weak. Computing one is
//! not in here.

use argon2::Params;
use thiserror::Error;

/// What one Argon2 hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
}

impl Argon2Cost {
    /// 19 MiB, 2 iterations, 1 lane: the first choice of the OWASP Password Storage cheat sheet, and in OWASP ASVS 5.0,
    /// 11.4.2 with appendix C, the least memory for 2 iterations.
    pub const DEFAULT: Self = Self { memory_kib: 19_456, iterations: 2, lanes: 1 };

    /// The least memory, in KiB, for each lane (RFC 9106, 3.1).
    pub const MIN_MEMORY_KIB_PER_LANE: u32 = 8;

    /// The most memory, in KiB: 2 GiB, what the first recommendation of RFC 9106, section 4, takes.
    pub const MAX_MEMORY_KIB: u32 = 2 * 1024 * 1024;

    /// The most lanes; known presets have at most 8. The lanes are computed one after the other.
    pub const MAX_LANES: u32 = 64;

    /// The most memory times iterations, in KiB: 4 GiB, what libsodium's "sensitive" preset (1 GiB, 4 iterations) fills.
    /// It keeps any single hash to some seconds.
    pub const MAX_FILLED_KIB: u64 = 4 * 1024 * 1024;

    /// Takes the memory in KiB, the passes over it, and the lanes it is divided into.
    ///
    /// # Errors
    /// [`InvalidArgon2Cost`] says which number is out of bounds, and the bounds.
    pub const fn new(memory_kib: u32, iterations: u32, lanes: u32) -> Result<Self, InvalidArgon2Cost> {
        if lanes == 0 || lanes > Self::MAX_LANES {
            Err(InvalidArgon2Cost::Lanes)
        } else if memory_kib < Self::MIN_MEMORY_KIB_PER_LANE * lanes || memory_kib > Self::MAX_MEMORY_KIB {
            Err(InvalidArgon2Cost::Memory { lanes })
        } else if iterations == 0 || iterations as u64 * memory_kib as u64 > Self::MAX_FILLED_KIB {
            Err(InvalidArgon2Cost::Iterations { memory_kib })
        } else {
            Ok(Self { memory_kib, iterations, lanes })
        }
    }

    /// Whether it is less than OWASP ASVS 5.0, appendix C, requires: 46 MiB for 1 iteration, 19 MiB for 2 (the
    /// default), 12 MiB for 3 or more. Worth a warning.
    #[must_use]
    pub const fn is_weaker_than_default(&self) -> bool {
        let least_kib = match self.iterations {
            0 | 1 => 47_104,
            2 => Self::DEFAULT.memory_kib,
            _ => 12_288,
        };
        self.memory_kib < least_kib
    }

    /// The memory of one hash, in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// The passes over the memory.
    #[must_use]
    pub const fn iterations(&self) -> u32 {
        self.iterations
    }

    /// The lanes that the memory is divided into.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        self.lanes
    }

    /// The same cost in the words of the library, for tags of so many bytes.
    pub(crate) fn params(self, tag_bytes: usize) -> Params {
        Params::new(self.memory_kib, self.iterations, self.lanes, Some(tag_bytes))
            .expect("bounds within those of Argon2")
    }
}

impl Default for Argon2Cost {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// An Argon2 cost that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidArgon2Cost {
    /// No lanes, or more than [`Argon2Cost::MAX_LANES`].
    #[error("Argon2 takes 1 to {} lanes", Argon2Cost::MAX_LANES)]
    Lanes,
    /// Too little memory for the lanes, or more than [`Argon2Cost::MAX_MEMORY_KIB`].
    #[error(
        "Argon2 with lanes: {lanes} takes {} to {} KiB of memory",
        Argon2Cost::MIN_MEMORY_KIB_PER_LANE * lanes,
        Argon2Cost::MAX_MEMORY_KIB
    )]
    Memory {
        /// The lanes asked for.
        lanes: u32,
    },
    /// No iterations, or so many that they fill more than [`Argon2Cost::MAX_FILLED_KIB`].
    #[error("Argon2 with {memory_kib} KiB of memory takes 1 to {} iterations", Argon2Cost::MAX_FILLED_KIB / u64::from(*memory_kib))]
    Iterations {
        /// The memory asked for, in KiB.
        memory_kib: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_within_the_bounds_is_taken() {
        for (memory_kib, iterations, lanes) in
            [(8, 1, 1), (512, 1, 64), (19_456, 2, 1), (65_536, 3, 4), (1_048_576, 4, 1), (2_097_152, 1, 4)]
        {
            let cost = Argon2Cost::new(memory_kib, iterations, lanes).expect("within the bounds");
            assert_eq!((cost.memory_kib(), cost.iterations(), cost.lanes()), (memory_kib, iterations, lanes));
        }
    }

    #[test]
    fn a_cost_outside_the_bounds_is_refused_with_what_is_allowed() {
        let refusals = [
            ((19_456, 2, 0), "Argon2 takes 1 to 64 lanes"),
            ((u32::MAX, 1, 65), "Argon2 takes 1 to 64 lanes"),
            ((u32::MAX, 1, u32::MAX), "Argon2 takes 1 to 64 lanes"),
            ((7, 1, 1), "Argon2 with lanes: 1 takes 8 to 2097152 KiB of memory"),
            ((31, 1, 4), "Argon2 with lanes: 4 takes 32 to 2097152 KiB of memory"),
            ((2_097_153, 1, 1), "Argon2 with lanes: 1 takes 8 to 2097152 KiB of memory"),
            ((19_456, 0, 1), "Argon2 with 19456 KiB of memory takes 1 to 215 iterations"),
            ((19_456, 216, 1), "Argon2 with 19456 KiB of memory takes 1 to 215 iterations"),
            ((2_097_152, u32::MAX, 1), "Argon2 with 2097152 KiB of memory takes 1 to 2 iterations"),
        ];
        for ((memory_kib, iterations, lanes), said) in refusals {
            let refused = Argon2Cost::new(memory_kib, iterations, lanes).expect_err("outside the bounds");
            assert_eq!(refused.to_string(), said);
        }
    }

    #[test]
    fn what_appendix_c_of_asvs_approves_is_not_weak() {
        for (memory_kib, iterations, weak) in [
            (47_104, 1, false),
            (47_103, 1, true),
            (19_456, 2, false),
            (19_455, 2, true),
            (12_288, 3, false),
            (12_287, 3, true),
            (12_287, 9, true),
            (8, 1, true),
        ] {
            let cost = Argon2Cost::new(memory_kib, iterations, 1).expect("within the bounds");
            assert_eq!(cost.is_weaker_than_default(), weak, "{cost:?}");
        }
        assert!(!Argon2Cost::default().is_weaker_than_default());
    }
}
