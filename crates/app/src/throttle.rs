//! Bounding guesses: which buckets an attempt takes from, and what becomes of them when it was no guess. The order is
//! always the same: address, account at this address, account. A browser that is known for the account has a bucket of its
//! own instead.

use std::sync::Arc;

use doorward_domain::ports::{Clock, LoginThrottle, StoreError, ThrottledSuccess, TokenGenerator};
use doorward_domain::{
    AddressBlock, Bucket, Client, KeyId, PasswordHash, RateLimit, ThrottleKey, ThrottleLimits, ThrottleScope,
    TrustedDevice, TrustedDeviceToken, UserId,
};

use crate::{Fault, TrustedDevices};

/// Bounds guesses at passwords, and sign-ups.
pub struct Throttle {
    store: Arc<dyn LoginThrottle>,
    keys: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    limits: Option<ThrottleLimits>,
}

/// What a client is about to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind {
    /// A password, whether to log in or to prove once more who one is.
    Password,
    /// A sign-up.
    SignUp,
}

/// The tokens that one attempt at a password took.
pub(crate) struct Admitted {
    taken: Vec<Bucket>,
    account: ThrottleKey,
    marks: Vec<ThrottleKey>,
}

/// The key that is guessed at, and what was found by it.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) user: Option<&'a UserId>,
    pub(crate) key: &'a KeyId,
    pub(crate) password: Option<&'a PasswordHash>,
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
    pub async fn check_address(&self, attempt: AttemptKind, client: &Client) -> Result<(), Fault> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let block = AddressBlock::of(client.address);
        let bucket = match attempt {
            AttemptKind::Password => self.bucket(&ThrottleScope::Address(block), limits.address),
            AttemptKind::SignUp => self.bucket(&ThrottleScope::SignUp(block), limits.sign_up),
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
    /// alone where the account is known at the client's address, so that guesses by others cannot lock its owner out.
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
        Ok(Some(Admitted { taken, account: account.key, marks: vec![mark] }))
    }

    /// Admits an attempt from a browser that is known for the key's present password, and says which of its tokens shows
    /// that. No bucket but the browser's own counts it, so that nobody's guesses keep it out, from its own address neither,
    /// and whoever has stolen its token guesses no faster than from one address. `None` where it is not known: what it shows
    /// is made up, or of another account, and counts for nothing.
    pub(crate) async fn admit_known_device(
        &self,
        target: Target<'_>,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<Option<(Admitted, usize)>, Fault> {
        let Some(limits) = &self.limits else { return Ok(None) };
        for (place, token) in devices.candidates() {
            let known_by = self.known_by(target, token);
            if !self.store.is_marked(&known_by, self.clock.now()).await? {
                continue;
            }
            let scope = ThrottleScope::AccountAtDevice(target.key.clone(), self.keys.digest(token.unused()));
            let taken = vec![self.bucket(&scope, limits.account_at_address)];
            self.take(&taken).await?;
            let account = self.keys.throttle_key(&ThrottleScope::Account(target.key.clone()));
            let known_at = self.known_at(target.user, target.key, AddressBlock::of(client.address));
            return Ok(Some((Admitted { taken, account, marks: vec![known_at, known_by] }, place)));
        }
        Ok(None)
    }

    /// Takes back what was counted of an attempt that was right, and no more: one's own logins do not hide one's guesses
    /// at others. From now on the account is known at the client's address.
    pub(crate) async fn succeed(&self, admitted: Admitted) -> Result<(), StoreError> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let Admitted { taken, account, marks } = admitted;
        let marked_until = self.clock.now().plus(limits.trusted_for);
        self.store.succeed(&ThrottledSuccess { taken, account, marks, marked_until }).await
    }

    /// Gives back what an attempt took whose password was never looked at.
    pub(crate) async fn release(&self, admitted: &Admitted) -> Result<(), StoreError> {
        self.store.release(&admitted.taken).await
    }

    /// Notes that an account was made at the client's address, and by a browser that is to keep the token, if there is one.
    pub(crate) async fn acquaint(
        &self,
        target: Target<'_>,
        client: &Client,
        device: Option<&TrustedDeviceToken>,
    ) -> Result<(), StoreError> {
        let known_at = self.known_at(target.user, target.key, AddressBlock::of(client.address));
        let known_by = device.map(|device| self.known_by(target, device));
        self.mark(target.key, std::iter::once(known_at).chain(known_by)).await
    }

    /// Notes that the browser that is to keep the token is known for the key's password from now on.
    pub(crate) async fn introduce(&self, target: Target<'_>, device: &TrustedDeviceToken) -> Result<(), StoreError> {
        self.mark(target.key, [self.known_by(target, device)]).await
    }

    /// A token for a browser to be known by; `None` where nothing is bounded, and so nobody needs to be known.
    pub(crate) fn new_device(&self) -> Result<Option<TrustedDeviceToken>, Fault> {
        if self.limits.is_none() {
            return Ok(None);
        }
        Ok(Some(TrustedDeviceToken::new(self.keys.session_token()?)))
    }

    async fn mark(&self, key: &KeyId, marks: impl IntoIterator<Item = ThrottleKey>) -> Result<(), StoreError> {
        let account = self.keys.throttle_key(&ThrottleScope::Account(key.clone()));
        self.succeed(Admitted { taken: vec![], account, marks: marks.into_iter().collect() }).await
    }

    async fn take(&self, buckets: &[Bucket]) -> Result<(), Fault> {
        let wait = self.store.take(buckets, self.clock.now()).await?;
        if wait.is_zero() { Ok(()) } else { Err(Fault::TooManyAttempts { wait }) }
    }

    fn known_at(&self, user: Option<&UserId>, key: &KeyId, block: AddressBlock) -> ThrottleKey {
        self.keys.throttle_key(&ThrottleScope::TrustedAddress(user.cloned(), key.clone(), block))
    }

    fn known_by(&self, Target { user, key, password }: Target<'_>, token: &TrustedDeviceToken) -> ThrottleKey {
        let device = self.keys.digest(token.unused());
        let scope = TrustedDevice { user: user.cloned(), key: key.clone(), password: password.cloned(), device };
        self.keys.throttle_key(&ThrottleScope::TrustedDevice(scope))
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
    use crate::test_support::{NOW, cause, client, clock_at, scope_of, token, tokens, user};

    const LIMITS: ThrottleLimits = ThrottleLimits::DEFAULT;

    fn throttle(store: MockLoginThrottle) -> Throttle {
        Throttle::new(Arc::new(store), Arc::new(tokens()), Arc::new(clock_at(NOW)), Some(LIMITS))
    }

    fn alice() -> KeyId {
        user("Alice").username.key_id()
    }

    fn devices(letters: &str) -> TrustedDevices {
        TrustedDevices {
            presented: letters.chars().map(|letter| TrustedDeviceToken::new(token(letter))).collect(),
            are_kept: true,
        }
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
                    && success.marks.iter().map(scope_of).eq(["known-at"])
                    && success.marked_until == NOW.plus(LIMITS.trusted_for)
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
    async fn a_known_browser_takes_from_its_own_bucket_alone_and_stays_known() {
        let mut store = MockLoginThrottle::new();
        let mut marked = [false, true].into_iter();
        store
            .expect_is_marked()
            .withf(|mark, now| scope_of(mark) == "known-by" && *now == NOW)
            .times(2)
            .returning(move |_, _| Ok(marked.next().expect("two tokens")));
        store
            .expect_take()
            .withf(|buckets, _| {
                taken(buckets) == ["account-at-device"] && buckets[0].limit == LIMITS.account_at_address
            })
            .times(1)
            .returning(|_, _| Ok(Duration::ZERO));
        store
            .expect_succeed()
            .withf(|success| {
                taken(&success.taken) == ["account-at-device"]
                    && scope_of(&success.account) == "account"
                    && success.marks.iter().map(scope_of).eq(["known-at", "known-by"])
            })
            .times(1)
            .returning(|_| Ok(()));
        let throttle = throttle(store);
        let (user, key) = (user("Alice").id, alice());
        let target = Target { user: Some(&user), key: &key, password: None };
        let known = throttle.admit_known_device(target, &client(), &devices("abc")).await.expect("admitted");
        let (admitted, place) = known.expect("known");
        assert_eq!(place, 1);
        throttle.succeed(admitted).await.expect("no fault");
    }

    #[tokio::test]
    async fn an_unknown_device_costs_the_same_lookups_for_every_user() {
        let (known, key) = (user("Alice").id, alice());
        for user in [Some(&known), None] {
            let mut store = MockLoginThrottle::new();
            store.expect_is_marked().times(TrustedDevices::MOST).returning(|_, _| Ok(false));
            let target = Target { user, key: &key, password: None };
            let known = throttle(store).admit_known_device(target, &client(), &devices("abcdefgh")).await;
            assert!(known.expect("no fault").is_none());
        }
    }

    #[tokio::test]
    async fn a_known_browser_that_tries_too_much_waits_like_any_other() {
        let wait = Duration::from_mins(1);
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _| Ok(true));
        store.expect_take().returning(move |_, _| Ok(wait));
        let (user, key) = (user("Alice").id, alice());
        let target = Target { user: Some(&user), key: &key, password: None };
        let refused = throttle(store).admit_known_device(target, &client(), &devices("a")).await.err();
        assert!(matches!(refused, Some(Fault::TooManyAttempts { wait: told }) if told == wait), "{refused:?}");
    }

    #[test]
    fn a_browser_is_known_for_one_password_of_one_user() {
        let throttle = throttle(MockLoginThrottle::new());
        let (users, keys) =
            (["user-1", "user-2"].map(|id| UserId::restore(id.into())), [alice(), user("Bob").username.key_id()]);
        let hashes = ["one", "other"].map(|hash| PasswordHash::restore(hash.into()));
        let mut scopes = std::collections::BTreeSet::new();
        for user in [Some(&users[0]), Some(&users[1]), None] {
            for key in &keys {
                for password in [Some(&hashes[0]), Some(&hashes[1]), None] {
                    for letter in ['a', 'b'] {
                        let device = throttle.keys.digest(&token(letter));
                        let scope = TrustedDevice {
                            user: user.cloned(),
                            key: key.clone(),
                            password: password.cloned(),
                            device,
                        };
                        scopes.insert(ThrottleScope::TrustedDevice(scope).canonical());
                    }
                }
            }
        }
        assert_eq!(scopes.len(), 3 * 2 * 3 * 2);
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
        let address = throttle.check_address(AttemptKind::Password, &client()).await;
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
        assert!(throttle.check_address(AttemptKind::Password, &client()).await.is_ok());
        assert!(throttle.check_address(AttemptKind::SignUp, &client()).await.is_ok());
    }

    #[tokio::test]
    async fn a_store_that_fails_lets_no_attempt_through() {
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
        assert!(throttle.check_address(AttemptKind::Password, &client()).await.is_ok());
        assert!(throttle.admit_sign_up(&client()).await.is_ok());
        assert!(throttle.admit_guess(Some(&user("Alice").id), &alice(), &client()).await.expect("admitted").is_none());
        assert!(throttle.new_device().expect("no fault").is_none());
        let (user, key) = (user("Alice").id, alice());
        let target = Target { user: Some(&user), key: &key, password: None };
        assert!(throttle.acquaint(target, &client(), Some(&TrustedDeviceToken::new(token('d')))).await.is_ok());
        let known = throttle.admit_known_device(target, &client(), &devices("d")).await.expect("no fault");
        assert!(known.is_none());
    }
}
