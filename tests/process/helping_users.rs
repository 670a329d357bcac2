//! The commands by which an operator helps users, as `docs/helping-users.md` tells them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::operator::{Operator, text};
use crate::support::client::{Client, Encoding, Reply, send};

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";
const PUBLIC_URL: &str = "--public-url=https://login.example.com";

/// Chooses a new password by the link.
async fn reset(client: &Client, link: &str, password: &str) -> Reply {
    let (_, code) = link.rsplit_once("/reset/").expect("a password link");
    send(client.submit("/api/reset", Encoding::Json, &[("code", code), ("newPassword", password)])).await
}

fn names(listed: &[Value]) -> Vec<&str> {
    listed.iter().map(|user| user["username"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn a_password_link_of_a_command_lets_a_user_back_in() {
    let operator = Operator::beside_a_server_on(None).await;
    let client = operator.client();
    let token = client.sign_up("Alice", PASSWORD).await;
    let made = operator.done(&["user", "password-link", "alice", PUBLIC_URL]).await;
    let link = text(&made["link"]);
    assert!(link.starts_with("https://login.example.com/reset/"), "{link}");
    assert_eq!((&made["username"], text(&made["expiresAt"]).len()), (&json!("Alice"), 24));
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "nothing ends before the link is used");

    let newer = text(&operator.done(&["user", "password-link", "alice", "--expires=3d"]).await["link"]);
    reset(&client, &link, NEW_PASSWORD).await.assert_error(400, "invalid_link", "Invalid link");
    assert_eq!(reset(&client, &newer, NEW_PASSWORD).await.status, StatusCode::OK);
    assert_eq!(client.session(&token).await.status, StatusCode::UNAUTHORIZED);

    let revoked = text(&operator.done(&["user", "password-link", "alice"]).await["link"]);
    operator.done(&["user", "password-link", "alice", "--revoke"]).await;
    reset(&client, &revoked, PASSWORD).await.assert_error(400, "invalid_link", "Invalid link");
    let line = operator.refused(67, &["user", "password-link", "alice", "--revoke"], "").await;
    assert_eq!(line, "doorward: Alice has no password link\n");
}

#[tokio::test]
async fn a_link_without_a_public_url_leads_to_this_machine_with_a_warning() {
    let operator = Operator::beside_a_server_on(None).await;
    operator.client().sign_up("alice", PASSWORD).await;
    let arguments = ["user", "password-link", "alice", "--listen=127.0.0.1:4321", "--json"];
    let output = operator.run(&arguments, "").await;
    let made: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(text(&made["link"]).starts_with("http://localhost:4321/reset/"), "{made}");
    let warning = "doorward: warning: DOORWARD_PUBLIC_URL is not set, so links begin with http://localhost:4321\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), warning);
}

#[tokio::test]
async fn no_link_is_made_for_a_user_whom_it_could_not_sign_in() {
    let operator = Operator::beside_a_server_on(None).await;
    let alice = text(&operator.done(&["user", "create", "alice", "--no-password"]).await["userId"]);
    operator.done(&["user", "disable", "alice"]).await;
    let enable = format!("the user is disabled; enable them first with `doorward user enable {alice}`");
    for arguments in [&["user", "password-link", "alice"][..], &["session", "create", "alice"]] {
        let line = operator.refused(65, arguments, "").await;
        assert!(line.contains(&enable), "{line}");
    }
    let carol = text(&operator.done(&["user", "create", "Carol C", "--no-key"]).await["userId"]);
    let line = operator.refused(65, &["user", "password-link", &carol], "").await;
    assert!(line.contains(&format!("`doorward key add {carol} \"username:Carol C\"`")), "{line}");
    operator.done(&["key", "add", &carol, "username:Carol C"]).await;
    operator.done(&["user", "password-link", &carol]).await;
}

#[tokio::test]
async fn a_disabled_user_is_signed_out_before_the_command_exits_and_in_again_after_enabling() {
    for operator in Operator::on_every_store().await {
        let client = operator.client();
        let token = client.sign_up("alice", PASSWORD).await;
        operator.assert_revokes(&token, &["user", "disable", "alice"].map(String::from), "").await;
        let fields = [("username", "alice"), ("password", PASSWORD)];
        let refused = send(client.submit("/api/login", Encoding::Json, &fields)).await;
        refused.assert_error(403, "account_disabled", "Account is disabled");
        assert_eq!(operator.done(&["user", "show", "alice"]).await["disabled"], true);
        assert_eq!(operator.done(&["user", "enable", "alice"]).await["disabled"], false);
        assert!(client.log_in("alice", PASSWORD).await.is_some());
    }
}

#[tokio::test]
async fn a_renamed_user_keeps_the_session_and_the_password() {
    for operator in Operator::on_every_store().await {
        let client = operator.client();
        let token = client.sign_up("alice", PASSWORD).await;
        client.sign_up("bobby", PASSWORD).await;
        let before = client.session(&token).await.json();
        let renamed = operator.done(&["user", "rename", "ALICE", "Alice Miller"]).await;
        assert_eq!(renamed["username"], "Alice Miller");
        let after = client.session(&token).await.json();
        assert_eq!((&after["sessionId"], &after["user"]["username"]), (&before["sessionId"], &json!("Alice Miller")));
        assert_eq!(client.log_in("alice", PASSWORD).await, None);
        assert!(client.log_in("alice miller", PASSWORD).await.is_some());
        operator.refused(73, &["user", "rename", "bobby", "ALICE MILLER"], "").await;
        operator.refused(65, &["user", "rename", "bobby", "bob"], "").await;
        client.sign_up("alice", PASSWORD).await;
    }
}

#[tokio::test]
async fn users_are_listed_page_by_page_and_found_by_prefix_date_and_state() {
    for operator in Operator::on_every_store().await {
        for name in ["Alice", "ALBERT", "bobby", "carol"] {
            operator.done(&["user", "create", name, "--no-password"]).await;
        }
        operator.done(&["user", "disable", "bobby"]).await;
        let all = operator.list(&["user", "list"]).await;
        let ids: Vec<String> = all.iter().map(|user| text(&user["userId"])).collect();
        assert!(ids.len() == 4 && ids.is_sorted(), "{ids:?}");

        let page = operator.run(&["user", "list", "--limit=3"], "").await;
        let lines = String::from_utf8(page.stdout).expect("UTF-8");
        assert!(lines.lines().all(|line| line.matches('\t').count() == 3) && lines.lines().count() == 3, "{lines}");
        let note =
            format!("doorward: the list ends after 3 records, but there are more; --after {} lists them\n", ids[2]);
        assert_eq!(String::from_utf8_lossy(&page.stderr), note);
        assert_eq!(operator.list(&["user", "list", "--after", &ids[2]]).await, all[3..]);

        let mut found = operator.list(&["user", "list", "--prefix=aL"]).await;
        found.sort_by_key(|user| text(&user["username"]));
        assert_eq!(names(&found), ["ALBERT", "Alice"]);
        assert_eq!(names(&operator.list(&["user", "list", "--disabled"]).await), ["bobby"]);
        assert_eq!(operator.list(&["user", "list", "--created-after=2026-01-01"]).await.len(), 4);
        assert_eq!(operator.list(&["user", "list", "--created-after=9999-01-01"]).await.len(), 0);
    }
}
