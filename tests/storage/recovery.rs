//! Promises of `RecoveryStore`.

use doorward_domain::ports::{
    CodeReplacement, KeyedWriteError, NewAccount, PasswordChange, RecoverError, Recovery, ReplaceCodesError,
    StoreError, VerifiedKey,
};
use doorward_domain::{RecoveryCodeHash, UserId};
use tokio::task::JoinSet;

use super::people::{NOW, account, after, client, hash, session, token, verified};
use super::places::Place;

/// The hash with this number.
fn code(number: u64) -> RecoveryCodeHash {
    let mut digest = [0xc0; 32];
    digest[..8].copy_from_slice(&number.to_be_bytes());
    RecoveryCodeHash::restore(digest)
}

/// Ten codes of an account, numbered from there, in place of those that were seen.
fn replacement(of: &NewAccount, seen: &[RecoveryCodeHash], first: u64) -> CodeReplacement {
    CodeReplacement {
        user_id: of.user.id.clone(),
        key: verified(of),
        seen: seen.to_vec(),
        codes: (first..first + 10).map(code).collect(),
        created_at: NOW,
    }
}

/// A recovery of an account by the code with this number, with a session and a password of the same number.
fn recovery(of: &NewAccount, by: u64, number: u64) -> Recovery {
    Recovery {
        key_id: of.key.id.clone(),
        code: code(by),
        new_hash: hash(&format!("password {number}")),
        session: session(&of.user, number),
        client: client(),
        replaces: vec![],
    }
}

async fn unused(store: &doorward_adapters_sql::Store, user: &UserId) -> Vec<RecoveryCodeHash> {
    let mut codes: Vec<_> =
        store.recovery().unused_codes(user).await.expect("an answer").iter().map(|unused| unused.hash).collect();
    codes.sort_unstable();
    codes
}

/// A store with Alice, who has the codes 0 to 9 and session 1, and Bob, who has the codes 500 to 509 and session 2.
async fn inhabited(place: &Place) -> (doorward_adapters_sql::Store, NewAccount, NewAccount) {
    let store = place.open().await;
    let (alice, bob) = (account("Alice", 1), account("Bob", 2));
    for (person, first) in [(&alice, 0), (&bob, 500)] {
        store.users().create(person).await.expect("a new account");
        store.recovery().replace_codes(&replacement(person, &[], first)).await.expect("codes");
    }
    (store, alice, bob)
}

fn codes(first: u64) -> Vec<RecoveryCodeHash> {
    (first..first + 10).map(code).collect()
}

pub async fn new_codes_take_the_place_of_the_old(place: Place) {
    let (store, alice, bob) = inhabited(&place).await;
    let mut second = replacement(&alice, &codes(0), 20);
    second.created_at = after(7);
    store.recovery().replace_codes(&second).await.expect("codes");
    assert_eq!(unused(&store, &alice.user.id).await, codes(20));
    let found = store.recovery().unused_codes(&alice.user.id).await.expect("an answer");
    assert!(found.iter().all(|unused| unused.created_at == after(7)));
    assert_eq!(unused(&store, &bob.user.id).await, codes(500), "another's codes are untouched");
    assert_eq!(unused(&store, &UserId::restore("stranger".into())).await, []);
}

pub async fn codes_are_replaced_only_by_who_saw_them(place: Place) {
    let (store, alice, _) = inhabited(&place).await;
    for seen in [vec![], codes(1), codes(0)[1..].to_vec()] {
        let refused = store.recovery().replace_codes(&replacement(&alice, &seen, 20)).await;
        assert_matches!(refused, Err(ReplaceCodesError::CodesChanged));
    }
    assert_eq!(unused(&store, &alice.user.id).await, codes(0));
}

pub async fn a_key_that_changed_gets_no_codes(place: Place) {
    let (store, alice, bob) = inhabited(&place).await;
    let mut stale = replacement(&alice, &codes(0), 20);
    stale.key.hash = hash("of another password");
    assert_matches!(store.recovery().replace_codes(&stale).await, Err(ReplaceCodesError::KeyChanged));
    let mut foreign = replacement(&alice, &codes(0), 20);
    foreign.key = verified(&bob);
    assert_matches!(store.recovery().replace_codes(&foreign).await, Err(ReplaceCodesError::KeyChanged));
    assert_eq!(unused(&store, &alice.user.id).await, codes(0));
}

pub async fn codes_that_cannot_all_be_written_leave_the_old_ones(place: Place) {
    let (store, alice, _) = inhabited(&place).await;
    let mut twice = replacement(&alice, &codes(0), 20);
    twice.codes[9] = twice.codes[0];
    let refused = store.recovery().replace_codes(&twice).await;
    assert_matches!(refused, Err(ReplaceCodesError::Store(StoreError::Corrupt(_))), "a code exists twice");
    assert_eq!(unused(&store, &alice.user.id).await, codes(0));
}

pub async fn of_twenty_racing_replacements_of_codes_exactly_one_succeeds(place: Place) {
    let (store, alice, _) = inhabited(&place).await;
    for (round, from) in [(1_000, codes(0)), (2_000, vec![])] {
        if from.is_empty() {
            place.run("DELETE FROM recovery_codes").await;
        }
        let mut races = JoinSet::new();
        for number in 0..20 {
            let (recovery, replacement) = (store.recovery(), replacement(&alice, &from, round + 10 * number));
            races.spawn(async move { recovery.replace_codes(&replacement).await.map(|()| replacement.codes) });
        }
        let outcomes = races.join_all().await;
        let changed = |outcome: &&Result<_, _>| matches!(outcome, Err(ReplaceCodesError::CodesChanged));
        assert_eq!(outcomes.iter().filter(changed).count(), 19, "{outcomes:?}");
        let winner = outcomes.into_iter().find_map(Result::ok).expect("one that succeeded");
        assert_eq!(unused(&store, &alice.user.id).await, winner, "the codes that were told are those that work");
    }
}

pub async fn a_code_lets_its_user_back_in_once(place: Place) {
    let (store, alice, bob) = inhabited(&place).await;
    store.sessions().open(&session(&alice.user, 3), &client(), &verified(&alice), &[], None).await.expect("a session");
    // Read before, so that what is kept of sessions is put to the test as well.
    for number in 1..=3 {
        assert!(store.sessions().find(&token(number)).await.expect("an answer").is_some());
    }
    let mut first = recovery(&alice, 4, 10);
    first.replaces = vec![bob.session.token_hash, token(99)];
    assert_eq!(store.recovery().recover_and_revoke_sessions(&first).await.expect("let in"), 9);
    for (number, alive) in [(1, false), (2, false), (3, false), (10, true)] {
        let found = store.sessions().find(&token(number)).await.expect("an answer");
        assert_eq!(found.is_some(), alive, "session {number}");
    }
    let (key, _) = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("the key exists");
    assert_eq!(key.password_hash, Some(hash("password 10")));
    let left: Vec<_> = codes(0).into_iter().filter(|left| *left != code(4)).collect();
    assert_eq!(unused(&store, &alice.user.id).await, left);

    let again = store.recovery().recover_and_revoke_sessions(&recovery(&alice, 4, 11)).await;
    assert_matches!(again, Err(RecoverError::NoSuchCode), "it was used");
    assert!(store.sessions().find(&token(10)).await.expect("an answer").is_some(), "nothing ended");
    assert_eq!(store.recovery().recover_and_revoke_sessions(&recovery(&alice, 5, 12)).await.expect("let in"), 8);
    assert_eq!(place.count("sign_in_events WHERE kind = 'recovered'").await, 2, "each is noted");
}

pub async fn what_is_no_code_of_the_user_changes_nothing(place: Place) {
    let (store, alice, bob) = inhabited(&place).await;
    let mut of_unknown_user = recovery(&account("Unknown", 9), 1, 10);
    of_unknown_user.session.user_id = UserId::restore("stranger".into());
    let mut by_another_s_key = recovery(&alice, 1, 10);
    by_another_s_key.key_id = bob.key.id.clone();
    for refused in [recovery(&alice, 99, 10), recovery(&alice, 500, 10), of_unknown_user, by_another_s_key] {
        let outcome = store.recovery().recover_and_revoke_sessions(&refused).await;
        assert_matches!(outcome, Err(RecoverError::NoSuchCode));
    }
    for (person, first) in [(&alice, 0), (&bob, 500)] {
        assert_eq!(unused(&store, &person.user.id).await, codes(first));
        assert!(store.sessions().find(&person.session.token_hash).await.expect("an answer").is_some());
        let (key, _) = store.users().find_by_key(&person.key.id).await.expect("an answer").expect("a key");
        assert_eq!(key.password_hash, person.key.password_hash);
    }
}

pub async fn a_code_gives_no_password_to_a_key_that_has_none(place: Place) {
    let (store, alice, _) = inhabited(&place).await;
    place.run("UPDATE user_keys SET password_hash = NULL").await;
    let refused = store.recovery().recover_and_revoke_sessions(&recovery(&alice, 1, 10)).await;
    assert_matches!(refused, Err(RecoverError::NoSuchCode));
    let (key, _) = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("the key exists");
    assert_eq!(key.password_hash, None);
}

/// A thief who was signed in may have made them.
pub async fn codes_go_with_the_password_that_they_replace(place: Place) {
    let (store, alice, bob) = inhabited(&place).await;
    assert!(store.users().admin_set_password(&alice.key.id, Some(&hash("third"))).await.expect("an answer"));
    assert_eq!(unused(&store, &alice.user.id).await, []);
    let change = PasswordChange {
        verified: verified(&bob),
        new_hash: hash("third"),
        session: recovery(&bob, 501, 10).session,
        client: client(),
    };
    store.users().replace_password_and_revoke_sessions(&change).await.expect("changed");
    assert_eq!(place.count("recovery_codes").await, 0);
    // A key that an operator removes and adds anew is another one.
    let key = VerifiedKey { hash: hash("third"), ..verified(&bob) };
    let new_codes = CodeReplacement { key, ..replacement(&bob, &[], 600) };
    store.recovery().replace_codes(&new_codes).await.expect("codes");
    assert!(store.users().admin_delete_key(&bob.key.id).await.expect("an answer"));
    assert_eq!(unused(&store, &bob.user.id).await, []);
    for (person, code) in [(&alice, 1), (&bob, 501), (&bob, 601)] {
        let refused = store.recovery().recover_and_revoke_sessions(&recovery(person, code, 20)).await;
        assert_matches!(refused, Err(RecoverError::NoSuchCode));
    }
}

pub async fn a_recovery_that_fails_half_way_leaves_all_as_it_was(place: Place) {
    let (store, alice, bob) = inhabited(&place).await;
    let mut twice = recovery(&alice, 1, 10);
    twice.session.token_hash = bob.session.token_hash;
    let refused = store.recovery().recover_and_revoke_sessions(&twice).await;
    assert_matches!(refused, Err(RecoverError::Store(StoreError::Corrupt(_))), "a token exists twice");
    let (key, _) = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("the key exists");
    assert_eq!(key.password_hash, alice.key.password_hash);
    assert_eq!(unused(&store, &alice.user.id).await, codes(0), "the code can be used still");
    assert!(store.sessions().find(&token(1)).await.expect("an answer").is_some());
}

pub async fn of_twenty_racing_uses_of_one_code_exactly_one_succeeds(place: Place) {
    let (store, alice, _) = inhabited(&place).await;
    let mut races = JoinSet::new();
    for number in 100..120 {
        let (recoveries, recovery) = (store.recovery(), recovery(&alice, 3, number));
        races.spawn(async move { recoveries.recover_and_revoke_sessions(&recovery).await.map(|left| (left, number)) });
    }
    let outcomes = races.join_all().await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(RecoverError::NoSuchCode))).count();
    assert_eq!(refused, 19, "{outcomes:?}");
    let (left, winner) = outcomes.into_iter().find_map(Result::ok).expect("one that succeeded");
    assert_eq!(left, 9);
    let listed = store.sessions().list(&alice.user.id, NOW).await.expect("an answer");
    let ids: Vec<_> = listed.sessions.iter().map(|live| live.session.id.clone()).collect();
    assert_eq!(ids, [session(&alice.user, winner).id]);
    let (key, _) = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("the key exists");
    assert_eq!(key.password_hash, Some(hash(&format!("password {winner}"))));
}

pub async fn racing_uses_of_ten_codes_all_succeed_and_leave_one_session(place: Place) {
    let (store, alice, _) = inhabited(&place).await;
    let mut races = JoinSet::new();
    for number in 0..10 {
        let (recoveries, recovery) = (store.recovery(), recovery(&alice, number, 100 + number));
        races.spawn(async move { recoveries.recover_and_revoke_sessions(&recovery).await.expect("let in") });
    }
    let mut left = races.join_all().await;
    left.sort_unstable();
    assert_eq!(left, (0..10).collect::<Vec<u32>>(), "each was told another number");
    assert_eq!(store.sessions().list(&alice.user.id, NOW).await.expect("an answer").sessions.len(), 1);
}

pub async fn a_login_that_races_a_recovery_leaves_no_session_of_the_old_password(place: Place) {
    let store = place.open().await;
    for round in 0..20_u64 {
        let alice = account(&format!("Alice {round}"), 1_000 * round + 1);
        store.users().create(&alice).await.expect("a new account");
        store.recovery().replace_codes(&replacement(&alice, &[], 0)).await.expect("codes");
        let login = {
            let (sessions, alice) = (store.sessions(), alice.clone());
            tokio::spawn(async move {
                sessions.open(&session(&alice.user, 1_000 * round + 2), &client(), &verified(&alice), &[], None).await
            })
        };
        let recovery = recovery(&alice, 1, 1_000 * round + 3);
        store.recovery().recover_and_revoke_sessions(&recovery).await.expect("let in");
        let _ = login.await.expect("no panic");
        let listed = store.sessions().list(&alice.user.id, NOW).await.expect("an answer");
        let ids: Vec<_> = listed.sessions.iter().map(|live| live.session.id.clone()).collect();
        assert_eq!(ids, [recovery.session.id], "round {round}");
    }
}

pub async fn a_race_with_a_deletion_leaves_all_or_nothing(place: Place) {
    let store = place.open().await;
    for round in 0..20_u64 {
        let alice = account("Alice", 1_000 * round + 1);
        store.users().create(&alice).await.expect("a new account");
        store.recovery().replace_codes(&replacement(&alice, &[], 0)).await.expect("codes");
        let deletion = {
            let (users, alice) = (store.users(), alice.clone());
            tokio::spawn(async move { users.delete(&alice.user.id, &verified(&alice)).await })
        };
        let issue = {
            let (recoveries, replacement) = (store.recovery(), replacement(&alice, &codes(0), 20));
            tokio::spawn(async move { recoveries.replace_codes(&replacement).await })
        };
        let recovered = store.recovery().recover_and_revoke_sessions(&recovery(&alice, 1, 1_000 * round + 3)).await;
        let (deleted, issued) = (deletion.await.expect("no panic"), issue.await.expect("no panic"));
        assert_matches!(recovered, Ok(_) | Err(RecoverError::NoSuchCode), "no call waits for one that waits for it");
        assert_matches!(issued, Ok(()) | Err(ReplaceCodesError::KeyChanged | ReplaceCodesError::CodesChanged));
        match deleted {
            Ok(()) => {
                assert_matches!(recovered, Err(RecoverError::NoSuchCode), "a deleted account is not recovered");
                assert_eq!(place.count("recovery_codes").await, 0);
            }
            Err(KeyedWriteError::KeyChanged) => {
                assert_matches!(recovered, Ok(_));
                let mut verified = verified(&alice);
                verified.hash = hash(&format!("password {}", 1_000 * round + 3));
                store.users().delete(&alice.user.id, &verified).await.expect("deleted");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

pub async fn codes_go_with_their_user(place: Place) {
    let (store, alice, bob) = inhabited(&place).await;
    store.users().delete(&alice.user.id, &verified(&alice)).await.expect("deleted");
    assert_eq!(unused(&store, &alice.user.id).await, []);
    assert_eq!(place.count("recovery_codes").await, 10);
    assert_eq!(unused(&store, &bob.user.id).await, codes(500));
    let gone = store.recovery().recover_and_revoke_sessions(&recovery(&alice, 1, 10)).await;
    assert_matches!(gone, Err(RecoverError::NoSuchCode));
    let gone = store.recovery().replace_codes(&replacement(&alice, &[], 20)).await;
    assert_matches!(gone, Err(ReplaceCodesError::KeyChanged));
}
