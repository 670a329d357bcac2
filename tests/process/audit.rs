//! The audit log: each event of an account, with its time, request, address and user.

use reqwest::StatusCode;
use rustix::process::Signal;
use serde_json::Value;

use super::program::Program;
use crate::support::client::{Encoding, cookie, send};

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";

/// The audit events of a JSON log, in the order written.
fn events(log: &[String]) -> Vec<Value> {
    let lines = log.iter().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["target"] == "doorward::audit").collect()
}

#[tokio::test]
async fn each_audit_event_has_its_time_request_address_and_user() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start_in(folder, &["--log-format=json"], &[]).await;
    let client = program.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let user = client.session(&token).await.json()["user"]["userId"].clone();
    let other = client.log_in("alice", PASSWORD).await.expect("a successful login");
    assert!(client.log_in("alice", "wrong horse").await.is_none());
    let id = client.session(&other).await.json()["sessionId"].as_str().expect("an id").to_owned();
    let made = send(client.post("/api/recovery-codes").header("cookie", cookie(&token))).await.json();
    let code = made["codes"][0].as_str().expect("a code");
    for (path, fields) in [
        ("/api/recovery-codes".into(), vec![("password", "wrong horse")]),
        (format!("/api/sessions/{id}/revoke"), vec![]),
        ("/api/sessions/revoke-others".into(), vec![]),
        ("/api/password".into(), vec![("currentPassword", "wrong horse"), ("newPassword", NEW_PASSWORD)]),
        ("/api/account/delete".into(), vec![("password", "wrong horse")]),
    ] {
        send(client.submit(&path, Encoding::Json, &fields).header("cookie", cookie(&token))).await;
    }
    let mut recovered = None;
    for code in ["0000-0000-0000-0000", code] {
        let fields = [("username", "alice"), ("code", code), ("newPassword", NEW_PASSWORD)];
        recovered = send(client.submit("/api/recover", Encoding::Json, &fields)).await.cookie_value();
    }
    let change = [("currentPassword", NEW_PASSWORD), ("newPassword", NEW_PASSWORD)];
    let change = client.submit("/api/password", Encoding::Json, &change);
    send(change.header("cookie", cookie(&recovered.expect("signed in")))).await;
    program.signal(Signal::TERM);
    let (_, folder, first) = program.end().await;

    let program = Program::start_in(folder, &["--log-format=json", "--argon2-iterations=2"], &[]).await;
    let client = program.client();
    let token = client.log_in("alice", NEW_PASSWORD).await.expect("a successful login");
    send(client.post("/api/logout").header("origin", "https://evil.example").header("cookie", cookie(&token))).await;
    send(client.post("/api/logout").header("cookie", cookie(&token))).await;
    let token = client.log_in("alice", NEW_PASSWORD).await.expect("a successful login");
    send(client.get("/api/account/data").header("cookie", cookie(&token))).await;
    let delete = client.submit("/api/account/delete", Encoding::Json, &[("password", NEW_PASSWORD)]);
    assert_eq!(send(delete.header("cookie", cookie(&token))).await.status, StatusCode::NO_CONTENT);
    for _ in 0..=10 {
        assert!(client.log_in("mallory", "wrong horse").await.is_none());
    }
    program.signal(Signal::TERM);
    let (_, _, second) = program.end().await;

    let seen: Vec<Value> = events(&first).into_iter().chain(events(&second)).collect();
    let names: Vec<&str> = seen.iter().map(|event| event["event"].as_str().expect("a name")).collect();
    let expected = [
        "sign_up",
        "log_in",
        "log_in_failed",
        "recovery_codes_issued",
        "recovery_codes_refused",
        "session_revoked",
        "other_sessions_revoked",
        "password_change_failed",
        "account_deletion_failed",
        "recovery_failed",
        "account_recovered",
        "password_changed",
        "log_in",
        "rehash",
        "cross_origin",
        "log_out",
        "log_in",
        "data_downloaded",
        "account_deleted",
    ];
    assert_eq!(names[..expected.len()], expected);
    assert_eq!(names[expected.len()..names.len() - 1], ["log_in_failed"; 10]);
    assert_eq!(names.last(), Some(&"too_many_attempts"));
    for event in &seen {
        let time = event["timestamp"].as_str().expect("a time");
        assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
        assert_eq!((&event["level"], &event["span"]["address"]), (&"INFO".into(), &"127.0.0.1".into()), "{event}");
        assert!(event["span"]["id"].is_string() && event["span"]["path"].is_string(), "{event}");
    }
    let anonymous = ["cross_origin", "too_many_attempts"];
    for (name, event) in names.iter().zip(&seen).take(expected.len()) {
        let expected = if anonymous.contains(name) { &Value::Null } else { &user };
        assert_eq!(&event["user_id"], expected, "{event}");
    }
    assert!(
        seen[expected.len()..].iter().all(|event| event["user_id"].is_null()),
        "an unknown username has no user id"
    );
    let log = [first, second].concat().join("\n");
    for typed in ["mallory", "wrong horse", PASSWORD, NEW_PASSWORD, &token, code] {
        assert!(!log.contains(typed), "{typed}");
    }
}

#[tokio::test]
async fn a_trusted_proxy_names_the_request_and_its_trace_in_the_log() {
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    for (proxies, id, trace) in
        [("--trusted-proxies=127.0.0.1", Some("proxy-7"), Some(TRACE)), ("--trusted-proxies=192.0.2.1", None, None)]
    {
        let flags = ["--log-format=json", proxies];
        let program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await;
        let client = program.client();
        let fields = [("username", "alice"), ("password", PASSWORD)];
        let request = client.submit("/api/signup", Encoding::Json, &fields).header("x-request-id", "proxy-7");
        let request = request.header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"));
        assert_eq!(send(request).await.status, StatusCode::CREATED);
        program.signal(Signal::TERM);
        let (_, _, log) = program.end().await;
        let line = log.iter().find(|line| line.contains("\"sign_up\"")).expect("an audit line");
        let line: Value = serde_json::from_str(line).expect("JSON");
        let span = &line["span"];
        assert_eq!(span["trace_id"].as_str(), trace, "{line}");
        assert_eq!(span["id"].as_str().filter(|id| *id == "proxy-7"), id, "{line}");
    }
}
