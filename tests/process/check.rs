//! `doorward check` and `doorward health`.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use rustix::process::Signal;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::program::{Program, run};
use crate::support::postgres;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn texts(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Runs `check` and returns its exit status and output.
async fn check(folder: &Path, flags: &[&str]) -> (Option<i32>, String, String) {
    texts(run(folder, &[flags, &["check"]].concat(), &[]).await)
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), std::fs::read(entry.path()).expect("a file")))
        .collect();
    files.sort();
    files
}

/// The folder of a server that has ended.
async fn store_of_an_ended_server() -> TempDir {
    let program = Program::start().await;
    program.signal(Signal::TERM);
    program.end().await.1
}

/// Runs SQL on the file.
async fn execute(folder: &Path, sql: &'static str) {
    let url = format!("sqlite:{}", folder.join("doorward.db").display());
    let mut connection = SqliteConnection::connect(&url).await.expect("a store");
    sqlx::query(sql).execute(&mut connection).await.expect("a change");
    connection.close().await.expect("closed");
}

#[tokio::test]
async fn check_tells_the_warnings_of_the_start_and_creates_nothing() {
    let folder = folder();
    let flags = ["--public-url=http://login.example.com", "--throttle=off", "--log=warn"];
    let (status, told, warned) = check(folder.path(), &flags).await;
    assert_eq!(status, Some(0), "{warned}");
    assert_eq!(told, "store: doorward.db\nschema: none yet; the start creates it\nwarnings: 3\n");
    for variable in ["DOORWARD_PUBLIC_URL", "DOORWARD_THROTTLE", "DOORWARD_LOG"] {
        assert!(warned.contains(&format!("doorward: warning: {variable} ")), "{warned}");
    }
    assert_eq!(files(folder.path()), []);
    let (_, told, _) = texts(run(folder.path(), &["check", "--json"], &[("DOORWARD_SINGUP", "closed")]).await);
    let told: serde_json::Value = serde_json::from_str(&told).expect("one line of JSON");
    assert_eq!((&told["store"], &told["warnings"]), (&"doorward.db".into(), &0.into()));
}

#[tokio::test]
async fn check_tells_whether_the_start_will_migrate() {
    let folder = store_of_an_ended_server().await;
    for (sql, schema) in [
        ("SELECT 1", "current"),
        ("DELETE FROM _sqlx_migrations WHERE version = 2", "lacks 1 migration; the start runs it"),
    ] {
        execute(folder.path(), sql).await;
        let before = files(folder.path());
        let (status, told, warned) = check(folder.path(), &[]).await;
        assert_eq!((status, warned.as_str()), (Some(0), ""), "{told}");
        assert!(told.contains(&format!("schema: {schema}\n")), "{told}");
        assert!(files(folder.path()) == before, "{sql}: the store has changed");
    }
}

#[tokio::test]
async fn check_looks_at_the_store_of_a_running_server() {
    let program = Program::start().await;
    let (status, told, _) = check(program.folder.path(), &[]).await;
    assert!(status == Some(0) && told.contains("schema: current"), "{told}");
    let Some(url) = postgres::database().await else { return };
    let store = format!("--database-url={url}");
    let (status, told, _) = check(program.folder.path(), &[&store]).await;
    assert!(status == Some(0) && told.contains("schema: none yet; the start creates it"), "{told}");
    let program = Program::start_in(folder(), &[&store], &[]).await;
    let (status, told, _) = check(program.folder.path(), &[&store]).await;
    assert!(status == Some(0) && told.contains("schema: current"), "{told}");
}

#[tokio::test]
async fn check_refuses_what_no_start_would_open() {
    let newer = store_of_an_ended_server().await;
    execute(
        newer.path(),
        "INSERT INTO _sqlx_migrations SELECT 9999, 'x', installed_on, 1, checksum, 1 FROM _sqlx_migrations LIMIT 1",
    )
    .await;
    let damaged = folder();
    std::fs::write(damaged.path().join("doorward.db"), "no database, but a text that is long enough").expect("a file");
    std::fs::set_permissions(damaged.path().join("doorward.db"), Permissions::from_mode(0o600)).expect("our file");
    let empty = folder();
    for (folder, flag, told) in [
        (&newer, "--database-url=sqlite:doorward.db", "newer version of Doorward"),
        (&damaged, "--database-url=sqlite:doorward.db", "is damaged"),
        (&empty, "--database-url=sqlite:doorward.db?mode=rw", "there is no store"),
        (&empty, "--database-url=sqlite:no/such/doorward.db", "cannot open the store"),
        (
            &empty,
            "--database-url=postgres://u:hunter2@127.0.0.1:1/d",
            "cannot open the store postgres://u@127.0.0.1:1/d",
        ),
    ] {
        let (status, out, line) = check(folder.path(), &[flag]).await;
        assert_eq!((status, out.as_str(), line.lines().count()), (Some(69), "", 1), "{flag}: {line}");
        assert!(line.starts_with("doorward: ") && line.contains(told) && !line.contains("hunter2"), "{flag}: {line}");
    }
    assert_eq!(check(empty.path(), &["--signup=maybe"]).await.0, Some(64));
}

/// Runs `health` against this address.
async fn health(folder: &Path, listen: &str) -> (Option<i32>, String, String) {
    texts(run(folder, &["health"], &[("DOORWARD_LISTEN", listen)]).await)
}

#[tokio::test]
async fn health_tells_whether_the_running_server_is_ready() {
    let program = Program::start().await;
    let address = format!("127.0.0.1:{}", program.port());
    let elsewhere = folder();
    let ready = (Some(0), "ready\n".to_owned(), String::new());
    assert_eq!(health(elsewhere.path(), &address).await, ready);
    assert_eq!(health(elsewhere.path(), &format!("0.0.0.0:{}", program.port())).await, ready);
    assert_eq!(files(elsewhere.path()), [], "it opens no store");

    let store = program.folder.path().join("doorward.db");
    std::fs::rename(&store, store.with_extension("away")).expect("a file");
    let (status, out, line) = health(elsewhere.path(), &address).await;
    assert_eq!((status, out.as_str(), line.lines().count()), (Some(1), "", 1), "{line}");
    assert!(line.contains("is not ready: its store does not answer"), "{line}");

    program.signal(Signal::TERM);
    program.end().await;
    let (status, _, line) = health(elsewhere.path(), &address).await;
    assert_eq!((status, line.lines().count()), (Some(1), 1), "{line}");
    assert!(line.starts_with(&format!("doorward: no server answers at {address}: ")), "{line}");
}

#[tokio::test]
async fn health_asks_a_server_on_a_unix_socket() {
    let folder = folder();
    let listen = format!("unix:{}", folder.path().join("s").display());
    assert_eq!(health(folder.path(), &listen).await.0, Some(1));
    let _program = Program::start_in(self::folder(), &[&format!("--listen={listen}")], &[]).await;
    assert_eq!(health(folder.path(), &listen).await.0, Some(0));
}

#[tokio::test]
async fn health_refuses_another_program_and_an_unknown_port() {
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let answer = async {
        let (mut stream, _) = listener.accept().await.expect("a client");
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await.expect("a client that reads");
        // Dropped before the request is read, it might reset the connection.
        let mut request = [0; 1_024];
        let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut request).await;
    };
    let (asked, ()) = tokio::join!(health(folder.path(), &address), answer);
    assert!(asked.0 == Some(1) && asked.2.contains("does not speak HTTP"), "{asked:?}");
    let (status, _, line) = health(folder.path(), "127.0.0.1:0").await;
    assert!(status == Some(1) && line.contains("port 0"), "{line}");
}
