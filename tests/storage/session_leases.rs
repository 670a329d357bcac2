//! Nodes on one server that keep sessions which they read: whoever ends one waits until no node takes it for alive.

use std::time::{Duration, Instant};

use doorward_adapters_sql::Store;
use doorward_domain::TokenHash;
use doorward_domain::ports::{KeyedWriteError, VerifiedKey};

use super::people::{account, client, hash, session, token, verified};
use super::places::{self, Place};

const LEASE: Duration = Duration::from_millis(400);

/// A node with a lease and one without, on a new store.
async fn two_nodes() -> Option<(Place, Store, Store)> {
    let place = places::postgres().await?;
    let without = place.open().await;
    let with = place.with_lease(LEASE).open().await;
    Some((place, with, without))
}

async fn is_alive(node: &Store, number: u64) -> bool {
    node.sessions().find(&token(number)).await.expect("an answer").is_some()
}

/// Has a node see a session, ends it on another, and says how long that took.
async fn end(number: u64, sees: &Store, ends: &Store) -> Duration {
    let somebody = account(&format!("somebody {number}"), number);
    ends.users().create(&somebody).await.expect("a new account");
    assert!(is_alive(sees, number).await);
    let start = Instant::now();
    assert!(ends.sessions().delete(&somebody.session.id).await.expect("an answer"));
    let took = start.elapsed();
    assert!(!is_alive(sees, number).await, "it was ended {took:?} ago");
    took
}

#[tokio::test]
async fn whoever_ends_a_session_waits_for_those_who_may_keep_it_whatever_their_own_setting() {
    let Some((place, with, without)) = two_nodes().await else { return };
    assert!(end(1, &with, &without).await >= LEASE, "the node without a lease waits for the one with it");
    assert!(end(2, &without, &with).await < LEASE, "and has nobody wait for it");
    let another = place.with_lease(LEASE * 2).open().await;
    assert!(end(3, &another, &with).await >= LEASE * 2, "the longest lease of all others counts");
    assert!(end(4, &with, &another).await >= LEASE);
}

#[tokio::test]
async fn a_node_that_has_read_nothing_or_has_stopped_is_not_waited_for() {
    let Some((_, with, without)) = two_nodes().await else { return };
    assert!(end(1, &without, &without).await < LEASE, "nobody has kept anything yet");
    assert!(end(2, &with, &without).await >= LEASE);
    with.close().await;
    assert!(end(3, &without, &without).await < LEASE, "whoever stops says so");
}

#[tokio::test]
async fn a_node_that_was_killed_is_waited_for_until_its_entry_ends() {
    let Some((place, with, without)) = two_nodes().await else { return };
    assert!(end(1, &with, &without).await >= LEASE);
    drop(with);
    assert!(end(2, &without, &without).await >= LEASE, "nobody knows that it is gone");
    place.run("UPDATE session_leases SET ends_at = now()").await;
    assert!(end(3, &without, &without).await < LEASE);
}

#[tokio::test]
async fn a_login_waits_for_the_sessions_that_it_ended_and_for_no_others() {
    let Some((_, with, without)) = two_nodes().await else { return };
    let alice = account("Alice", 1);
    without.users().create(&alice).await.expect("a new account");
    assert!(is_alive(&with, 1).await);
    let log_in = async |number, key: &VerifiedKey, replaced: TokenHash| {
        let (session, start) = (session(&alice.user, number), Instant::now());
        let outcome = without.sessions().open(&session, &client(), key, &[replaced], None).await;
        (outcome, start.elapsed())
    };

    let mut changed = verified(&alice);
    changed.hash = hash("of another password");
    let (outcome, took) = log_in(2, &changed, token(1)).await;
    assert!(matches!(outcome, Err(KeyedWriteError::KeyChanged)), "{outcome:?}");
    assert!(took < LEASE && is_alive(&with, 1).await, "nothing has ended");
    let (outcome, took) = log_in(3, &verified(&alice), token(99)).await;
    assert!(outcome.is_ok() && took < LEASE, "no session has this token");
    let (outcome, took) = log_in(4, &verified(&alice), token(1)).await;
    assert!(outcome.is_ok() && took >= LEASE && !is_alive(&with, 1).await, "this one did end");
}
