//! Remembers which keys were met, within bounded memory, so that the log says something once for each.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// How many keys are remembered. Clients choose the keys, so there may be any number.
const MAX_KEYS: usize = 64;

/// The keys that were met.
pub(super) struct OncePerKey<K>(Mutex<HashSet<K>>);

impl<K: Eq + Hash> OncePerKey<K> {
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    /// Whether this key is met for the first time. Once [`MAX_KEYS`] keys were met, no other key is new.
    pub(super) fn is_new(&self, key: K) -> bool {
        // Nothing panics while it holds the lock.
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        met.len() < MAX_KEYS && met.insert(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_new_once_and_at_most_64_are() {
        let keys = OncePerKey::new();
        assert_eq!((0..1_000).map(|n| n % 10).filter(|key| keys.is_new(*key)).count(), 10);
        assert_eq!((0..1_000).filter(|key| keys.is_new(*key)).count(), MAX_KEYS - 10);
        assert!(keys.0.lock().expect("no panic").len() == MAX_KEYS);
    }
}
