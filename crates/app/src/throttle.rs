//! The throttle: which buckets an attempt takes from, and what is given back when it was not a guess. The order is always the
//! same: address, account at this address, account. A trusted device of the account has a bucket of its own instead.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::ports::{Clock, LoginThrottle, StoreError, ThrottledSuccess, TokenGenerator};
use doorward_domain::{
    AddressBlock, Bucket, Client, KeyId, PasswordHash, RateLimit, ThrottleKey, ThrottleLimits, ThrottleScope,
    TrustedDevice, TrustedDeviceToken, UserId,
};

use crate::{Fault, TrustedDevices};

/// Limits guesses at passwords, and sign-ups.
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

/// What an attempt guesses at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secret {
    Password,
    RecoveryCode,
}

/// The tokens that one attempt took.
pub(crate) struct TakenBuckets {
    taken: Vec<Bucket>,
    account: ThrottleKey,
    marks: Vec<ThrottleKey>,
}

/// The tokens that were taken from the buckets of an address alone.
#[derive(Debug)]
pub(crate) struct TakenFromAddress(Vec<Bucket>);

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
        let buckets = match attempt {
            AttemptKind::Password => self.buckets_around(ThrottleScope::Address, block, limits.address),
            AttemptKind::SignUp => self.buckets_around(ThrottleScope::SignUp, block, limits.sign_up),
        };
        for bucket in buckets {
            let wait = self.store.wait(&bucket, self.clock.now()).await?;
            if !wait.is_zero() {
                return Err(Fault::TooManyAttempts { wait });
            }
        }
        Ok(())
    }

    /// Takes a sign-up. It counts whether or not it succeeds, since each tells whether a name is taken.
    pub(crate) async fn take_sign_up(&self, client: &Client) -> Result<TakenFromAddress, Fault> {
        let Some(limits) = &self.limits else { return Ok(TakenFromAddress(vec![])) };
        self.take_from_address(ThrottleScope::SignUp, limits.sign_up, client).await
    }

    /// Takes a guess at the code of a link, which has 80 random bits: it counts for the address alone.
    pub(crate) async fn take_link(&self, client: &Client) -> Result<TakenFromAddress, Fault> {
        let Some(limits) = &self.limits else { return Ok(TakenFromAddress(vec![])) };
        self.take_from_address(ThrottleScope::Link, limits.address, client).await
    }

    async fn take_from_address(
        &self,
        scope: fn(AddressBlock) -> ThrottleScope,
        limit: RateLimit,
        client: &Client,
    ) -> Result<TakenFromAddress, Fault> {
        let taken = self.buckets_around(scope, AddressBlock::of(client.address), limit);
        self.take(&taken).await?;
        Ok(TakenFromAddress(taken))
    }

    /// Gives back what was taken by a client that had a right code. Where this fails, it comes back with time.
    pub(crate) async fn give_back(&self, taken: &TakenFromAddress) {
        if !taken.0.is_empty() {
            let _ = self.store.release(&taken.0).await;
        }
    }

    /// Takes an attempt at a secret of a key's user, whether or not there is such a key. Guesses at the password also take from
    /// the bucket of the whole account, unless the account trusts the client's address, so that guesses by others cannot lock
    /// its owner out there. Where the account's bucket is empty, each address has a few attempts of its own. A recovery code
    /// has 80 random bits, so that no guess by others needs to keep out a user with a code: it takes from the address alone.
    pub(crate) async fn take_guess(
        &self,
        user: Option<&UserId>,
        key: &KeyId,
        secret: Secret,
        client: &Client,
    ) -> Result<Option<TakenBuckets>, Fault> {
        let Some(limits) = &self.limits else { return Ok(None) };
        let block = AddressBlock::of(client.address);
        let mark = self.trusted_address_key(user, key, block);
        let account = self.bucket(&ThrottleScope::Account(key.clone()), limits.account);
        let at_address = ThrottleScope::AccountAtAddress(key.clone(), block);
        let mut taken = self.buckets_around(ThrottleScope::Address, block, limits.address);
        if secret == Secret::RecoveryCode {
            self.take(&taken).await?;
            return Ok(Some(TakenBuckets { taken, account: account.key, marks: vec![mark] }));
        }
        taken.push(self.bucket(&at_address, limits.account_at_address));
        if self.is_marked(limits, &mark).await? {
            self.take(&taken).await?;
        } else {
            let newcomer = self.with_newcomer(limits, key, block, &taken);
            taken.push(account);
            if let Err(refused) = self.take(&taken).await {
                let Fault::TooManyAttempts { .. } = refused else { return Err(refused) };
                self.take(&newcomer).await.map_err(|second| match second {
                    Fault::TooManyAttempts { .. } => refused,
                    fault => fault,
                })?;
                taken = newcomer;
            }
        }
        Ok(Some(TakenBuckets { taken, account: account.key, marks: vec![mark] }))
    }

    /// The buckets of an address, and those from which it takes as a newcomer instead of from the account's.
    fn with_newcomer(
        &self,
        limits: &ThrottleLimits,
        key: &KeyId,
        block: AddressBlock,
        taken: &[Bucket],
    ) -> Vec<Bucket> {
        let widest = block.widths().last().map_or(block, |(widest, _)| widest);
        let newcomer = ThrottleScope::AccountAtNewcomer(key.clone(), widest);
        let newcomers = ThrottleScope::AccountAtNewcomers(key.clone());
        let own = [self.bucket(&newcomer, limits.newcomer), self.bucket(&newcomers, limits.newcomers)];
        taken.iter().copied().chain(own).collect()
    }

    /// Takes an attempt from a trusted device of the key's current password, and returns the place of its token. It takes from
    /// the bucket of the device and from that of all trusted devices at the address. Guesses without a trusted device, even
    /// from the same address, cannot lock the owner out; a thief of the token guesses no faster than from one address; and
    /// many tokens do not lift the limit of an address. `None` where no presented token is trusted for this account.
    pub(crate) async fn take_as_trusted_device(
        &self,
        target: Target<'_>,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<Option<(TakenBuckets, usize)>, Fault> {
        let Some(limits) = &self.limits else { return Ok(None) };
        for (place, token) in devices.candidates() {
            let trusted_device_key = self.trusted_device_key(target, token);
            if !self.is_marked(limits, &trusted_device_key).await? {
                continue;
            }
            let scope = ThrottleScope::AccountAtDevice(target.key.clone(), self.keys.digest(token.as_token()));
            let block = AddressBlock::of(client.address);
            let mut taken = self.buckets_around(ThrottleScope::TrustedDevicesAtAddress, block, limits.address);
            taken.push(self.bucket(&scope, limits.account_at_address));
            self.take(&taken).await?;
            let account = self.keys.throttle_key(&ThrottleScope::Account(target.key.clone()));
            let trusted_address_key = self.trusted_address_key(target.user, target.key, block);
            return Ok(Some((
                TakenBuckets { taken, account, marks: vec![trusted_address_key, trusted_device_key] },
                place,
            )));
        }
        Ok(None)
    }

    /// Gives back what a right attempt took, and no more, so that an attacker's own logins do not hide guesses at others.
    /// From now on the account trusts the client's address.
    pub(crate) async fn succeed(&self, taken: TakenBuckets) -> Result<(), StoreError> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let TakenBuckets { taken, account, marks } = taken;
        let marked_until = self.clock.now().plus(limits.trusted_for);
        let most_marks = limits.trusted_per_account;
        self.store.succeed(&ThrottledSuccess { taken, account, marks, marked_until, most_marks }).await
    }

    /// Gives back what an attempt took whose password was not checked.
    pub(crate) async fn release(&self, taken: &TakenBuckets) -> Result<(), StoreError> {
        self.store.release(&taken.taken).await
    }

    /// Makes the account trust the client's address, and its browser where that keeps cookies. Returns the tokens that the
    /// browser keeps from now on; `None` where it keeps what it has. A failure costs no more than strangers' guesses that
    /// slow the owner.
    pub(crate) async fn trust_client(
        &self,
        target: Target<'_>,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Option<Vec<TrustedDeviceToken>> {
        let device = if devices.keeps_cookies { self.new_device_token().unwrap_or(None) } else { None };
        let trusted_address_key = self.trusted_address_key(target.user, target.key, AddressBlock::of(client.address));
        let trusted_device_key = device.as_ref().map(|device| self.trusted_device_key(target, device));
        let marked = self.mark(target.key, std::iter::once(trusted_address_key).chain(trusted_device_key)).await;
        device.filter(|_| marked.is_ok()).map(|device| devices.with(device, None))
    }

    /// Makes the device with this token trusted for the key's password.
    pub(crate) async fn trust_device(&self, target: Target<'_>, device: &TrustedDeviceToken) -> Result<(), StoreError> {
        self.mark(target.key, [self.trusted_device_key(target, device)]).await
    }

    /// A token for a new trusted device; `None` where nothing is limited, so that none is needed.
    pub(crate) fn new_device_token(&self) -> Result<Option<TrustedDeviceToken>, Fault> {
        if self.limits.is_none() {
            return Ok(None);
        }
        Ok(Some(TrustedDeviceToken::new(self.keys.session_token()?)))
    }

    async fn mark(&self, key: &KeyId, marks: impl IntoIterator<Item = ThrottleKey>) -> Result<(), StoreError> {
        let account = self.keys.throttle_key(&ThrottleScope::Account(key.clone()));
        self.succeed(TakenBuckets { taken: vec![], account, marks: marks.into_iter().collect() }).await
    }

    /// Whether a mark is set. A day more than a mark lasts is believed, since the clocks of nodes differ.
    async fn is_marked(&self, limits: &ThrottleLimits, mark: &ThrottleKey) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.store.is_marked(mark, now, now.plus(limits.trusted_for).plus(Duration::from_hours(24))).await
    }

    async fn take(&self, buckets: &[Bucket]) -> Result<(), Fault> {
        let wait = self.store.take(buckets, self.clock.now()).await?;
        if wait.is_zero() { Ok(()) } else { Err(Fault::TooManyAttempts { wait }) }
    }

    fn trusted_address_key(&self, user: Option<&UserId>, key: &KeyId, block: AddressBlock) -> ThrottleKey {
        self.keys.throttle_key(&ThrottleScope::TrustedAddress(user.cloned(), key.clone(), block))
    }

    fn trusted_device_key(
        &self,
        Target { user, key, password }: Target<'_>,
        token: &TrustedDeviceToken,
    ) -> ThrottleKey {
        let device = self.keys.digest(token.as_token());
        let scope = TrustedDevice { user: user.cloned(), key: key.clone(), password: password.cloned(), device };
        self.keys.throttle_key(&ThrottleScope::TrustedDevice(scope))
    }

    /// The buckets of a block and of the wider ones around it.
    fn buckets_around(
        &self,
        scope: fn(AddressBlock) -> ThrottleScope,
        block: AddressBlock,
        limit: RateLimit,
    ) -> Vec<Bucket> {
        block.widths().map(|(block, clients)| self.bucket(&scope(block), limit.times(clients))).collect()
    }

    fn bucket(&self, scope: &ThrottleScope, limit: RateLimit) -> Bucket {
        let account = scope.account().map(|key| self.keys.throttle_key(&ThrottleScope::Account(key.clone())));
        Bucket { key: self.keys.throttle_key(scope), account, limit }
    }
}

#[cfg(test)]
mod tests {
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
            keeps_cookies: true,
        }
    }

    fn taken(buckets: &[Bucket]) -> Vec<&'static str> {
        buckets.iter().map(|bucket| scope_of(&bucket.key)).collect()
    }

    #[tokio::test]
    async fn a_guess_takes_from_the_address_the_account_there_and_the_account() {
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _, _| Ok(false));
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
                    && success.most_marks == LIMITS.trusted_per_account
            })
            .times(1)
            .returning(|_| Ok(()));
        let throttle = throttle(store);
        let admitted = throttle
            .take_guess(Some(&user("Alice").id), &alice(), Secret::Password, &client())
            .await
            .expect("admitted")
            .expect("bounded");
        throttle.succeed(admitted).await.expect("no fault");
    }

    #[tokio::test]
    async fn a_newcomer_has_attempts_of_its_own_once_the_account_is_spent() {
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _, _| Ok(false));
        store.expect_take().times(2).returning(|buckets, _| {
            let spent = buckets.iter().any(|bucket| scope_of(&bucket.key) == "account");
            Ok(if spent { Duration::from_mins(5) } else { Duration::ZERO })
        });
        let throttle = throttle(store);
        let admitted = throttle.take_guess(Some(&user("Alice").id), &alice(), Secret::Password, &client()).await;
        let admitted = admitted.expect("admitted").expect("bounded");
        let expected = ["address", "account-at-address", "account-at-newcomer", "account-at-newcomers"];
        assert_eq!(taken(&admitted.taken), expected);
        assert_eq!(scope_of(&admitted.account), "account", "a success ends the row of failures");
    }

    #[tokio::test]
    async fn an_account_that_is_known_at_the_address_is_not_bounded_as_a_whole() {
        let mut store = MockLoginThrottle::new();
        store
            .expect_is_marked()
            .withf(|mark, now, _| scope_of(mark) == "known-at" && *now == NOW)
            .returning(|_, _, _| Ok(true));
        store
            .expect_take()
            .withf(|buckets, _| taken(buckets) == ["address", "account-at-address"])
            .times(1)
            .returning(|_, _| Ok(Duration::ZERO));
        assert!(
            throttle(store).take_guess(Some(&user("Alice").id), &alice(), Secret::Password, &client()).await.is_ok()
        );
    }

    #[tokio::test]
    async fn a_trusted_device_takes_from_buckets_of_its_own_and_stays_trusted() {
        let mut store = MockLoginThrottle::new();
        let mut marked = [false, true].into_iter();
        store
            .expect_is_marked()
            .withf(|mark, now, _| scope_of(mark) == "known-by" && *now == NOW)
            .times(2)
            .returning(move |_, _, _| Ok(marked.next().expect("two tokens")));
        store
            .expect_take()
            .withf(|buckets, _| {
                taken(buckets) == ["trusted-devices-at-address", "account-at-device"]
                    && buckets[0].limit == LIMITS.address
                    && buckets[1].limit == LIMITS.account_at_address
            })
            .times(1)
            .returning(|_, _| Ok(Duration::ZERO));
        store
            .expect_succeed()
            .withf(|success| {
                taken(&success.taken) == ["trusted-devices-at-address", "account-at-device"]
                    && scope_of(&success.account) == "account"
                    && success.marks.iter().map(scope_of).eq(["known-at", "known-by"])
            })
            .times(1)
            .returning(|_| Ok(()));
        let throttle = throttle(store);
        let (user, key) = (user("Alice").id, alice());
        let target = Target { user: Some(&user), key: &key, password: None };
        let known = throttle.take_as_trusted_device(target, &client(), &devices("abc")).await.expect("admitted");
        let (admitted, place) = known.expect("known");
        assert_eq!(place, 1);
        throttle.succeed(admitted).await.expect("no fault");
    }

    #[tokio::test]
    async fn an_unknown_device_costs_the_same_lookups_for_every_user() {
        let (known, key) = (user("Alice").id, alice());
        for user in [Some(&known), None] {
            let mut store = MockLoginThrottle::new();
            store.expect_is_marked().times(TrustedDevices::MOST).returning(|_, _, _| Ok(false));
            let target = Target { user, key: &key, password: None };
            let known = throttle(store).take_as_trusted_device(target, &client(), &devices("abcdefgh")).await;
            assert!(known.expect("no fault").is_none());
        }
    }

    #[tokio::test]
    async fn a_known_browser_that_tries_too_much_waits_like_any_other() {
        let wait = Duration::from_mins(1);
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _, _| Ok(true));
        store.expect_take().returning(move |_, _| Ok(wait));
        let (user, key) = (user("Alice").id, alice());
        let target = Target { user: Some(&user), key: &key, password: None };
        let refused = throttle(store).take_as_trusted_device(target, &client(), &devices("a")).await.err();
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
        store.expect_is_marked().returning(|_, _, _| Ok(false));
        store.expect_take().returning(move |_, _| Ok(wait));
        store.expect_wait().returning(move |_, _| Ok(wait));
        let throttle = throttle(store);
        let guess = throttle.take_guess(Some(&user("Alice").id), &alice(), Secret::Password, &client()).await.err();
        assert!(matches!(guess, Some(Fault::TooManyAttempts { wait: told }) if told == wait), "{guess:?}");
        let sign_up = throttle.take_sign_up(&client()).await;
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
        store.expect_is_marked().returning(|_, _, _| Ok(false));
        store.expect_take().returning(|_, _| Err(StoreError::Unavailable(cause())));
        let refused =
            throttle(store).take_guess(Some(&user("Alice").id), &alice(), Secret::Password, &client()).await.err();
        assert!(matches!(refused, Some(Fault::Unavailable(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn without_limits_the_store_is_not_asked() {
        let throttle =
            Throttle::new(Arc::new(MockLoginThrottle::new()), Arc::new(tokens()), Arc::new(clock_at(NOW)), None);
        assert!(throttle.check_address(AttemptKind::Password, &client()).await.is_ok());
        assert!(throttle.take_sign_up(&client()).await.is_ok());
        assert!(
            throttle
                .take_guess(Some(&user("Alice").id), &alice(), Secret::Password, &client())
                .await
                .expect("admitted")
                .is_none()
        );
        assert!(throttle.new_device_token().expect("no fault").is_none());
        let (user, key) = (user("Alice").id, alice());
        let target = Target { user: Some(&user), key: &key, password: None };
        assert!(throttle.trust_client(target, &client(), &devices("d")).await.is_none());
        let known = throttle.take_as_trusted_device(target, &client(), &devices("d")).await.expect("no fault");
        assert!(known.is_none());
    }
}
