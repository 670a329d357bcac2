//! The port `PasswordHasher` on Argon2id, the schemes of other systems and the hashing threads.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use doorward_domain::ports::{Cause, HasherError, PasswordHasher, Verdict};
use doorward_domain::{AddressBlock, HashParameters, Password, PasswordHash};
use rand::rngs::SysRng;
use thiserror::Error;

use crate::argon2_cost::Argon2Cost;
use crate::check_times::CheckTimes;
use crate::hashing_pool::{HashingLoad, HashingPool, PoolLimits};
use crate::schemes::{self, Check, StoredHash};

/// How long a measurement waits for overloaded threads before it asks again.
const RETRY: Duration = Duration::from_secs(1);

/// Makes hashes of Argon2id, and checks those of every supported scheme, on threads of its own; dropping it ends them.
///
/// Its futures need a Tokio runtime with a clock.
pub struct Argon2idHasher {
    cost: Argon2Cost,
    dummy: PasswordHash,
    pool: HashingPool,
    times: CheckTimes,
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
        let dummy = schemes::dummy(cost, &mut SysRng).map_err(StartError::Dummy)?;
        let pool = HashingPool::start(limits, cost.memory_kib() as usize).map_err(StartError::Threads)?;
        Ok(Self { cost, dummy, pool, times: CheckTimes::default() })
    }

    /// The parameters of new hashes.
    #[must_use]
    pub fn parameters(&self) -> HashParameters {
        self.dummy.parameters()
    }

    /// Measures one check at each of these costs, so that from then on a refusal takes as long as at the costliest of them,
    /// and forgets the times of other costs.
    ///
    /// Give it the parameters of all hashes in the store when the server starts, and again when they may have changed. It
    /// waits for the hashing threads, one check at a time, however long they are overloaded. Parameters that cannot be read
    /// are skipped.
    pub async fn measure_checks(&self, present: &[HashParameters]) {
        let samples: Vec<StoredHash> = present.iter().filter_map(StoredHash::sample).collect();
        let own = StoredHash::read(&self.dummy).map(|dummy| dummy.cost()).ok();
        self.times.retain(|cost| Some(cost) == own || samples.iter().any(|sample| sample.cost() == cost));
        for sample in samples {
            self.measure(Arc::new(sample)).await;
        }
    }

    async fn measure(&self, stored: Arc<StoredHash>) {
        while !self.times.knows(stored.cost()) {
            let hash = Arc::clone(&stored);
            let measured = self.pool.run(AddressBlock::NONE, move |memory| {
                let start = Instant::now();
                hash.matches("a text that is no password", memory).map(|_| start.elapsed())
            });
            match measured.await {
                Ok(Ok(took)) => {
                    self.times.missing(stored.cost(), 1, took);
                    return;
                }
                Err(HasherError::Overloaded) => tokio::time::sleep(RETRY).await,
                Ok(Err(error)) | Err(HasherError::Failed(error)) => {
                    tracing::warn!(%error, "the time of a password hash in the store could not be measured");
                    return;
                }
            }
        }
    }

    /// What the threads have to do and have done.
    #[must_use]
    pub fn load(&self) -> HashingLoad {
        self.pool.load()
    }
}

#[async_trait]
impl PasswordHasher for Argon2idHasher {
    async fn hash(&self, password: &Password, source: AddressBlock) -> Result<PasswordHash, HasherError> {
        let (password, cost) = (password.clone(), self.cost);
        let hash = self.pool.run(source, move |memory| schemes::hash(&password, cost, &mut SysRng, memory)).await?;
        hash.map_err(HasherError::Failed)
    }

    async fn verify<'a>(
        &self,
        password: &Password,
        hash: Option<&'a PasswordHash>,
        source: AddressBlock,
    ) -> Result<Verdict, HasherError> {
        let readable = hash.and_then(|hash| match StoredHash::read(hash) {
            Ok(stored) => Some(stored),
            Err(error) => {
                tracing::error!(%error, "a stored password hash cannot be read: no password is right for it");
                None
            }
        });
        let exists = readable.is_some();
        let stored = readable.map_or_else(|| StoredHash::read(&self.dummy), Ok);
        let stored = stored.map_err(|error| HasherError::Failed(error.into()))?;
        let (password, in_force, cost) = (password.clone(), self.cost, stored.cost());
        let checked = self.pool.run(source, move |memory| {
            let start = Instant::now();
            let check = stored.check(&password, in_force, memory);
            (check, start.elapsed())
        });
        let (check, took) = checked.await?;
        let Check { verdict, hashes } = check.map_err(HasherError::Failed)?;
        let missing = self.times.missing(cost, hashes, took);
        if exists && verdict != Verdict::Wrong {
            return Ok(verdict);
        }
        tokio::time::sleep(missing).await;
        Ok(Verdict::Wrong)
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
    use super::*;

    const ANYWHERE: AddressBlock = AddressBlock::NONE;

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
        let hash = hasher.hash(&password("correct horse"), ANYWHERE).await.expect("a hash");
        let parts: Vec<&str> = hash.expose().split('$').collect();
        assert_eq!(parts[..4], ["", "argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert_eq!((parts.len(), parts[4].len(), parts[5].len()), (6, 22, 43), "16 and 32 bytes in base64");
    }

    #[tokio::test]
    async fn a_password_is_right_for_its_hash_and_no_other_is() {
        let hasher = hasher();
        let hash = hasher.hash(&password("crème brûlée"), ANYWHERE).await.expect("a hash");
        for (raw, verdict) in [
            ("crème brûlée", Verdict::Right),
            ("cre\u{300}me bru\u{302}le\u{301}e", Verdict::Right),
            ("Crème brûlée", Verdict::Wrong),
        ] {
            assert_eq!(hasher.verify(&password(raw), Some(&hash), ANYWHERE).await.expect("checked"), verdict, "{raw}");
        }
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_outdated_but_still_right() {
        let cheaper = hasher();
        let dearer = Argon2idHasher::start(cost(64), NonZeroUsize::MIN).expect("a thread");
        let password = password("correct horse");
        let hash = cheaper.hash(&password, ANYWHERE).await.expect("a hash");
        let outdated = dearer.verify(&password, Some(&hash), ANYWHERE).await.expect("checked");
        assert_eq!(outdated, Verdict::RightButOutdated);
        let hash = dearer.hash(&password, ANYWHERE).await.expect("a hash");
        assert_eq!(dearer.verify(&password, Some(&hash), ANYWHERE).await.expect("checked"), Verdict::Right);
        assert_eq!(cheaper.verify(&password, Some(&hash), ANYWHERE).await.expect("checked"), Verdict::RightButOutdated);
    }

    #[tokio::test]
    async fn no_password_is_right_for_a_user_who_does_not_exist() {
        let mut hasher = hasher();
        let password = password("correct horse");
        assert_eq!(hasher.verify(&password, None, ANYWHERE).await.expect("checked"), Verdict::Wrong);
        hasher.dummy = hasher.hash(&password, ANYWHERE).await.expect("a hash");
        assert_eq!(
            hasher.verify(&password, None, ANYWHERE).await.expect("checked"),
            Verdict::Wrong,
            "even if it matched"
        );
    }

    #[tokio::test]
    async fn a_user_who_does_not_exist_needs_a_place_in_the_queue_like_any_other() {
        let hash = hasher().hash(&password("correct horse"), ANYWHERE).await.expect("a hash");
        let full = hasher_without_a_place();
        for hash in [Some(&hash), None] {
            let refused = full.verify(&password("correct horse"), hash, ANYWHERE).await;
            assert!(matches!(refused, Err(HasherError::Overloaded)), "{refused:?}");
        }
        assert!(matches!(full.hash(&password("correct horse"), ANYWHERE).await, Err(HasherError::Overloaded)));
    }

    #[tokio::test]
    async fn no_password_is_right_for_a_hash_that_cannot_be_read_or_costs_too_much() {
        let hasher = hasher();
        for phc in [
            "rubbish",
            "$2b$10$abcdefghijklmnopqrstuuJ1Zq1Zq1Zq1Zq1Zq1Zq1Zq1Zq1Zq1Zq",
            "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
            "$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
        ] {
            let (password, hash) = (password("correct horse"), PasswordHash::restore(phc.into()));
            let verdict = hasher.verify(&password, Some(&hash), ANYWHERE).await.expect("checked");
            assert_eq!(verdict, Verdict::Wrong, "{phc}");
            let full = hasher_without_a_place();
            let refused = full.verify(&password, Some(&hash), ANYWHERE).await;
            assert!(matches!(refused, Err(HasherError::Overloaded)), "it costs a place like any other: {refused:?}");
        }
        assert_eq!(hasher.load().done, 4, "each costs a hash");
    }

    #[tokio::test]
    async fn a_refusal_takes_as_long_as_at_the_costliest_hash_that_was_met() {
        let dear = Argon2idHasher::start(cost(65_536), NonZeroUsize::MIN).expect("a thread");
        let hash = dear.hash(&password("correct horse"), ANYWHERE).await.expect("a hash");
        let hasher = hasher();
        assert_ne!(hasher.verify(&password("correct horse"), Some(&hash), ANYWHERE).await.expect("ok"), Verdict::Wrong);
        let costliest = hasher.times.costliest();
        let asked = Instant::now();
        assert_eq!(hasher.verify(&password("wrong"), None, ANYWHERE).await.expect("checked"), Verdict::Wrong);
        assert!(asked.elapsed() >= costliest, "an unknown user, at the cost in force");
        assert!(hasher.load().busy < costliest * 2, "the thread does not wait");
    }

    // Of "correct horse", by libxcrypt.
    const BCRYPT: &str = "$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.";

    #[tokio::test]
    async fn a_hash_of_another_system_is_right_but_outdated() {
        let (hasher, hash) = (hasher(), PasswordHash::restore(BCRYPT.into()));
        for (raw, expected) in [("correct horse", Verdict::RightButOutdated), ("Correct horse", Verdict::Wrong)] {
            let verdict = hasher.verify(&password(raw), Some(&hash), ANYWHERE).await.expect("checked");
            assert_eq!(verdict, expected, "{raw}");
        }
    }

    #[tokio::test]
    async fn a_refusal_takes_as_long_as_at_the_costliest_hash_that_was_measured() {
        let hasher = hasher();
        let present = ["$2b$04$", "$2b$08$", "$2y$08$", "rubbish"].map(|text| HashParameters::restore(text.into()));
        hasher.measure_checks(&present).await;
        assert_eq!(hasher.load().done, 2, "one hash for each cost that can be read");
        let costliest = hasher.times.costliest();
        for (raw, hashes) in [("wrong", 1), ("ﬁve horses", 2)] {
            let asked = Instant::now();
            assert_eq!(hasher.verify(&password(raw), None, ANYWHERE).await.expect("checked"), Verdict::Wrong);
            assert!(asked.elapsed() >= costliest * hashes, "{raw}");
        }
        hasher.measure_checks(&present[..1]).await;
        assert!(hasher.times.costliest() < costliest, "the times of costs that are gone are forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn a_measurement_waits_for_overloaded_threads() {
        let full = hasher_without_a_place();
        let present = [HashParameters::restore("$2b$04$".into())];
        let measured = tokio::time::timeout(Duration::from_mins(1), full.measure_checks(&present)).await;
        assert!(measured.is_err(), "it asks again and again");
    }
}
