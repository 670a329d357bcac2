//! What the unit tests of the use cases share: people, sessions, and ports that behave.

use std::sync::Arc;

use doorward_domain::ports::{
    Cause, MockClock, MockLinkStore, MockLoginThrottle, MockPasswordHasher, MockTokenGenerator, MockUserStore,
    TokenGenerator, Verdict,
};
use doorward_domain::{
    Attributes, Client, InvitationId, Key, LinkHash, OneTimeCode, PasswordHash, RecoveryCodeHash, Session, SessionId,
    SessionPolicy, SessionToken, ThrottleKey, ThrottleLimits, Timestamp, TokenHash, User, UserAgent, UserId, Username,
};
use zeroize::Zeroizing;

use crate::{Credentials, Links, PasswordCheck, SessionMint, Throttle};

/// 2023-11-14T22:13:20Z, when all these tests play.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

pub(crate) fn credentials(username: &str, password: &str) -> Credentials {
    let typed = |text: &str| Some(Zeroizing::new(text.to_owned()));
    Credentials { username: typed(username), password: typed(password) }
}

pub(crate) fn cause() -> Cause {
    "as the test has it".into()
}

pub(crate) fn user(username: &str) -> User {
    let username = Username::restore(username.to_owned());
    User {
        id: UserId::restore("user-1".into()),
        username,
        created_at: NOW,
        disabled: false,
        attributes: Attributes::default(),
    }
}

pub(crate) fn key_of(user: &User, hash: &str) -> Key {
    let password_hash = Some(PasswordHash::restore(hash.to_owned()));
    Key { id: user.username.key_id(), user_id: user.id.clone(), password_hash, created_at: user.created_at }
}

/// Attributes that are not empty.
pub(crate) fn attributes() -> Attributes {
    Attributes::parse(r#"{"plan":"pro"}"#).expect("an object")
}

/// Users of whom Alice alone has a key, with the hash "stored hash".
pub(crate) fn knows_alice() -> MockUserStore {
    let mut users = MockUserStore::new();
    users
        .expect_find_by_key()
        .withf(|id| id.as_str() == "username:alice")
        .returning(|_| Ok(Some((key_of(&user("Alice"), "stored hash"), user("Alice")))));
    users
}

/// A hasher that is asked about this password and Alice's hash alone.
pub(crate) fn checks(typed: &str, verdict: Verdict) -> MockPasswordHasher {
    let (expected, mut hasher) = (typed.to_owned(), MockPasswordHasher::new());
    hasher
        .expect_verify()
        .withf(move |typed, hash, _| {
            typed.expose() == expected && hash.is_some_and(|hash| hash.expose() == "stored hash")
        })
        .returning(move |_, _, _| Ok(verdict));
    hasher
}

/// A hasher for which the hash of a password is its text.
pub(crate) fn hashes_to_itself() -> MockPasswordHasher {
    let mut hasher = MockPasswordHasher::new();
    hasher.expect_hash().returning(|password, _| Ok(PasswordHash::restore(password.expose().to_owned())));
    hasher.expect_verify().returning(|password, hash, _| {
        let right = hash.is_some_and(|hash| hash.expose() == password.expose());
        Ok(if right { Verdict::Right } else { Verdict::Wrong })
    });
    hasher
}

/// A token whose text is this letter throughout.
pub(crate) fn token(letter: char) -> SessionToken {
    SessionToken::parse(&letter.to_string().repeat(SessionToken::CHARS)).expect("a token's shape")
}

/// What [`tokens`] makes of a token: its first 32 bytes.
pub(crate) fn token_hash(token: &SessionToken) -> TokenHash {
    TokenHash::restore(token.expose().as_bytes()[..32].try_into().expect("tokens are longer"))
}

pub(crate) fn session_opened_at(now: Timestamp) -> Session {
    let id = SessionId::restore("session-1".into());
    Session::open(id, token_hash(&token('t')), user("Alice").id, now, &SessionPolicy::DEFAULT)
}

/// A recovery code.
pub(crate) fn code() -> OneTimeCode {
    numbered_code(7)
}

/// The recovery code that [`tokens`] makes at this time of asking, counted from 0.
pub(crate) fn numbered_code(number: u8) -> OneTimeCode {
    OneTimeCode::of_random(&[number; OneTimeCode::BYTES])
}

/// What [`tokens`] makes of this user's recovery code.
pub(crate) fn code_hash(user: &UserId, code: &OneTimeCode) -> RecoveryCodeHash {
    let mut digest = [0_u8; 32];
    for (place, byte) in code.canonical_of_recovery(user).bytes().enumerate() {
        digest[place % 32] = digest[place % 32].rotate_left(1) ^ byte;
    }
    RecoveryCodeHash::restore(digest)
}

/// What [`tokens`] makes of the code of a link.
pub(crate) fn link_hash(code: &OneTimeCode) -> LinkHash {
    let mut digest = [0_u8; 32];
    digest.iter_mut().zip(code.expose().bytes()).for_each(|(slot, byte)| *slot = byte);
    LinkHash::restore(digest)
}

/// A generator that makes each recovery code once, and else always the same.
pub(crate) fn tokens() -> MockTokenGenerator {
    let mut tokens = MockTokenGenerator::new();
    tokens.expect_digest().returning(token_hash);
    tokens.expect_throttle_key().returning(|scope| {
        let mut start = [0; 32];
        let text = scope.canonical();
        start.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        ThrottleKey::restore(start)
    });
    let mut made = 0..;
    tokens.expect_one_time_code().returning(move || Ok(numbered_code(made.next().expect("few are made"))));
    tokens.expect_recovery_code_hash().returning(code_hash);
    tokens.expect_link_hash().returning(link_hash);
    tokens.expect_invitation_id().returning(|| Ok(InvitationId::restore("invitation-new".into())));
    tokens.expect_session_token().returning(|| Ok(token('n')));
    tokens.expect_session_id().returning(|| Ok(SessionId::restore("session-new".into())));
    tokens.expect_user_id().returning(|| Ok(UserId::restore("user-new".into())));
    tokens
}

pub(crate) fn clock_at(now: Timestamp) -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(now);
    clock
}

pub(crate) fn mint() -> Arc<SessionMint> {
    mint_from(tokens())
}

pub(crate) fn mint_from(tokens: impl TokenGenerator + 'static) -> Arc<SessionMint> {
    Arc::new(SessionMint::new(Arc::new(tokens), Arc::new(clock_at(NOW)), SessionPolicy::DEFAULT))
}

/// Who does all this.
pub(crate) fn client() -> Client {
    Client { address: Some([192, 0, 2, 1].into()), user_agent: UserAgent::parse("a browser") }
}

/// Which kind of scope a key of [`tokens`] stands for.
pub(crate) fn scope_of(key: &ThrottleKey) -> &'static str {
    let kinds = [
        "address",
        "link",
        "trusted-devices-at-address",
        "account-at-address",
        "account-at-device",
        "account-at-newcomer",
        "account-at-newcomers",
        "account",
        "sign-up",
        "known-at",
        "known-by",
    ];
    let kind = key.as_bytes().split(|byte| *byte == b' ').next().expect("a kind");
    kinds.into_iter().find(|known| known.as_bytes() == kind).expect("a known kind")
}

/// A throttle that admits everything and asks nothing.
pub(crate) fn unbounded() -> Arc<Throttle> {
    Arc::new(Throttle::new(Arc::new(MockLoginThrottle::new()), Arc::new(tokens()), Arc::new(clock_at(NOW)), None))
}

/// A throttle on this store.
pub(crate) fn bounded(store: MockLoginThrottle) -> Arc<Throttle> {
    let limits = Some(ThrottleLimits::DEFAULT);
    Arc::new(Throttle::new(Arc::new(store), Arc::new(tokens()), Arc::new(clock_at(NOW)), limits))
}

pub(crate) fn passwords(
    users: MockUserStore,
    hasher: MockPasswordHasher,
    throttle: Arc<Throttle>,
) -> Arc<PasswordCheck> {
    Arc::new(PasswordCheck::new(Arc::new(users), Arc::new(hasher), throttle))
}

/// Links on this store, without limits.
pub(crate) fn links(store: MockLinkStore) -> Arc<Links> {
    Arc::new(Links::new(Arc::new(store), Arc::new(tokens()), unbounded(), Arc::new(clock_at(NOW))))
}

/// Links that are not asked.
pub(crate) fn no_links() -> Arc<Links> {
    links(MockLinkStore::new())
}
