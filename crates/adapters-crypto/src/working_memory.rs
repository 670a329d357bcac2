//! The memory that a hash is computed in. The pool gives each of its threads one.

use std::collections::TryReserveError;

use argon2::Block;

/// The memory of one hashing thread, kept from one hash to the next: asking the system for 19 MiB of fresh pages costs
/// more than a tenth of the hash that goes into them.
///
/// It is not wiped between hashes, for the same reason; the next hash overwrites it.
pub(crate) struct WorkingMemory {
    blocks: Vec<Block>,
    kept: usize,
}

impl WorkingMemory {
    /// Takes no memory yet, and will keep at most so many KiB.
    pub(crate) const fn keeping_kib(kept: usize) -> Self {
        Self { blocks: Vec::new(), kept }
    }

    /// So many blocks of 1 KiB with anything in them.
    ///
    /// # Errors
    /// The system has not as much memory left.
    pub(crate) fn blocks(&mut self, count: usize) -> Result<&mut [Block], TryReserveError> {
        if self.blocks.len() < count {
            self.blocks = Vec::new();
            self.blocks.try_reserve_exact(count)?;
            self.blocks.resize(count, Block::new());
        }
        Ok(&mut self.blocks[..count])
    }

    /// Whether the system has so many bytes left. For libraries that take memory of their own, and abort the process where
    /// there is none. They return it after each hash.
    ///
    /// # Errors
    /// It has not.
    pub(crate) fn check_room(bytes: usize) -> Result<(), TryReserveError> {
        Vec::<u8>::new().try_reserve_exact(bytes)
    }

    #[cfg(test)]
    pub(crate) const fn held_kib(&self) -> usize {
        self.blocks.capacity()
    }

    /// Gives the memory back that a hash of a higher cost than usual needed.
    pub(crate) fn shrink(&mut self) {
        if self.blocks.len() > self.kept {
            self.blocks = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_when_needed_and_then_kept() {
        let mut memory = WorkingMemory::keeping_kib(16);
        assert_eq!(memory.held_kib(), 0);
        let first = memory.blocks(16).expect("16 KiB").as_ptr();
        memory.shrink();
        assert_eq!(memory.blocks(8).expect("8 KiB").len(), 8);
        memory.shrink();
        assert_eq!(memory.blocks(16).expect("16 KiB").as_ptr(), first);
    }

    #[test]
    fn memory_beyond_the_usual_is_given_back() {
        let mut memory = WorkingMemory::keeping_kib(16);
        assert_eq!(memory.blocks(17).expect("17 KiB").len(), 17);
        memory.shrink();
        assert_eq!(memory.held_kib(), 0);
    }

    #[test]
    fn memory_beyond_that_of_the_machine_is_an_error() {
        assert!(WorkingMemory::keeping_kib(16).blocks(usize::MAX / 1024).is_err());
        assert!(WorkingMemory::check_room(isize::MAX.unsigned_abs()).is_err());
        assert!(WorkingMemory::check_room(1024).is_ok());
    }
}
