//! Several nodes on one PostgreSQL. The nodes are equal and do not know each other.

use std::sync::Arc;

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::program::Program;
use crate::storage::places;
use crate::support::client::{Client, Encoding, send};
use crate::support::postgres;
use crate::support::server::{TestClock, TestServer};

const PASSWORD: &str = "correct horse";

/// Starts three nodes on one new database; `None` where this machine has no PostgreSQL.
async fn three_nodes() -> Option<Vec<Program>> {
    let url = postgres::database().await?;
    let start = || async {
        let flag = format!("--database-url={url}");
        Program::start_in(tempfile::tempdir().expect("a folder"), &[&flag, "--throttle=off"], &[]).await
    };
    Some(join_all([start(), start(), start()]).await)
}

fn clients(nodes: &[Program]) -> Vec<Client> {
    nodes.iter().map(Program::client).collect()
}

#[tokio::test]
async fn a_new_user_can_log_in_on_every_node() {
    let Some(nodes) = three_nodes().await else { return };
    let clients = clients(&nodes);
    for (n, here) in clients.iter().enumerate() {
        let username = format!("user-of-{n}");
        let token = here.sign_up(&username, PASSWORD).await;
        for there in &clients {
            assert_eq!(there.session(&token).await.json()["user"]["username"], username);
            assert!(there.log_in(&username, PASSWORD).await.is_some());
        }
    }
}

#[tokio::test]
async fn a_session_revoked_on_one_node_is_refused_by_all_at_the_next_request() {
    let Some(nodes) = three_nodes().await else { return };
    let clients = clients(&nodes);
    clients[0].sign_up("alice", PASSWORD).await;
    for (n, here) in clients.iter().enumerate() {
        let token = here.log_in("alice", PASSWORD).await.expect("a successful login");
        for there in &clients {
            assert_eq!(there.session(&token).await.status, StatusCode::OK, "every node has validated the session");
        }
        let reply = send(here.post("/api/logout").bearer_auth(&token)).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT);
        for there in clients.iter().cycle().skip(n + 1).take(clients.len()) {
            there.session(&token).await.assert_error(401, "unauthenticated", "Unauthenticated");
        }
    }
}

#[tokio::test]
async fn one_of_many_sign_ups_racing_on_all_nodes_succeeds() {
    let Some(nodes) = three_nodes().await else { return };
    let clients = clients(&nodes);
    let attempts = (0..30).map(|n| {
        let (client, password) = (&clients[n % clients.len()], format!("password of {n}"));
        async move {
            let fields = [("username", "racer"), ("password", password.as_str())];
            let status = send(client.submit("/api/signup", Encoding::Urlencoded, &fields)).await.status;
            (status, password)
        }
    });
    let (let_in, refused): (Vec<_>, Vec<_>) =
        join_all(attempts).await.into_iter().partition(|(status, _)| *status == StatusCode::FOUND);
    assert_eq!((let_in.len(), refused.len()), (1, 29));
    assert!(refused.iter().all(|(status, _)| *status == StatusCode::BAD_REQUEST), "{refused:?}");
    assert!(clients[2].log_in("racer", &let_in[0].1).await.is_some());
}

#[tokio::test]
async fn an_idle_session_validated_on_all_nodes_at_once_is_renewed_once() {
    let Some(place) = places::postgres().await else { return };
    let clock = Arc::new(TestClock::at_now());
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(TestServer::start_at(place.clone(), Arc::clone(&clock), &[]).await);
    }
    let token = nodes[0].client().sign_up("alice", PASSWORD).await;
    clock.advance(std::time::Duration::from_hours(24));
    let clients: Vec<Client> = nodes.iter().map(TestServer::client).collect();
    let replies = join_all((0..30).map(|n| clients[n % clients.len()].session(&token))).await;
    assert!(replies.iter().all(|reply| reply.status == StatusCode::OK));
    assert_eq!(replies.iter().filter(|reply| reply.json()["fresh"] == true).count(), 1);
}
