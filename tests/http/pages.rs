//! What is on the pages, beside how they look.

use crate::storage::places;
use crate::support::client::{cookie, send};
use crate::support::server::TestServer;

/// The tags of all inputs of a page that a person types into.
fn inputs(page: &str) -> Vec<&str> {
    let tags = page.split("<input ").skip(1).map(|rest| rest.split('>').next().expect("an end of the tag"));
    tags.filter(|tag| !tag.contains(r#"type="hidden""#) && !tag.ends_with(" hidden")).collect()
}

#[tokio::test]
async fn passwords_can_be_pasted_and_managers_know_which_is_which() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    let (name, old, new) = ("username", "current-password", "new-password");
    for (path, signed_in, fields) in [
        ("/login", false, &[name, old][..]),
        ("/signup", false, &[name, new]),
        ("/account/password", true, &[old, new]),
        ("/account/delete", true, &[old]),
        ("/account/recovery-codes", true, &[]),
        ("/recover", false, &[name, "off", new]),
    ] {
        let request = client.get(path);
        let request = if signed_in { request.header("cookie", cookie(&token)) } else { request };
        let page = send(request).await.body;
        let inputs = inputs(&page);
        assert_eq!(inputs.len(), fields.len(), "{path}: {inputs:?}");
        for (input, field) in inputs.iter().zip(fields) {
            assert!(input.contains(&format!(r#"autocomplete="{field}""#)), "{path}: {input}");
            let expected = if [name, "off"].contains(field) { r#"type="text""# } else { r#"type="password""# };
            assert!(input.contains(expected), "{path}: {input}");
            assert!(!input.contains("maxlength") && !input.contains("onpaste"), "{path}: {input}");
        }
    }
}

#[tokio::test]
async fn a_new_store_has_no_account() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    for table in ["users", "user_keys", "sessions", "throttle"] {
        assert_eq!(server.place.count(table).await, 0, "{table}");
    }
    for (username, password) in [("admin", "admin"), ("root", "root"), ("doorward", "doorward")] {
        assert!(server.client().log_in(username, password).await.is_none());
    }
}
