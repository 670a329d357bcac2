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
        ("/account/delete", true, &[name, old]),
        ("/account/recovery-codes", true, &[]),
        ("/account/username", true, &[name, old]),
        ("/recover", false, &[name, "off", new, "off"]),
        ("/reset", false, &["off", new]),
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
                for part in ["You&#39;re signed in as alice.", r#"<form action="/api/logout" method="post">"#, &user] {
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

#[tokio::test]
async fn the_address_of_a_form_s_action_leads_a_browser_to_its_page() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let client = server.client();
    for (action, page) in [
        ("/api/login", "/login"),
        ("/api/signup", "/signup"),
        ("/api/recover", "/recover"),
        ("/api/logout", "/logout"),
        ("/api/password", "/account/password"),
        ("/api/account/delete", "/account/delete"),
        ("/api/sessions/revoke-others", "/account/sessions"),
        ("/api/sessions/abc/revoke", "/account/sessions"),
    ] {
        send(client.get(action).header("accept", "text/html")).await.assert_redirect(page);
        send(client.get(action)).await.assert_error(405, "method_not_allowed", "Method not allowed");
    }
    send(client.get("/.well-known/change-password")).await.assert_redirect("/account/password");
}

#[tokio::test]
async fn each_page_leads_back_to_the_app_and_so_does_a_sign_in() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let flags = ["--app-url=https://app.example/start?a=1", "--app-name=Acme <Notes>"];
    let server = TestServer::start_with(place, &flags).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    let link = r#"<a href="https://app.example/start?a=1">Back to Acme &#60;Notes&#62;</a>"#;
    for path in ["/login", "/signup", "/recover", "/docs", "/nowhere"] {
        let page = send(client.get(path).header("accept", "text/html")).await.body;
        assert!(page.contains(link), "{path}: {page}");
    }
    for path in ["/", "/account", "/account/password", "/account/sessions", "/account/delete", "/logout"] {
        let page = send(client.get(path).header("cookie", cookie(&token))).await.body;
        assert!(page.contains(link), "{path}: {page}");
    }
    let signed_in = client.get("/login").header("cookie", cookie(&token));
    send(signed_in).await.assert_redirect("https://app.example/start?a=1");

    let fields = [("username", "alice"), ("password", "correct horse")];
    let page = send(client.submit("/api/login", Encoding::Urlencoded, &fields).header("accept", "text/html")).await;
    assert!(page.body.contains("Continue to https://app.example"), "{}", page.body);
    let fetched = send(client.submit("/api/login", Encoding::Urlencoded, &fields)).await;
    fetched.assert_redirect("https://app.example/start?a=1");
    let next = [fields[0], fields[1], ("next", "https://app.example/other")];
    let fetched = send(client.submit("/api/login", Encoding::Urlencoded, &next)).await;
    fetched.assert_redirect("https://app.example/other");
    // An app's own form signs out.
    let form = client.submit("/api/logout", Encoding::Urlencoded, &[("next", "https://app.example/bye")]);
    let form = form.header("origin", "https://app.example").header("sec-fetch-site", "cross-site");
    send(form.header("cookie", cookie(&token))).await.assert_redirect("https://app.example/bye");
}

#[tokio::test]
async fn codes_are_offered_once_on_the_way_to_the_app() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--app-url=/app"]).await;
    let client = server.client();
    let sign_up = |name: &'static str, next: &'static str| {
        let fields = [("username", name), ("password", "correct horse"), ("next", next)];
        send(client.submit("/api/signup", Encoding::Urlencoded, &fields).header("accept", "text/html"))
    };
    let reply = sign_up("alice", "/notes?a=1&b=2").await;
    let offer = "/account/recovery-codes?next=%2Fnotes%3Fa%3D1%26b%3D2";
    reply.assert_redirect(offer);
    let token = reply.cookie_value().expect("a cookie");
    let page = send(client.get(offer).header("cookie", cookie(&token))).await.body;
    assert!(page.contains("<h1>Get recovery codes</h1>"), "{page}");
    assert!(page.contains(r#"<a href="/notes?a=1&#38;b=2">Not now</a>"#), "{page}");
    let fields = [("next", "/notes?a=1&b=2")];
    let form = client.submit("/api/recovery-codes", Encoding::Urlencoded, &fields).header("accept", "text/html");
    let codes = send(form.header("cookie", cookie(&token))).await.body;
    assert!(codes.contains(r#"href="/notes?a=1&#38;b=2">Continue</a>"#), "{codes}");
    let again = send(client.get(offer).header("cookie", cookie(&token))).await.body;
    assert!(!again.contains("Not now") && again.contains("You have 10 of 10"), "{again}");

    sign_up("bobby", "").await.assert_redirect("/account/recovery-codes?next=%2Fapp");
    // `/` is the app's if the operator says so, else the profile, which makes the offer itself.
    for (flags, led) in [(&["--app-url=/"][..], "/account/recovery-codes?next=%2F"), (&[], "/")] {
        let place = places::sqlite().await.expect("SQLite is everywhere");
        let server = TestServer::start_with(place, flags).await;
        let fields = [("username", "alice"), ("password", "correct horse")];
        let form = server.client().submit("/api/signup", Encoding::Urlencoded, &fields).header("accept", "text/html");
        send(form).await.assert_redirect(led);
    }
    let fields = [("username", "carol"), ("password", "correct horse"), ("next", "/notes")];
    send(client.submit("/api/signup", Encoding::Multipart, &fields)).await.assert_redirect("/notes");
}

#[tokio::test]
async fn a_changed_password_and_a_refused_sign_out_lead_on_to_next() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    let page = send(client.get("/account/password?next=%2Fback%3Fa").header("cookie", cookie(&token))).await.body;
    assert!(page.contains(r#"<input type="hidden" name="next" value="/back?a">"#), "{page}");
    let fields = [("currentPassword", "correct horse"), ("newPassword", "staple battery"), ("next", "/back?a")];
    let form = client.submit("/api/password", Encoding::Urlencoded, &fields).header("accept", "text/html");
    let changed = send(form.header("cookie", cookie(&token))).await;
    changed.assert_redirect("/back?a");
    send(client.get("/account/password?next=%2Fback%3Fa"))
        .await
        .assert_redirect("/login?next=%2Faccount%2Fpassword%3Fnext%3D%252Fback%253Fa");
    let form = client.submit("/api/logout", Encoding::Urlencoded, &[("next", "/bye")]).header("accept", "text/html");
    send(form).await.assert_redirect("/bye");
}

#[tokio::test]
async fn a_deletion_asks_for_the_username_that_it_deletes() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let client = server.client();
    let token = client.sign_up("Alice", "correct horse").await;
    let page = send(client.get("/account/delete").header("cookie", cookie(&token))).await.body;
    assert!(page.contains(r#"name="username" type="text" value="""#), "{page}");
    let delete = |username: &'static str, password: &'static str| {
        let fields = [("username", username), ("password", password)];
        let form = client.submit("/api/account/delete", Encoding::Urlencoded, &fields).header("accept", "text/html");
        send(form.header("cookie", cookie(&token)))
    };
    for typed in ["", "alice2", "bobby"] {
        let page = delete(typed, "correct horse").await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.body.contains("role=\"alert\">This isn&#39;t your username.<"), "{typed}: {}", page.body);
        assert!(page.body.contains(&format!("value=\"{typed}\"")), "{}", page.body);
    }
    let page = delete("bobby", "").await.body;
    assert!(page.contains("This isn&#39;t your username.") && page.contains("Enter your current password."), "{page}");
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "nothing was deleted");
    delete(" aLICE", "correct horse").await.assert_redirect("/login?done=deleted");
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_when_there_were_too_many() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--throttle=on"]).await;
    let client = server.client();
    let fields = [("username", "alice-typed"), ("password", "wrong horse"), ("next", "/back")];
    for _ in 0..400 {
        let form = client.submit("/api/login", Encoding::Urlencoded, &fields).header("accept", "text/html");
        let page = send(form).await;
        assert!(
            page.body.contains(r#"value="alice-typed""#) && page.body.contains(r#"value="/back""#),
            "{}",
            page.body
        );
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(page.body.contains(r#"id="form-error" role="alert">Too many attempts. Wait "#), "{}", page.body);
            return;
        }
    }
    panic!("no attempt was refused");
}

#[tokio::test]
async fn an_account_form_says_on_its_page_that_there_were_too_many_attempts() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--throttle=on"]).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    let fields = [("currentPassword", "wrong horse"), ("newPassword", "staple battery"), ("next", "/back")];
    for _ in 0..400 {
        let form = client.submit("/api/password", Encoding::Urlencoded, &fields).header("accept", "text/html");
        let page = send(form.header("cookie", cookie(&token))).await;
        assert!(page.body.contains("<h1>Change your password</h1>"), "{}", page.body);
        assert!(page.body.contains(r#"name="next" value="/back""#), "{}", page.body);
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(page.body.contains(r#"id="form-error" role="alert">Too many attempts. Wait "#), "{}", page.body);
            return;
        }
    }
    panic!("no attempt was refused");
}
