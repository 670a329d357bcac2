//! Promises of `UserStore`.

use doorward_domain::ports::{
    Account, CreateUserError, KeyedWriteError, LiveSession, NewAccount, PasswordChange, StoreError, WriteAccountsError,
};
use doorward_domain::{SessionId, Timestamp, UserId};
use tokio::task::JoinSet;

use super::people::{NOW, account, client, hash, session, token, verified};
use super::places::Place;

pub async fn what_was_created_is_found_by_its_key(place: Place) {
    let users = place.open().await.users();
    let alice = account("Alice", 1);
    users.create(&alice).await.expect("a new account");
    users.create(&account("Bob", 2)).await.expect("another account");
    let found = users.find_by_key(&alice.key.id).await.expect("an answer");
    assert_eq!(found, Some((alice.key, alice.user)));
}

pub async fn an_unknown_key_is_found_nowhere(place: Place) {
    let users = place.open().await.users();
    users.create(&account("Alice", 1)).await.expect("a new account");
    let found = users.find_by_key(&account("Alic", 2).key.id).await.expect("an answer");
    assert_eq!(found, None);
}

pub async fn a_new_account_comes_with_its_session(place: Place) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    let found = store.sessions().find(&alice.session.token_hash).await.expect("an answer");
    assert_eq!(found, Some((alice.session, alice.user)));
}

pub async fn a_taken_key_leaves_no_user_behind(place: Place) {
    let store = place.open().await;
    let (users, sessions) = (store.users(), store.sessions());
    let first = account("Alice", 1);
    let mut second = account("ALICE", 2);
    second.replaces = vec![first.session.token_hash];
    users.create(&first).await.expect("a new account");
    assert_matches!(users.create(&second).await, Err(CreateUserError::KeyTaken));

    assert_eq!(place.count("users").await, 1);
    assert_eq!(sessions.find(&second.session.token_hash).await.expect("an answer"), None);
    assert!(sessions.find(&first.session.token_hash).await.expect("an answer").is_some(), "it was not replaced");
    let owner = users.find_by_key(&second.key.id).await.expect("an answer");
    assert_eq!(owner, Some((first.key, first.user)));
}

pub async fn of_forty_racing_sign_ups_exactly_one_succeeds(place: Place) {
    let store = place.open().await;
    let mut races = JoinSet::new();
    for number in 0..40 {
        let users = store.users();
        races.spawn(async move { users.create(&account("Alice", number)).await });
    }
    let outcomes = races.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let taken = outcomes.iter().filter(|outcome| matches!(outcome, Err(CreateUserError::KeyTaken))).count();
    assert_eq!(taken, 39, "{outcomes:?}");
    for table in ["users", "user_keys", "sessions"] {
        assert_eq!(place.count(table).await, 1, "{table}");
    }
}

pub async fn a_sign_up_that_fails_half_way_leaves_nothing(place: Place) {
    let store = place.open().await;
    let (users, sessions) = (store.users(), store.sessions());
    let alice = account("Alice", 1);
    users.create(&alice).await.expect("a new account");

    let mut bob = account("Bob", 2);
    bob.replaces = vec![alice.session.token_hash];
    bob.session.token_hash = alice.session.token_hash;
    let refused = users.create(&bob).await;
    assert_matches!(refused, Err(CreateUserError::Store(StoreError::Corrupt(_))), "a token exists twice");
    assert_eq!(users.find_by_key(&bob.key.id).await.expect("an answer"), None);
    assert_eq!(place.count("users").await, 1);
    assert!(sessions.find(&alice.session.token_hash).await.expect("an answer").is_some(), "it was not replaced");

    bob.session.token_hash = token(2);
    users.create(&bob).await.expect("the name is still free");
}

pub async fn a_user_id_that_exists_is_not_a_taken_key(place: Place) {
    let users = place.open().await.users();
    users.create(&account("Alice", 1)).await.expect("a new account");
    let mut bob = account("Bob", 2);
    bob.user.id = UserId::restore(account("Alice", 1).user.id.as_str().to_owned());
    bob.key.user_id = bob.user.id.clone();
    bob.session.user_id = bob.user.id.clone();
    assert_matches!(users.create(&bob).await, Err(CreateUserError::Store(StoreError::Corrupt(_))));

    let mut bob = account("Bob", 2);
    bob.session.id = SessionId::restore(account("Alice", 1).session.id.as_str().to_owned());
    assert_matches!(users.create(&bob).await, Err(CreateUserError::Store(StoreError::Corrupt(_))));
    assert_eq!(place.count("user_keys").await, 1);
}

pub async fn a_sign_up_ends_the_session_it_replaces(place: Place) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    let mut bob = account("Bob", 2);
    bob.replaces = vec![alice.session.token_hash];
    store.users().create(&bob).await.expect("another account");
    assert_eq!(store.sessions().find(&alice.session.token_hash).await.expect("an answer"), None);
    assert!(store.sessions().find(&bob.session.token_hash).await.expect("an answer").is_some());
}

pub async fn a_sign_up_may_replace_a_session_that_is_gone(place: Place) {
    let users = place.open().await.users();
    let mut alice = account("Alice", 1);
    alice.replaces = vec![token(99)];
    users.create(&alice).await.expect("a new account");
    assert!(users.find_by_key(&alice.key.id).await.expect("an answer").is_some());
}

pub async fn names_of_any_script_and_the_first_and_last_instant_survive(place: Place) {
    let store = place.open().await;
    let names = ["😀🏴𝔄𠜎", "Ἀλέξανδρος", "한국어사용", "e\u{301}e\u{301}e\u{301}e\u{301}", "    a   "];
    for (number, name) in (1u64..).zip(names) {
        let mut written = account(name, number);
        written.user.created_at = Timestamp::MIN;
        written.key.created_at = Timestamp::MAX;
        written.session.created_at = Timestamp::MIN;
        written.session.active_expires_at = Timestamp::from_unix_millis(946_684_799_999);
        written.session.idle_expires_at = Timestamp::MAX;
        store.users().create(&written).await.expect("a new account");
        let found = store.users().find_by_key(&written.key.id).await.expect("an answer");
        assert_eq!(found, Some((written.key, written.user.clone())), "{name}");
        let found = store.sessions().find(&written.session.token_hash).await.expect("an answer");
        assert_eq!(found, Some((written.session, written.user)), "{name}");
    }
}

pub async fn hostile_text_is_only_text(place: Place) {
    let users = place.open().await.users();
    let names = ["'; DROP TABLE users; --", "\" OR \"\"=\"", "100%_\\", "$1 ? :a @b", "x' OR 'a'='a"];
    for (number, name) in (1u64..).zip(names) {
        let written = account(name, number);
        users.create(&written).await.expect("a new account");
        let found = users.find_by_key(&written.key.id).await.expect("an answer");
        assert_eq!(found, Some((written.key, written.user)), "{name}");
    }
    assert_eq!(users.find_by_key(&account("%", 9).key.id).await.expect("an answer"), None);
}

pub async fn a_row_that_no_version_wrote_is_corrupt(place: Place) {
    let store = place.open().await;
    for rubbish in place.rubbish {
        let alice = account("Alice", 1);
        store.users().create(&alice).await.expect("a new account");
        place.run(rubbish).await;
        assert_matches!(store.users().find_by_key(&alice.key.id).await, Err(StoreError::Corrupt(_)), "{rubbish}");
        assert_matches!(
            store.sessions().find(&alice.session.token_hash).await,
            Err(StoreError::Corrupt(_)),
            "{rubbish}"
        );
        place.run("DELETE FROM users").await;
    }
    store.probe().ping().await.expect("one bad row does not end the service");
}

pub async fn keys_and_sessions_go_with_their_user(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (account("Alice", 1), account("Bob", 2));
    store.users().create(&alice).await.expect("a new account");
    store.users().create(&bob).await.expect("another account");
    place.run(&format!("DELETE FROM users WHERE id = '{}'", alice.user.id.as_str())).await;
    assert_eq!(store.users().find_by_key(&alice.key.id).await.expect("an answer"), None);
    assert_eq!(store.sessions().find(&alice.session.token_hash).await.expect("an answer"), None);
    assert_eq!((place.count("user_keys").await, place.count("sessions").await), (1, 1));

    let mut orphan = account("Carol", 3);
    orphan.session = session(&alice.user, 3);
    let refused = store.users().create(&orphan).await;
    assert_matches!(refused, Err(CreateUserError::Store(StoreError::Corrupt(_))), "no session without its user");
}

/// A change of the password to this one, with a session made from `number`.
fn change(account: &NewAccount, new: &str, number: u64) -> PasswordChange {
    let session = session(&account.user, number);
    PasswordChange { verified: verified(account), new_hash: hash(new), session, client: client() }
}

pub async fn a_new_password_ends_every_session_but_the_new_one(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (account("Alice", 1), account("Bob", 2));
    store.users().create(&alice).await.expect("a new account");
    store.users().create(&bob).await.expect("another account");
    store.sessions().open(&session(&alice.user, 3), &client(), &verified(&alice), &[], None).await.expect("a session");
    let change = change(&alice, "second", 4);
    store.users().replace_password_and_revoke_sessions(&change).await.expect("changed");

    let (key, _) = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("the key exists");
    assert_eq!(key.password_hash, Some(hash("second")));
    for (number, alive) in [(1, false), (2, true), (3, false), (4, true)] {
        let found = store.sessions().find(&token(number)).await.expect("an answer");
        assert_eq!(found.is_some(), alive, "session {number}");
    }
}

pub async fn of_twenty_racing_changes_of_a_password_exactly_one_succeeds(place: Place) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    let mut races = JoinSet::new();
    for number in 100..120 {
        let users = store.users();
        let change = change(&alice, &format!("password {number}"), number);
        races.spawn(async move { users.replace_password_and_revoke_sessions(&change).await });
    }
    let outcomes = races.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let changed = outcomes.iter().filter(|outcome| matches!(outcome, Err(KeyedWriteError::KeyChanged))).count();
    assert_eq!(changed, 19, "{outcomes:?}");
    assert_eq!(place.count("sessions").await, 1);
}

pub async fn a_change_that_fails_leaves_all_as_it_was(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (account("Alice", 1), account("Bob", 2));
    store.users().create(&alice).await.expect("a new account");
    store.users().create(&bob).await.expect("another account");
    let mut twice = change(&alice, "second", 4);
    twice.session.token_hash = bob.session.token_hash;
    let refused = store.users().replace_password_and_revoke_sessions(&twice).await;
    assert_matches!(refused, Err(KeyedWriteError::Store(StoreError::Corrupt(_))), "a token exists twice");
    let mut stale = change(&alice, "second", 4);
    stale.verified.hash = hash("of another password");
    let refused = store.users().replace_password_and_revoke_sessions(&stale).await;
    assert_matches!(refused, Err(KeyedWriteError::KeyChanged));
    let (key, _) = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("the key exists");
    assert_eq!(key.password_hash, alice.key.password_hash);
    assert!(store.sessions().find(&token(1)).await.expect("an answer").is_some());
}

pub async fn a_login_that_races_a_change_of_the_password_leaves_no_session_of_the_old_one(place: Place) {
    let store = place.open().await;
    for round in 0..20_u64 {
        let alice = account(&format!("Alice {round}"), 1_000 * round + 1);
        store.users().create(&alice).await.expect("a new account");
        let login = {
            let (sessions, alice) = (store.sessions(), alice.clone());
            tokio::spawn(async move {
                sessions.open(&session(&alice.user, 1_000 * round + 2), &client(), &verified(&alice), &[], None).await
            })
        };
        let change = change(&alice, "second", 1_000 * round + 3);
        store.users().replace_password_and_revoke_sessions(&change).await.expect("changed");
        let _ = login.await.expect("no panic");
        let listed = store.sessions().list(&alice.user.id, NOW).await.expect("an answer");
        let ids: Vec<_> = listed.sessions.iter().map(|live| live.session.id.clone()).collect();
        assert_eq!(ids, [change.session.id], "round {round}");
    }
}

pub async fn a_deleted_user_takes_keys_and_sessions_along(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (account("Alice", 1), account("Bob", 2));
    store.users().create(&alice).await.expect("a new account");
    store.users().create(&bob).await.expect("another account");
    let mut stale = verified(&alice);
    stale.hash = hash("of another password");
    assert_matches!(store.users().delete(&alice.user.id, &stale).await, Err(KeyedWriteError::KeyChanged));
    assert_matches!(
        store.users().delete(&alice.user.id, &verified(&bob)).await,
        Err(KeyedWriteError::KeyChanged),
        "a key opens no door but its own"
    );
    for table in ["users", "user_keys", "sessions"] {
        assert_eq!(place.count(table).await, 2, "{table}");
    }
    store.users().delete(&alice.user.id, &verified(&alice)).await.expect("deleted");
    for table in ["users", "user_keys", "sessions"] {
        assert_eq!(place.count(table).await, 1, "{table}");
    }
    assert_matches!(store.users().delete(&alice.user.id, &verified(&alice)).await, Err(KeyedWriteError::KeyChanged));
    let again = account("ALICE", 3);
    store.users().create(&again).await.expect("the name is free again");
}

pub async fn an_import_leaves_the_store_as_strict_as_it_was(place: Place) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    let imported = Account {
        user: alice.user.clone(),
        keys: vec![alice.key.clone()],
        sessions: vec![LiveSession { session: alice.session.clone(), client: client() }],
        recovery_codes: vec![],
        password_link: None,
        sign_ins: vec![],
    };
    let mut orphan = account("Bob", 2);
    orphan.session = session(&account("Carol", 3).user, 3);
    for is_new in [true, false] {
        match store.sink().write(std::slice::from_ref(&imported)).await {
            Ok(()) => assert!(is_new),
            Err(WriteAccountsError::Taken) => assert!(!is_new),
            Err(error) => panic!("{error:?}"),
        }
        let refused = store.users().create(&orphan).await;
        assert_matches!(refused, Err(CreateUserError::Store(StoreError::Corrupt(_))), "no session without its user");
    }
    store.users().delete(&alice.user.id, &verified(&alice)).await.expect("deleted");
    for table in ["users", "user_keys", "sessions"] {
        assert_eq!(place.count(table).await, 0, "{table}");
    }
}
