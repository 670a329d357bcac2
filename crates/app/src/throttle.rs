//! Bounding guesses: which buckets an attempt takes from, and what becomes of them when it was no guess. The order is
//! always the same: address, account at this address, account.

use std::sync::Arc;

use doorward_domain::ports::{Clock, LoginThrottle, StoreError, ThrottledSuccess, TokenGenerator};
use doorward_domain::{
    AddressBlock, Bucket, Client, KeyId, RateLimit, ThrottleKey, ThrottleLimits, ThrottleScope, UserId,
};

use crate::Fault;

/// Bounds guesses at passwords, and sign-ups.
pub struct Throttle {
    store: Arc<dyn LoginThrottle>,
    keys: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    limits: Option<ThrottleLimits>,
}

/// What a client is about to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// A password, whether to log in or to prove once more who one is.
    Password,
    /// A sign-up.
    SignUp,
}

/// The tokens that one attempt at a password took.
pub(crate) struct Admitted {
    taken: Vec<Bucket>,
    account: ThrottleKey,
    mark: ThrottleKey,
}

impl Throttle {
    /// A throttle with these limits, or with none at all.
    #[must_use]
    pub fn new(
        store: Arc<dyn LoginThrottle>,
        keys: Arc<dyn TokenGenerator>,
        clock: Arc<dyn Clock>,
        limits: Option<ThrottleLimits>,
    ) -> Self {
        Self { store, keys, clock, limits }
    }

    /// Refuses an address that is over its limit, before anything else of a request is looked at. Takes nothing: the
    /// attempt itself does.
    ///
    /// # Errors
    /// [`Fault::TooManyAttempts`], or another [`Fault`] when the store fails.
    pub async fn check_address(&self, attempt: Attempt, client: &Client) -> Result<(), Fault> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let block = AddressBlock::of(client.address);
        let bucket = match attempt {
            Attempt::Password => self.bucket(&ThrottleScope::Address(block), limits.address),
            Attempt::SignUp => self.bucket(&ThrottleScope::SignUp(block), limits.sign_up),
        };
        let wait = self.store.wait(&bucket, self.clock.now()).await?;
        if wait.is_zero() { Ok(()) } else { Err(Fault::TooManyAttempts { wait }) }
    }

    /// Admits a sign-up. It counts whether or not it succeeds: each tells whether a name is taken.
    pub(crate) async fn admit_sign_up(&self, client: &Client) -> Result<(), Fault> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let scope = ThrottleScope::SignUp(AddressBlock::of(client.address));
        self.take(&[self.bucket(&scope, limits.sign_up)]).await
    }

    /// Admits an attempt at the password of a key, whether or not there is such a key. The account-wide bucket is left
    /// alone where the account is known at the client's address, so that nobody's guesses keep out its owner.
    pub(crate) async fn admit_guess(
        &self,
        user: Option<&UserId>,
        key: &KeyId,
        client: &Client,
    ) -> Result<Option<Admitted>, Fault> {
        let Some(limits) = &self.limits else { return Ok(None) };
        let block = AddressBlock::of(client.address);
        let mark = self.known_at(user, key, block);
        let account = self.bucket(&ThrottleScope::Account(key.clone()), limits.account);
        let at_address = ThrottleScope::AccountAtAddress(key.clone(), block);
        let mut taken = vec![
            self.bucket(&ThrottleScope::Address(block), limits.address),
            self.bucket(&at_address, limits.account_at_address),
        ];
        if !self.store.is_marked(&mark, self.clock.now()).await? {
            taken.push(account);
        }
        self.take(&taken).await?;
        Ok(Some(Admitted { taken, account: account.key, mark }))
    }

    /// Takes back what was counted of an attempt that was right, and no more: one's own logins do not hide one's guesses
    /// at others. From now on the account is known at the client's address.
    pub(crate) async fn succeed(&self, admitted: Admitted) -> Result<(), StoreError> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let Admitted { taken, account, mark } = admitted;
        let marked_until = self.clock.now().plus(limits.known_for);
        self.store.succeed(&ThrottledSuccess { taken, account, mark, marked_until }).await
    }

    /// Gives back what an attempt took whose password was never looked at.
    pub(crate) async fn release(&self, admitted: &Admitted) -> Result<(), StoreError> {
        self.store.release(&admitted.taken).await
    }

    /// Notes that an account was made at the client's address.
    pub(crate) async fn acquaint(&self, user: &UserId, key: &KeyId, client: &Client) -> Result<(), StoreError> {
        let block = AddressBlock::of(client.address);
        let account = self.keys.throttle_key(&ThrottleScope::Account(key.clone()));
        self.succeed(Admitted { taken: vec![], account, mark: self.known_at(Some(user), key, block) }).await
    }

    async fn take(&self, buckets: &[Bucket]) -> Result<(), Fault> {
        let wait = self.store.take(buckets, self.clock.now()).await?;
        if wait.is_zero() { Ok(()) } else { Err(Fault::TooManyAttempts { wait }) }
    }

    fn known_at(&self, user: Option<&UserId>, key: &KeyId, block: AddressBlock) -> ThrottleKey {
        self.keys.throttle_key(&ThrottleScope::KnownAt(user.cloned(), key.clone(), block))
    }

    fn bucket(&self, scope: &ThrottleScope, limit: RateLimit) -> Bucket {
        Bucket { key: self.keys.throttle_key(scope), limit }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::ports::MockLoginThrottle;

    use super::*;
    use crate::test_support::{NOW, cause, client, clock_at, scope_of, tokens, user};

    const LIMITS: ThrottleLimits = ThrottleLimits::DEFAULT;

    fn throttle(store: MockLoginThrottle) -> Throttle {
        Throttle::new(Arc::new(store), Arc::new(tokens()), Arc::new(clock_at(NOW)), Some(LIMITS))
    }

    fn alice() -> KeyId {
        user("Alice").username.key_id()
    }

    fn taken(buckets: &[Bucket]) -> Vec<&'static str> {
        buckets.iter().map(|bucket| scope_of(&bucket.key)).collect()
    }

    #[tokio::test]
    async fn a_guess_takes_from_the_address_the_account_there_and_the_account() {
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _| Ok(false));
        store
            .expect_take()
            .withf(|buckets, now| taken(buckets) == ["address", "account-at-address", "account"] && *now == NOW)
            .times(1)
            .returning(|_, _| Ok(Duration::ZERO));
        store
            .expect_succeed()
            .withf(|success| {
                taken(&success.taken) == ["address", "account-at-address", "account"]
                    && scope_of(&success.account) == "account"
                    && scope_of(&success.mark) == "known-at"
                    && success.marked_until == NOW.plus(LIMITS.known_for)
            })
            .times(1)
            .returning(|_| Ok(()));
        let throttle = throttle(store);
        let admitted = throttle
            .admit_guess(Some(&user("Alice").id), &alice(), &client())
            .await
            .expect("admitted")
            .expect("bounded");
        throttle.succeed(admitted).await.expect("no fault");
    }

    #[tokio::test]
    async fn an_account_that_is_known_at_the_address_is_not_bounded_as_a_whole() {
        let mut store = MockLoginThrottle::new();
        store
            .expect_is_marked()
            .withf(|mark, now| scope_of(mark) == "known-at" && *now == NOW)
            .returning(|_, _| Ok(true));
        store
            .expect_take()
            .withf(|buckets, _| taken(buckets) == ["address", "account-at-address"])
            .times(1)
            .returning(|_, _| Ok(Duration::ZERO));
        assert!(throttle(store).admit_guess(Some(&user("Alice").id), &alice(), &client()).await.is_ok());
    }

    #[tokio::test]
    async fn who_is_refused_is_told_how_long() {
        let wait = Duration::from_millis(1_500);
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _| Ok(false));
        store.expect_take().returning(move |_, _| Ok(wait));
        store.expect_wait().returning(move |_, _| Ok(wait));
        let throttle = throttle(store);
        let guess = throttle.admit_guess(Some(&user("Alice").id), &alice(), &client()).await.err();
        assert!(matches!(guess, Some(Fault::TooManyAttempts { wait: told }) if told == wait), "{guess:?}");
        let sign_up = throttle.admit_sign_up(&client()).await;
        assert!(matches!(sign_up, Err(Fault::TooManyAttempts { wait: told }) if told == wait), "{sign_up:?}");
        let address = throttle.check_address(Attempt::Password, &client()).await;
        assert!(matches!(address, Err(Fault::TooManyAttempts { wait: told }) if told == wait), "{address:?}");
    }

    #[tokio::test]
    async fn an_address_is_looked_at_by_what_it_is_about_to_try() {
        let mut store = MockLoginThrottle::new();
        let mut expected = ["address", "sign-up"].into_iter();
        store.expect_wait().times(2).returning(move |bucket, _| {
            assert_eq!(Some(scope_of(&bucket.key)), expected.next());
            Ok(Duration::ZERO)
        });
        let throttle = throttle(store);
        assert!(throttle.check_address(Attempt::Password, &client()).await.is_ok());
        assert!(throttle.check_address(Attempt::SignUp, &client()).await.is_ok());
    }

    #[tokio::test]
    async fn a_store_that_fails_admits_nobody() {
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _| Ok(false));
        store.expect_take().returning(|_, _| Err(StoreError::Unavailable(cause())));
        let refused = throttle(store).admit_guess(Some(&user("Alice").id), &alice(), &client()).await.err();
        assert!(matches!(refused, Some(Fault::Unavailable(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn without_limits_the_store_is_not_asked() {
        let throttle =
            Throttle::new(Arc::new(MockLoginThrottle::new()), Arc::new(tokens()), Arc::new(clock_at(NOW)), None);
        assert!(throttle.check_address(Attempt::Password, &client()).await.is_ok());
        assert!(throttle.admit_sign_up(&client()).await.is_ok());
        assert!(throttle.admit_guess(Some(&user("Alice").id), &alice(), &client()).await.expect("admitted").is_none());
        assert!(throttle.acquaint(&user("Alice").id, &alice(), &client()).await.is_ok());
    }
}
