//! What is on the pages, beside how they look.

use reqwest::{Method, StatusCode};

use crate::storage::places;
use crate::support::client::{Encoding, cookie, send};
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

#[tokio::test]
async fn a_link_to_sign_out_asks_first() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--return-origins=https://app.example"]).await;
    let client = server.client();
    let (alice, bobby) =
        (client.sign_up("alice", "correct horse").await, client.sign_up("bobby", "correct horse").await);
    let user_id = client.session(&alice).await.json()["user"]["userId"].as_str().expect("an id").to_owned();
    for (next, kept, led) in [
        ("https://app.example/bye?a=1", true, "https://app.example/bye?a=1"),
        ("/bye", true, "/bye"),
        ("https://evil.example/", false, "/login"),
        ("", false, "/login"),
    ] {
        let link = |method| client.request(method, "/logout").query(&[("next", next)]);
        send(link(Method::GET)).await.assert_redirect(led);
        for method in [Method::HEAD, Method::GET] {
            let page = send(link(method.clone()).header("cookie", cookie(&alice))).await;
            assert_eq!((page.status, page.set_cookie()), (StatusCode::OK, None), "{method}");
            assert_eq!(client.session(&alice).await.status, StatusCode::OK, "nothing happens by {method}");
            if method == Method::GET {
                let user = format!(r#"<input type="hidden" name="userId" value="{user_id}">"#);
                for part in ["You are signed in as alice.", r#"<form action="/api/logout" method="post">"#, &user] {
                    assert!(page.body.contains(part), "{part}: {}", page.body);
                }
                let field = format!(r#"<input type="hidden" name="next" value="{led}">"#);
                assert_eq!((page.body.contains(&field), page.body.contains("\"next\"")), (kept, kept), "{}", page.body);
            }
        }
    }
    let german = client.get("/logout").header("cookie", cookie(&alice)).header("accept-language", "de");
    assert!(send(german).await.body.contains("Sie sind als alice angemeldet."));

    let form = [("userId", user_id.as_str()), ("next", "https://app.example/bye")];
    let form = || client.submit("/api/logout", Encoding::Urlencoded, &form);
    let refused = send(form().header("cookie", cookie(&bobby))).await;
    refused.assert_error(401, "unauthenticated", "Unauthenticated");
    assert_eq!(client.session(&bobby).await.status, StatusCode::OK, "another user's page signs out nobody");
    send(form().header("cookie", cookie(&alice))).await.assert_redirect("https://app.example/bye");
    assert_eq!(client.session(&alice).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_cookie_that_was_lost_after_a_sign_in_is_told() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--public-url=https://door.example"]).await;
    let client = server.client();
    let own = format!("http://127.0.0.1:{}", server.port());
    let from = |path: &str, referer: &str| client.get(path).header("referer", referer);
    for form in ["/login?next=%2F", "/signup", "/recover", "/api/login", "/api/signup", "/api/recover"] {
        send(from("/", &format!("{own}{form}"))).await.assert_redirect("/login?cookie=missing");
        let account = send(from("/account", &format!("{own}{form}"))).await;
        account.assert_redirect("/login?next=%2Faccount&cookie=missing");
    }
    let sign_in = format!("{own}/login");
    for referer in [&format!("{own}/"), &format!("{own}/account"), "https://evil.example/login", "rubbish"] {
        send(from("/", referer)).await.assert_redirect("/login");
    }
    for name in ["auth_session", "auth_session_device"] {
        let kept = from("/", &sign_in).header("cookie", format!("{name}={}", "t".repeat(43)));
        send(kept).await.assert_redirect("/login");
    }
    send(client.get("/")).await.assert_redirect("/login");

    let told = send(client.get("/login?cookie=missing")).await.body;
    let advice = "Allow cookies for this site, or open it at https://door.example";
    assert!(told.contains(advice) && told.contains(r#"<form action="/api/login""#), "{told}");
    assert!(!send(client.get("/login?cookie=x")).await.body.contains("Allow cookies"));
    let token = client.sign_up("alice", "correct horse").await;
    let kept = client.get("/login?next=%2Fdocs&cookie=missing").header("cookie", cookie(&token));
    send(kept).await.assert_redirect("/docs");
}
