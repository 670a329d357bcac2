//! The port `PasswordHasher` on Argon2id and the hashing threads.

use std::io;
use std::num::NonZeroUsize;

use async_trait::async_trait;
use doorward_domain::ports::{Cause, HasherError, PasswordHasher, Verdict};
use doorward_domain::{Password, PasswordHash};
use rand::rngs::SysRng;
use thiserror::Error;

use crate::argon2_cost::Argon2Cost;
use crate::argon2id::{self, StoredHash};
use crate::hashing_pool::{HashingLoad, HashingPool, PoolLimits};

/// Makes and checks password hashes on threads of its own; dropping it ends them.
///
/// Its futures need a Tokio runtime with a clock.
pub struct Argon2idHasher {
    cost: Argon2Cost,
    dummy: PasswordHash,
    pool: HashingPool,
}

impl Argon2idHasher {
    /// Starts so many threads. Each takes the memory of the cost with its first hash and keeps it.
    ///
    /// At most 64 passwords a thread wait, each for at most 5 seconds (OWASP ASVS 5.0, 15.2.2).
    ///
    /// # Errors
    /// [`StartError`] where the system gave no thread or no randomness.
    pub fn start(cost: Argon2Cost, threads: NonZeroUsize) -> Result<Self, StartError> {
        Self::start_with(cost, PoolLimits::of(threads))
    }

    fn start_with(cost: Argon2Cost, limits: PoolLimits) -> Result<Self, StartError> {
        let dummy = argon2id::dummy(cost, &mut SysRng).map_err(StartError::Dummy)?;
        let pool = HashingPool::start(limits, cost.memory_kib() as usize).map_err(StartError::Threads)?;
        Ok(Self { cost, dummy, pool })
    }

    /// What the threads have to do and have done.
    #[must_use]
    pub fn load(&self) -> HashingLoad {
        self.pool.load()
    }
}

#[async_trait]
impl PasswordHasher for Argon2idHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HasherError> {
        let (password, cost) = (password.clone(), self.cost);
        let hash = self.pool.run(move |memory| argon2id::hash(&password, cost, &mut SysRng, memory)).await?;
        hash.map_err(HasherError::Failed)
    }

    async fn verify<'a>(&self, password: &Password, hash: Option<&'a PasswordHash>) -> Result<Verdict, HasherError> {
        let stored =
            StoredHash::read(hash.unwrap_or(&self.dummy)).map_err(|error| HasherError::Failed(error.into()))?;
        let (password, cost) = (password.clone(), self.cost);
        let verdict = self.pool.run(move |memory| stored.verify(&password, cost, memory)).await?;
        let verdict = verdict.map_err(HasherError::Failed)?;
        Ok(if hash.is_some() { verdict } else { Verdict::Wrong })
    }
}

/// The hashing threads did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The system gave fewer threads than asked for.
    #[error("the system gives no more threads")]
    Threads(#[source] io::Error),
    /// The hash that stands for users who do not exist could not be made.
    #[error("no hash could be made for users who do not exist")]
    Dummy(#[source] Cause),
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::*;

    fn cost(memory_kib: u32) -> Argon2Cost {
        Argon2Cost::new(memory_kib, 1, 1).expect("within the bounds")
    }

    fn hasher() -> Argon2idHasher {
        Argon2idHasher::start(cost(8), NonZeroUsize::MIN).expect("a thread")
    }

    fn hasher_without_a_place() -> Argon2idHasher {
        let limits = PoolLimits { threads: NonZeroUsize::MIN, waiting: 0, longest_wait: Duration::from_secs(5) };
        Argon2idHasher::start_with(cost(8), limits).expect("a thread")
    }

    fn password(raw: &str) -> Password {
        Password::parse_login(raw).expect("a password")
    }

    #[tokio::test]
    async fn a_hash_of_the_default_cost_is_the_phc_string_of_owasps_first_choice() {
        let hasher = Argon2idHasher::start(Argon2Cost::DEFAULT, NonZeroUsize::MIN).expect("a thread");
        let hash = hasher.hash(&password("correct horse")).await.expect("a hash");
        let parts: Vec<&str> = hash.expose().split('$').collect();
        assert_eq!(parts[..4], ["", "argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert_eq!((parts.len(), parts[4].len(), parts[5].len()), (6, 22, 43), "16 and 32 bytes in base64");
    }

    #[tokio::test]
    async fn a_password_is_right_for_its_hash_and_no_other_is() {
        let hasher = hasher();
        let hash = hasher.hash(&password("crème brûlée")).await.expect("a hash");
        for (raw, verdict) in [
            ("crème brûlée", Verdict::Right),
            ("cre\u{300}me bru\u{302}le\u{301}e", Verdict::Right),
            ("Crème brûlée", Verdict::Wrong),
        ] {
            assert_eq!(hasher.verify(&password(raw), Some(&hash)).await.expect("checked"), verdict, "{raw}");
        }
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_outdated_but_still_right() {
        let cheaper = hasher();
        let dearer = Argon2idHasher::start(cost(64), NonZeroUsize::MIN).expect("a thread");
        let password = password("correct horse");
        let hash = cheaper.hash(&password).await.expect("a hash");
        let outdated = dearer.verify(&password, Some(&hash)).await.expect("checked");
        assert_eq!(outdated, Verdict::RightButOutdated);
        let hash = dearer.hash(&password).await.expect("a hash");
        assert_eq!(dearer.verify(&password, Some(&hash)).await.expect("checked"), Verdict::Right);
        assert_eq!(cheaper.verify(&password, Some(&hash)).await.expect("checked"), Verdict::RightButOutdated);
    }

    #[tokio::test]
    async fn no_password_is_right_for_a_user_who_does_not_exist() {
        let mut hasher = hasher();
        let password = password("correct horse");
        assert_eq!(hasher.verify(&password, None).await.expect("checked"), Verdict::Wrong);
        hasher.dummy = hasher.hash(&password).await.expect("a hash");
        assert_eq!(hasher.verify(&password, None).await.expect("checked"), Verdict::Wrong, "even if it matched");
    }

    #[tokio::test]
    async fn a_user_who_does_not_exist_needs_a_place_in_the_queue_like_any_other() {
        let hash = hasher().hash(&password("correct horse")).await.expect("a hash");
        let full = hasher_without_a_place();
        for hash in [Some(&hash), None] {
            let refused = full.verify(&password("correct horse"), hash).await;
            assert!(matches!(refused, Err(HasherError::Overloaded)), "{refused:?}");
        }
        assert!(matches!(full.hash(&password("correct horse")).await, Err(HasherError::Overloaded)));
    }

    #[tokio::test]
    async fn a_hash_that_cannot_be_read_or_costs_too_much_fails_before_it_is_queued() {
        let hasher = hasher();
        for phc in [
            "rubbish",
            "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
            "$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
        ] {
            let (password, hash) = (password("correct horse"), PasswordHash::restore(phc.into()));
            let checked = pin!(hasher.verify(&password, Some(&hash)));
            let Poll::Ready(refused) = checked.poll(&mut Context::from_waker(Waker::noop())) else {
                panic!("{phc} is computed")
            };
            assert!(matches!(refused, Err(HasherError::Failed(_))), "{phc}");
        }
    }
}
