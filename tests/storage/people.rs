//! Accounts to write into stores, each unlike all others.

use std::time::Duration;

use doorward_domain::ports::{NewAccount, NewUser, UserUpdate, VerifiedKey};
use doorward_domain::{
    Attributes, Client, Key, PasswordHash, Session, SessionId, SessionPolicy, Timestamp, TokenHash, User, UserAgent,
    UserId, Username,
};

/// When everything in these tests begins.
pub const NOW: Timestamp = Timestamp::from_unix_millis(1_764_000_000_123);

/// So many milliseconds after [`NOW`].
pub fn after(millis: u64) -> Timestamp {
    NOW.plus(Duration::from_millis(millis))
}

/// The account of a user with this name. All ids are made from `number`.
pub fn account(name: &str, number: u64) -> NewAccount {
    let username = Username::restore(name.to_owned());
    let user = User {
        id: UserId::restore(format!("user{number:011}")),
        created_at: NOW,
        disabled: false,
        username,
        attributes: Attributes::default(),
    };
    let key = Key {
        id: user.username.key_id(),
        user_id: user.id.clone(),
        password_hash: Some(hash("first")),
        created_at: after(1),
    };
    let session = session(&user, number);
    NewAccount { user, key, session, client: client(), replaces: vec![], invitation: None }
}

/// A session of this user. Its id and token are made from `number`.
pub fn session(user: &User, number: u64) -> Session {
    let id = SessionId::restore(format!("session{number:017}"));
    Session::open(id, token(number), user.id.clone(), after(2), &SessionPolicy::DEFAULT)
}

/// The client of these tests.
pub fn client() -> Client {
    Client { address: Some([192, 0, 2, 1].into()), user_agent: UserAgent::parse("a browser") }
}

/// The token hash with this number.
pub fn token(number: u64) -> TokenHash {
    let mut digest = [0xd0; 32];
    digest[..8].copy_from_slice(&number.to_be_bytes());
    TokenHash::restore(digest)
}

/// What a hasher could have made of this password.
pub fn hash(password: &str) -> PasswordHash {
    PasswordHash::restore(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA${password}"))
}

/// The account's key, its first password just found right.
pub fn verified(account: &NewAccount) -> VerifiedKey {
    VerifiedKey {
        id: account.key.id.clone(),
        hash: account.key.password_hash.clone().expect("a password"),
        rehashed: None,
    }
}

/// An operator's new user, of an account.
pub fn new_user(account: &NewAccount, key: Option<&Key>) -> NewUser {
    NewUser { user: account.user.clone(), key: key.cloned(), password_link: None }
}

/// An update that gives a user these attributes.
pub fn with_attributes(user: &UserId, attributes: &Attributes) -> UserUpdate {
    UserUpdate { attributes: Some(attributes.clone()), ..UserUpdate::of(user.clone()) }
}
