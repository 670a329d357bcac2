//! Sessions that were just read, cached in front of a file (ADR 0015).
//!
//! Coherent inside the process: a call that changed or revoked sessions calls [`SessionCache::forget`] before it returns, and
//! nothing that was read before that is kept afterwards. A change by another process is seen once an entry has outlived its
//! lifetime, and that process waits as long before it reports success.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use doorward_domain::{Session, TokenHash, User};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// The most sessions that are kept: some 6 MiB.
const CAPACITY: usize = 16_384;

/// What a session without attributes weighs, in bytes.
const PLAIN: u64 = 384;

/// Sessions by what their tokens hash to. A token that the store does not know is never an entry, so that random
/// tokens neither fill the cache nor push sessions out.
pub(crate) struct SessionCache {
    entries: Cache<TokenHash, Entry, Bytes>,
    /// How long an entry may be believed without asking the store again.
    lifetime: Duration,
    /// How often something was forgotten. Held while an entry is put in or taken out.
    forgotten: Mutex<u64>,
}

#[derive(Clone)]
struct Entry {
    /// Before the store was asked: its answer was true at a later instant.
    asked_at: Instant,
    session: Session,
    user: User,
}

/// Weighs entries by the memory they take, so that large attributes leave room for fewer of them.
#[derive(Clone)]
struct Bytes;

impl Weighter<TokenHash, Entry> for Bytes {
    fn weight(&self, _: &TokenHash, Entry { session, user, .. }: &Entry) -> u64 {
        let attributes =
            [&session.attributes, &user.attributes].into_iter().filter(|attributes| !attributes.is_empty());
        PLAIN + attributes.map(|attributes| attributes.as_json().len() as u64).sum::<u64>()
    }
}

/// When a session was asked for, and what had been forgotten before that.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    asked_at: Instant,
    forgotten: u64,
}

impl SessionCache {
    /// An empty cache whose entries are believed for this long.
    pub(crate) fn new(lifetime: Duration) -> Self {
        let entries = Cache::with_weighter(CAPACITY, CAPACITY as u64 * PLAIN, Bytes);
        Self { entries, lifetime, forgotten: Mutex::new(0) }
    }

    /// The session with this token, if it was read within the lifetime before now.
    pub(crate) fn find(&self, token: &TokenHash, now: Instant) -> Option<(Session, User)> {
        let entry = self.entries.get(token)?;
        (now.saturating_duration_since(entry.asked_at) < self.lifetime).then_some((entry.session, entry.user))
    }

    /// To be called before the store is asked, for [`Self::keep`].
    pub(crate) fn before(&self, now: Instant) -> Before {
        Before { asked_at: now, forgotten: *self.forgotten() }
    }

    /// Keeps what the store said, unless anything was forgotten since it was asked: what was read may be what was changed.
    pub(crate) fn keep(&self, before: Before, session: &Session, user: &User) {
        let forgotten = self.forgotten();
        if *forgotten == before.forgotten {
            let entry = Entry { asked_at: before.asked_at, session: session.clone(), user: user.clone() };
            self.entries.insert(session.token_hash, entry);
        }
    }

    /// Forgets sessions that were changed or ended, or may have been.
    pub(crate) fn forget(&self, tokens: &[TokenHash]) {
        let mut forgotten = self.forgotten();
        *forgotten += 1;
        for token in tokens {
            self.entries.remove(token);
        }
    }

    fn forgotten(&self) -> MutexGuard<'_, u64> {
        // Nothing panics while it holds the lock.
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::{Attributes, SessionId, SessionPolicy, Timestamp, UserId, Username};

    use super::*;

    const LIFETIME: Duration = Duration::from_secs(1);

    fn session(number: u64) -> (Session, User) {
        let mut token = [7; 32];
        token[..8].copy_from_slice(&number.to_be_bytes());
        let username = Username::restore("Alice".into());
        let user = User {
            id: UserId::restore("user-1".into()),
            username,
            created_at: Timestamp::MIN,
            disabled: false,
            attributes: Attributes::default(),
        };
        let (id, token) = (SessionId::restore(format!("session-{number}")), TokenHash::restore(token));
        (Session::open(id, token, user.id.clone(), Timestamp::MIN, &SessionPolicy::DEFAULT), user)
    }

    fn keep(cache: &SessionCache, number: u64, now: Instant) -> TokenHash {
        let (session, user) = session(number);
        cache.keep(cache.before(now), &session, &user);
        session.token_hash
    }

    #[test]
    fn what_was_read_is_found_until_it_is_forgotten() {
        let (cache, now) = (SessionCache::new(LIFETIME), Instant::now());
        let (one, other) = (keep(&cache, 1, now), keep(&cache, 2, now));
        assert_eq!(cache.find(&one, now), Some(session(1)));
        cache.forget(&[one]);
        assert_eq!(cache.find(&one, now), None);
        assert_eq!(cache.find(&other, now), Some(session(2)));
    }

    #[test]
    fn what_was_read_before_something_was_forgotten_is_not_kept_after_it() {
        let (cache, now) = (SessionCache::new(LIFETIME), Instant::now());
        let (read, user) = session(1);
        let before = cache.before(now);
        cache.forget(&[]);
        cache.keep(before, &read, &user);
        assert_eq!(cache.find(&read.token_hash, now), None, "it may be the very one that was ended meanwhile");
    }

    #[test]
    fn an_entry_is_served_for_its_lifetime_from_the_question_on() {
        let (cache, asked_at) = (SessionCache::new(LIFETIME), Instant::now());
        let token = keep(&cache, 1, asked_at);
        assert_eq!(cache.find(&token, asked_at + LIFETIME.saturating_sub(Duration::from_nanos(1))), Some(session(1)));
        assert_eq!(cache.find(&token, asked_at + LIFETIME), None);
    }

    #[test]
    fn it_holds_no_more_than_its_capacity() {
        let (cache, now) = (SessionCache::new(LIFETIME), Instant::now());
        for number in 0..3 * CAPACITY as u64 {
            keep(&cache, number, now);
        }
        assert!((CAPACITY / 2..=CAPACITY).contains(&cache.entries.len()), "{}", cache.entries.len());
    }

    #[test]
    fn large_attributes_leave_room_for_fewer() {
        let (cache, now) = (SessionCache::new(LIFETIME), Instant::now());
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(Attributes::MAX_BYTES - 8));
        let large = Attributes::parse(&large).expect("an object");
        for number in 0..CAPACITY as u64 {
            let (mut session, mut user) = session(number);
            (session.attributes, user.attributes) = (large.clone(), large.clone());
            cache.keep(cache.before(now), &session, &user);
        }
        let most = CAPACITY * 384 / (2 * Attributes::MAX_BYTES);
        assert!((most / 2..=most).contains(&cache.entries.len()), "{}", cache.entries.len());
    }
}
