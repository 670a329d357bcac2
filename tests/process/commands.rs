//! The operator's commands, run beside a running server.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;

use reqwest::StatusCode;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};

use super::operator::{Operator, text};
use super::program::command;
use crate::storage::places::Place;
use crate::support::client::Client;
use crate::support::postgres;
use crate::support::server::CHEAP_HASH;

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";
const PUBLIC_URL: &str = "--public-url=https://login.example.com";

/// A terminal: our side, and that of the program.
fn terminal() -> (OwnedFd, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("its other side");
    unlockpt(&ours).expect("its other side");
    let name = ptsname(&ours, vec![]).expect("its name").into_string().expect("UTF-8");
    (ours, File::options().read(true).write(true).open(name).expect("a terminal"))
}

/// What a terminal shows, up to 4 KiB.
fn shown_on(ours: &OwnedFd) -> String {
    let mut shown = [0; 4_096];
    rustix::io::ioctl_fionbio(ours, true).expect("a terminal in non-blocking mode");
    let count = rustix::io::read(ours, &mut shown).unwrap_or(0);
    String::from_utf8_lossy(&shown[..count]).into_owned()
}

async fn id_of_session(client: &Client, token: &str) -> String {
    text(&client.session(token).await.json()["sessionId"])
}

async fn user(client: &Client, token: &str) -> Value {
    client.session(token).await.json()["user"].clone()
}

#[tokio::test]
async fn sessions_revoked_by_a_command_are_refused_at_the_next_request() {
    for operator in Operator::on_every_store().await {
        let client = operator.client();
        let (mut ways, mut tokens) = (vec![], vec![client.sign_up("alice", PASSWORD).await]);
        for _ in 0..2 {
            tokens.push(client.log_in("alice", PASSWORD).await.expect("a successful login"));
        }
        ways.push((tokens[0].clone(), vec!["session".into(), "end".into(), id_of_session(&client, &tokens[0]).await]));
        ways.push((tokens[1].clone(), ["session", "end-all", "alice"].map(String::from).to_vec()));
        for (token, arguments) in ways {
            operator.assert_revokes(&token, &arguments, "").await;
        }
        assert_eq!(client.session(&tokens[2]).await.status, StatusCode::UNAUTHORIZED, "`session end-all` revoked it");
        let token = client.log_in("alice", PASSWORD).await.expect("a successful login");
        let set = ["key", "set-password", "username:alice", "--password-stdin"].map(String::from);
        operator.assert_revokes(&token, &set, NEW_PASSWORD).await;
        assert_eq!(client.log_in("alice", PASSWORD).await, None);
        let token = client.log_in("alice", NEW_PASSWORD).await.expect("a login with the new password");
        operator.assert_revokes(&token, &["user", "delete", "ALICE", "--yes"].map(String::from), "").await;
        assert_eq!(client.log_in("alice", NEW_PASSWORD).await, None);
    }
}

#[tokio::test]
async fn each_change_by_a_command_is_an_audit_line() {
    let operator = Operator::beside_a_server_on(None).await;
    let client = operator.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let (alice, session) = (text(&user(&client, &token).await["userId"]), id_of_session(&client, &token).await);
    let nothing = "";
    for (command, input, event, user) in [
        ("user create bobby --no-password", nothing, "account_created", None),
        ("user create carol --password-link", nothing, "account_created", None),
        ("user create-many -", "dave\n", "account_created", None),
        ("user set-attributes alice {}", nothing, "attributes_changed", Some(&alice)),
        ("user rename alice Alice", nothing, "username_changed", Some(&alice)),
        ("user password-link alice", nothing, "password_link_created", Some(&alice)),
        ("user password-link alice --revoke", nothing, "password_link_revoked", Some(&alice)),
        (&format!("session set-attributes {session} {{}}"), nothing, "attributes_changed", Some(&alice)),
        (&format!("session end {session}"), nothing, "session_revoked", Some(&alice)),
        ("session create alice", nothing, "session_created", Some(&alice)),
        ("session end-all alice", nothing, "sessions_revoked", Some(&alice)),
        ("key add alice github:1", nothing, "key_added", Some(&alice)),
        ("key set-password username:alice --password-stdin", NEW_PASSWORD, "password_set", Some(&alice)),
        ("key delete github:1", nothing, "key_deleted", Some(&alice)),
        ("user disable alice", nothing, "account_disabled", Some(&alice)),
        ("user enable alice", nothing, "account_enabled", Some(&alice)),
        ("user delete alice --yes", nothing, "account_deleted", Some(&alice)),
    ] {
        let arguments: Vec<_> = command.split(' ').collect();
        let output =
            operator.run(&[&["--log=info", "--log-format=json", PUBLIC_URL], &arguments[..]].concat(), input).await;
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.success(), "{command}: {said}");
        let line: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{command}: one line: {said}"));
        assert_eq!((&line["target"], &line["event"]), (&json!("doorward::audit"), &json!(event)), "{command}");
        assert!(line["actor"].as_str().is_some_and(|actor| actor.len() > 4 && actor.starts_with("cli:")), "{said}");
        let told = text(&line["user_id"]);
        assert!(told.len() == 15 && user.is_none_or(|user| told == *user), "{command}: {told}");
    }
    audits_what_has_no_user(&operator).await;
    for quiet in [
        &["user", "show", "bobby"][..],
        &["user", "list"],
        &["invitation", "list"],
        &["throttle", "reset", "bobby"],
        &["user", "rename", "bobby", "bobby"],
        &["user", "enable", "bobby"],
        &["session", "list", "bobby"],
        &["session", "sweep"],
        &["key", "list", "bobby"],
    ] {
        assert!(
            operator.run(&[&["--log=info"], quiet].concat(), nothing).await.stderr.is_empty(),
            "{quiet:?} changes no account"
        );
    }
    let off = operator.run(&["--log=off", "user", "delete", "bobby", "--yes"], nothing).await;
    assert!(off.status.success() && off.stderr.is_empty(), "{off:?}");
}

/// Invitations are told by their ids, since there is no user.
async fn audits_what_has_no_user(operator: &Operator) {
    let noted = async |arguments: &[&str]| {
        let output = operator.run(&[&["--log=info", "--log-format=json", PUBLIC_URL], arguments].concat(), "").await;
        let line: Value = serde_json::from_slice(&output.stderr).expect("one line");
        assert_eq!((&line["target"], line.get("user_id")), (&json!("doorward::audit"), None), "{line}");
        line
    };
    let made = noted(&["invitation", "create", "--username=Frida"]).await;
    let listed = operator.list(&["invitation", "list"]).await;
    assert_eq!((&made["event"], &made["invitation_id"]), (&json!("invitation_created"), &listed[0]["invitationId"]));
    let id = text(&made["invitation_id"]);
    let revoked = noted(&["invitation", "revoke", &id]).await;
    assert_eq!((&revoked["event"], &revoked["invitation_id"]), (&json!("invitation_revoked"), &json!(id)));
    assert!(![made, revoked].iter().any(|line| line.to_string().contains("Frida")), "no name is told");
}

#[tokio::test]
async fn users_are_created_with_or_without_a_password_or_key() {
    let operator = Operator::beside_a_server_on(None).await;
    let client = operator.client();
    let create = ["user", "create", "Alice", "--password-stdin", "--attributes", r#"{ "plan": "pro" }"#];
    let created = operator.done_with(&create, "correct horse\n").await;
    assert_eq!((&created["username"], &created["attributes"]), (&json!("Alice"), &json!({"plan": "pro"})));
    let token = client.log_in("alice", PASSWORD).await.expect("a successful login");
    assert_eq!(user(&client, &token).await["attributes"], json!({"plan": "pro"}));

    operator.done(&["user", "create", "bobby", "--no-password"]).await;
    assert_eq!(client.log_in("bobby", PASSWORD).await, None);
    operator.refused(73, &["user", "create", "BOBBY", "--no-password"], "").await;

    let elsewhere = "larz8rga34yycgj".to_owned();
    let moved = operator.done(&["user", "create", "dave", "--no-password", "--user-id", &elsewhere]).await;
    assert_eq!(text(&moved["userId"]), elsewhere);
    operator.refused(73, &["user", "create", "erin", "--no-password", "--user-id", &elsewhere], "").await;
    operator.refused(65, &["user", "create", "erin", "--no-password", "--user-id", "UP PER"], "").await;

    let carol = text(&operator.done(&["user", "create", "carol", "--no-key"]).await["userId"]);
    assert_eq!(client.log_in("carol", PASSWORD).await, None);
    operator.refused(67, &["user", "show", "carol"], "").await;
    let add = ["key", "add", &carol, "username:Carol", "--password-stdin"];
    operator.done_with(&add, PASSWORD).await;
    let token = client.log_in("carol", PASSWORD).await.expect("a successful login");
    assert_eq!(user(&client, &token).await["userId"], carol);
}

#[tokio::test]
async fn a_user_keeps_the_id_of_another_system() {
    for operator in Operator::on_every_store().await {
        for (name, id) in [("alice", "auth0|5f7c"), ("bobby", "a/b"), ("carol", "..x"), ("david", "a%2Fb")] {
            let created = operator.done(&["user", "create", name, "--no-password", "--user-id", id]).await;
            assert_eq!(created["userId"], id);
            for arguments in [&["user", "show", id][..], &["user", "show", "--id", id], &["user", "disable", id]] {
                assert_eq!(operator.done(arguments).await["username"], name, "{arguments:?}");
            }
        }
        let listed = operator.list(&["user", "list", "--after", "a/b"]).await;
        let names: Vec<_> = listed.iter().map(|user| text(&user["username"])).collect();
        assert_eq!(names, ["alice"], "ids are ordered byte by byte");
        operator.done(&["user", "delete", "..x", "--yes"]).await;
        operator.refused(67, &["user", "show", "carol"], "").await;
    }
}

#[tokio::test]
async fn a_username_with_control_characters_stays_on_its_line() {
    let operator = Operator::beside_a_server_on(None).await;
    let client = operator.client();
    let token = client.sign_up("tab-name", PASSWORD).await;
    let place = Place::at(operator.store.replace("--database-url=", ""));
    place.run("UPDATE users SET username = 'tab' || char(9) || 'na' || char(10) || 'me'").await;
    place.run("UPDATE user_keys SET id = 'username:tabname'").await;
    assert_eq!(user(&client, &token).await["username"], "tab\tna\nme");
    let shown = operator.run(&["user", "show", "tabname"], "").await;
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    assert!(shown.contains("\nusername: tab\\u{9}na\\u{a}me\n"), "{shown}");
    let listed = operator.run(&["user", "list"], "").await;
    assert_eq!(String::from_utf8(listed.stdout).expect("UTF-8").lines().count(), 1);
    let renamed = operator.done(&["user", "rename", "tabname", "tab-name"]).await;
    assert_eq!(renamed["username"], "tab-name");
}

#[tokio::test]
async fn changed_attributes_are_in_the_next_validation() {
    for operator in Operator::on_every_store().await {
        let client = operator.client();
        let token = client.sign_up("alice", PASSWORD).await;
        let session = id_of_session(&client, &token).await;
        assert_eq!(user(&client, &token).await.get("attributes"), None);
        operator.done(&["user", "set-attributes", "alice", r#"{"plan":"pro"}"#]).await;
        assert_eq!(user(&client, &token).await["attributes"], json!({"plan": "pro"}));
        operator.done(&["session", "set-attributes", &session, r#"{"device":"tv"}"#]).await;
        assert_eq!(client.session(&token).await.json()["attributes"], json!({"device": "tv"}));
        operator.done(&["user", "set-attributes", "alice", "{}"]).await;
        assert_eq!(user(&client, &token).await.get("attributes"), None);
    }
}

#[tokio::test]
async fn a_user_is_found_by_id_and_by_any_spelling_of_the_name() {
    let operator = Operator::beside_a_server_on(None).await;
    operator.client().sign_up("Alice", PASSWORD).await;
    let shown = operator.done(&["user", "show", "ALICE"]).await;
    let id = text(&shown["userId"]);
    assert_eq!((&shown["username"], &shown["keys"]), (&json!("Alice"), &json!(["username:alice"])));
    assert_eq!(operator.done(&["user", "show", &id]).await, shown);

    // A user whose username is the id of another user.
    operator.client().sign_up(&id, PASSWORD).await;
    let line = operator.refused(65, &["user", "delete", &id], "").await;
    assert!(line.contains("--id"), "{line}");
    assert_eq!(operator.done(&["user", "show", "--id", &id]).await, shown);

    let plain = operator.run(&["user", "show", "alice"], "").await;
    let plain = String::from_utf8(plain.stdout).expect("UTF-8");
    assert!(plain.starts_with(&format!("userId: {id}\nusername: Alice\ncreatedAt: ")), "{plain}");
}

#[tokio::test]
async fn keys_are_added_listed_used_and_deleted() {
    let operator = Operator::beside_a_server_on(None).await;
    let client = operator.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let added = operator.done(&["key", "add", "alice", "github:583231"]).await;
    assert_eq!((&added["keyId"], &added["hasPassword"]), (&json!("github:583231"), &json!(false)));
    operator.done_with(&["key", "add", "alice", "email:a@b.c", "--password-stdin"], NEW_PASSWORD).await;
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "a new key revokes no session");
    let keys = ["username:alice", "github:583231", "email:a@b.c"];
    let listed: Vec<_> = operator.list(&["key", "list", "alice"]).await.iter().map(|key| text(&key["keyId"])).collect();
    assert_eq!(listed, keys);
    let lines = operator.run(&["key", "list", "alice"], "").await;
    let lines = String::from_utf8(lines.stdout).expect("UTF-8");
    let cells: Vec<_> = lines.lines().map(|line| line.split('\t').collect::<Vec<_>>()).collect();
    assert!(cells.iter().zip(keys).all(|(cells, key)| cells.len() == 3 && cells[0] == key), "{lines}");

    operator.done(&["key", "use", "github:583231", "--no-password"]).await;
    operator.done_with(&["key", "use", "email:a@b.c", "--password-stdin"], NEW_PASSWORD).await;
    operator.refused(77, &["key", "use", "email:a@b.c", "--password-stdin"], PASSWORD).await;
    operator.refused(77, &["key", "use", "github:583231", "--password-stdin"], PASSWORD).await;

    operator.done(&["key", "set-password", "username:alice", "--no-password"]).await;
    assert_eq!(operator.done(&["key", "show", "username:ALICE"]).await["hasPassword"], false);
    assert_eq!(client.log_in("alice", PASSWORD).await, None);
    operator.done(&["key", "delete", "github:583231"]).await;
    operator.refused(67, &["key", "show", "github:583231"], "").await;
    operator.done(&["key", "delete", "username:alice"]).await;
    client.sign_up("alice", NEW_PASSWORD).await;
}

#[tokio::test]
async fn sessions_are_opened_listed_and_shown() {
    let operator = Operator::beside_a_server_on(None).await;
    let client = operator.client();
    client.sign_up("alice", PASSWORD).await;
    let opened = operator.done(&["session", "create", "alice", "--attributes", r#"{"device":"tv"}"#]).await;
    let validated = client.session(&text(&opened["token"])).await.json();
    assert_eq!((&validated["attributes"], &validated["sessionId"]), (&json!({"device": "tv"}), &opened["sessionId"]));
    let listed = operator.list(&["session", "list", "alice"]).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["sessionId"], opened["sessionId"], "newest first");
    let shown = operator.done(&["session", "show", &text(&opened["sessionId"])]).await;
    assert_eq!((&shown["state"], &shown["username"]), (&json!("active"), &json!("alice")));
    assert_eq!(operator.done(&["session", "sweep"]).await["sessions"], 0);
    assert_eq!(operator.done(&["session", "end-all", "alice"]).await, json!({"ended": 2}));
}

#[tokio::test]
async fn a_list_of_sessions_tells_that_there_are_more() {
    for operator in Operator::on_every_store().await {
        operator.client().sign_up("alice", PASSWORD).await;
        let list = ["session", "list", "alice"];
        let whole = operator.run(&list, "").await;
        assert!(whole.stderr.is_empty(), "{whole:?}");
        let url = operator.store.strip_prefix("--database-url=").expect("the flag");
        Place::at(url.to_owned()).add_older_sessions(1_000).await;
        for arguments in [&list[..], &["session", "list", "alice", "--json"]] {
            let cut = operator.run(arguments, "").await;
            let said = String::from_utf8(cut.stderr).expect("UTF-8");
            assert_eq!(said, "doorward: the list ends after 1000 records, but there are more\n", "{arguments:?}");
            assert_eq!(String::from_utf8_lossy(&cut.stdout).lines().count(), 1_000, "{arguments:?}");
        }
    }
}

#[tokio::test]
async fn a_list_on_a_terminal_is_a_table_with_a_header() {
    let operator = Operator::beside_a_server_on(None).await;
    operator.client().sign_up("alice", PASSWORD).await;
    operator.done(&["key", "add", "alice", "github:583231"]).await;
    for (arguments, first) in [("key list alice", "keyId"), ("key show github:583231", "keyId: github:583231")] {
        let (ours, theirs) = terminal();
        let mut command = command(operator.folder.path());
        command.args(arguments.split(' ')).arg(&operator.store).stdin(Stdio::null()).stdout(theirs);
        assert!(command.status().await.expect("a program that runs").success());
        let shown = shown_on(&ours);
        assert!(shown.starts_with(first), "{shown}");
        let at = |line: &str| line.find("true").or(line.find("false")).or(line.find("hasPassword"));
        let columns: Vec<_> = shown.lines().map(at).collect();
        assert!(first.contains(':') || columns == [Some("username:alice  ".len()); 3], "{shown}");
    }
}

#[tokio::test]
async fn each_invalid_input_has_its_message_and_exit_status() {
    let operator = Operator::beside_a_server_on(None).await;
    operator.client().sign_up("alice", PASSWORD).await;
    operator.client().sign_up("bobby", PASSWORD).await;
    operator.done(&["key", "add", "alice", "github:1"]).await;
    let (unknown, token) = ("0".repeat(24), "A".repeat(43));
    let imported = format!("{}.{}+=", "B".repeat(32), "C".repeat(42));
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(4_096));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(8), "]".repeat(8));
    let stdin = "--password-stdin";
    let wrong: &[(i32, &[&str], &str, &str)] = &[
        (64, &["user"], "", "[subcommands: create, create-many, list"),
        (64, &["user", "create"], "", "<USERNAME>"),
        (64, &["user", "frobnicate"], "", "frobnicate"),
        (64, &["user", "craete"], "", "did you mean `create`?"),
        (64, &["user", "create", "carol", stdin, "--no-key"], "", "--no-key"),
        (64, &["user", "create", "carol"], "", "--password-stdin"),
        (64, &["key", "use", "github:1", stdin, "--no-password"], "", "--no-password"),
        (65, &["user", "create", "bob", "--no-key"], "", "4 to 31 characters"),
        (65, &["user", "create", "bob\u{200b}by", "--no-key"], "", "does not show"),
        (65, &["user", "create", "carol", stdin], "short", "6 to 255 characters"),
        (65, &["user", "create", "carol", stdin, "--password-min=15"], "fourteen chars", "15 to 255 characters"),
        (65, &["key", "add", "alice", "email:a", stdin], "short", "6 to 255 characters"),
        (65, &["user", "create", "carol", stdin], "password1", "guessed first"),
        (65, &["user", "create", "carol", stdin], "one line\nand another", "more than one line"),
        (65, &["user", "create", "carol", "--no-key", "--attributes", "[]"], "", "not one JSON object"),
        (65, &["user", "set-attributes", "alice", &long], "", "4096 bytes"),
        (65, &["user", "set-attributes", "alice", &deep], "", "8 levels"),
        (64, &["user", "create", "carol", "--expires=1d"], "", "--password-link"),
        (64, &["user", "create", "carol", "--password-link", stdin], "", "cannot be used with"),
        (65, &["user", "create", "carol", "--password-link", "--expires=91d"], "", "at most 90 days"),
        (65, &["user", "create-many", "-"], "\n", "there is no name in the list"),
        (65, &["user", "create-many", "-", "--expires=soon"], "carol", "at most 90 days"),
        (65, &["user", "create-many", "-", "--attributes=[]"], "carol", "not one JSON object"),
        (66, &["user", "create-many", "nowhere.txt"], "", "the file \"nowhere.txt\" cannot be read"),
        (65, &["invitation", "create", "--expires=0s"], "", "at most 90 days"),
        (65, &["invitation", "create", "--uses=0"], "", "--uses is \"0\", but must be a number from 1 to 100000"),
        (65, &["invitation", "create", "--uses=2", "--username=carol"], "", "has one use"),
        (65, &["invitation", "create", "--username=bob"], "", "4 to 31 characters"),
        (73, &["invitation", "create", "--username=ALICE"], "", "taken"),
        (65, &["invitation", "list", "--after=x"], "", "15 lower-case letters and digits"),
        (67, &["invitation", "revoke", "larz8rga34yycgj"], "", "no invitation"),
        (67, &["invitation", "revoke", "x"], "", "`doorward invitation list` shows it"),
        (67, &["throttle", "reset", "carol"], "", "no user"),
        (64, &["throttle", "rest"], "", "did you mean `reset`?"),
        (65, &["user", "list", "--limit=0"], "", "--limit is \"0\", but must be a number from 1 to 100000"),
        (65, &["user", "list", "--after=a,b"], "", "--after is \"a,b\", but must be a user id: 1 to 128 printable"),
        (65, &["user", "list", "--created-after=today"], "", "a date such as 2026-11-30"),
        (65, &["user", "rename", "alice", "al"], "", "4 to 31 characters"),
        (65, &["user", "rename", "alice", "al", "--username-max=64"], "", "4 to 64 characters"),
        (65, &["user", "password-link", "alice", "--expires=91d"], "", "at most 90 days"),
        (65, &["key", "add", "alice", "github"], "", "provider"),
        (65, &["key", "add", "alice", "GitHub:2"], "", "provider"),
        (65, &["key", "add", "alice", "github:"], "", "behind the key's colon"),
        (65, &["key", "add", "alice", "username:carol"], "", "their own username"),
        (65, &["key", "set-password", "github:1", stdin], "alice", "6 to 255 characters"),
        (65, &["key", "show", "bobby"], "", "a key is PROVIDER:ID; did you mean `username:bobby`?"),
        (67, &["user", "show", "carol"], "", "no user \"carol\""),
        (67, &["user", "show", "username:carol"], "", "no user \"username:carol\"; did you mean `carol`?"),
        (67, &["user", "show", "github:7"], "", "did you mean `doorward key show github:7`?"),
        (64, &["user", "delete", "alice"], "y\n", "confirm with --yes"),
        (67, &["user", "delete", "carol", "--yes"], "", "no user"),
        (67, &["user", "show", "--id", "alice"], "", "no user \"alice\" by id"),
        (67, &["user", "show", "--id", "al ice"], "", "an id is 1 to 128 printable ASCII characters"),
        (67, &["key", "delete", "github:2"], "", "no key"),
        (67, &["key", "use", "github:2", "--no-password"], "", "no key"),
        (67, &["session", "create", "carol"], "", "no user"),
        (67, &["session", "end", &unknown], "", "no session"),
        (67, &["session", "show", "x'; --"], "", "no session"),
        (67, &["session", "show", &token], "", "a session token is no session id"),
        (67, &["session", "end", &imported], "", "a session token is no session id"),
        (67, &["session", "end", &imported.replace('+', "%2B")], "", "a session token is no session id"),
        (73, &["user", "create", "ALICE", "--no-password"], "", "taken"),
        (67, &["user", "disable", "carol"], "", "no user"),
        (73, &["user", "rename", "bobby", "ALICE"], "", "taken"),
        (73, &["key", "add", "bobby", "github:1"], "", "taken"),
    ];
    for (status, arguments, input, why) in wrong {
        let line = operator.refused(*status, arguments, input).await;
        assert!(line.contains(why), "{arguments:?}: {line}");
        assert!(!line.contains(&token) && !line.contains(&imported[..32]), "{line}");
    }
    let users = operator.done(&["user", "show", "alice"]).await;
    assert_eq!((&users["attributes"], &users["keys"]), (&json!({}), &json!(["username:alice", "github:1"])));
}

#[tokio::test]
async fn a_store_that_does_not_open_has_its_own_exit_status() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("doorward.db"), "this file is not a database").expect("a file");
    let output = super::program::run(folder.path(), &["user", "show", "alice"], &[]).await;
    assert_eq!(output.status.code(), Some(69));
    let output = super::program::run(folder.path(), &["user", "show", "alice"], &[("DATABASE_URL", "x:")]).await;
    assert_eq!(output.status.code(), Some(64));
}

/// Runs a command with a terminal as its standard input, and types an answer after each prompt. Returns the exit status and
/// what the terminal and standard error show.
async fn run_on_terminal(operator: &Operator, arguments: &[&str], answers: &[(&str, &str)]) -> (Option<i32>, String) {
    let (ours, theirs) = terminal();
    let mut command = command(operator.folder.path());
    command.args(CHEAP_HASH).arg(&operator.store).args(arguments).stdin(theirs).stdout(Stdio::null());
    let child = command.stderr(Stdio::piped()).spawn().expect("a program that runs");
    drop(command);
    let mut shown = String::new();
    for (prompt, typed) in answers {
        while !shown.ends_with(prompt) {
            shown.push_str(&shown_on(&ours));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        rustix::io::write(&ours, format!("{typed}\n").as_bytes()).expect("a terminal that takes input");
    }
    let output = child.wait_with_output().await.expect("an end");
    (output.status.code(), shown + &shown_on(&ours) + &String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn a_typed_password_is_asked_for_twice_and_never_echoed() {
    let operator = Operator::beside_a_server_on(None).await;
    for (second, status) in [(PASSWORD, 0), ("wrong horse", 65)] {
        let create = ["user", "create", &format!("alice{status}")];
        let answers = [("Password: ", PASSWORD), ("The same again: ", second)];
        let (ended, shown) = run_on_terminal(&operator, &create, &answers).await;
        assert_eq!(ended, Some(status), "{shown}");
        assert!(!shown.contains("horse"), "{shown}");
    }
    assert!(operator.client().log_in("alice0", PASSWORD).await.is_some());
    assert!(operator.client().log_in("alice65", PASSWORD).await.is_none());
}

#[tokio::test]
async fn a_user_is_deleted_on_a_terminal_after_a_yes() {
    const QUESTION: &str = "Delete Alice and all their sessions? [y/N] ";
    let operator = Operator::beside_a_server_on(None).await;
    operator.client().sign_up("Alice", PASSWORD).await;
    for (typed, status) in [("", 1), ("n", 1), ("\u{4}", 1), ("Yes", 0)] {
        assert!(operator.client().log_in("alice", PASSWORD).await.is_some(), "not yet deleted before {typed:?}");
        let (ended, shown) = run_on_terminal(&operator, &["user", "delete", "alice"], &[(QUESTION, typed)]).await;
        assert_eq!(ended, Some(status), "{typed:?}: {shown}");
        assert_eq!(shown.contains("nothing was changed"), status == 1, "{typed:?}: {shown}");
    }
    assert_eq!(operator.client().log_in("alice", PASSWORD).await, None);
}

/// Broken settings and a store that cannot be opened do not matter.
#[tokio::test]
async fn completions_and_the_manual_need_neither_settings_nor_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = [("DATABASE_URL", "oracle://x"), ("DOORWARD_SIGNUP", "ajar")];
    std::fs::write(folder.path().join(".env"), "DATABASE_URL='").expect("a file");
    for (arguments, start) in [
        (&["completions", "bash"][..], "_doorward() {"),
        (&["completions", "zsh"], "#compdef doorward"),
        (&["completions", "fish"], "# Print an optspec"),
        (&["completions", "elvish"], "\nuse builtin;"),
        (&["completions", "powershell"], "\nusing namespace"),
        (&["man"], ".ie"),
        (&["--help"], "Sign-in with"),
    ] {
        let output = super::program::run(folder.path(), arguments, &broken).await;
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}");
        assert!(printed.starts_with(start) && printed.contains("database"), "{arguments:?}: {printed}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing but .env");
}

/// A command in the wrong folder would otherwise create a user in a store that no server reads.
#[tokio::test]
async fn a_command_without_a_store_creates_none_and_says_how_to_name_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let others = tempfile::tempdir().expect("a folder");
    let (empty, other) = (others.path().join("empty.db"), others.path().join("other.db"));
    std::fs::write(&empty, "").expect("a file");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&other).create_if_missing(true);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.expect("a file");
    sqlx::query("CREATE TABLE t (x)").execute(&mut connection).await.expect("a table");
    sqlx::Connection::close(connection).await.expect("closed");
    let other_bytes = std::fs::read(&other).expect("a file");
    let mut stores = vec!["sqlite:doorward.db".to_owned(), "sqlite::memory:".to_owned()];
    stores.extend([&empty, &other].map(|file| format!("sqlite:{}", file.display())));
    stores.extend(postgres::database().await);
    for store in stores {
        let flag = format!("--database-url={store}");
        for arguments in [&["user", "show", "alice"][..], &["user", "create", "alice", "--no-password"]] {
            let mut command = command(folder.path());
            let output = command.args(CHEAP_HASH).arg(&flag).args(arguments).stdin(Stdio::null()).output().await;
            let output = output.expect("a program that runs");
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(69), "{told}");
            assert!(told.contains("there is no store") && told.contains("DATABASE_URL"), "{told}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing was created");
    assert_eq!(std::fs::read(&empty).expect("a file"), [0_u8; 0]);
    assert_eq!(std::fs::read(&other).expect("a file"), other_bytes, "another program's file is left as it was");
}
