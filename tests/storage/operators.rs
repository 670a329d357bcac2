//! Promises of both stores to the operator: what is written, read and revoked without a password.

use doorward_adapters_sql::Store;
use doorward_domain::ports::{
    AddKeyError, AdminCreateUsersError, KeyedWriteError, NewAccount, StoreError, Taken, UpdateUserError,
};
use doorward_domain::{Attributes, Client, Key, KeyId, Session, SessionId, User, UserId};
use tokio::task::JoinSet;

use super::people::{account, after, client, hash, new_user, session, token, verified, with_attributes};
use super::places::Place;

async fn with_two(place: &Place) -> (Store, NewAccount, NewAccount) {
    let store = place.open().await;
    let (alice, bob) = (account("Alice", 1), account("Bob", 2));
    store.users().create(&alice).await.expect("a new account");
    store.users().create(&bob).await.expect("another account");
    (store, alice, bob)
}

fn attributes(json: &str) -> Attributes {
    Attributes::parse(json).expect("an object")
}

/// A key of this user with another provider.
fn key(user: &User, id: &str, password: Option<&str>) -> Key {
    let id = KeyId::parse(id).expect("a key");
    Key { id, user_id: user.id.clone(), password_hash: password.map(hash), created_at: after(9) }
}

fn unknown_user() -> UserId {
    UserId::restore("nobody000000000".into())
}

async fn find(store: &Store, number: u64) -> Option<(Session, User)> {
    store.sessions().find(&token(number)).await.expect("an answer")
}

async fn user(store: &Store, id: &UserId) -> Option<User> {
    store.users().find_user(id).await.expect("an answer")
}

pub async fn a_user_is_created_without_a_session_and_with_a_key_or_none(place: Place) {
    let store = place.open().await;
    let mut alice = account("Alice", 1);
    alice.user.attributes = attributes(r#"{"plan":"pro"}"#);
    store.users().admin_create_users(&[new_user(&alice, Some(&alice.key))]).await.expect("a new user");
    let found = store.users().find_by_key(&alice.key.id).await.expect("an answer");
    assert_eq!(found, Some((alice.key.clone(), alice.user.clone())));

    let bob = account("Bob", 2);
    store.users().admin_create_users(&[new_user(&bob, None)]).await.expect("another user");
    assert_eq!(user(&store, &bob.user.id).await, Some(bob.user));
    assert_eq!(store.users().find_by_key(&bob.key.id).await.expect("an answer"), None);
    assert_eq!((place.count("users").await, place.count("sessions").await), (2, 0));

    let again = account("ALICE", 3);
    let refused = store.users().admin_create_users(&[new_user(&again, Some(&again.key))]).await;
    assert_matches!(refused, Err(AdminCreateUsersError::Taken(taken)) if taken == [Taken::Key(0)]);
    assert_eq!((place.count("users").await, place.count("user_keys").await), (2, 1), "and leaves no user behind");

    let mut imposter = account("Carol", 4);
    imposter.user.id = alice.user.id.clone();
    imposter.key.user_id = alice.user.id.clone();
    for key in [Some(&imposter.key), None] {
        let refused = store.users().admin_create_users(&[new_user(&imposter, key)]).await;
        assert_matches!(refused, Err(AdminCreateUsersError::Taken(taken)) if taken == [Taken::Id(0)]);
    }
    assert_eq!(user(&store, &alice.user.id).await, Some(alice.user), "and is not overwritten");
}

pub async fn of_two_lists_of_the_same_users_in_opposite_orders_one_is_created(place: Place) {
    let store = place.open().await;
    let users = store.users();
    let list = |first: u64| {
        let new = |number: u64| {
            let account = account(&format!("person {number}"), first + number);
            new_user(&account, Some(&account.key))
        };
        (1..=40).map(new).collect::<Vec<_>>()
    };
    let (forwards, mut backwards) = (list(100), list(200));
    backwards.reverse();
    let mut outcomes =
        <[_; 2]>::from(tokio::join!(users.admin_create_users(&forwards), users.admin_create_users(&backwards)));
    outcomes.sort_by_key(Result::is_err);
    assert_matches!(&outcomes[0], Ok(()));
    let all: Vec<_> = (0..40).map(Taken::Key).collect();
    assert_matches!(&outcomes[1], Err(AdminCreateUsersError::Taken(taken)) if *taken == all);
    assert_eq!(place.count("users").await, 40);
}

pub async fn a_user_is_found_by_id(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    assert_eq!(user(&store, &alice.user.id).await, Some(alice.user));
    assert_eq!(user(&store, &unknown_user()).await, None);
}

pub async fn a_user_s_new_attributes_are_in_the_next_validation_of_each_session(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    store.sessions().open(&session(&alice.user, 3), &client(), &verified(&alice), &[], None).await.expect("a session");
    for number in [1, 2, 3] {
        assert!(find(&store, number).await.expect("a session").1.attributes.is_empty());
    }
    let longest = format!("{{\"a\":\"{}\"}}", "x".repeat(Attributes::MAX_BYTES - 8));
    for json in [r#"{"a":"\u0000'; --","b":[1.5,null,{"é":true}]}"#, &longest, "{}"] {
        let new = attributes(json);
        store.users().update(&with_attributes(&alice.user.id, &new)).await.expect("an update");
        for number in [1, 3] {
            assert_eq!(find(&store, number).await.expect("a session").1.attributes, new);
        }
        assert_eq!(user(&store, &alice.user.id).await.expect("a user").attributes, new);
        let found = store.users().find_by_key(&alice.key.id).await.expect("an answer");
        assert_eq!(found.expect("a key").1.attributes, new);
    }
    assert_eq!(find(&store, 2).await.expect("a session").1, bob.user, "another user's is untouched");
    let unknown = store.users().update(&with_attributes(&unknown_user(), &attributes("{}"))).await;
    assert_matches!(unknown, Err(UpdateUserError::NoSuchUser));
}

pub async fn a_deleted_user_takes_all_keys_and_sessions_along_unasked(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    store.users().add_key(&key(&alice.user, "github:1", None)).await.expect("another key");
    assert!(find(&store, 1).await.is_some());
    assert!(store.users().admin_delete_user(&alice.user.id).await.expect("an answer"));
    assert_eq!(find(&store, 1).await, None);
    for table in ["users", "user_keys", "sessions"] {
        assert_eq!(place.count(table).await, 1, "{table}");
    }
    assert_eq!(find(&store, 2).await, Some((bob.session, bob.user)));
    assert!(!store.users().admin_delete_user(&alice.user.id).await.expect("an answer"));
}

pub async fn a_login_that_races_a_deletion_leaves_nothing(place: Place) {
    let store = place.open().await;
    for round in 0..20_u64 {
        let alice = account("Alice", 10 * round + 1);
        store.users().create(&alice).await.expect("a new account");
        let login = {
            let (sessions, alice) = (store.sessions(), alice.clone());
            let opened = session(&alice.user, 10 * round + 2);
            tokio::spawn(async move { sessions.open(&opened, &client(), &verified(&alice), &[], None).await })
        };
        assert!(store.users().admin_delete_user(&alice.user.id).await.expect("an answer"));
        assert_matches!(login.await.expect("no panic"), Ok(()) | Err(KeyedWriteError::KeyChanged));
        assert_eq!(find(&store, 10 * round + 2).await, None);
        assert_eq!(place.count("sessions").await, 0, "round {round}");
    }
}

pub async fn a_key_is_added_once_and_only_to_a_user(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    let (with, without) = (key(&alice.user, "email:a@b.c", Some("second")), key(&alice.user, "github:1", None));
    for added in [&with, &without] {
        store.users().add_key(added).await.expect("another key");
        let found = store.users().find_by_key(&added.id).await.expect("an answer");
        assert_eq!(found, Some((added.clone(), alice.user.clone())));
        let theirs = Key { user_id: bob.user.id.clone(), ..added.clone() };
        assert_matches!(store.users().add_key(&theirs).await, Err(AddKeyError::KeyTaken));
    }
    let of_unknown_user = Key { user_id: unknown_user(), ..key(&alice.user, "github:2", None) };
    assert_matches!(store.users().add_key(&of_unknown_user).await, Err(AddKeyError::NoSuchUser));
    assert_eq!(place.count("user_keys").await, 4);

    let listed = store.users().list_keys(&alice.user.id).await.expect("an answer");
    assert_eq!(listed, [alice.key, with, without], "oldest first, and no other user's");
    assert!(store.users().list_keys(&unknown_user()).await.expect("an answer").is_empty());
    assert!(find(&store, 1).await.is_some(), "no session ends by it");
}

pub async fn of_racing_additions_of_a_key_exactly_one_succeeds(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    let mut races = JoinSet::new();
    for number in 0..20 {
        let users = store.users();
        let added = key(if number % 2 == 0 { &alice.user } else { &bob.user }, "github:1", None);
        races.spawn(async move { users.add_key(&added).await });
    }
    let outcomes = races.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let taken = outcomes.iter().filter(|outcome| matches!(outcome, Err(AddKeyError::KeyTaken))).count();
    assert_eq!(taken, 19, "{outcomes:?}");
}

pub async fn a_password_that_is_set_ends_every_session_of_its_user(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    for (number, new) in [(3, Some(hash("second"))), (4, None)] {
        let hash_by_now = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("a key").0;
        let mut verified = verified(&alice);
        verified.hash = hash_by_now.password_hash.expect("a password");
        store.sessions().open(&session(&alice.user, number), &client(), &verified, &[], None).await.expect("a session");
        assert!(find(&store, number).await.is_some());
        let done = store.users().admin_set_password(&alice.key.id, new.as_ref()).await;
        assert!(done.expect("an answer"));
        for ended in [1, number] {
            assert_eq!(find(&store, ended).await, None);
        }
        let found = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("a key").0;
        assert_eq!(found.password_hash, new);
    }
    let refused = store.sessions().open(&session(&alice.user, 5), &client(), &verified(&alice), &[], None).await;
    assert_matches!(refused, Err(KeyedWriteError::KeyChanged), "a key without a password opens nothing");
    assert!(find(&store, 2).await.is_some(), "another user's session");
    let unknown = KeyId::parse("github:1").expect("a key");
    assert!(!store.users().admin_set_password(&unknown, None).await.expect("an answer"));
}

pub async fn a_key_is_deleted_with_every_session_of_its_user(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    let github = key(&alice.user, "github:1", None);
    store.users().add_key(&github).await.expect("another key");
    assert!(find(&store, 1).await.is_some());
    assert!(store.users().admin_delete_key(&github.id).await.expect("an answer"));
    assert_eq!(find(&store, 1).await, None);
    assert_eq!(store.users().list_keys(&alice.user.id).await.expect("an answer"), [alice.key]);
    assert_eq!(find(&store, 2).await, Some((bob.session, bob.user)));
    assert!(!store.users().admin_delete_key(&github.id).await.expect("an answer"));
}

pub async fn a_session_is_opened_unasked_for_a_user_who_is_there(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    let opened = Session { attributes: attributes(r#"{"device":"tv"}"#), ..session(&alice.user, 3) };
    assert!(store.sessions().admin_open_session(&opened, &Client::default(), None).await.expect("an answer"));
    assert_eq!(find(&store, 3).await, Some((opened, alice.user.clone())));
    let of_unknown_user = Session { user_id: unknown_user(), ..session(&alice.user, 4) };
    assert!(!store.sessions().admin_open_session(&of_unknown_user, &client(), None).await.expect("an answer"));
    let twice = store.sessions().admin_open_session(&session(&alice.user, 3), &client(), None).await;
    assert_matches!(twice, Err(StoreError::Corrupt(_)), "a token exists twice");
    assert_eq!(place.count("sessions").await, 3);

    let only = std::num::NonZeroU32::MIN;
    assert!(
        store.sessions().admin_open_session(&session(&alice.user, 5), &client(), Some(only)).await.expect("an answer")
    );
    assert_eq!((find(&store, 1).await, find(&store, 3).await), (None, None), "those that are too many end");
    assert!(find(&store, 5).await.is_some() && find(&store, 2).await.is_some());
}

pub async fn a_session_is_found_by_its_id_with_its_user_and_who_opened_it(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    let (live, owner) = store.sessions().find_by_id(&alice.session.id).await.expect("an answer").expect("a session");
    assert_eq!((live.session, live.client, owner), (alice.session, client(), alice.user));
    let unknown = SessionId::restore("unknown".into());
    assert_eq!(store.sessions().find_by_id(&unknown).await.expect("an answer"), None);
}

pub async fn new_attributes_of_a_session_are_in_its_next_validation_and_stay(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    assert!(find(&store, 1).await.expect("a session").0.attributes.is_empty());
    let new = attributes(r#"{"device":"tv"}"#);
    assert!(store.sessions().set_attributes(&alice.session.id, &new).await.expect("an answer"));
    let seen = find(&store, 1).await.expect("a session").0;
    assert_eq!(seen.attributes, new);
    let renewed = Session { active_expires_at: after(1_000), idle_expires_at: after(2_000), ..seen.clone() };
    assert!(store.sessions().renew(&seen, &renewed).await.expect("an answer"));
    assert_eq!(find(&store, 1).await.expect("a session").0, renewed);
    let listed = store.sessions().list(&alice.user.id, after(0)).await.expect("an answer");
    assert_eq!(listed.sessions[0].session.attributes, new);
    assert_eq!(find(&store, 2).await, Some((bob.session, bob.user)), "another user's is untouched");
    let unknown = SessionId::restore("unknown".into());
    assert!(!store.sessions().set_attributes(&unknown, &new).await.expect("an answer"));
}

pub async fn all_sessions_of_a_user_are_revoked_and_no_others(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    store.sessions().open(&session(&alice.user, 3), &client(), &verified(&alice), &[], None).await.expect("a session");
    for number in [1, 2, 3] {
        assert!(find(&store, number).await.is_some());
    }
    assert_eq!(store.sessions().delete_sessions_of(&alice.user.id).await.expect("an answer"), 2);
    assert_eq!((find(&store, 1).await, find(&store, 3).await), (None, None));
    assert!(find(&store, 2).await.is_some());
    assert_eq!(store.sessions().delete_sessions_of(&alice.user.id).await.expect("an answer"), 0);
}
