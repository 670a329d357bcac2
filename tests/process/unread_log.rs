//! A log that nobody reads costs lines and nothing else.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use super::program::{Program, command};
use crate::support::client::{Encoding, send};

#[tokio::test]
async fn a_log_that_is_not_read_stops_nothing() {
    let program =
        Program::start_in(tempfile::tempdir().expect("a folder"), &["--log=debug", "--throttle=off"], &[]).await;
    let client = program.client();
    // Some hundred bytes a line: many times what a pipe holds.
    for n in 0..2_000 {
        let path = format!("/nowhere/{n}/{}", "x".repeat(400));
        let asked = tokio::time::timeout(Duration::from_secs(10), send(client.get(&path))).await;
        assert_eq!(asked.expect("an answer").status.as_u16(), 404, "request {n}");
    }
    let sign_up = client.submit("/api/signup", Encoding::Json, &[("username", "alice"), ("password", "correct horse")]);
    assert_eq!(send(sign_up).await.status.as_u16(), 201);
    assert_eq!(send(client.get("/health/live")).await.status.as_u16(), 200);
    program.signal(Signal::TERM);
    let ended = tokio::time::timeout(Duration::from_secs(20), program.ended_unread()).await;
    assert_eq!(ended.expect("it ends"), Some(0));
}

#[tokio::test]
async fn a_line_of_the_json_log_says_each_thing_once_and_briefly() {
    let arguments = ["--log-format=json", "--log=debug"];
    let program = Program::start_in(tempfile::tempdir().expect("a folder"), &arguments, &[]).await;
    let path = format!("/api/{}", "x".repeat(30_000));
    send(program.client().post(&path).body("x")).await;
    send(program.client().post("/api/logout")).await;
    program.signal(Signal::TERM);
    let (_, _, log) = program.end().await;
    let lines: Vec<Value> = log.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_requests: Vec<_> = lines.iter().filter(|line| line["span"]["name"] == "request").collect();
    assert!(of_requests.iter().any(|line| line["span"]["path"] == "/api/logout"), "{log:#?}");
    for line in &of_requests {
        assert_eq!(line.get("spans"), None, "{line}");
        assert!(line["span"]["path"].as_str().is_some_and(|path| path.len() <= 256), "{line}");
    }
    assert!(of_requests.iter().all(|line| line.to_string().len() < 2_000), "{log:#?}");
}

#[tokio::test]
async fn a_broken_line_of_dot_env_is_told_without_its_value() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(".env"), "A=1\nDATABASE_URL=postgres://u:my hunter2@h/d\n").expect("a file");
    let output = command(folder.path()).stdin(Stdio::null()).output().await.expect("a program that runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{told}");
    assert!(told.contains("line 2 of the file .env, which sets DATABASE_URL,") && !told.contains("hunter2"), "{told}");
}
