//! Two programs on one SQLite file, which is not how it is meant, but happens.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::program::Program;
use crate::support::client::{Client, Encoding, cookie, send};

const PASSWORD: &str = "correct horse";

/// Two programs on one file; the first keeps what it reads.
async fn two_programs() -> [Program; 2] {
    let first = Program::start().await;
    let flag = format!("--database-url=sqlite://{}", first.folder.path().join("doorward.db").display());
    let second = Program::start_in(tempfile::tempdir().expect("a folder"), &[&flag], &[]).await;
    [first, second]
}

async fn end(client: &Client, path: &str, token: &str, fields: &[(&str, &str)]) -> bool {
    let reply = send(client.submit(path, Encoding::Json, fields).header("cookie", cookie(token))).await;
    reply.status.is_success()
}

#[tokio::test]
async fn what_one_of_two_programs_ends_the_other_refuses_at_the_very_next_request() {
    what_one_ends_the_other_refuses(two_programs().await).await;
}

/// Ends sessions in every way there is on one program while the other validates them, and the other way round.
pub async fn what_one_ends_the_other_refuses(programs: [Program; 2]) {
    let clients = [programs[0].client(), programs[1].client()];
    for (here, there) in [(&clients[1], &clients[0]), (&clients[0], &clients[1])] {
        let name = format!("user-of-{}", here.port());
        let mut tokens = vec![here.sign_up(&name, PASSWORD).await];
        for _ in 0..4 {
            tokens.push(here.log_in(&name, PASSWORD).await.expect("let in"));
        }
        let ends = async |token: &String, path: &str, fields: &[(&str, &str)]| {
            let done = AtomicBool::new(false);
            let validating = async {
                while !done.load(Ordering::Relaxed) {
                    there.session(token).await;
                }
            };
            let ending = async {
                assert_eq!(there.session(token).await.status, StatusCode::OK);
                assert!(end(here, path, token, fields).await, "{path}");
                let next = there.session(token).await.status;
                done.store(true, Ordering::Relaxed);
                assert_eq!(next, StatusCode::UNAUTHORIZED, "{path}");
            };
            tokio::join!(validating, ending);
        };
        let id = here.session(&tokens[1]).await.json()["sessionId"].as_str().expect("an id").to_owned();
        let revoke = format!("/api/sessions/{id}/revoke");
        join_all([ends(&tokens[0], "/api/logout", &[]), ends(&tokens[1], &revoke, &[])]).await;
        let change = [("currentPassword", PASSWORD), ("newPassword", "staple battery")];
        ends(&tokens[2], "/api/password", &change).await;
        assert_eq!(there.session(&tokens[3]).await.status, StatusCode::UNAUTHORIZED, "with all others");
        let token = here.log_in(&name, "staple battery").await.expect("let in");
        ends(&token, "/api/account/delete", &[("password", "staple battery")]).await;
    }
}
