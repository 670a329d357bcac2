//! Promises of `AccountRecords`, and of the sign-ins that the other ports note.

use std::num::NonZeroU32;

use doorward_adapters_sql::Store;
use doorward_domain::ports::{KeyRecord, LiveSession, NewAccount, PasswordChange};
use doorward_domain::{Client, Session, SignInEvent, SignInKind, Timestamp};
use tokio::task::JoinSet;

use super::people::{NOW, account, after, client, hash, session, verified};
use super::places::Place;

async fn with_alice(place: &Place) -> (Store, NewAccount) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    (store, alice)
}

/// Opens a session with this number at this instant.
async fn log_in(store: &Store, owner: &NewAccount, number: u64, at: u64, client: &Client) -> Session {
    let opened = Session { created_at: after(at), ..session(&owner.user, number) };
    store.sessions().open(&opened, client, &verified(owner), &[], NonZeroU32::new(1_000)).await.expect("a session");
    opened
}

async fn sign_ins(store: &Store, owner: &NewAccount) -> Vec<SignInEvent> {
    store.records().sign_ins(&owner.user.id, None, u32::MAX).await.expect("an answer")
}

pub async fn each_way_to_a_session_is_noted_with_who_went_it(place: Place) {
    let (store, alice) = with_alice(&place).await;
    store.users().create(&account("Bob", 2)).await.expect("another account");
    let stranger = Client::default();
    let second = log_in(&store, &alice, 3, 10, &stranger).await;
    let third = Session { created_at: after(20), ..session(&alice.user, 4) };
    let change = PasswordChange {
        verified: verified(&alice),
        new_hash: hash("second"),
        session: third.clone(),
        client: client(),
    };
    store.users().replace_password_and_revoke_sessions(&change).await.expect("a change");
    let fourth = Session { created_at: after(30), ..session(&alice.user, 5) };
    assert!(store.sessions().admin_open_session(&fourth, &stranger, None).await.expect("an answer"));
    let expected = [
        SignInEvent::of(&alice.session, &client(), SignInKind::SignUp),
        SignInEvent::of(&second, &stranger, SignInKind::LogIn),
        SignInEvent::of(&third, &client(), SignInKind::PasswordChanged),
        SignInEvent::of(&fourth, &stranger, SignInKind::Vouched),
    ];
    assert_eq!(sign_ins(&store, &alice).await, expected, "oldest first, and no other user's");
    assert_eq!(sign_ins(&store, &account("Carol", 9)).await, []);
}

pub async fn what_opened_no_session_is_not_noted(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let mut wrong = verified(&alice);
    wrong.hash = hash("of another password");
    let opened = session(&alice.user, 2);
    assert!(store.sessions().open(&opened, &client(), &wrong, &[], None).await.is_err());
    let change = PasswordChange { verified: wrong, new_hash: hash("second"), session: opened, client: client() };
    assert!(store.users().replace_password_and_revoke_sessions(&change).await.is_err());
    let mut taken = account("Alice", 3);
    taken.key.id = alice.key.id.clone();
    assert!(store.users().create(&taken).await.is_err());
    assert_eq!(place.count("sign_in_events").await, 1);
}

pub async fn the_last_hundred_sign_ins_of_a_user_are_kept(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let bob = account("Bob", 2);
    store.users().create(&bob).await.expect("another account");
    for number in 101..200 {
        log_in(&store, &alice, number, number / 3, &client()).await;
    }
    assert_eq!(sign_ins(&store, &alice).await.len(), 100, "a hundred are not too many");
    let mut all = sign_ins(&store, &alice).await;
    for number in 200..203 {
        let opened = log_in(&store, &alice, number, 200, &client()).await;
        all.push(SignInEvent::of(&opened, &client(), SignInKind::LogIn));
    }
    assert_eq!(sign_ins(&store, &alice).await, all[3..], "the first three are forgotten");
    assert_eq!(sign_ins(&store, &bob).await.len(), 1);
    assert_eq!(place.count("sessions").await, 104, "no session ends with what is remembered of it");
}

pub async fn sign_ins_outlive_their_sessions_and_go_with_their_user(place: Place) {
    let (store, alice) = with_alice(&place).await;
    store.users().create(&account("Bob", 2)).await.expect("another account");
    assert!(store.sessions().delete(&alice.session.id).await.expect("an answer"));
    assert_eq!(sign_ins(&store, &alice).await.len(), 1);
    store.users().delete(&alice.user.id, &verified(&alice)).await.expect("a deletion");
    assert_eq!(sign_ins(&store, &alice).await, []);
    assert_eq!(place.count("sign_in_events").await, 1, "no other user's are gone");
}

pub async fn old_sign_ins_are_removed_the_first_first_and_each_is_counted_once(place: Place) {
    let (store, alice) = with_alice(&place).await;
    for number in 10..40 {
        log_in(&store, &alice, number, number, &client()).await;
    }
    let records = store.records();
    assert_eq!(records.delete_sign_ins(after(1), 10).await.expect("an answer"), 0);
    assert_eq!(records.delete_sign_ins(after(12), 2).await.expect("an answer"), 2);
    let first = sign_ins(&store, &alice).await.remove(0);
    assert_eq!(first.at, after(11), "of four, the two oldest are gone");
    assert_eq!(records.delete_sign_ins(after(12), 10).await.expect("an answer"), 2, "its very instant is too old");
    let mut races = JoinSet::new();
    for _ in 0..5 {
        let records = store.records();
        races.spawn(async move {
            let mut removed = 0;
            loop {
                match records.delete_sign_ins(after(38), 4).await.expect("an answer") {
                    0 => return removed,
                    some => removed += some,
                }
            }
        });
    }
    assert_eq!(races.join_all().await.iter().sum::<u64>(), 26);
    assert_eq!(sign_ins(&store, &alice).await.len(), 1);
}

pub async fn pages_follow_each_other_without_gap_or_overlap(place: Place) {
    let (store, alice) = with_alice(&place).await;
    store.users().create(&account("Bob", 2)).await.expect("another account");
    for number in 10..20 {
        log_in(&store, &alice, number, [10, 10, 10, 20, 5][(number % 5) as usize], &client()).await;
    }
    let (records, user) = (store.records(), &alice.user.id);
    let sessions = records.sessions(user, NOW, None, 100).await.expect("an answer");
    let events = sign_ins(&store, &alice).await;
    assert_eq!((sessions.len(), events.len()), (11, 11));
    assert!(sessions.is_sorted_by_key(|live| (live.session.created_at, live.session.id.as_str())));
    assert!(events.is_sorted_by_key(|event| (event.at, event.session_id.as_str())));
    for limit in [1, 2, 3, 11, 12] {
        let (mut paged, mut noted) = (Vec::<LiveSession>::new(), Vec::<SignInEvent>::new());
        loop {
            let page = records.sessions(user, NOW, paged.last().cloned(), limit).await.expect("an answer");
            let more = records.sign_ins(user, noted.last().cloned(), limit).await.expect("an answer");
            assert!(page.len() <= limit as usize && more.len() <= limit as usize);
            if page.is_empty() && more.is_empty() {
                break;
            }
            paged.extend(page);
            noted.extend(more);
        }
        assert_eq!((&paged, &noted), (&sessions, &events), "{limit} a page");
    }
    let dead_then = alice.session.idle_expires_at;
    assert_eq!(records.sessions(user, dead_then, None, 100).await.expect("an answer"), []);
}

pub async fn keys_are_read_with_whether_they_have_a_password(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let instant = if place.url.starts_with("sqlite:") { "0" } else { "'epoch'" };
    for (id, hash) in [("username:b", "'x'"), ("username:é", "NULL"), ("github:1", "NULL")] {
        let user = alice.user.id.as_str();
        let values = format!("('{id}', '{user}', {hash}, {instant})");
        place.run(&format!("INSERT INTO user_keys (id, user_id, password_hash, created_at) VALUES {values}")).await;
    }
    let records = store.records();
    let expected = [
        ("github:1", false, Timestamp::MIN),
        ("username:alice", true, alice.key.created_at),
        ("username:b", true, Timestamp::MIN),
        ("username:é", false, Timestamp::MIN),
    ];
    let mut found = Vec::<KeyRecord>::new();
    for _ in 0..3 {
        found.extend(records.keys(&alice.user.id, found.last().cloned(), 2).await.expect("an answer"));
    }
    let found: Vec<_> = found.iter().map(|key| (key.id.as_str(), key.has_password, key.created_at)).collect();
    assert_eq!(found, expected);
}

pub async fn a_sign_in_of_an_unknown_kind_is_corrupt(place: Place) {
    let (store, alice) = with_alice(&place).await;
    place.run("UPDATE sign_in_events SET kind = 'guess'").await;
    let outcome = store.records().sign_ins(&alice.user.id, None, 10).await;
    assert_matches!(outcome, Err(doorward_domain::ports::StoreError::Corrupt(_)));
}
