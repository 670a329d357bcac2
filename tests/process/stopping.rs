//! The end of the program: by a signal to stop, or by a kill.

use reqwest::StatusCode;
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::program::Program;
use crate::support::client::send;

#[tokio::test]
async fn a_stopping_server_answers_open_requests_and_exits_with_0() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut program = Program::start().await;
        let client = program.client();
        client.sign_up("alice", "correct horse").await;

        // A login whose body is not sent yet when the signal comes. The server has asked for it, so the request is open.
        let body = r#"{"username":"alice","password":"correct horse"}"#;
        let head = format!(
            "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\n\r\n",
            body.len()
        );
        let mut under_way = TcpStream::connect(("127.0.0.1", client.port())).await.expect("a connection");
        under_way.write_all(head.as_bytes()).await.expect("a head that is sent");
        let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        under_way.read_exact(&mut go_on).await.expect("a server that asks for the body");
        assert!(go_on.starts_with(b"HTTP/1.1 100 "));

        program.signal(signal);
        program.log_until("told to stop").await;
        under_way.write_all(body.as_bytes()).await.expect("a connection that is kept");
        let mut answer = String::new();
        under_way.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

        let (status, _, log) = program.end().await;
        assert_eq!(status, Some(0), "{log:?}");
        assert!(log.last().expect("a line").contains("stopped"), "{log:?}");
    }
}

#[tokio::test]
async fn acknowledged_sign_ups_survive_a_kill() {
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

#[tokio::test]
async fn the_metrics_listener_stops_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start_in(folder, &["--metrics-listen=127.0.0.1:0"], &[]).await;
    let client = program.metrics_client();
    let reply = send(client.get("/metrics")).await;
    assert_eq!(reply.status, StatusCode::OK, "the metrics are served, and the connection is kept");
    program.signal(Signal::TERM);
    let (status, _, log) = program.end().await;
    assert_eq!(status, Some(0), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("WARN") && line.contains("cut")), "{log:?}");
    assert!(TcpStream::connect(("127.0.0.1", client.port())).await.is_err(), "the listener is closed");
}
