//! The commands by which an operator helps users, as `docs/helping-users.md` tells them.

use futures_util::future::join_all;
use reqwest::StatusCode;
use rustix::process::Signal;
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

/// A class of thirty names, some of which CSV must quote.
fn class() -> Vec<String> {
    let names = (1..=27).map(|number| format!("Pupil {number:02}"));
    names.chain(["Éva Müller", "Smith, Bob", "Bob \"Bobby\" B"].map(String::from)).collect()
}

/// The rows of a CSV below its header, which must be that of links.
fn rows(csv: &str) -> Vec<[String; 4]> {
    let (header, rest) = csv.split_once('\n').expect("a header");
    assert_eq!(header, "username,userId,link,expires");
    let fields = |line: &str| {
        // The username alone may be quoted.
        let (name, rest) = match line.strip_prefix('"') {
            Some(quoted) => quoted.rsplit_once("\",").expect("a closing quote"),
            None => line.split_once(',').expect("a comma"),
        };
        let [id, link, expires] = rest.split(',').collect::<Vec<_>>()[..] else { panic!("four fields: {line}") };
        [&name.replace("\"\"", "\""), id, link, expires].map(ToOwned::to_owned)
    };
    rest.lines().map(fields).collect()
}

/// Opens the link as a browser does, types it as a form, and returns the username of the session that it opened.
async fn choose_password(client: &Client, link: &str) -> String {
    let (_, code) = link.rsplit_once('/').expect("a code");
    let page = send(client.get(&format!("/reset/{code}")).header("accept", "text/html")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let reply = reset(client, link, NEW_PASSWORD).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    text(&user(client, &reply.cookie_value().expect("a session")).await["username"])
}

async fn user(client: &Client, token: &str) -> Value {
    client.session(token).await.json()["user"].clone()
}

#[tokio::test]
async fn a_class_of_thirty_is_created_by_one_command_and_signs_in_at_once_by_its_links() {
    let mut operator = Operator::beside_a_server_with(None, &["--log=debug"]).await;
    let names = class();
    let list = format!("\u{feff}{}\r\n\r\n", names.join("\r\n"));
    let arguments = ["user", "create-many", "-", "--password-links", "--attributes", r#"{"class":"5b"}"#, PUBLIC_URL];
    let output = operator.run(&[&["--log=debug"], &arguments[..]].concat(), &list).await;
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{said}");
    let rows = rows(&String::from_utf8(output.stdout).expect("UTF-8"));
    assert_eq!(rows.iter().map(|[name, ..]| name.clone()).collect::<Vec<_>>(), names);
    assert_eq!(said.lines().filter(|line| line.contains("account_created")).count(), 30, "{said}");
    assert!(said.lines().count() == 30 && rows.iter().all(|[_, id, ..]| said.contains(id)), "{said}");

    // All clients have one address, as pupils behind one router have, and the throttle is on.
    let client = operator.client();
    let signing_in = join_all(rows.iter().map(|[_, _, link, _]| choose_password(&client, link)));
    let signed_in = operator.program.log_during(signing_in).await;
    assert_eq!(signed_in, names);
    let token = client.log_in("éva müller", NEW_PASSWORD).await.expect("a login with the chosen password");
    assert_eq!(user(&client, &token).await["attributes"], json!({"class": "5b"}));

    operator.program.signal(Signal::TERM);
    let (_, _, log) = operator.program.end().await;
    let log = log.join("\n");
    assert!(log.contains("/reset/…") && log.contains("DEBUG") && log.contains("password_reset"), "{log}");
    for [name, _, link, _] in &rows {
        let (_, code) = link.rsplit_once('/').expect("a code");
        let compact = code.replace('-', "");
        for secret in [name.as_str(), code, &compact] {
            assert!(!log.contains(secret) && !said.contains(secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn many_users_are_created_as_json_where_a_program_asks_for_it() {
    let operator = Operator::beside_a_server_on(None).await;
    let file = operator.folder.path().join("names.txt");
    std::fs::write(&file, "Alice\n\n  bobby \n").expect("a file");
    let listed = operator.list(&["user", "create-many", "names.txt", "--expires=14d", PUBLIC_URL]).await;
    assert_eq!(names(&listed), ["Alice", "bobby"]);
    for user in &listed {
        assert!(text(&user["link"]).starts_with("https://login.example.com/reset/"), "{user}");
        assert!(user["expiresAt"].is_string() && user["userId"].is_string(), "{user}");
    }
}

#[tokio::test]
async fn one_name_that_cannot_be_taken_keeps_a_whole_list_from_being_created() {
    for operator in Operator::on_every_store().await {
        operator.client().sign_up("Frida", PASSWORD).await;
        let list = "Alice\n\nann\nbobby \nfrida\nALICE\nx\u{200b}yz1\n";
        let output = operator.run(&["user", "create-many", "-"], list).await;
        assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0));
        let expected = "line 3: \"ann\": the username is too short; it must have 4 to 31 characters\n\
             line 5: \"frida\": the username is taken\n\
             line 6: \"ALICE\": the username is that of line 1\n\
             line 7: \"x\\u{200b}yz1\": the username has a character that does not show\n\
             doorward: no user was created, since 4 of 6 names cannot be taken\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
        assert_eq!(names(&operator.list(&["user", "list"]).await), ["Frida"]);

        let taken = operator.run(&["user", "create-many", "-"], "Alice\nFRIDA\n").await;
        let told = String::from_utf8_lossy(&taken.stderr).into_owned();
        assert!(
            taken.status.code() == Some(65) && told.starts_with("line 2: \"FRIDA\": the username is taken\n"),
            "{told}"
        );
        assert_eq!(names(&operator.list(&["user", "list"]).await), ["Frida"]);
    }
}

#[tokio::test]
async fn a_thousand_names_are_created_at_once_on_every_store() {
    for operator in Operator::on_every_store().await {
        let list = (0..1_000).map(|number| format!("Pupil {number}")).collect::<Vec<_>>().join("\n");
        let begun = std::time::Instant::now();
        let output = operator.run(&["user", "create-many", "-"], &list).await;
        eprintln!("1,000 users on {:.20}: {:?}", operator.store.trim_start_matches("--database-url="), begun.elapsed());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(rows(&String::from_utf8(output.stdout).expect("UTF-8")).len(), 1_000);
        let more = operator.refused(65, &["user", "create-many", "-"], &(list + "\nPupil 1000\n")).await;
        assert!(more.contains("1001 names; 1000 at once is the most"), "{more}");
    }
}

#[tokio::test]
async fn a_user_created_with_a_link_chooses_the_password() {
    let operator = Operator::beside_a_server_on(None).await;
    let elsewhere = "larz8rga34yycgj";
    let create = ["user", "create", "Alice", "--password-link", "--expires=3d", "--user-id", elsewhere];
    let created = operator.done(&create).await;
    assert_eq!((&created["userId"], &created["username"]), (&json!(elsewhere), &json!("Alice")));
    assert_eq!(choose_password(&operator.client(), &text(&created["link"])).await, "Alice");
    operator.refused(73, &["user", "create", "ALICE", "--password-link"], "").await;
    operator.refused(73, &["user", "create", "bobby", "--password-link", "--user-id", elsewhere], "").await;
    operator.refused(64, &["user", "create", "bobby", "--password-link", "--no-key"], "").await;
}

async fn sign_up_with(client: &Client, username: &str, invitation: &str) -> Reply {
    let (_, code) = invitation.rsplit_once("/invite/").unwrap_or(("", invitation));
    let fields = [("username", username), ("password", PASSWORD), ("invitation", code)];
    send(client.submit("/api/signup", Encoding::Json, &fields)).await
}

#[tokio::test]
async fn persons_with_an_invitation_of_a_command_sign_up_and_no_others() {
    let operator = Operator::beside_a_server_with(None, &["--signup=invite"]).await;
    let client = operator.client();
    assert_eq!(sign_up_with(&client, "alice", "").await.json()["code"], "invitation_required");

    let create = ["invitation", "create", "--uses=2", "--attributes", r#"{"class":"5b"}"#, PUBLIC_URL];
    let made = operator.done(&create).await;
    let link = text(&made["link"]);
    assert!(link.starts_with("https://login.example.com/invite/"), "{link}");
    assert_eq!((&made["usesLeft"], &made["username"]), (&json!(2), &Value::Null));
    for name in ["alice", "bobby"] {
        let reply = sign_up_with(&client, name, &link).await;
        assert_eq!(reply.json()["user"]["attributes"], json!({"class": "5b"}), "{}", reply.body);
        if name == "alice" {
            assert_eq!(operator.list(&["invitation", "list"]).await[0]["usesLeft"], 1);
        }
    }
    sign_up_with(&client, "carol", &link).await.assert_error(400, "invalid_link", "Invalid link");
    assert_eq!(operator.list(&["invitation", "list"]).await.len(), 0, "what is used up is not listed");

    let fixed = operator.done(&["invitation", "create", "--username=Éva M", "--expires=1h"]).await;
    let reply = sign_up_with(&client, "Éva M", &text(&fixed["link"])).await;
    assert_eq!(reply.json()["user"]["username"], "Éva M", "{}", reply.body);
}

#[tokio::test]
async fn invitations_are_listed_page_by_page_and_revoked() {
    for operator in Operator::on_every_store().await {
        let client = operator.client();
        let first = operator.done(&["invitation", "create"]).await;
        operator.done(&["invitation", "create", "--username=Alice"]).await;
        let all = operator.list(&["invitation", "list"]).await;
        assert!(all.iter().all(|invitation| invitation.get("link").is_none()), "{all:?}");
        let ids: Vec<String> = all.iter().map(|invitation| text(&invitation["invitationId"])).collect();
        assert!(ids.len() == 2 && ids.is_sorted(), "{ids:?}");
        let page = operator.run(&["invitation", "list", "--limit=1"], "").await;
        let line = String::from_utf8(page.stdout).expect("UTF-8");
        assert!(line.starts_with(&ids[0]) && line.matches('\t').count() == 4 && line.lines().count() == 1, "{line}");
        let note = String::from_utf8_lossy(&page.stderr).into_owned();
        assert!(note.ends_with(&format!("--after {} lists them\n", ids[0])), "{note}");
        assert_eq!(operator.list(&["invitation", "list", "--after", &ids[0]]).await, all[1..]);

        let id = text(&first["invitationId"]);
        operator.done(&["invitation", "revoke", &id]).await;
        sign_up_with(&client, "bobby", &text(&first["link"])).await.assert_error(400, "invalid_link", "Invalid link");
        operator.refused(67, &["invitation", "revoke", &id], "").await;
        let line = operator.refused(67, &["invitation", "revoke", &text(&first["link"])], "").await;
        let (_, code) = line.split_once("doorward: ").expect("a line");
        assert!(code.starts_with("the code of a link is no invitation id"), "{line}");
    }
}

/// Fails to log in until the throttle refuses to try.
async fn lock_out(client: &Client, username: &str) {
    for _ in 0..100 {
        let fields = [("username", username), ("password", "wrong horse")];
        if send(client.submit("/api/login", Encoding::Json, &fields)).await.status == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
    }
    panic!("the throttle is on");
}

#[tokio::test]
async fn a_user_whom_the_throttle_slows_signs_in_at_once_after_a_reset() {
    let operator = Operator::beside_a_server_with(None, &[]).await;
    let client = operator.client();
    client.sign_up("alice", PASSWORD).await;
    lock_out(&client, "alice").await;
    assert_eq!(client.log_in("alice", PASSWORD).await, None);
    let reset = operator.done(&["throttle", "reset", "ALICE"]).await;
    assert_eq!((&reset["username"], &reset["attemptsCleared"]), (&json!("alice"), &json!(true)));
    assert!(client.log_in("alice", PASSWORD).await.is_some());
    assert_eq!(operator.done(&["throttle", "reset", "alice"]).await["attemptsCleared"], false);
}

#[tokio::test]
async fn an_address_that_the_throttle_slows_is_reset_with_the_user_who_has_it_as_a_name() {
    let operator = Operator::beside_a_server_with(None, &[]).await;
    let client = operator.client();
    client.sign_up("127.0.0.1", PASSWORD).await;
    for number in 0..30 {
        assert_eq!(client.log_in(&format!("unknown {number}"), PASSWORD).await, None);
    }
    lock_out(&client, "127.0.0.1").await;
    let arguments = ["throttle", "reset", "127.0.0.1", "--json", "--log=info", "--log-format=json"];
    let output = operator.run(&arguments, "").await;
    let reset: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&reset["username"], &reset["address"]), (&json!("127.0.0.1"), &json!("127.0.0.1")));
    let audit: Value = serde_json::from_slice(&output.stderr).expect("one line");
    assert_eq!((&audit["event"], &audit["user_id"]), (&json!("throttle_reset"), &reset["userId"]));
    assert_eq!(audit["address"], "127.0.0.1");
    assert!(client.log_in("127.0.0.1", PASSWORD).await.is_some());
    assert_eq!(operator.done(&["throttle", "reset", "::1"]).await, json!({"address": "::1", "attemptsCleared": false}));
    operator.refused(67, &["throttle", "reset", "nobody here"], "").await;
}
