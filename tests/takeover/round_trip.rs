//! An export and an import between the two kinds of store.

use std::fs;

use super::program::{export, run_in, text};
use crate::storage::places::{self, Place};
use crate::support::client::{Encoding, cookie, send};
use crate::support::server::TestServer;

/// Exports to a file and imports it elsewhere.
async fn move_accounts(from: &Place, to: &Place) {
    let folder = tempfile::tempdir().expect("a folder");
    let exported = run_in(folder.path(), from, &["export", "--to=accounts.ndjson"], &[]).await;
    assert_eq!(exported.status.code(), Some(0), "{}", text(&exported.stderr));
    let file = fs::metadata(folder.path().join("accounts.ndjson")).expect("a file");
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777, 0o600);
    let again = run_in(folder.path(), from, &["export", "--to=accounts.ndjson"], &[]).await;
    assert_eq!(again.status.code(), Some(64), "a file is never replaced");
    let imported = run_in(folder.path(), to, &["import", "ndjson", "--from=accounts.ndjson"], &[]).await;
    assert_eq!(imported.status.code(), Some(0), "{}", text(&imported.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_move_between_the_stores_and_back_byte_for_byte() {
    let (Some(file), Some(database)) = (places::sqlite().await, places::postgres().await) else { return };
    let server = TestServer::start(file).await;
    let client = server.client();
    let mut tokens = Vec::new();
    for name in ["alice", "Bobby", "Zoë-Ünal", "日本語テスト"] {
        tokens.push(client.sign_up(name, "correct horse").await);
        tokens.push(client.log_in(name, "correct horse").await.expect("a session"));
    }
    let codes = client.submit("/api/recovery-codes", Encoding::Json, &[("password", "correct horse")]);
    let codes = send(codes.header("cookie", cookie(&tokens[0]))).await.json();
    let code = codes["codes"][0].as_str().expect("a code").to_owned();
    let file = server.stop().await;
    let store = file.open().await;
    let user = |id: &str| doorward_domain::UserId::restore(id.to_owned());
    store
        .users()
        .admin_create_users(&[doorward_domain::ports::NewUser {
            user: doorward_domain::User {
                id: user("auth0|without-a-key"),
                username: doorward_domain::Username::restore("keyless".to_owned()),
                created_at: doorward_domain::Timestamp::from_unix_millis(1),
                disabled: false,
                attributes: doorward_domain::Attributes::parse(r#"{"b":[1,2.50],"a":"\u0000"}"#).expect("an object"),
            },
            key: None,
            password_link: None,
        }])
        .await
        .expect("a user");
    store.close().await;
    let made = super::program::run(&file, &["user", "password-link", "Bobby"]).await;
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let disabled = super::program::run(&file, &["user", "disable", "Zoë-Ünal"]).await;
    assert_eq!(disabled.status.code(), Some(0), "{}", text(&disabled.stderr));

    let first = export(&file).await;
    assert!(first.contains("\"usernameKey\":false") && first.contains("\"passwordLink\":{"), "{first}");
    move_accounts(&file, &database).await;
    assert_eq!(export(&database).await, first);
    let back = places::sqlite().await.expect("a folder");
    move_accounts(&database, &back).await;
    assert_eq!(export(&back).await, first);

    for place in [database, back] {
        let server = TestServer::start(place).await;
        let client = server.client();
        for (number, token) in tokens.iter().enumerate() {
            let is_disabled = number / 2 == 2;
            assert_eq!(client.session(token).await.status.is_success(), !is_disabled, "session {number}");
        }
        assert!(client.log_in("alice", "correct horse").await.is_some());
        let fields = [("username", "alice"), ("code", code.as_str()), ("newPassword", "staple battery")];
        assert_eq!(send(client.submit("/api/recover", Encoding::Json, &fields)).await.status.as_u16(), 200);
    }
}
