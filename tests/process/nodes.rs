//! Several programs on one PostgreSQL: equal nodes, none of which knows of the others.

use std::sync::Arc;

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::one_file::what_one_ends_the_other_refuses;
use super::program::Program;
use crate::storage::places;
use crate::support::client::{Client, Encoding, send};
use crate::support::postgres;
use crate::support::server::{TestClock, TestServer};

const PASSWORD: &str = "correct horse";

/// Three programs on one new database; `None` where this machine has no PostgreSQL.
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
async fn who_signs_up_on_one_node_signs_in_on_every_other() {
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
async fn a_session_ended_on_one_node_is_refused_by_the_others_at_the_very_next_request() {
    let Some(nodes) = three_nodes().await else { return };
    let clients = clients(&nodes);
    clients[0].sign_up("alice", PASSWORD).await;
    for (n, here) in clients.iter().enumerate() {
        let token = here.log_in("alice", PASSWORD).await.expect("let in");
        for there in &clients {
            assert_eq!(there.session(&token).await.status, StatusCode::OK, "each has seen it alive");
        }
        let reply = send(here.post("/api/logout").bearer_auth(&token)).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT);
        for there in clients.iter().cycle().skip(n + 1).take(clients.len()) {
            there.session(&token).await.assert_error(401, "unauthenticated", "Unauthenticated");
        }
    }
}

#[tokio::test]
async fn what_one_node_ends_no_other_that_keeps_sessions_takes_for_alive() {
    let pairs = [["400ms", "off"], ["200ms", "400ms"]].map(async |leases| {
        let Some(url) = postgres::database().await else { return };
        let programs = join_all(leases.map(|lease| {
            let flags = [format!("--database-url={url}"), format!("--session-lease={lease}")];
            async move {
                let flags = flags.each_ref().map(String::as_str);
                Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await
            }
        }));
        let programs: [Program; 2] = programs.await.try_into().ok().expect("two programs");
        what_one_ends_the_other_refuses(programs).await;
    });
    join_all(pairs).await;
}

#[tokio::test]
async fn of_sign_ups_that_race_over_all_nodes_one_is_let_in() {
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
