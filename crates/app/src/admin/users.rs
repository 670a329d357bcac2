//! Users, as operators and programs manage them: no password is asked for.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use doorward_domain::ports::{
    self, AdminCreateUsersError, Clock, NewUser, PasswordHasher, Taken, TokenGenerator, UserQuery, UserStore,
    UserUpdate,
};
use doorward_domain::{
    AddressBlock, Attributes, InvalidPassword, InvalidUsername, Key, KeyId, Password, PasswordLink, User, UserId,
    Username,
};
use thiserror::Error;
use zeroize::Zeroizing;

use super::links::{InvalidLifetime, IssuedLink, expiry};
use crate::fault::Fault;
use crate::sign_up::SignUpPolicy;

/// Creates, finds, changes and deletes users.
pub struct Users {
    store: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    policy: SignUpPolicy,
}

/// The key that a new user has.
pub enum FirstKey {
    /// The username's, with this password.
    WithPassword(Zeroizing<String>),
    /// The username's, without a password. It takes the username, and nothing signs in with it.
    WithoutPassword,
    /// None. The username stays free until the user is given its key.
    None,
}

impl Users {
    /// The service on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hasher: Arc<dyn PasswordHasher>,
        tokens: Arc<dyn TokenGenerator>,
        clock: Arc<dyn Clock>,
        policy: SignUpPolicy,
    ) -> Self {
        Self { store: users, hasher, tokens, clock, policy }
    }

    /// Creates the user and the key, or neither, whether or not sign-up is open and the username is reserved. The user
    /// keeps an id from elsewhere, or gets a new one.
    ///
    /// # Errors
    /// [`CreateUserError`]; nothing is written then.
    pub async fn create(
        &self,
        id: Option<UserId>,
        username: &str,
        first_key: FirstKey,
        attributes: Attributes,
    ) -> Result<User, CreateUserError> {
        let username = Username::parse(username, self.policy.usernames)?;
        let password_hash = match &first_key {
            FirstKey::WithPassword(raw) => {
                let password = Password::parse_new(raw, username.as_str(), &self.policy.passwords)?;
                Some(self.hasher.hash(&password, AddressBlock::NONE).await.map_err(Fault::from)?)
            }
            FirstKey::WithoutPassword | FirstKey::None => None,
        };
        let now = self.clock.now();
        let id = id.map_or_else(|| self.tokens.user_id(), Ok).map_err(Fault::from)?;
        let user = User { id, username, created_at: now, disabled: false, attributes };
        let key = Key { id: user.username.key_id(), user_id: user.id.clone(), password_hash, created_at: now };
        let key = (!matches!(first_key, FirstKey::None)).then_some(key);
        let new = NewUser { user: user.clone(), key, password_link: None };
        match self.write(&[new]).await?.pop() {
            None => Ok(user),
            Some((_, UserRefusal::IdTaken)) => Err(CreateUserError::IdTaken),
            Some(_) => Err(CreateUserError::UsernameTaken),
        }
    }

    /// Creates users who have no password yet, each with a link to choose one, whether or not sign-up is open and a username
    /// is reserved. All of them, or none.
    ///
    /// # Errors
    /// [`CreateUsersError`]; nothing is written then.
    pub async fn create_with_links(
        &self,
        users: Vec<UserWithoutPassword>,
        valid_for: Duration,
    ) -> Result<Vec<(User, IssuedLink)>, CreateUsersError> {
        let (now, mut keys) = (self.clock.now(), HashSet::new());
        let expires_at = expiry(now, valid_for)?;
        let (mut places, mut new, mut codes, mut refused) = (vec![], vec![], vec![], vec![]);
        for (place, UserWithoutPassword { id, username, attributes }) in users.into_iter().enumerate() {
            let username = match Username::parse(&username, self.policy.usernames) {
                Ok(username) if keys.insert(username.key_id()) => username,
                Ok(_) => {
                    refused.push((place, UserRefusal::Repeated));
                    continue;
                }
                Err(error) => {
                    refused.push((place, error.into()));
                    continue;
                }
            };
            let id = id.map_or_else(|| self.tokens.user_id(), Ok).map_err(Fault::from)?;
            let user = User { id, username, created_at: now, disabled: false, attributes };
            let (user_id, id) = (user.id.clone(), user.username.key_id());
            let key = Some(Key { id, user_id: user_id.clone(), password_hash: None, created_at: now });
            let code = self.tokens.one_time_code().map_err(Fault::from)?;
            let link = PasswordLink { user_id, code: self.tokens.link_hash(&code), created_at: now, expires_at };
            new.push(NewUser { user, key, password_link: Some(link) });
            codes.push(IssuedLink { code, expires_at });
            places.push(place);
        }
        let taken = if refused.is_empty() { self.write(&new).await? } else { self.taken(&new).await? };
        refused.extend(taken.into_iter().map(|(index, refusal)| (places[index], refusal)));
        if refused.is_empty() {
            return Ok(new.into_iter().map(|new| new.user).zip(codes).collect());
        }
        refused.sort_by_key(|(place, _)| *place);
        Err(CreateUsersError::Refused(refused))
    }

    /// Writes new users, or says which are taken.
    async fn write(&self, users: &[NewUser]) -> Result<Vec<(usize, UserRefusal)>, Fault> {
        match self.store.admin_create_users(users).await {
            Ok(()) => Ok(vec![]),
            Err(AdminCreateUsersError::Taken(taken)) => {
                let refusal = |taken| match taken {
                    Taken::Id(index) => (index, UserRefusal::IdTaken),
                    Taken::Key(index) => (index, UserRefusal::UsernameTaken),
                };
                Ok(taken.into_iter().map(refusal).collect())
            }
            Err(AdminCreateUsersError::Store(error)) => Err(error.into()),
        }
    }

    /// Which usernames of new users are taken, so that a list with other faults is told all of them at once.
    async fn taken(&self, users: &[NewUser]) -> Result<Vec<(usize, UserRefusal)>, Fault> {
        let mut taken = Vec::new();
        for (index, new) in users.iter().enumerate() {
            if self.store.find_by_key(&new.user.username.key_id()).await?.is_some() {
                taken.push((index, UserRefusal::UsernameTaken));
            }
        }
        Ok(taken)
    }

    /// At most `limit` users that the query finds, in the order of their ids, so that the last one's id is where the next page
    /// comes after.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn list(&self, query: &UserQuery, limit: u32) -> Result<Vec<User>, Fault> {
        Ok(self.store.list(query, limit).await?)
    }

    /// Changes a user, all of it or nothing, and returns the user as it is then. The new username may be reserved.
    ///
    /// # Errors
    /// [`UpdateUserError`]; nothing was changed then.
    pub async fn update(&self, id: &UserId, changes: UserChanges) -> Result<User, UpdateUserError> {
        let UserChanges { username, attributes, disabled } = changes;
        let username = username.map(|raw| Username::parse(&raw, self.policy.usernames)).transpose()?;
        let update = UserUpdate { username, attributes, disabled, ..UserUpdate::of(id.clone()) };
        match self.store.update(&update).await {
            Ok(user) => Ok(user),
            Err(ports::UpdateUserError::KeyTaken) => Err(UpdateUserError::UsernameTaken),
            Err(ports::UpdateUserError::NoSuchUser | ports::UpdateUserError::KeyChanged) => {
                Err(UpdateUserError::NoSuchUser)
            }
            Err(ports::UpdateUserError::Store(error)) => Err(Fault::from(error).into()),
        }
    }

    /// The user with this id; `None` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn by_id(&self, id: &UserId) -> Result<Option<User>, Fault> {
        Ok(self.store.find_user(id).await?)
    }

    /// The user who has this key, such as that of a username; `None` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn by_key(&self, key: &KeyId) -> Result<Option<User>, Fault> {
        Ok(self.store.find_by_key(key).await?.map(|(_, user)| user))
    }

    /// Removes a user with all keys and sessions; `false` when there is no such user.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn delete(&self, id: &UserId) -> Result<bool, Fault> {
        Ok(self.store.admin_delete_user(id).await?)
    }
}

/// A user to create who has no password yet.
#[derive(Clone, Debug)]
pub struct UserWithoutPassword {
    /// An id that the user had elsewhere; `None` for a new one.
    pub id: Option<UserId>,
    /// The username, as it was typed.
    pub username: String,
    /// The user's attributes.
    pub attributes: Attributes,
}

/// What to change of a user; `None` for what stays.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// The new username, as it was typed.
    pub username: Option<String>,
    /// The new attributes.
    pub attributes: Option<Attributes>,
    /// Whether the user is disabled: all their sessions are revoked then, and nothing opens one.
    pub disabled: Option<bool>,
}

/// Why no user was created of many.
#[derive(Debug, Error)]
pub enum CreateUsersError {
    /// These cannot be created: their places in the list, in its order, and why.
    #[error("some users cannot be created")]
    Refused(Vec<(usize, UserRefusal)>),
    /// The links cannot be valid for so long.
    #[error(transparent)]
    InvalidLifetime(#[from] InvalidLifetime),
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why one user of many cannot be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UserRefusal {
    /// The username cannot be chosen.
    #[error(transparent)]
    InvalidUsername(#[from] InvalidUsername),
    /// The username stands in the list before, in this or another spelling.
    #[error("the username stands in the list twice")]
    Repeated,
    /// Another user has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another user has this id.
    #[error("the user id is taken")]
    IdTaken,
}

/// Why a user was not changed.
#[derive(Debug, Error)]
pub enum UpdateUserError {
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The username cannot be chosen.
    #[error(transparent)]
    InvalidUsername(#[from] InvalidUsername),
    /// Another user has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why no user was created.
#[derive(Debug, Error)]
pub enum CreateUserError {
    /// The username cannot be chosen.
    #[error(transparent)]
    InvalidUsername(#[from] InvalidUsername),
    /// The password cannot be chosen.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// Another user has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another user has this id.
    #[error("the user id is taken")]
    IdTaken,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockPasswordHasher, MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, attributes, cause, clock_at, hashes_to_itself, key_of, tokens, user};

    /// The service on a store alone.
    fn on(users: MockUserStore) -> Users {
        let (hasher, clock): (MockPasswordHasher, _) = (hashes_to_itself(), clock_at(NOW));
        Users::new(Arc::new(users), Arc::new(hasher), Arc::new(tokens()), Arc::new(clock), SignUpPolicy::default())
    }

    async fn create(users: MockUserStore, name: &str, key: FirstKey) -> Result<User, CreateUserError> {
        create_with(None, users, name, key).await
    }

    async fn create_with(
        id: Option<UserId>,
        users: MockUserStore,
        name: &str,
        key: FirstKey,
    ) -> Result<User, CreateUserError> {
        on(users).create(id, name, key, attributes()).await
    }

    fn with(password: &str) -> FirstKey {
        FirstKey::WithPassword(Zeroizing::new(password.to_owned()))
    }

    /// A store that is to be given such a key: its id and the hash's text.
    fn takes(expected: Option<(&'static str, Option<&'static str>)>) -> MockUserStore {
        let mut users = MockUserStore::new();
        users
            .expect_admin_create_users()
            .withf(move |users| {
                let [NewUser { user, key, password_link: None }] = users else { return false };
                let key = key.as_ref().map(|key| {
                    assert_eq!(key.user_id, user.id);
                    (key.id.as_str(), key.password_hash.as_ref().map(doorward_domain::PasswordHash::expose))
                });
                key == expected && user.attributes == attributes() && user.created_at == NOW
            })
            .times(1)
            .returning(|_| Ok(()));
        users
    }

    #[tokio::test]
    async fn a_user_begins_with_the_key_that_was_asked_for() {
        let keys = [
            (with("correct horse"), Some(("username:alice", Some("correct horse")))),
            (FirstKey::WithoutPassword, Some(("username:alice", None))),
            (FirstKey::None, None),
        ];
        for (key, expected) in keys {
            let user = create(takes(expected), "Alice", key).await.expect("created");
            assert_eq!((user.id.as_str(), user.username.as_str()), ("user-new", "Alice"));
        }
    }

    #[tokio::test]
    async fn a_user_keeps_an_id_that_they_had_elsewhere() {
        let id = UserId::restore("elsewhere".into());
        let user = create_with(Some(id.clone()), takes(None), "Alice", FirstKey::None).await.expect("created");
        assert_eq!(user.id, id);
    }

    #[tokio::test]
    async fn an_operator_may_create_a_user_with_a_reserved_name() {
        let user = create(takes(None), "Admin", FirstKey::None).await.expect("created");
        assert_eq!(user.username.as_str(), "Admin");
    }

    #[tokio::test]
    async fn the_rules_of_signing_up_hold() {
        let refused = create(MockUserStore::new(), "ann", FirstKey::None).await;
        assert!(matches!(refused, Err(CreateUserError::InvalidUsername(InvalidUsername::TooShort))), "{refused:?}");
        for (password, why) in [("short", InvalidPassword::TooShort), ("ALICE123", InvalidPassword::IsUsername)] {
            let refused = create(MockUserStore::new(), "alice123", with(password)).await;
            assert!(matches!(&refused, Err(CreateUserError::InvalidPassword(is)) if *is == why), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_taken_name_a_taken_id_and_a_store_that_fails_are_told_apart() {
        let refuses = |refusal: fn() -> AdminCreateUsersError| {
            let mut users = MockUserStore::new();
            users.expect_admin_create_users().returning(move |_| Err(refusal()));
            create(users, "Alice", FirstKey::WithoutPassword)
        };
        let refused = refuses(|| AdminCreateUsersError::Taken(vec![Taken::Key(0)])).await;
        assert!(matches!(refused, Err(CreateUserError::UsernameTaken)), "{refused:?}");
        let refused = refuses(|| AdminCreateUsersError::Taken(vec![Taken::Id(0)])).await;
        assert!(matches!(refused, Err(CreateUserError::IdTaken)), "{refused:?}");
        let failed = refuses(|| StoreError::Unavailable(cause()).into()).await;
        assert!(matches!(failed, Err(CreateUserError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }

    #[tokio::test]
    async fn a_user_is_found_by_id_and_by_key() {
        let mut users = MockUserStore::new();
        users.expect_find_user().withf(|id| *id == user("Alice").id).returning(|_| Ok(Some(user("Alice"))));
        users
            .expect_find_by_key()
            .withf(|key| key.as_str() == "username:alice")
            .returning(|_| Ok(Some((key_of(&user("Alice"), "hash"), user("Alice")))));
        let get = on(users);
        assert_eq!(get.by_id(&user("Alice").id).await.expect("no fault"), Some(user("Alice")));
        assert_eq!(get.by_key(&user("ALICE").username.key_id()).await.expect("no fault"), Some(user("Alice")));
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault_and_not_a_missing_user() {
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(|_| Err(StoreError::Unavailable(cause())));
        users.expect_find_by_key().returning(|_| Err(StoreError::Unavailable(cause())));
        let get = on(users);
        assert!(matches!(get.by_id(&user("Alice").id).await, Err(Fault::Unavailable(_))));
        assert!(matches!(get.by_key(&user("Alice").username.key_id()).await, Err(Fault::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_user_is_deleted_once() {
        let mut outcomes = [Ok(true), Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users
            .expect_admin_delete_user()
            .withf(|id| *id == user("Alice").id)
            .returning(move |_| outcomes.next().expect("three calls"));
        let users = on(users);
        assert!(users.delete(&user("Alice").id).await.expect("no fault"));
        assert!(!users.delete(&user("Alice").id).await.expect("no fault"));
        assert!(matches!(users.delete(&user("Alice").id).await, Err(Fault::Unavailable(_))));
    }

    fn names(names: &[&str]) -> Vec<UserWithoutPassword> {
        let new =
            |name: &&str| UserWithoutPassword { id: None, username: (*name).to_owned(), attributes: attributes() };
        names.iter().map(new).collect()
    }

    const DAY: Duration = Duration::from_hours(24);

    #[tokio::test]
    async fn many_users_are_created_at_once_each_with_a_link() {
        let mut users = MockUserStore::new();
        users
            .expect_admin_create_users()
            .withf(|users| {
                users.iter().all(|new| {
                    let (key, link) = (new.key.as_ref().expect("a key"), new.password_link.as_ref().expect("a link"));
                    key.password_hash.is_none() && key.user_id == new.user.id && link.user_id == new.user.id
                })
            })
            .times(1)
            .returning(|_| Ok(()));
        let created = on(users).create_with_links(names(&["Alice", "Bobby"]), DAY).await.expect("created");
        let codes: Vec<_> = created.iter().map(|(_, link)| link.code.expose().to_owned()).collect();
        assert_ne!(codes[0], codes[1]);
        let names: Vec<_> = created.iter().map(|(user, _)| user.username.as_str()).collect();
        assert_eq!(names, ["Alice", "Bobby"]);
        assert!(created.iter().all(|(_, link)| link.expires_at == NOW.plus(DAY)));
    }

    async fn refused(users: MockUserStore, given: &[&str]) -> Vec<(usize, UserRefusal)> {
        match on(users).create_with_links(names(given), DAY).await {
            Err(CreateUsersError::Refused(refused)) => refused,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn all_that_is_wrong_with_many_users_is_told_at_once() {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|id| {
            Ok((id.as_str() == "username:carol").then(|| (key_of(&user("Carol"), "hash"), user("Carol"))))
        });
        let refused = refused(users, &["Alice", "ann", "ALICE", "Carol"]).await;
        let expected = [
            (1, UserRefusal::InvalidUsername(InvalidUsername::TooShort)),
            (2, UserRefusal::Repeated),
            (3, UserRefusal::UsernameTaken),
        ];
        assert_eq!(refused, expected);
    }

    #[tokio::test]
    async fn what_the_store_refuses_of_many_users_is_told_by_its_place() {
        let mut users = MockUserStore::new();
        let taken = || AdminCreateUsersError::Taken(vec![Taken::Id(0), Taken::Key(1)]);
        users.expect_admin_create_users().returning(move |_| Err(taken()));
        let refused = refused(users, &["Alice", "Bobby"]).await;
        assert_eq!(refused, [(0, UserRefusal::IdTaken), (1, UserRefusal::UsernameTaken)]);
    }

    #[tokio::test]
    async fn links_are_valid_for_90_days_at_most() {
        for valid_for in [Duration::ZERO, 91 * DAY] {
            let refused = on(MockUserStore::new()).create_with_links(names(&["Alice"]), valid_for).await;
            assert!(matches!(refused, Err(CreateUsersError::InvalidLifetime(_))), "{refused:?}");
        }
    }

    async fn update(
        outcome: fn() -> Result<User, ports::UpdateUserError>,
        name: &str,
    ) -> Result<User, UpdateUserError> {
        let mut users = MockUserStore::new();
        users
            .expect_update()
            .withf(|update| {
                update.user_id == user("Alice").id && update.verified.is_none() && update.disabled == Some(true)
            })
            .returning(move |_| outcome());
        let changes = UserChanges { username: Some(name.to_owned()), attributes: None, disabled: Some(true) };
        on(users).update(&user("Alice").id, changes).await
    }

    #[tokio::test]
    async fn why_a_user_was_not_changed_is_told_apart() {
        use ports::UpdateUserError as Refusal;
        assert_eq!(update(|| Ok(user("Admin")), "Admin").await.expect("changed"), user("Admin"));
        let refused = update(|| Ok(user("Alice")), "ann").await;
        assert!(matches!(refused, Err(UpdateUserError::InvalidUsername(InvalidUsername::TooShort))), "{refused:?}");
        let refused = update(|| Err(Refusal::KeyTaken), "Bobby").await;
        assert!(matches!(refused, Err(UpdateUserError::UsernameTaken)), "{refused:?}");
        let refused = update(|| Err(Refusal::NoSuchUser), "Bobby").await;
        assert!(matches!(refused, Err(UpdateUserError::NoSuchUser)), "{refused:?}");
        let failed = update(|| Err(StoreError::Unavailable(cause()).into()), "Bobby").await;
        assert!(matches!(failed, Err(UpdateUserError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }
}
