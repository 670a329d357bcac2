//! Lucia 2: a database that Lucia 2.7.7 wrote, with hashes of version 1 and of other libraries.

use std::fs;

use reqwest::StatusCode;
use serde_json::Value;

use super::program::{copy_of, export, fixture, json, report, run, run_in, text, totals};
use crate::storage::places::Place;
use crate::support::server::TestServer;

const SOURCE: &str = "lucia-v2/lucia-v2.db";

/// One of the two users whose names are spellings of one, with another name.
const NEW_NAMES: &str = "userId,username\n88qbqqukojdd3ow,strasse-two\n";

/// Imports all that can be imported.
async fn import_all(place: &Place) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let names = folder.path().join("names.csv");
    fs::write(&names, NEW_NAMES).expect("room");
    let (names, from) = (names.display().to_string(), format!("sqlite:{}", fixture(SOURCE)));
    let flags = ["--skip-refused", "--username-max=64", "--usernames", &names, "--attributes=all"];
    totals(place, &[&["import", "lucia-v2", "--from", &from], &flags[..]].concat()).await
}

pub async fn nothing_is_written_where_a_part_is_refused(place: Place) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.csv");
    let (from, report_path) = (fixture(SOURCE), path.display().to_string());
    let output = run(&place, &["import", "lucia-v2", "--from", &from, "--report", &report_path]).await;
    assert_eq!(output.status.code(), Some(65), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("--username-max=45 fits every username"), "{}", text(&output.stderr));
    let rows = report(&path);
    let of = |reason: &str| rows.iter().filter(|row| row[3] == reason).count();
    let expected = [
        ("username_too_long", 2),
        ("username_taken", 2),
        ("hash_malformed", 1),
        ("hash_unsupported", 1),
        ("session_guessable", 1),
        ("username_differs", 1),
        ("username_not_allowed_today", 6),
    ];
    for (reason, count) in expected {
        assert_eq!(of(reason), count, "{reason}: {rows:?}");
    }
    assert_eq!(rows.len(), 14, "{rows:?}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("a report").permissions());
    assert_eq!(mode & 0o777, 0o600);
    let again = run(&place, &["import", "lucia-v2", "--from", &from, "--report", &report_path]).await;
    assert_eq!(again.status.code(), Some(64), "a report is never replaced");
    let empty = run(&place, &["export"]).await;
    assert_eq!(empty.status.code(), Some(69), "there is no store yet");
}

pub async fn every_user_of_lucia_signs_in_and_stays_signed_in(place: Place) {
    let before = fs::read(fixture(SOURCE)).expect("a fixture");
    let totals = import_all(&place).await;
    assert_eq!((totals["users"].as_u64(), totals["sessions"].as_u64()), (Some(27), Some(24)), "{totals}");
    assert_eq!(totals["tables"], "auth_user, auth_key, auth_session");
    assert_eq!(fs::read(fixture(SOURCE)).expect("a fixture"), before, "the source is only read");

    let server = TestServer::start_with(place, &["--username-max=64"]).await;
    let client = server.client();
    let (mut signed_in, mut alive) = (0, 0);
    for user in json("lucia-v2/lucia-v2.json")["users"].as_array().expect("users") {
        let id = user["userId"].as_str().expect("an id");
        for session in user["sessions"].as_array().expect("sessions") {
            let cookie = session["cookie"].as_str().expect("a cookie");
            let reply = client.session(cookie).await;
            let is_alive = session["state"] != "dead" && cookie.len() >= 24;
            let expected = if is_alive { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            assert_eq!(reply.status, expected, "{user}");
            if is_alive {
                assert_eq!(reply.json()["user"]["userId"], id);
                assert!(reply.cookie_value().is_none_or(|renewed| renewed == cookie), "the cookie keeps its text");
                alive += 1;
            }
        }
        let is_renamed = id == "88qbqqukojdd3ow";
        let Some(name) = (if is_renamed { Some("strasse-two") } else { user["loginName"].as_str() }) else { continue };
        for password in user["passwords"].as_array().expect("passwords") {
            let password = password.as_str().expect("a password");
            let is_known = !matches!(user["hash"].as_str(), Some("broken" | "unknown"));
            for time in ["first", "second"] {
                let session = client.log_in(name, password).await;
                assert_eq!(session.is_some(), is_known, "{name}: the {time} time");
            }
            assert_eq!(client.log_in(name, "wrong").await, None);
            signed_in += i32::from(is_known);
        }
    }
    assert_eq!((signed_in, alive), (23, 24));
    let others = "user_keys WHERE id LIKE 'username:%' AND password_hash NOT LIKE '$argon2id$v=19$m=8,t=1,p=1$%'";
    assert_eq!(server.place.count(others).await, 0, "each hash was replaced at the first sign-in");
    let alice = client.log_in("alice", "correct horse battery").await.expect("a session");
    let attributes = client.session(&alice).await.json()["user"]["attributes"].clone();
    assert_eq!(attributes, json("lucia-v2/lucia-v2.json")["users"][0]["attributes"]);
}

pub async fn a_second_run_changes_nothing(place: Place) {
    import_all(&place).await;
    let before = export(&place).await;
    let totals = import_all(&place).await;
    assert_eq!((totals["users"].as_u64(), totals["alreadyImported"].as_u64()), (Some(0), Some(27)), "{totals}");
    assert_eq!(export(&place).await, before);
}

pub async fn a_dry_run_writes_nothing(place: Place) {
    let (_folder, from) = copy_of(SOURCE);
    let flags = ["import", "lucia-v2", "--from", &from, "--dry-run", "--skip-refused"];
    let output = run(&place, &flags).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(run(&place, &["export"]).await.status.code(), Some(69), "no store was made");
    assert_eq!(run(&place, &flags[..5]).await.status.code(), Some(65));
    drop(place.open().await);
    assert_eq!(run(&place, &flags).await.status.code(), Some(0));
    assert_eq!(place.count("users").await, 0);
}

pub async fn no_secret_is_shown_or_reported(place: Place) {
    let folder = tempfile::tempdir().expect("a folder");
    let from = fixture(SOURCE);
    let flags = ["import", "lucia-v2", "--from", &from, "--report=r.csv", "--log=trace", "--skip-refused"];
    let output = run_in(folder.path(), &place, &flags, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = fs::read_to_string(folder.path().join("r.csv")).expect("a report");
    let shown = format!("{}{}{report}", text(&output.stdout), text(&output.stderr));
    assert!(shown.contains("broken-hash"));
    let stored = place.dump().await;
    for user in json("lucia-v2/lucia-v2.json")["users"].as_array().expect("users") {
        for session in user["sessions"].as_array().expect("sessions") {
            let cookie = session["cookie"].as_str().expect("a cookie");
            assert!(!shown.contains(cookie) && !stored.contains(cookie), "{user}");
        }
        for password in user["passwords"].as_array().expect("passwords") {
            assert!(!shown.contains(password.as_str().expect("a password")), "{user}");
        }
    }
    for piece in ["s2:", "$scrypt$", "$2b$", "$argon2", "0123456789abcdef", "$md5"] {
        assert!(!shown.contains(piece), "{piece}");
    }
}

pub async fn a_database_in_wal_mode_and_its_folder_stay_as_they_are(place: Place) {
    use sqlx::{Connection, Executor, SqliteConnection};
    let (folder, from) = copy_of(SOURCE);
    let mut writer = SqliteConnection::connect(&from).await.expect("a copy");
    writer.execute("PRAGMA journal_mode = WAL").await.expect("a mode");
    writer.execute("UPDATE auth_user SET username = 'alice-in-wal' WHERE username = 'alice'").await.expect("a change");
    let files = || {
        let mut files: Vec<_> =
            fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file").path()).collect();
        files.sort();
        files.into_iter().map(|file| (file.clone(), fs::read(file).expect("a file"))).collect::<Vec<_>>()
    };
    let flags = ["import", "lucia-v2", "--from", &from, "--dry-run", "--skip-refused", "--json"];
    let database = |files: &[(std::path::PathBuf, Vec<u8>)]| files[0].1.clone();
    let before = database(&files());
    let read = run(&place, &flags).await;
    assert_eq!(read.status.code(), Some(0), "beside its writer: {}", text(&read.stderr));
    assert!(text(&read.stdout).contains("\"username_differs\":2"), "the log is read: {}", text(&read.stdout));
    assert_eq!(database(&files()), before);

    writer.close().await.expect("a polite end");
    let before = files();
    assert_eq!(before.len(), 1, "the last writer takes the log away");
    assert_eq!(run(&place, &flags).await.status.code(), Some(0));
    assert_eq!(files(), before, "no file was left beside it");
}

pub async fn names_and_ids_that_are_taken_here_are_refused(place: Place) {
    drop(place.open().await);
    let created = run(&place, &["user", "create", "ALICE", "--user-id=42", "--password-link"]).await;
    assert_eq!(created.status.code(), Some(0), "{}", text(&created.stderr));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.csv");
    let (from, report_path) = (fixture(SOURCE), path.display().to_string());
    let output = run(&place, &["import", "lucia-v2", "--from", &from, "--report", &report_path]).await;
    assert_eq!(output.status.code(), Some(65));
    let rows = report(&path);
    let reason_of = |id: &str| rows.iter().find(|row| row[0] == id).map(|row| row[3].clone());
    assert_eq!(reason_of("08qugvzr4bxst8j").as_deref(), Some("username_taken"), "alice");
    assert_eq!(reason_of("42").as_deref(), Some("user_id_taken"), "number-user");
    assert_eq!(place.count("users").await, 1);
}
