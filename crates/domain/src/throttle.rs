//! How guesses are bounded: buckets that empty with each attempt and fill again with time, never for good.
//!
//! The rule is the generic cell rate algorithm (GCRA, ITU-T I.371): of a bucket one instant is kept, that at which it
//! would be full again, and each token taken moves it on. A refusal moves nothing, so that trying again costs no time.

use std::fmt::Write;
use std::time::Duration;

use crate::client::AddressBlock;
use crate::ids::KeyId;
use crate::ids::UserId;
use crate::password::PasswordHash;
use crate::time::Timestamp;
use crate::token::TokenHash;

/// How many attempts a bucket admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many at once.
    pub burst: u32,
    /// The time after which there is one more.
    pub every: Duration,
    /// What becomes of that time when all attempts fail.
    pub slowdown: Option<Slowdown>,
}

/// A bucket fills more slowly once nothing but failures came for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slowdown {
    /// How many failures in a row it takes.
    pub after: u32,
    /// The time after which there is one more attempt then.
    pub every: Duration,
}

impl RateLimit {
    const fn of(burst: u32, every: Duration) -> Self {
        Self { burst, every, slowdown: None }
    }

    /// The limit of a block that stands for so many clients.
    #[must_use]
    pub fn times(self, clients: u32) -> Self {
        Self { burst: self.burst.saturating_mul(clients), every: self.every / clients.max(1), ..self }
    }

    /// How far ahead of now a bucket may be full again: the time in which it fills from empty, and never so little that
    /// a single attempt does not fit.
    #[must_use]
    pub fn window(&self) -> Duration {
        let slowest = self.slowdown.map_or(self.every, |slowdown| slowdown.every);
        self.every.saturating_mul(self.burst).max(slowest)
    }

    /// The time that one token takes to come back, after so many failures in a row.
    #[must_use]
    pub fn interval(&self, failures: u32) -> Duration {
        match self.slowdown {
            Some(slowdown) if failures >= slowdown.after => slowdown.every,
            _ => self.every,
        }
    }

    /// The latest instant at which a bucket can be full again. One beyond it was written by a clock that was ahead.
    #[must_use]
    pub fn latest(&self, now: Timestamp) -> Timestamp {
        now.plus(self.window())
    }

    /// How long until a bucket admits an attempt again; zero where it does so now. Never longer than an interval.
    #[must_use]
    pub fn wait(&self, full_at: Timestamp, failures: u32, now: Timestamp) -> Duration {
        let taken = full_at.min(self.latest(now)).max(now).plus(self.interval(failures));
        taken.since(self.latest(now))
    }
}

/// How attempts on passwords and sign-ups are bounded (OWASP ASVS 5.0, 6.3.1 and 2.4.1; NIST SP 800-63B-4, 3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleLimits {
    /// Guesses at the password of one account from one address, or from one browser that it is known by.
    pub account_at_address: RateLimit,
    /// Guesses from one address, at any account. Trusted devices have a bucket of the same size at each address.
    pub address: RateLimit,
    /// Guesses at one account from all addresses that it is not known at.
    pub account: RateLimit,
    /// Guesses at one account from an address, or an IPv6 /48, once the account admits no more.
    pub newcomer: RateLimit,
    /// Such guesses from all addresses. An attacker who keeps them used up needs 144 addresses a
    /// day after the first 50.
    pub newcomers: RateLimit,
    /// Sign-ups from one address, whether or not they succeed.
    pub sign_up: RateLimit,
    /// How long an account is known at an address, and by a browser, after it signed in from there.
    pub trusted_for: Duration,
    /// How many addresses and devices an account trusts at most, so that logins cannot fill the store. Of more, those that
    /// were not used for longest are forgotten.
    pub trusted_per_account: u32,
}

/// After a hundred failures in a row, the most that NIST SP 800-63B-4, 3.2.2 allows, one guess in five minutes: some 100,000
/// a year.
const SLOWDOWN: Slowdown = Slowdown { after: 100, every: Duration::from_mins(5) };

impl ThrottleLimits {
    /// The limits in force unless the throttle is off.
    pub const DEFAULT: Self = Self {
        account_at_address: RateLimit { slowdown: Some(SLOWDOWN), ..RateLimit::of(10, Duration::from_mins(1)) },
        address: RateLimit::of(30, Duration::from_secs(10)),
        account: RateLimit { slowdown: Some(SLOWDOWN), ..RateLimit::of(50, Duration::from_secs(30)) },
        newcomer: RateLimit::of(2, Duration::from_hours(24)),
        newcomers: RateLimit::of(100, Duration::from_mins(5)),
        sign_up: RateLimit::of(30, Duration::from_secs(6)),
        trusted_for: Duration::from_hours(90 * 24),
        trusted_per_account: 100,
    };
}

/// The subject that a bucket counts, or that a mark is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThrottleScope {
    /// Guesses from an address.
    Address(AddressBlock),
    /// Guesses at the codes of links from an address. Another site can have a browser open links, so they do not count for
    /// logins.
    Link(AddressBlock),
    /// Guesses from an address by trusted devices, at any account.
    TrustedDevicesAtAddress(AddressBlock),
    /// Guesses at an account from an address.
    AccountAtAddress(KeyId, AddressBlock),
    /// Guesses at an account from one of its trusted devices.
    AccountAtDevice(KeyId, TokenHash),
    /// Guesses at an account.
    Account(KeyId),
    /// Guesses from an address at an account that admits no more.
    AccountAtNewcomer(KeyId, AddressBlock),
    /// Guesses from all addresses at an account that admits no more.
    AccountAtNewcomers(KeyId),
    /// Sign-ups from an address.
    SignUp(AddressBlock),
    /// A mark: the user signed in from this address. `None` stands for an unknown user. The user id is part of it, since the
    /// name of a deleted account may be taken by another user.
    TrustedAddress(Option<UserId>, KeyId, AddressBlock),
    /// A mark: the user signed in from this device.
    TrustedDevice(TrustedDevice),
}

/// A device that an account trusts for one password. A changed password drops the devices of everyone who knew the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedDevice {
    /// The user who signed in; `None` stands for an unknown user.
    pub user: Option<UserId>,
    /// The key.
    pub key: KeyId,
    /// The hash of the key's password; `None` where it has none.
    pub password: Option<PasswordHash>,
    /// The hash of the device's token.
    pub device: TokenHash,
}

impl ThrottleScope {
    /// The account at which a bucket of this scope counts attempts; `None` where it counts those of an address.
    #[must_use]
    pub fn account(&self) -> Option<&KeyId> {
        match self {
            Self::Account(key)
            | Self::AccountAtAddress(key, _)
            | Self::AccountAtDevice(key, _)
            | Self::AccountAtNewcomer(key, _)
            | Self::AccountAtNewcomers(key) => Some(key),
            Self::Address(_)
            | Self::Link(_)
            | Self::TrustedDevicesAtAddress(_)
            | Self::SignUp(_)
            | Self::TrustedAddress(..)
            | Self::TrustedDevice(_) => None,
        }
    }

    /// A text that no other scope has. It begins with the kind; the parts cannot run into each other, since no address,
    /// no user's id and no hash has a space in it.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Address(block) => format!("address {block}"),
            Self::Link(block) => format!("link {block}"),
            Self::TrustedDevicesAtAddress(block) => format!("trusted-devices-at-address {block}"),
            Self::AccountAtAddress(key, block) => format!("account-at-address {block} {}", key.as_str()),
            Self::AccountAtNewcomer(key, block) => format!("account-at-newcomer {block} {}", key.as_str()),
            Self::AccountAtNewcomers(key) => format!("account-at-newcomers {}", key.as_str()),
            Self::Account(key) => format!("account {}", key.as_str()),
            Self::SignUp(block) => format!("sign-up {block}"),
            Self::TrustedAddress(user, key, block) => {
                format!("known-at {block} {} {}", user.as_ref().map_or("-", UserId::as_str), key.as_str())
            }
            Self::AccountAtDevice(key, device) => format!("account-at-device {} {}", hex(device), key.as_str()),
            Self::TrustedDevice(TrustedDevice { user, key, password, device }) => {
                let user = user.as_ref().map_or("-", UserId::as_str);
                let password = password.as_ref().map_or("-", PasswordHash::expose);
                format!("known-by {} {user} {password} {}", hex(device), key.as_str())
            }
        }
    }
}

fn hex(digest: &TokenHash) -> String {
    digest.as_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a store knows a scope by: the SHA-256 of its canonical text, so that no name and no address is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThrottleKey([u8; 32]);

impl ThrottleKey {
    /// Takes a digest that a generator made.
    #[must_use]
    pub const fn restore(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A bucket: what it counts, and how much it admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// What names it.
    pub key: ThrottleKey,
    /// The key of the account's own bucket, where this one counts attempts at one account.
    pub account: Option<ThrottleKey>,
    /// How much it admits.
    pub limit: RateLimit,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

    /// How many attempts are admitted until the instant, if one is made every second and all fail.
    fn admitted(limit: RateLimit, seconds: u64) -> u32 {
        let (mut full_at, mut failures) = (Timestamp::MIN, 0);
        for second in 0..seconds {
            let now = NOW.plus(Duration::from_secs(second));
            while limit.wait(full_at, failures, now).is_zero() {
                full_at = full_at.max(now).plus(limit.interval(failures));
                failures += 1;
            }
        }
        failures
    }

    #[test]
    fn a_bucket_admits_its_burst_and_then_one_each_interval() {
        let limit = ThrottleLimits::DEFAULT.account_at_address;
        assert_eq!(admitted(limit, 1), 10);
        assert_eq!(admitted(limit, 60), 10);
        assert_eq!(admitted(limit, 61), 11);
        assert_eq!(admitted(limit, 3_601), 70);
    }

    #[test]
    fn an_account_is_guessed_at_slowly_once_a_hundred_guesses_failed_in_a_row() {
        let limit = ThrottleLimits::DEFAULT.account;
        assert_eq!(admitted(limit, 1), 50);
        assert_eq!(admitted(limit, 50 * 30 + 1), 100);
        let per_day_after_that = admitted(limit, 10 * 86_400) - admitted(limit, 9 * 86_400);
        assert_eq!(per_day_after_that, 288);
    }

    #[test]
    fn a_bucket_that_is_slowed_below_its_window_still_admits() {
        let slowdown = Some(Slowdown { after: 2, every: Duration::from_mins(1) });
        let limit = RateLimit { slowdown, ..RateLimit::of(3, Duration::from_secs(1)) };
        let per_hour = admitted(limit, 2 * 3_600) - admitted(limit, 3_600);
        assert_eq!(per_hour, 60);
    }

    #[test]
    fn the_wait_ends_when_the_next_attempt_is_admitted() {
        let limit = RateLimit::of(2, Duration::from_secs(10));
        let full_at = NOW.plus(Duration::from_secs(20));
        assert_eq!(limit.wait(full_at, 0, NOW), Duration::from_secs(10));
        assert_eq!(limit.wait(full_at, 0, NOW.plus(Duration::from_millis(9_999))), Duration::from_millis(1));
        assert_eq!(limit.wait(full_at, 0, NOW.plus(Duration::from_secs(10))), Duration::ZERO);
    }

    #[test]
    fn no_scope_has_the_text_of_another() {
        let key = |id: &str| KeyId::restore(id.into());
        let block = |address: &str| AddressBlock::of(Some(address.parse().expect("an address")));
        let scopes = [
            ThrottleScope::Address(block("192.0.2.1")),
            ThrottleScope::SignUp(block("192.0.2.1")),
            ThrottleScope::TrustedDevicesAtAddress(block("192.0.2.1")),
            ThrottleScope::Address(block("2001:db8::1")),
            ThrottleScope::Address(block("2001:db8::1").widths().last().expect("a /48").0),
            ThrottleScope::Account(key("username:192.0.2.1")),
            ThrottleScope::Account(key("username:a 192.0.2.1")),
            ThrottleScope::AccountAtAddress(key("username:a"), block("192.0.2.1")),
            ThrottleScope::AccountAtAddress(key("username:a"), block("192.0.2.2")),
            ThrottleScope::AccountAtNewcomer(key("username:a"), block("192.0.2.1")),
            ThrottleScope::AccountAtNewcomers(key("username:a 192.0.2.1")),
            ThrottleScope::AccountAtAddress(key("username:a 192.0.2.1"), block("192.0.2.1")),
            ThrottleScope::TrustedAddress(None, key("username:a"), block("192.0.2.1")),
            ThrottleScope::TrustedAddress(Some(UserId::restore("user".into())), key("username:a"), block("192.0.2.1")),
        ];
        let texts: std::collections::HashSet<_> = scopes.iter().map(ThrottleScope::canonical).collect();
        assert_eq!(texts.len(), scopes.len());
    }

    proptest! {
        #[test]
        fn no_bucket_admits_more_than_its_burst_and_its_rate(burst in 1u32..20, every in 1u64..100, seconds in 1u64..500) {
            let limit = RateLimit::of(burst, Duration::from_secs(every));
            let most = u64::from(burst) + (seconds - 1) / every;
            prop_assert_eq!(u64::from(admitted(limit, seconds)), most);
        }

        #[test]
        fn no_wait_is_longer_than_an_interval(ahead in 0u64..100_000_000) {
            let limit = RateLimit::of(10, Duration::from_secs(10));
            let wait = limit.wait(NOW.plus(Duration::from_secs(ahead)), 0, NOW);
            prop_assert!(wait <= limit.every);
        }
    }
}
