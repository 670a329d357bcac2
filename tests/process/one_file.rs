//! Two servers on one SQLite file: not recommended, but it happens.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::program::Program;
use crate::support::client::{Client, Encoding, cookie, send};

const PASSWORD: &str = "correct horse";

/// Starts two servers on one file. The first one caches sessions.
async fn two_programs() -> [Program; 2] {
    let first = Program::start().await;
    let flag = format!("--database-url=sqlite://{}", first.folder.path().join("doorward.db").display());
    let second = Program::start_in(tempfile::tempdir().expect("a folder"), &[&flag], &[]).await;
    [first, second]
}

/// Sends a request that revokes a session, and returns whether it succeeded.
async fn revoke(client: &Client, path: &str, token: &str, fields: &[(&str, &str)]) -> bool {
    let reply = send(client.submit(path, Encoding::Json, fields).header("cookie", cookie(token))).await;
    reply.status.is_success()
}

#[tokio::test]
async fn servers_on_one_file_refuse_revoked_sessions_at_the_next_request() {
    let programs = two_programs().await;
    let clients = [programs[0].client(), programs[1].client()];
    for (here, there) in [(&clients[1], &clients[0]), (&clients[0], &clients[1])] {
        let name = format!("user-of-{}", here.port());
        let mut tokens = vec![here.sign_up(&name, PASSWORD).await];
        for _ in 0..4 {
            tokens.push(here.log_in(&name, PASSWORD).await.expect("a successful login"));
        }
        // Revokes on one server while the other validates the token all the time.
        let assert_revokes = async |token: &String, path: &str, fields: &[(&str, &str)]| {
            let done = AtomicBool::new(false);
            let validating = async {
                while !done.load(Ordering::Relaxed) {
                    there.session(token).await;
                }
            };
            let ending = async {
                assert_eq!(there.session(token).await.status, StatusCode::OK);
                assert!(revoke(here, path, token, fields).await, "{path}");
                let next = there.session(token).await.status;
                done.store(true, Ordering::Relaxed);
                assert_eq!(next, StatusCode::UNAUTHORIZED, "{path}");
            };
            tokio::join!(validating, ending);
        };
        let id = here.session(&tokens[1]).await.json()["sessionId"].as_str().expect("an id").to_owned();
        let by_id = format!("/api/sessions/{id}/revoke");
        join_all([assert_revokes(&tokens[0], "/api/logout", &[]), assert_revokes(&tokens[1], &by_id, &[])]).await;
        let change = [("currentPassword", PASSWORD), ("newPassword", "staple battery")];
        assert_revokes(&tokens[2], "/api/password", &change).await;
        assert_eq!(there.session(&tokens[3]).await.status, StatusCode::UNAUTHORIZED, "it revoked all sessions");
        let token = here.log_in(&name, "staple battery").await.expect("a successful login");
        assert_revokes(&token, "/api/account/delete", &[("password", "staple battery")]).await;
    }
}
