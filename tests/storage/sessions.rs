//! Promises of `SessionStore`.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::time::Duration;

use doorward_adapters_sql::Store;
use doorward_domain::ports::{KeyedWriteError, LiveSession, NewAccount, SessionList, StoreError};
use doorward_domain::{Client, Session, SessionPolicy, TokenHash, User, UserAgent};
use tokio::task::JoinSet;

use super::people::{NOW, account, after, client, hash, session, token, verified};
use super::places::Place;

async fn with_alice(place: &Place) -> (Store, NewAccount) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    (store, alice)
}

async fn find(store: &Store, token: &TokenHash) -> Option<(Session, User)> {
    store.sessions().find(token).await.expect("an answer")
}

async fn hash_of(store: &Store, account: &NewAccount) -> String {
    let found = store.users().find_by_key(&account.key.id).await.expect("an answer");
    found.expect("the key exists").0.password_hash.expect("a password").expose().to_owned()
}

pub async fn a_session_is_found_with_its_user(place: Place) {
    let (store, alice) = with_alice(&place).await;
    store.users().create(&account("Bob", 2)).await.expect("another account");
    assert_eq!(find(&store, &token(1)).await, Some((alice.session, alice.user)));
}

pub async fn an_unknown_token_is_found_nowhere(place: Place) {
    let (store, _) = with_alice(&place).await;
    assert_eq!(find(&store, &token(2)).await, None);
    assert_eq!(find(&store, &TokenHash::restore([0; 32])).await, None);
}

pub async fn a_dead_session_is_found_as_long_as_it_is_there(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let mut dead = session(&alice.user, 2);
    (dead.active_expires_at, dead.idle_expires_at) = (NOW, NOW);
    store.sessions().open(&dead, &client(), &verified(&alice), &[], None).await.expect("a session");
    assert_eq!(find(&store, &token(2)).await, Some((dead, alice.user)));
}

pub async fn a_login_opens_a_session_beside_the_others(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let second = session(&alice.user, 2);
    store.sessions().open(&second, &client(), &verified(&alice), &[], None).await.expect("a session");
    assert_eq!(find(&store, &token(2)).await, Some((second, alice.user.clone())));
    assert_eq!(find(&store, &token(1)).await, Some((alice.session.clone(), alice.user.clone())));
    assert_eq!(hash_of(&store, &alice).await, verified(&alice).hash.expose(), "the hash stays");
}

pub async fn a_login_ends_the_session_it_replaces(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let replaced = &[alice.session.token_hash];
    store
        .sessions()
        .open(&session(&alice.user, 2), &client(), &verified(&alice), replaced, None)
        .await
        .expect("a session");
    assert_eq!(find(&store, &token(1)).await, None);
    assert!(find(&store, &token(2)).await.is_some());
}

pub async fn a_login_may_replace_a_session_that_is_gone(place: Place) {
    let (store, alice) = with_alice(&place).await;
    store
        .sessions()
        .open(&session(&alice.user, 2), &client(), &verified(&alice), &[token(9)], None)
        .await
        .expect("a session");
    assert_eq!(place.count("sessions").await, 2);
}

pub async fn a_login_writes_the_new_hash(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let mut key = verified(&alice);
    key.rehashed = Some(hash("costlier"));
    store.sessions().open(&session(&alice.user, 2), &client(), &key, &[], None).await.expect("a session");
    assert_eq!(hash_of(&store, &alice).await, hash("costlier").expose());
    assert!(find(&store, &token(2)).await.is_some());
}

pub async fn a_key_that_changed_opens_nothing(place: Place) {
    let (store, alice) = with_alice(&place).await;
    open_at(&store, &alice, 3, (10, 1_000_000), 5).await;
    for rehashed in [None, Some(hash("costlier"))] {
        let mut key = verified(&alice);
        key.hash = hash("of another password");
        key.rehashed = rehashed;
        let (next, replaced, one) = (session(&alice.user, 2), [alice.session.token_hash], NonZeroU32::new(1));
        let outcome = store.sessions().open(&next, &client(), &key, &replaced, one).await;
        assert_matches!(outcome, Err(KeyedWriteError::KeyChanged));
        assert_eq!(numbers_of(&store, 1..20).await, [1, 3], "neither was replaced, nor is one too many");
        assert_eq!(hash_of(&store, &alice).await, verified(&alice).hash.expose());
    }
}

pub async fn a_key_that_is_gone_opens_nothing(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let mut key = verified(&alice);
    key.id = account("Bob", 2).key.id;
    let outcome = store.sessions().open(&session(&alice.user, 2), &client(), &key, &[], None).await;
    assert_matches!(outcome, Err(KeyedWriteError::KeyChanged));

    place.run("DELETE FROM users").await;
    let outcome = store.sessions().open(&session(&alice.user, 2), &client(), &verified(&alice), &[], None).await;
    assert_matches!(outcome, Err(KeyedWriteError::KeyChanged));
    assert_eq!(place.count("sessions").await, 0);
}

pub async fn a_key_opens_no_session_of_another_user(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let bob = account("Bob", 2);
    store.users().create(&bob).await.expect("another account");
    let outcome = store.sessions().open(&session(&bob.user, 3), &client(), &verified(&alice), &[], None).await;
    assert_matches!(outcome, Err(KeyedWriteError::KeyChanged));
    assert_eq!(place.count("sessions").await, 2);
}

pub async fn a_login_that_fails_half_way_leaves_all_as_it_was(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let bob = account("Bob", 2);
    store.users().create(&bob).await.expect("another account");
    let mut key = verified(&alice);
    key.rehashed = Some(hash("costlier"));
    let mut twice = session(&alice.user, 3);
    twice.token_hash = bob.session.token_hash;
    let outcome = store.sessions().open(&twice, &client(), &key, &[alice.session.token_hash], None).await;
    assert_matches!(outcome, Err(KeyedWriteError::Store(StoreError::Corrupt(_))), "a token exists twice");
    assert_eq!(hash_of(&store, &alice).await, verified(&alice).hash.expose());
    assert!(find(&store, &token(1)).await.is_some(), "it was not replaced");
    assert_eq!(find(&store, &token(2)).await, Some((bob.session, bob.user)));
}

pub async fn of_twenty_racing_logins_that_hash_anew_exactly_one_succeeds(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let mut races = JoinSet::new();
    for number in 100..120 {
        let (sessions, alice) = (store.sessions(), alice.clone());
        races.spawn(async move {
            let mut key = verified(&alice);
            key.rehashed = Some(hash(&format!("salt {number}")));
            (number, sessions.open(&session(&alice.user, number), &client(), &key, &[], None).await)
        });
    }
    let outcomes = races.join_all().await;
    let winners: Vec<u64> = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(number, _)| *number).collect();
    let losers = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Err(KeyedWriteError::KeyChanged)));
    assert_eq!((winners.len(), losers.count()), (1, 19), "{outcomes:?}");
    assert_eq!(hash_of(&store, &alice).await, hash(&format!("salt {}", winners[0])).expose());
    assert_eq!(place.count("sessions").await, 2);
}

pub async fn racing_logins_that_keep_the_hash_all_succeed(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let mut races = JoinSet::new();
    for number in 100..140 {
        let (sessions, alice) = (store.sessions(), alice.clone());
        let replaced = alice.session.token_hash;
        races.spawn(async move {
            sessions.open(&session(&alice.user, number), &client(), &verified(&alice), &[replaced], None).await
        });
    }
    for outcome in races.join_all().await {
        outcome.expect("a session");
    }
    assert_eq!(place.count("sessions").await, 40);
}

pub async fn no_session_outlives_the_password_it_was_opened_with(place: Place) {
    const ROUNDS: u64 = 40;
    let (store, alice) = with_alice(&place).await;
    let begin = if place.url.starts_with("sqlite:") { "BEGIN IMMEDIATE" } else { "BEGIN" };
    let mut key = verified(&alice);
    for round in 100..100 + ROUNDS {
        let new = hash(&format!("password {round}"));
        let change =
            format!("{begin}; UPDATE user_keys SET password_hash = '{}'; DELETE FROM sessions; COMMIT", new.expose());
        let opening = {
            let (sessions, user, key) = (store.sessions(), alice.user.clone(), key.clone());
            tokio::spawn(async move { sessions.open(&session(&user, round), &client(), &key, &[], None).await })
        };
        place.run(&change).await;
        match opening.await.expect("no panic") {
            Ok(()) | Err(KeyedWriteError::KeyChanged) => {}
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!(find(&store, &token(round)).await, None, "round {round}: opened with a password that is no more");
        key.hash = new;
    }
}

/// Opens a session with this number, created and dead so many milliseconds after the start, where this many may be.
async fn open_at(store: &Store, owner: &NewAccount, number: u64, (born, dead): (u64, u64), most: u32) -> Session {
    let mut opened = session(&owner.user, number);
    (opened.created_at, opened.active_expires_at, opened.idle_expires_at) = (after(born), after(dead), after(dead));
    let sessions = store.sessions();
    sessions.open(&opened, &client(), &verified(owner), &[], NonZeroU32::new(most)).await.expect("a session");
    opened
}

async fn numbers_of(store: &Store, numbers: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut found = Vec::new();
    for number in numbers {
        found.extend(find(store, &token(number)).await.map(|_| number));
    }
    found
}

pub async fn the_oldest_ends_where_one_more_is_too_many(place: Place) {
    const LATE: u64 = 1_000_000;
    let (store, alice) = with_alice(&place).await;
    let bob = account("Bob", 2);
    store.users().create(&bob).await.expect("another account");
    for (number, born) in [(11, 20), (12, 10)] {
        open_at(&store, &alice, number, (born, LATE), 3).await;
    }
    assert_eq!(numbers_of(&store, 1..20).await, [1, 2, 11, 12], "three are not too many");
    open_at(&store, &alice, 13, (30, LATE), 3).await;
    assert_eq!(numbers_of(&store, 1..20).await, [2, 11, 12, 13], "the first ends, also where it was just looked at");
    open_at(&store, &alice, 14, (40, LATE), 3).await;
    assert_eq!(numbers_of(&store, 1..20).await, [2, 11, 13, 14], "age counts, not the order of writing");
    open_at(&store, &alice, 15, (5, LATE), 3).await;
    assert_eq!(numbers_of(&store, 1..20).await, [2, 13, 14, 15], "what was just opened stays, however old it looks");
    open_at(&store, &alice, 16, (50, LATE), 1).await;
    assert_eq!(numbers_of(&store, 1..20).await, [2, 16], "a lower bound ends all that are too many");
}

pub async fn of_sessions_opened_at_once_those_last_in_the_list_end_first(place: Place) {
    let (store, alice) = with_alice(&place).await;
    for number in [14, 11, 13, 12] {
        open_at(&store, &alice, number, (10, 1_000), 5).await;
    }
    let listed = store.sessions().list(&alice.user.id, after(10)).await.expect("an answer");
    let order: Vec<_> = listed.sessions.iter().map(|live| live.session.token_hash).collect();
    assert_eq!(order, [14, 13, 12, 11, 1].map(token));
    open_at(&store, &alice, 15, (10, 1_000), 3).await;
    assert_eq!(numbers_of(&store, 1..20).await, [13, 14, 15]);
}

pub async fn what_is_dead_or_replaced_is_not_too_many(place: Place) {
    let (store, alice) = with_alice(&place).await;
    open_at(&store, &alice, 11, (10, 99), 2).await;
    open_at(&store, &alice, 12, (20, 1_000), 3).await;
    open_at(&store, &alice, 13, (99, 1_000), 3).await;
    assert_eq!(numbers_of(&store, 1..20).await, [1, 11, 12, 13], "one is dead by then, and left to the sweep");
    let mut next = session(&alice.user, 14);
    next.created_at = after(100);
    let (most, replaced) = (NonZeroU32::new(3), [token(12)]);
    store.sessions().open(&next, &client(), &verified(&alice), &replaced, most).await.expect("a session");
    assert_eq!(numbers_of(&store, 1..20).await, [1, 11, 13, 14], "one takes the place of another");
}

pub async fn racing_logins_on_two_nodes_leave_no_more_than_there_may_be(place: Place) {
    let (one, alice) = with_alice(&place).await;
    let nodes = [one, place.open().await];
    let mut races = JoinSet::new();
    for number in 100..120 {
        let (node, alice) = (nodes[usize::from(number % 2 == 0)].clone(), alice.clone());
        races.spawn(async move { open_at(&node, &alice, number, (number, 1_000), 3).await });
    }
    races.join_all().await;
    assert_eq!(place.count("sessions").await, 3);
    for node in nodes {
        assert_eq!(numbers_of(&node, 100..120).await.len(), 3, "every node knows which");
    }
}

pub async fn a_renewal_is_kept(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let other = session(&alice.user, 2);
    store.sessions().open(&other, &client(), &verified(&alice), &[], None).await.expect("a session");
    let renewed = alice.session.renewed(after(90_000_000), &SessionPolicy::DEFAULT);
    assert!(store.sessions().renew(&alice.session, &renewed).await.expect("an answer"));
    assert_eq!(find(&store, &token(1)).await, Some((renewed.clone(), alice.user.clone())));
    let back = renewed.renewed(after(1).minus(Duration::from_hours(1)), &SessionPolicy::DEFAULT);
    assert!(back.created_at < renewed.created_at, "a clock that was ahead opened it");
    assert!(store.sessions().renew(&renewed, &back).await.expect("an answer"));
    assert_eq!(find(&store, &token(1)).await, Some((back, alice.user.clone())));
    assert_eq!(find(&store, &token(2)).await, Some((other, alice.user)), "the other is as it was");
}

pub async fn the_last_use_of_a_session_is_kept_and_that_of_a_gone_one_is_no_error(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let uses = [(token(1), after(7_200_000)), (token(9), after(7_200_000))];
    store.sessions().note_uses(&uses).await.expect("an answer");
    store.sessions().note_uses(&[]).await.expect("an answer");
    let used = Session { last_used_at: after(7_200_000), ..alice.session.clone() };
    assert_eq!(find(&store, &token(1)).await, Some((used.clone(), alice.user.clone())));
    let listed = store.sessions().list(&alice.user.id, NOW).await.expect("an answer").sessions;
    assert_eq!(listed.iter().map(|live| &live.session).collect::<Vec<_>>(), [&used]);
    let renewed = used.renewed(after(90_000_000), &SessionPolicy::DEFAULT);
    assert!(store.sessions().renew(&alice.session, &renewed).await.expect("an answer"), "only the expiries must match");
    assert_eq!(find(&store, &token(1)).await, Some((renewed, alice.user)));
}

pub async fn a_renewal_of_what_was_not_seen_changes_nothing(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let renewed = alice.session.renewed(after(90_000_000), &SessionPolicy::DEFAULT);
    let mut other_active = alice.session.clone();
    other_active.active_expires_at = after(1);
    let mut other_idle = alice.session.clone();
    other_idle.idle_expires_at = after(1);
    for seen in [other_active, other_idle] {
        assert!(!store.sessions().renew(&seen, &renewed).await.expect("an answer"));
        assert_eq!(find(&store, &token(1)).await, Some((alice.session.clone(), alice.user.clone())));
    }
}

pub async fn of_forty_racing_renewals_exactly_one_is_told_so(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let mut races = JoinSet::new();
    for number in 0..40 {
        let (sessions, seen) = (store.sessions(), alice.session.clone());
        let renewed = seen.renewed(after(90_000_000 + number), &SessionPolicy::DEFAULT);
        races.spawn(async move { (sessions.renew(&seen, &renewed).await.expect("an answer"), renewed) });
    }
    let mut outcomes = races.join_all().await;
    outcomes.retain(|(told, _)| *told);
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    assert_eq!(find(&store, &token(1)).await.map(|(session, _)| session), Some(outcomes.remove(0).1));
}

pub async fn an_ended_session_is_not_renewed(place: Place) {
    let (store, alice) = with_alice(&place).await;
    assert!(store.sessions().delete(&alice.session.id).await.expect("an answer"));
    let renewed = alice.session.renewed(after(90_000_000), &SessionPolicy::DEFAULT);
    assert!(!store.sessions().renew(&alice.session, &renewed).await.expect("an answer"));
    assert_eq!(find(&store, &token(1)).await, None);
}

pub async fn a_dead_session_is_removed_only_as_it_was_seen(place: Place) {
    let (here, alice) = with_alice(&place).await;
    let there = place.open().await;
    for node in [&here, &there] {
        assert!(find(node, &token(1)).await.is_some(), "both may keep it");
    }
    let renewed = alice.session.renewed(after(90_000_000), &SessionPolicy::DEFAULT);
    assert!(there.sessions().renew(&alice.session, &renewed).await.expect("an answer"));
    assert!(!here.sessions().delete_if_expired(&alice.session).await.expect("an answer"), "it lives on");
    assert_eq!(find(&here, &token(1)).await.map(|(session, _)| session), Some(renewed.clone()));
    assert!(here.sessions().delete_if_expired(&renewed).await.expect("an answer"));
    assert!(!here.sessions().delete_if_expired(&renewed).await.expect("an answer"), "it is gone");
    assert_eq!(find(&here, &token(1)).await, None);
}

pub async fn a_session_ends_once(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let other = session(&alice.user, 2);
    store.sessions().open(&other, &client(), &verified(&alice), &[], None).await.expect("a session");
    assert!(store.sessions().delete(&alice.session.id).await.expect("an answer"));
    assert!(!store.sessions().delete(&alice.session.id).await.expect("an answer"), "there was none");
    assert_eq!(find(&store, &token(1)).await, None);
    assert!(find(&store, &token(2)).await.is_some(), "the other goes on");
    assert!(store.users().find_by_key(&alice.key.id).await.expect("an answer").is_some(), "and so does the account");
}

/// Opens sessions with the numbers from 100 whose idle periods end at these instants.
async fn with_deaths(store: &Store, alice: &NewAccount, deaths: impl IntoIterator<Item = u64>) {
    for (number, millis) in (100..).zip(deaths) {
        let mut mortal = session(&alice.user, number);
        mortal.idle_expires_at = after(millis);
        store.sessions().open(&mortal, &client(), &verified(alice), &[], None).await.expect("a session");
    }
}

pub async fn a_session_is_dead_at_its_exact_instant(place: Place) {
    let (store, alice) = with_alice(&place).await;
    with_deaths(&store, &alice, [999, 1_000, 1_001]).await;
    assert_eq!(store.sessions().delete_expired(after(998), 10).await.expect("an answer"), 0);
    assert_eq!(store.sessions().delete_expired(after(1_000), 10).await.expect("an answer"), 2);
    assert_eq!(find(&store, &token(100)).await, None);
    assert_eq!(find(&store, &token(101)).await, None);
    assert!(find(&store, &token(102)).await.is_some());
    assert!(find(&store, &token(1)).await.is_some());
}

pub async fn a_sweep_takes_no_more_than_its_limit_and_the_longest_dead_first(place: Place) {
    let (store, alice) = with_alice(&place).await;
    with_deaths(&store, &alice, [50, 40, 30, 20, 10]).await;
    let sessions = store.sessions();
    assert_eq!(sessions.delete_expired(after(100), 0).await.expect("an answer"), 0);
    assert_eq!(sessions.delete_expired(after(100), 2).await.expect("an answer"), 2);
    assert_eq!(find(&store, &token(104)).await, None);
    assert_eq!(find(&store, &token(103)).await, None);
    assert!(find(&store, &token(102)).await.is_some());
    assert_eq!(sessions.delete_expired(after(100), 2).await.expect("an answer"), 2);
    assert_eq!(sessions.delete_expired(after(100), u32::MAX).await.expect("an answer"), 1);
    assert_eq!(sessions.delete_expired(after(100), 2).await.expect("an answer"), 0);
    assert_eq!(place.count("sessions").await, 1);
}

pub async fn racing_sweeps_count_each_session_once(place: Place) {
    let (store, alice) = with_alice(&place).await;
    with_deaths(&store, &alice, (0..60).collect::<HashSet<_>>()).await;
    let mut races = JoinSet::new();
    for _ in 0..10 {
        let sessions = store.sessions();
        races.spawn(async move {
            let mut swept = 0;
            loop {
                match sessions.delete_expired(after(100), 4).await.expect("an answer") {
                    0 => return swept,
                    some => swept += some,
                }
            }
        });
    }
    assert_eq!(races.join_all().await.iter().sum::<u64>(), 60);
    assert_eq!(place.count("sessions").await, 1);
}

pub async fn a_user_s_live_sessions_are_listed_with_who_opened_them(place: Place) {
    let (store, alice) = with_alice(&place).await;
    store.users().create(&account("Bob", 2)).await.expect("another account");
    let mut later = session(&alice.user, 3);
    later.created_at = after(10);
    let no_client = Client::default();
    store.sessions().open(&later, &no_client, &verified(&alice), &[], None).await.expect("a session");
    let mut dead = session(&alice.user, 4);
    (dead.active_expires_at, dead.idle_expires_at) = (after(20), after(20));
    store.sessions().open(&dead, &client(), &verified(&alice), &[], None).await.expect("a session");

    let listed = store.sessions().list(&alice.user.id, after(20)).await.expect("an answer");
    let expected = [
        LiveSession { session: later, client: no_client },
        LiveSession { session: alice.session.clone(), client: client() },
    ];
    assert_eq!(
        (&listed.sessions[..], listed.more),
        (&expected[..], false),
        "the last first, and what is dead at this instant not at all"
    );
    assert_eq!(store.sessions().list(&alice.user.id, after(19)).await.expect("an answer").sessions.len(), 3);
    let stranger = account("Carol", 9).user.id;
    assert_eq!(store.sessions().list(&stranger, NOW).await.expect("an answer"), SessionList::default());
}

pub async fn a_list_of_sessions_tells_that_there_are_more(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let list = async || store.sessions().list(&alice.user.id, NOW).await.expect("an answer");
    place.add_older_sessions(999).await;
    let (full, newest) = (list().await, alice.session.id.clone());
    assert_eq!((full.sessions.len(), full.more, &full.sessions[0].session.id), (1_000, false, &newest));
    place.run("DELETE FROM sessions WHERE id LIKE 'older%'").await;
    place.add_older_sessions(1_200).await;
    let cut = list().await;
    assert_eq!((cut.sessions.len(), cut.more, &cut.sessions[0].session.id), (1_000, true, &newest));
    assert!(cut.sessions.is_sorted_by(|one, other| one.session.created_at >= other.session.created_at));
    assert_eq!(store.sessions().delete_other_sessions(&alice.user.id, &newest).await.expect("an answer"), 1_200);
    assert_eq!((list().await.sessions.len(), list().await.more), (1, false));
}

pub async fn addresses_and_names_of_programs_survive(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let clients = [("2001:db8::1", "é 日本 \"'; DROP TABLE sessions; --"), ("::ffff:192.0.2.1", "%$1")];
    for (number, (address, agent)) in (2u64..).zip(clients) {
        let client = Client { address: address.parse().ok(), user_agent: UserAgent::parse(agent) };
        let opened = session(&alice.user, number);
        store.sessions().open(&opened, &client, &verified(&alice), &[], None).await.expect("a session");
        let listed = store.sessions().list(&alice.user.id, NOW).await.expect("an answer");
        assert!(listed.sessions.contains(&LiveSession { session: opened, client }), "{listed:?}");
    }
}

pub async fn a_session_is_ended_only_for_its_own_user(place: Place) {
    let (store, alice) = with_alice(&place).await;
    let bob = account("Bob", 2);
    store.users().create(&bob).await.expect("another account");
    let end = async |user: &User, id| store.sessions().delete_session_of(&user.id, id).await.expect("an answer");
    assert!(!end(&bob.user, &alice.session.id).await);
    assert!(find(&store, &token(1)).await.is_some());
    assert!(end(&alice.user, &alice.session.id).await);
    assert!(!end(&alice.user, &alice.session.id).await, "once");
    assert_eq!(find(&store, &token(1)).await, None);
}

pub async fn presented_sessions_are_revoked_and_no_others(place: Place) {
    let (store, alice) = with_alice(&place).await;
    for number in 2..5 {
        let opened = session(&alice.user, number);
        store.sessions().open(&opened, &client(), &verified(&alice), &[], None).await.expect("a session");
    }
    let presented = [token(1), token(99), token(3)];
    assert_eq!(store.sessions().delete_by_tokens(&presented).await.expect("an answer"), 2);
    assert_eq!(store.sessions().delete_by_tokens(&presented).await.expect("an answer"), 0);
    assert_eq!(store.sessions().delete_by_tokens(&[]).await.expect("an answer"), 0);
    for (number, alive) in [(1, false), (2, true), (3, false), (4, true)] {
        assert_eq!(find(&store, &token(number)).await.is_some(), alive, "session {number}");
    }
    let opened = session(&alice.user, 9);
    store.sessions().open(&opened, &client(), &verified(&alice), &[token(2), token(4)], None).await.expect("a session");
    assert_eq!(place.count("sessions").await, 1, "a login replaces all that came along");
}

pub async fn all_other_sessions_of_the_user_are_revoked_and_no_others(place: Place) {
    let (store, alice) = with_alice(&place).await;
    store.users().create(&account("Bob", 2)).await.expect("another account");
    for number in 3..6 {
        let opened = session(&alice.user, number);
        store.sessions().open(&opened, &client(), &verified(&alice), &[], None).await.expect("a session");
    }
    let kept = session(&alice.user, 4).id;
    assert_eq!(store.sessions().delete_other_sessions(&alice.user.id, &kept).await.expect("an answer"), 3);
    assert_eq!(store.sessions().delete_other_sessions(&alice.user.id, &kept).await.expect("an answer"), 0);
    assert!(find(&store, &token(4)).await.is_some() && find(&store, &token(2)).await.is_some());
    assert_eq!(place.count("sessions").await, 2);
}
