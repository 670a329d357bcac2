//! The program with an admin listener: its settings, tokens file, signals and log.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use reqwest::StatusCode;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::{TOKEN, write_tokens};
use crate::process::program::{Program, run};
use crate::support::client::{Client, send};

const FLAGS: [&str; 3] = ["--admin-listen=127.0.0.1:0", "--admin-tokens-file=tokens", "--log-format=json"];

/// A folder with a tokens file of this content.
fn folder_with(content: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write_tokens(&folder.path().join("tokens"), content);
    folder
}

/// A client of the admin listener.
fn admin_client(program: &Program) -> Client {
    let line = program.log.iter().find(|line| line.contains("admin API at")).expect("its address in the log");
    let (_, rest) = line.split_once("127.0.0.1:").expect("an address");
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Client::of(digits.parse().expect("a port"))
}

/// Runs the program to its end and returns the exit status and what it says.
async fn refused(folder: &Path, flags: &[&str]) -> (Option<i32>, String) {
    let output = run(folder, flags, &[]).await;
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[tokio::test]
async fn an_admin_listener_without_a_good_tokens_file_stops_the_start() {
    let folder = folder_with("");
    let path = folder.path().join("tokens");
    let secret = "0123456789abcdef0123456789abcde";
    for (content, why) in [
        ("# only a comment\n".to_owned(), "it has no token"),
        (format!("one {secret}1\n\ntwo {secret}\n"), "line 3: "),
        (format!("one {secret}1\none {secret}2\n"), "line 2: "),
        (format!("{secret}1\n"), "line 1: "),
        ("x".repeat(70_000), "larger than 64 KiB"),
    ] {
        write_tokens(&path, &content);
        for command in [&[][..], &["check"]] {
            let (status, said) = refused(folder.path(), &[&FLAGS, command].concat()).await;
            assert_eq!((status, said.lines().count()), (Some(64), 1), "{said}");
            assert!(said.starts_with("doorward: DOORWARD_ADMIN_TOKENS_FILE is \"tokens\", but must be "), "{said}");
            assert!(said.contains(why) && !said.contains(&secret[..8]), "{said}");
        }
    }
    for flags in [&["--admin-listen=127.0.0.1:0"][..], &["--admin-listen=unix:/run/admin.sock", "check"]] {
        let (status, said) = refused(folder.path(), flags).await;
        assert_eq!((status, said.lines().count()), (Some(64), 1), "{said}");
        assert!(said.starts_with("doorward: DOORWARD_ADMIN_LISTEN is "), "{said}");
        assert!(said.contains("unset where DOORWARD_ADMIN_TOKENS_FILE is not set"), "{said}");
    }
    let (status, said) = refused(folder.path(), &["--admin-listen=127.0.0.1:0", "--admin-tokens-file=missing"]).await;
    assert!(status == Some(64) && said.contains("DOORWARD_ADMIN_TOKENS_FILE is \"missing\""), "{said}");
}

#[tokio::test]
async fn a_tokens_file_that_others_can_open_is_refused() {
    let folder = folder_with(&format!("backend {TOKEN}\n"));
    let path = folder.path().join("tokens");
    for (mode, is_refused) in [(0o644, true), (0o602, true), (0o601, true), (0o640, false)] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("our file");
        let (status, said) = refused(folder.path(), &[&FLAGS[..], &["check"]].concat()).await;
        assert_eq!(status == Some(64), is_refused, "{mode:o}: {said}");
        assert_eq!(said.contains("other users of this machine may open it"), is_refused, "{said}");
    }
}

#[tokio::test]
async fn a_tokens_file_without_the_listener_is_warned_of() {
    let folder = folder_with(&format!("backend {TOKEN}\n"));
    let (status, said) = refused(folder.path(), &["--admin-tokens-file=tokens", "check"]).await;
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("warning: DOORWARD_ADMIN_TOKENS_FILE has no effect"), "{said}");
    let flags = ["--admin-listen=0.0.0.0:1", "--admin-tokens-file=tokens", "check"];
    let (_, said) = refused(folder.path(), &flags).await;
    assert!(said.contains("warning: DOORWARD_ADMIN_LISTEN is 0.0.0.0:1, which is not loopback"), "{said}");
}

#[tokio::test]
async fn a_hangup_reads_the_tokens_anew_and_a_bad_file_changes_nothing() {
    let other = "another-token-of-the-backend-of-this-test";
    let mut program = Program::start_in(folder_with(&format!("backend {TOKEN}\n")), &FLAGS, &[]).await;
    let path = program.folder.path().join("tokens");
    let client = admin_client(&program);
    let is_known = async |token: &str| {
        let reply = send(client.get("/admin/users?username=alice").bearer_auth(token)).await;
        reply.status == StatusCode::OK
    };
    assert!(is_known(TOKEN).await && !is_known(other).await);
    write_tokens(&path, "broken\n");
    program.signal(Signal::HUP);
    let warning = program.log_until("stay as they were: line 1").await;
    assert!(warning.contains("WARN"), "{warning}");
    assert!(is_known(TOKEN).await && !is_known(other).await);
    write_tokens(&path, &format!("backend {other}\n"));
    program.signal(Signal::HUP);
    program.log_until("are read anew").await;
    assert!(!is_known(TOKEN).await && is_known(other).await);
    program.signal(Signal::TERM);
    assert_eq!(program.end().await.0, Some(0));
}

/// The audit events of a JSON log, in the order written.
fn events(log: &[String]) -> Vec<Value> {
    let lines = log.iter().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["target"] == "doorward::audit").collect()
}

#[tokio::test]
async fn each_change_by_a_program_is_an_audit_line_with_its_actor() {
    let program = Program::start_in(folder_with(&format!("backend {TOKEN}\n")), &FLAGS, &[]).await;
    let client = admin_client(&program);
    let ask = async |method: &str, path: &str, body: Value| {
        let request = client.request(method.parse().expect("a method"), path).bearer_auth(TOKEN);
        let reply = send(if body.is_null() { request } else { request.json(&body) }).await;
        assert!(reply.status.is_success(), "{method} {path}: {}", reply.body);
        serde_json::from_str::<Value>(&reply.body).unwrap_or_default()
    };
    let user = ask("POST", "/admin/users", json!({ "username": "alice", "password": "correct horse" })).await;
    let user = user["userId"].as_str().expect("an id");
    let of_user = |rest: &str| format!("/admin/users/{user}{rest}");
    for read in ["", "/keys", "/sessions"] {
        ask("GET", &of_user(read), Value::Null).await;
    }
    ask("PATCH", &of_user(""), json!({ "attributes": { "plan": "pro" } })).await;
    ask("PATCH", &of_user(""), json!({})).await;
    ask("POST", &of_user("/keys"), json!({ "keyId": "github:1" })).await;
    ask("POST", "/admin/keys/username:alice/verify", json!({ "password": "correct horse" })).await;
    ask("PATCH", "/admin/keys/username:alice", json!({ "password": "staple battery" })).await;
    ask("DELETE", "/admin/keys/github:1", Value::Null).await;
    let session = ask("POST", &of_user("/sessions"), json!({})).await;
    let session = format!("/admin/sessions/{}", session["sessionId"].as_str().expect("an id"));
    ask("PATCH", &session, json!({ "attributes": { "role": "editor" } })).await;
    ask("DELETE", &session, Value::Null).await;
    ask("DELETE", &of_user("/sessions"), Value::Null).await;
    ask("DELETE", &of_user(""), Value::Null).await;
    for token in [None, Some("a-wrong-token-that-is-never-in-the-log")] {
        let request = client.get("/admin/users");
        send(token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth)).await;
    }
    program.signal(Signal::TERM);
    let (_, _, log) = program.end().await;
    let seen = events(&log);
    let names: Vec<&str> = seen.iter().map(|event| event["event"].as_str().expect("a name")).collect();
    let changes = [
        "account_created",
        "attributes_changed",
        "key_added",
        "password_set",
        "key_deleted",
        "session_created",
        "attributes_changed",
        "session_revoked",
        "sessions_revoked",
        "account_deleted",
    ];
    assert_eq!(names, [&changes[..], &["admin_token_refused"; 2]].concat());
    for (number, event) in seen.iter().enumerate() {
        let expected = if number < changes.len() { (user.into(), "admin:backend".into()) } else { Default::default() };
        assert_eq!((event["user_id"].clone(), event["actor"].clone()), expected, "{event}");
        assert_eq!(event["span"]["actor"], event["actor"], "{event}");
        assert_eq!(event["span"]["address"], "127.0.0.1", "{event}");
        assert!(event["span"]["id"].is_string(), "{event}");
    }
}

#[tokio::test]
async fn admin_tokens_passwords_and_usernames_are_in_no_log() {
    let folder = folder_with(&format!("backend {TOKEN}\n"));
    let mut program = Program::start_in(folder, &[&FLAGS[..], &["--log=trace"]].concat(), &[]).await;
    let client = admin_client(&program);
    let wrong = "a-wrong-token-that-is-never-in-the-log";
    let session_token = program
        .log_during(async {
            let body = json!({ "username": "secret-name", "password": "correct-horse-battery" });
            let created = send(client.post("/admin/users").bearer_auth(TOKEN).json(&body)).await.json();
            let sessions = format!("/admin/users/{}/sessions", created["userId"].as_str().expect("an id"));
            let opened = send(client.post(&sessions).bearer_auth(TOKEN)).await.json();
            send(client.get("/admin/users?username=secret-name").bearer_auth(TOKEN)).await;
            let verify = client.post("/admin/keys/username:secret-name/verify").bearer_auth(TOKEN);
            send(verify.json(&json!({ "password": "wrong-horse-battery" }))).await;
            send(client.get("/admin/keys/username:secret-name").bearer_auth(wrong)).await;
            opened["token"].as_str().expect("a token").to_owned()
        })
        .await;
    write_tokens(&program.folder.path().join("tokens"), &format!("backend {TOKEN} more\n"));
    program.signal(Signal::HUP);
    program.log_until("stay as they were").await;
    program.signal(Signal::TERM);
    let (_, _, log) = program.end().await;
    let log = log.join("\n");
    assert!(log.contains("account_created") && log.contains("/admin/keys/…"), "the log was read");
    for secret in [TOKEN, wrong, "secret-name", "correct-horse-battery", "wrong-horse-battery", &session_token] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_admin_api_is_served_on_a_unix_socket() {
    let folder = folder_with(&format!("backend {TOKEN}\n"));
    let socket = folder.path().join("admin.sock");
    let listen = format!("--admin-listen=unix:{}", socket.display());
    let program = Program::start_in(folder, &[&listen, FLAGS[1]], &[]).await;
    let mode = socket.metadata().expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let mut stream = UnixStream::connect(&socket).await.expect("a connection");
    let head = "GET /admin/users?username=alice HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let request = format!("{head}authorization: Bearer {TOKEN}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a server that listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(r#"{"more":false,"users":[]}"#), "{answer}");
    program.signal(Signal::TERM);
    program.end().await;
    assert!(!socket.exists(), "it is removed at the end");
}
