//! How it ends: told to stop, or killed.

use reqwest::StatusCode;
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::program::Program;
use crate::support::client::send;

#[tokio::test]
async fn told_to_stop_it_answers_what_is_under_way_and_exits_with_0() {
    for signal in [Signal::TERM, Signal::INT] {
        let program = Program::start().await;
        let client = program.client();
        client.sign_up("alice", "correct horse").await;
        let address = send(client.get("/health/live")).await;
        assert_eq!(address.status, StatusCode::OK);

        // A login whose body is still on its way when the signal comes.
        let body = r#"{"username":"alice","password":"correct horse"}"#;
        let head = format!(
            "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut under_way = TcpStream::connect(("127.0.0.1", client.port())).await.expect("a connection");
        under_way.write_all(head.as_bytes()).await.expect("a head that is sent");
        under_way.write_all(&body.as_bytes()[..10]).await.expect("half a body");
        // A connection that was let in later shows that the first is being served.
        assert_eq!(send(client.get("/health/live")).await.status, StatusCode::OK);

        program.signal(signal);
        let mut program = program;
        program.log_until("told to stop").await;
        under_way.write_all(&body.as_bytes()[10..]).await.expect("the other half");
        let mut answer = String::new();
        under_way.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

        let (status, _, log) = program.end().await;
        assert_eq!(status, Some(0), "{log:?}");
        assert!(log.last().expect("a line").contains("stopped"), "{log:?}");
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_being_killed() {
    let mut folder = tempfile::tempdir().expect("a folder");
    let mut tokens: Vec<String> = Vec::new();
    for round in 0..3 {
        let program = Program::start_in(folder, &[], &[]).await;
        for token in &tokens {
            assert_eq!(program.client().session(token).await.status, StatusCode::OK);
        }
        let username = format!("survivor-{round}");
        tokens.push(program.client().sign_up(&username, "correct horse").await);
        program.signal(Signal::KILL);
        let (status, same_folder, _) = program.end().await;
        assert_eq!(status, None, "killed");
        folder = same_folder;
    }
}
