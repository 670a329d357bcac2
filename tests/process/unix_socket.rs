//! The program on a Unix socket.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::program::{Program, run};

/// The flag that names the socket `s` in a folder.
fn flag(folder: &TempDir) -> String {
    format!("--listen=unix:{}", folder.path().join("s").display())
}

async fn start_on_a_socket_in(folder: &TempDir) -> Program {
    let store = tempfile::tempdir().expect("a folder");
    Program::start_in(store, &[&flag(folder), "--public-url=https://login.example.com"], &[]).await
}

/// Sends a request to the socket and returns the whole answer.
async fn ask(folder: &TempDir, head: &str, body: &str) -> String {
    let mut stream = UnixStream::connect(folder.path().join("s")).await.expect("a server that listens");
    let length = body.len();
    let request =
        format!("{head}\r\nHost: login.example.com\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.expect("a server that reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

/// Signs up with these headers, and returns the address of the session.
async fn address_of_sign_up(folder: &TempDir, username: &str, headers: &str) -> Value {
    let body = format!(r#"{{"username": "{username}", "password": "correct horse", "transport": "bearer"}}"#);
    let head = format!("POST /api/signup HTTP/1.1\r\nContent-Type: application/json{headers}");
    let (_, session) = json_of(&ask(folder, &head, &body).await);
    let token = session["token"].as_str().unwrap_or_else(|| panic!("no token: {session}"));
    let head = format!("GET /api/sessions HTTP/1.1\r\nAuthorization: Bearer {token}");
    json_of(&ask(folder, &head, "").await).1["sessions"][0]["address"].clone()
}

fn json_of(answer: &str) -> (&str, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    (head, serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {answer}")))
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}

#[tokio::test]
async fn a_client_of_a_unix_socket_is_a_trusted_proxy() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = start_on_a_socket_in(&folder).await;
    let path = folder.path().join("s");
    let line = program.log.last().expect("a line");
    let told = format!("listening on unix:{}; open https://login.example.com", path.display());
    assert!(line.contains(&told), "{line}");
    let names_a_setting = |line: &&String| line.contains("WARN") && line.contains("DOORWARD_");
    assert_eq!(program.log.iter().find(names_a_setting), None);
    assert_eq!(mode(&path), 0o660);

    let forwarded = "\r\nX-Forwarded-For: 198.51.100.66, 203.0.113.7\r\nX-Forwarded-Proto: https";
    assert_eq!(address_of_sign_up(&folder, "alice", forwarded).await, "203.0.113.7");
    assert_eq!(address_of_sign_up(&folder, "bobby", "").await, "127.0.0.1");

    program.signal(Signal::TERM);
    let (status, _, log) = program.end().await;
    assert_eq!(status, Some(0), "{log:#?}");
    assert!(!path.exists(), "the socket is removed");
}

#[tokio::test]
async fn a_socket_is_replaced_only_after_its_server_has_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = start_on_a_socket_in(&folder).await;
    let output = run(folder.path(), &[&flag(&folder)], &[]).await;
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    let last = said.lines().last().expect("a line");
    assert!(last.starts_with("doorward: DOORWARD_LISTEN is unix:/"), "{last}");
    assert!(last.ends_with("another server listens there"), "{last}");
    assert!(ask(&folder, "GET /health/ready HTTP/1.1", "").await.starts_with("HTTP/1.1 200"));

    first.signal(Signal::KILL);
    first.ended_unread().await;
    assert!(folder.path().join("s").exists(), "a killed server leaves its socket");
    let _second = start_on_a_socket_in(&folder).await;
    assert!(ask(&folder, "GET /health/ready HTTP/1.1", "").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn the_socket_of_a_later_server_outlives_the_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = start_on_a_socket_in(&folder).await;
    std::fs::rename(folder.path().join("s"), folder.path().join("away")).expect("a file");
    let _second = start_on_a_socket_in(&folder).await;
    first.signal(Signal::TERM);
    assert_eq!(first.end().await.0, Some(0));
    assert!(ask(&folder, "GET /health/ready HTTP/1.1", "").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_file_that_is_no_socket_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s");
    std::fs::write(&path, "precious").expect("a file");
    let output = run(folder.path(), &[&flag(&folder)], &[]).await;
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.lines().last().is_some_and(|line| line.ends_with("a file that is no socket is there")), "{said}");
    assert_eq!(std::fs::read_to_string(path).expect("the file"), "precious");
    let output = run(folder.path(), &["--listen=unix:doorward.sock"], &[]).await;
    assert_eq!(output.status.code(), Some(64), "a path must be absolute");
}
