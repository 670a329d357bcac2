//! Promises of `UserStore` about renaming, disabling and listing users.

use doorward_adapters_sql::Store;
use doorward_domain::ports::{
    CreateUserError, KeyedWriteError, NewAccount, PasswordChange, RecoverError, Recovery, UpdateUserError, UserQuery,
    UserUpdate, VerifiedKey,
};
use doorward_domain::{KeyId, RecoveryCodeHash, Session, User, UserId, Username};

use super::people::{NOW, account, after, client, hash, session, token, verified};
use super::places::Place;

async fn with_two(place: &Place) -> (Store, NewAccount, NewAccount) {
    let store = place.open().await;
    let (alice, bob) = (account("Alice", 1), account("Bob", 2));
    store.users().create(&alice).await.expect("a new account");
    store.users().create(&bob).await.expect("another account");
    (store, alice, bob)
}

fn name(name: &str) -> Username {
    Username::restore(name.to_owned())
}

fn renamed(user: &User, to: &str) -> UserUpdate {
    UserUpdate { username: Some(name(to)), ..UserUpdate::of(user.id.clone()) }
}

fn disabled(user: &User, disabled: bool) -> UserUpdate {
    UserUpdate { disabled: Some(disabled), ..UserUpdate::of(user.id.clone()) }
}

async fn find(store: &Store, number: u64) -> Option<(Session, User)> {
    store.sessions().find(&token(number)).await.expect("an answer")
}

async fn by_name(store: &Store, username: &str) -> Option<(doorward_domain::Key, User)> {
    store.users().find_by_key(&name(username).key_id()).await.expect("an answer")
}

pub async fn a_renamed_user_keeps_id_password_and_sessions(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    assert!(find(&store, 1).await.is_some());
    let user = store.users().update(&renamed(&alice.user, "Alicia")).await.expect("renamed");
    assert_eq!(user, User { username: name("Alicia"), ..alice.user.clone() });
    assert_eq!(find(&store, 1).await, Some((alice.session.clone(), user.clone())), "the next validation has the name");
    let (key, owner) = by_name(&store, "ALICIA").await.expect("the new key");
    assert_eq!((key.password_hash, key.created_at, owner), (alice.key.password_hash, alice.key.created_at, user));
    assert_eq!(by_name(&store, "Alice").await, None);
    assert_eq!(find(&store, 2).await, Some((bob.session, bob.user)), "another user is untouched");
    store.users().create(&account("alice", 3)).await.expect("the old name is free");
}

pub async fn a_new_spelling_of_a_name_keeps_its_key(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    let user = store.users().update(&renamed(&alice.user, "ALICE")).await.expect("renamed");
    assert_eq!(user.username, name("ALICE"));
    assert_eq!(by_name(&store, "alice").await.expect("the key").0, alice.key);
}

pub async fn a_taken_name_changes_nothing_of_the_user(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    let both = UserUpdate { disabled: Some(true), ..renamed(&alice.user, "BOB") };
    assert_matches!(store.users().update(&both).await, Err(UpdateUserError::KeyTaken));
    assert_eq!(find(&store, 1).await, Some((alice.session.clone(), alice.user.clone())));
    assert_eq!(by_name(&store, "bob").await.expect("a key"), (bob.key, bob.user));
    let unknown = User { id: UserId::restore("nobody000000000".into()), ..alice.user };
    assert_matches!(store.users().update(&renamed(&unknown, "Carol")).await, Err(UpdateUserError::NoSuchUser));
}

pub async fn of_two_who_take_each_other_s_name_at_once_neither_does(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    let users = store.users();
    let with =
        |account: &NewAccount, to| UserUpdate { verified: Some(verified(account)), ..renamed(&account.user, to) };
    for _ in 0..20 {
        let (unasked, asked) = (renamed(&alice.user, "Bob"), with(&bob, "Alice"));
        let both = tokio::join!(users.update(&unasked), users.update(&asked));
        assert_matches!(both, (Err(UpdateUserError::KeyTaken), Err(UpdateUserError::KeyTaken)));
    }
    assert_eq!(by_name(&store, "alice").await.expect("a key"), (alice.key, alice.user));
    assert_eq!(by_name(&store, "bob").await.expect("a key"), (bob.key, bob.user));
}

pub async fn a_user_is_renamed_only_with_the_key_that_was_verified(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    let with = |hash| UserUpdate {
        verified: Some(VerifiedKey { id: alice.key.id.clone(), hash, rehashed: None }),
        ..renamed(&alice.user, "Alicia")
    };
    assert_matches!(store.users().update(&with(hash("another"))).await, Err(UpdateUserError::KeyChanged));
    assert!(by_name(&store, "Alice").await.is_some());
    store.users().update(&with(hash("first"))).await.expect("renamed");
    assert_matches!(store.users().update(&with(hash("first"))).await, Err(UpdateUserError::KeyChanged));
}

pub async fn of_a_renaming_and_a_sign_up_that_race_for_a_name_one_wins(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    for round in 0..20_u64 {
        let wanted = format!("Name {round}");
        let sign_up = {
            let (users, new) = (store.users(), account(&wanted, 100 + round));
            tokio::spawn(async move { users.create(&new).await })
        };
        let outcome = store.users().update(&renamed(&alice.user, &wanted)).await;
        match (outcome, sign_up.await.expect("no panic")) {
            (Ok(_), Err(CreateUserError::KeyTaken)) | (Err(UpdateUserError::KeyTaken), Ok(())) => {}
            other => panic!("{other:?}"),
        }
        let (key, owner) = by_name(&store, &wanted).await.expect("a key");
        assert_eq!((key.user_id, owner.username), (owner.id, name(&wanted)));
        assert!(find(&store, 1).await.is_some());
    }
}

pub async fn a_disabled_user_has_no_session_and_gets_none(place: Place) {
    let (store, alice, bob) = with_two(&place).await;
    assert!(find(&store, 1).await.is_some());
    let user = store.users().update(&disabled(&alice.user, true)).await.expect("disabled");
    assert!(user.disabled);
    assert_eq!(find(&store, 1).await, None);
    assert_eq!(by_name(&store, "Alice").await, Some((alice.key.clone(), user)), "the name stays taken");

    let refused = store.sessions().open(&session(&alice.user, 3), &client(), &verified(&alice), &[], None).await;
    assert_matches!(refused, Err(KeyedWriteError::KeyChanged), "by a password");
    let opened = store.sessions().admin_open_session(&session(&alice.user, 4), &client(), None).await;
    assert!(!opened.expect("an answer"), "by a program");
    let change = PasswordChange {
        verified: verified(&alice),
        new_hash: hash("second"),
        session: session(&alice.user, 5),
        client: client(),
    };
    let refused = store.users().replace_password_and_revoke_sessions(&change).await;
    assert_matches!(refused, Err(KeyedWriteError::KeyChanged), "by a change of the password");
    assert_eq!(store.sessions().list(&alice.user.id, NOW).await.expect("an answer").sessions.len(), 0);
    assert!(find(&store, 2).await.is_some(), "another user's session");

    let user = store.users().update(&disabled(&alice.user, false)).await.expect("enabled");
    assert_eq!(user, alice.user);
    store.sessions().open(&session(&alice.user, 6), &client(), &verified(&alice), &[], None).await.expect("a session");
    drop(bob);
}

pub async fn a_recovery_code_of_a_disabled_user_is_not_used_up(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    let code = RecoveryCodeHash::restore([7; 32]);
    let codes = doorward_domain::ports::CodeReplacement {
        user_id: alice.user.id.clone(),
        key: verified(&alice),
        seen: vec![],
        codes: vec![code],
        created_at: NOW,
    };
    store.recovery().replace_codes(&codes).await.expect("codes");
    store.users().update(&disabled(&alice.user, true)).await.expect("disabled");
    let recovery = |code| Recovery {
        key_id: alice.key.id.clone(),
        code,
        new_hash: hash("second"),
        session: session(&alice.user, 3),
        client: client(),
        replaces: vec![],
    };
    let refused = store.recovery().recover_and_revoke_sessions(&recovery(code)).await;
    assert_matches!(refused, Err(RecoverError::AccountDisabled));
    let wrong = store.recovery().recover_and_revoke_sessions(&recovery(RecoveryCodeHash::restore([8; 32]))).await;
    assert_matches!(wrong, Err(RecoverError::NoSuchCode));
    assert_eq!(store.recovery().unused_codes(&alice.user.id).await.expect("an answer").len(), 1);
    assert_eq!(by_name(&store, "Alice").await.expect("a key").0, alice.key);
}

pub async fn a_login_that_races_a_disabling_leaves_no_session(place: Place) {
    let store = place.open().await;
    for round in 0..20_u64 {
        let alice = account(&format!("Alice {round}"), 10 * round + 1);
        store.users().create(&alice).await.expect("a new account");
        let login = {
            let (sessions, alice) = (store.sessions(), alice.clone());
            let opened = session(&alice.user, 10 * round + 2);
            tokio::spawn(async move { sessions.open(&opened, &client(), &verified(&alice), &[], None).await })
        };
        let minting = {
            let (sessions, minted) = (store.sessions(), session(&alice.user, 10 * round + 3));
            tokio::spawn(async move { sessions.admin_open_session(&minted, &client(), None).await })
        };
        store.users().update(&disabled(&alice.user, true)).await.expect("disabled, without a deadlock");
        assert_matches!(login.await.expect("no panic"), Ok(()) | Err(KeyedWriteError::KeyChanged));
        minting.await.expect("no panic").expect("an answer");
        for number in 1..=3 {
            assert_eq!(find(&store, 10 * round + number).await, None, "round {round}");
        }
        assert_eq!(place.count("sessions").await, 0, "round {round}");
    }
}

pub async fn a_disabled_user_s_session_is_refused_on_every_node(place: Place) {
    let (here, alice, _) = with_two(&place).await;
    let there = place.open().await;
    for store in [&here, &there] {
        assert!(find(store, 1).await.is_some());
    }
    here.users().update(&disabled(&alice.user, true)).await.expect("disabled");
    for store in [&here, &there] {
        assert_eq!(find(store, 1).await, None);
    }
}

pub async fn users_are_listed_page_by_page_in_the_order_of_their_ids(place: Place) {
    let store = place.open().await;
    for number in [5, 1, 4, 2, 3] {
        let mut new = account(&format!("Pupil {number}"), number);
        new.user.created_at = after(number);
        store.users().create(&new).await.expect("a new account");
    }
    let list = async |query: UserQuery, limit| {
        let users = store.users().list(&query, limit).await.expect("an answer");
        users.into_iter().map(|user| user.username.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(UserQuery::default(), 3).await, ["Pupil 1", "Pupil 2", "Pupil 3"]);
    let third = UserId::restore("user00000000003".into());
    let rest = UserQuery { after: Some(third), ..UserQuery::default() };
    assert_eq!(list(rest, 3).await, ["Pupil 4", "Pupil 5"]);
    let late = UserQuery { created_since: Some(after(4)), ..UserQuery::default() };
    assert_eq!(list(late, 9).await, ["Pupil 4", "Pupil 5"]);
}

pub async fn users_are_listed_by_state_and_by_the_start_of_their_names(place: Place) {
    let (store, alice, _) = with_two(&place).await;
    for (name, number) in [("ÅLICE", 3), ("alic", 4), ("Al%", 5), ("al\u{10ffff}ice", 6)] {
        store.users().create(&account(name, number)).await.expect("a new account");
    }
    store.users().update(&disabled(&alice.user, true)).await.expect("disabled");
    let list = async |query: UserQuery| {
        let users = store.users().list(&query, 9).await.expect("an answer");
        users.into_iter().map(|user| user.username.as_str().to_owned()).collect::<Vec<_>>()
    };
    let starts = |prefix: &str| UserQuery { key_prefix: Some(key(prefix)), ..UserQuery::default() };
    assert_eq!(list(starts("ALIC")).await, ["Alice", "alic"]);
    assert_eq!(list(starts("å")).await, ["ÅLICE"]);
    assert_eq!(list(starts("al%")).await, ["Al%"], "a sign of the database's patterns is a letter like any other");
    assert_eq!(list(starts("nobody")).await, Vec::<String>::new());
    assert_eq!(list(UserQuery { disabled: Some(true), ..UserQuery::default() }).await, ["Alice"]);
    let enabled = UserQuery { disabled: Some(false), ..starts("alic") };
    assert_eq!(list(enabled).await, ["alic"]);
}

fn key(prefix: &str) -> KeyId {
    name(prefix).key_id()
}
