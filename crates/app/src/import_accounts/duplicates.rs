//! Which ids, keys and tokens a source has twice, in 8 bytes for each.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use doorward_domain::ports::Account;
use doorward_domain::{KeyId, TokenHash, UserId};

/// Counts what must be unique in a source. It keeps a hash of each value: two of a million values have the same by chance
/// once in thirty million imports, and one user is then refused for nothing.
#[derive(Default)]
pub(super) struct Counted {
    hasher: RandomState,
    users: Vec<u64>,
    keys: Vec<u64>,
    tokens: Vec<u64>,
}

impl Counted {
    pub(super) fn add(&mut self, account: &Account) {
        self.users.push(self.hasher.hash_one(&account.user.id));
        self.keys.extend(account.keys.iter().map(|key| self.hasher.hash_one(&key.id)));
        self.tokens.extend(account.sessions.iter().map(|live| self.hasher.hash_one(live.session.token_hash)));
    }

    /// What was added more than once.
    pub(super) fn duplicates(self) -> Duplicates {
        let Self { hasher, users, keys, tokens } = self;
        Duplicates { hasher, users: repeated(users), keys: repeated(keys), tokens: repeated(tokens) }
    }
}

/// What a source has more than once.
#[derive(Default)]
pub(super) struct Duplicates {
    hasher: RandomState,
    users: HashSet<u64>,
    keys: HashSet<u64>,
    tokens: HashSet<u64>,
}

impl Duplicates {
    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty() && self.keys.is_empty() && self.tokens.is_empty()
    }

    pub(super) fn has_user(&self, id: &UserId) -> bool {
        !self.users.is_empty() && self.users.contains(&self.hasher.hash_one(id))
    }

    pub(super) fn has_key(&self, id: &KeyId) -> bool {
        !self.keys.is_empty() && self.keys.contains(&self.hasher.hash_one(id))
    }

    pub(super) fn has_token(&self, token: TokenHash) -> bool {
        !self.tokens.is_empty() && self.tokens.contains(&self.hasher.hash_one(token))
    }
}

fn repeated(mut hashes: Vec<u64>) -> HashSet<u64> {
    hashes.sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}
