//! The guide, route by route: sign up, sign in, profile, sign out.

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use crate::storage::places::Place;
use crate::support::client::{Client, Encoding, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

pub async fn signing_up_in_any_encoding_creates_a_user_with_a_session(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    for (encoding, username) in Encoding::ALL.into_iter().zip(["Json", "Urlencoded", "Multipart"]) {
        let request = client.submit("/api/signup", encoding, &[("username", username), ("password", PASSWORD)]);
        let reply = send(request.header("accept", "*/*")).await;
        if encoding == Encoding::Json {
            assert_eq!(reply.status, StatusCode::CREATED);
            assert_eq!(reply.json()["user"]["username"], username);
        } else {
            reply.assert_redirect("/");
            assert_eq!(reply.body, "");
        }
        let token = reply.cookie_value().expect("a session cookie");
        assert_eq!(client.session(&token).await.json()["user"]["username"], username);
        assert!(client.log_in(username, PASSWORD).await.is_some());
    }
}

/// Texts of so many characters, of one, two, three and four bytes each.
fn texts_of(length: usize) -> [String; 4] {
    ["x", "é", "日", "😀"].map(|letter| letter.repeat(length))
}

async fn sign_up_status(client: &Client, username: &str, password: &str) -> (StatusCode, String) {
    let fields = [("username", username), ("password", password)];
    let reply = send(client.submit("/api/signup", Encoding::Multipart, &fields)).await;
    (reply.status, reply.body)
}

pub async fn usernames_have_4_to_31_characters(place: Place) {
    let server = TestServer::start(place).await;
    for (length, good) in [(0, false), (3, false), (4, true), (31, true), (32, false)] {
        for username in texts_of(length) {
            let (status, body) = sign_up_status(&server.client(), &username, PASSWORD).await;
            if good {
                assert_eq!(status, StatusCode::FOUND, "{username}: {body}");
                assert!(server.client().log_in(&username, PASSWORD).await.is_some(), "{username}");
            } else {
                assert_eq!(status, StatusCode::BAD_REQUEST, "{username}");
                assert!(body.contains("Invalid username"), "{body}");
            }
        }
    }
}

pub async fn an_operator_can_allow_usernames_of_254_characters(place: Place) {
    let server = TestServer::start_with(place, &["--username-max=254"]).await;
    let client = server.client();
    let page = send(client.get("/signup").header("accept", "text/html")).await.body;
    assert!(page.contains("4 to 254 characters"), "{page}");
    for username in texts_of(254) {
        let (status, body) = sign_up_status(&client, &username, PASSWORD).await;
        assert_eq!(status, StatusCode::FOUND, "{username}: {body}");
        assert!(client.log_in(&username, PASSWORD).await.is_some(), "{username}");
    }
    for path in ["signup", "login", "recover"] {
        let fields = [("username", "a".repeat(255)), ("password", PASSWORD.to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let refused = send(client.submit(&format!("/api/{path}"), Encoding::Json, &fields)).await.json();
        assert_eq!((&refused["field"], &refused["reason"]), (&"username".into(), &"too_long".into()), "{path}");
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("254")), "{path}: {refused}");
    }
}

pub async fn passwords_have_6_to_255_characters(place: Place) {
    let server = TestServer::start_with(place, &["--password-blocklist=off"]).await;
    for (length, good) in [(0, false), (5, false), (6, true), (255, true), (256, false)] {
        for (alphabet, password) in texts_of(length).into_iter().enumerate() {
            let username = format!("name-{length}-{alphabet}");
            let (status, body) = sign_up_status(&server.client(), &username, &password).await;
            if good {
                assert_eq!(status, StatusCode::FOUND, "{length}: {body}");
                assert!(server.client().log_in(&username, &password).await.is_some(), "{length}");
            } else {
                assert_eq!(status, StatusCode::BAD_REQUEST, "{length}");
                assert!(body.contains("Invalid password"), "{body}");
            }
        }
    }
}

pub async fn a_login_takes_1_to_31_and_1_to_255_characters(place: Place) {
    let server = TestServer::start(place).await;
    let bounds = [
        (0, 6, "Invalid username"),
        (1, 6, "Incorrect username or password"),
        (31, 6, "Incorrect username or password"),
        (32, 6, "Invalid username"),
        (4, 0, "Invalid password"),
        (4, 1, "Incorrect username or password"),
        (4, 255, "Incorrect username or password"),
        (4, 256, "Invalid password"),
    ];
    for (username, password, error) in bounds {
        for (username, password) in texts_of(username).iter().zip(texts_of(password)) {
            let fields = [("username", username.as_str()), ("password", &password)];
            let reply = send(server.client().submit("/api/login", Encoding::Urlencoded, &fields)).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST);
            assert_eq!(reply.json()["error"], error, "{username} with {} characters", password.chars().count());
        }
    }
}

pub async fn the_username_is_judged_before_the_password(place: Place) {
    let server = TestServer::start(place).await;
    for path in ["/api/signup", "/api/login"] {
        let reply = send(server.client().submit(path, Encoding::Json, &[("username", ""), ("password", "")])).await;
        reply.assert_error(400, "invalid_username", "Invalid username");
    }
}

pub async fn what_is_missing_or_no_text_is_that_field_s_error(place: Place) {
    let server = TestServer::start(place).await;
    for path in ["/api/signup", "/api/login"] {
        for wrong in [json!(null), json!(12345), json!(true), json!(["alice"]), json!({"a": "alice"})] {
            let reply = send(server.client().post(path).json(&json!({"username": wrong, "password": PASSWORD}))).await;
            reply.assert_error(400, "invalid_username", "Invalid username");
            let reply = send(server.client().post(path).json(&json!({"username": "alice", "password": wrong}))).await;
            reply.assert_error(400, "invalid_password", "Invalid password");
        }
        for encoding in Encoding::ALL {
            let reply = send(server.client().submit(path, encoding, &[("password", PASSWORD)])).await;
            reply.assert_error(400, "invalid_username", "Invalid username");
            let reply = send(server.client().submit(path, encoding, &[("username", "alice")])).await;
            reply.assert_error(400, "invalid_password", "Invalid password");
        }
        let file = reqwest::multipart::Part::text("alice").file_name("alice.txt");
        let form = reqwest::multipart::Form::new().part("username", file).text("password", PASSWORD);
        send(server.client().post(path).multipart(form)).await.assert_error(
            400,
            "invalid_username",
            "Invalid username",
        );
        send(server.client().post(path)).await.assert_error(400, "invalid_username", "Invalid username");
    }
}

pub async fn a_username_is_taken_in_any_letter_case_and_spelling(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    for (taken, spellings) in [
        ("user123", &["user123", "USER123", "uSeR123", "ｕｓｅｒ１２３"][..]),
        ("Straße", &["STRASSE", "strasse", "STRAẞE"]),
        ("ὈΔΥΣΣΕΎΣ", &["ὀδυσσεύς", "ὀδυσσεύσ"]),
        ("Amélie", &["ame\u{301}lie", "AMÉLIE"]),
    ] {
        client.sign_up(taken, PASSWORD).await;
        for spelling in spellings {
            let fields = [("username", *spelling), ("password", PASSWORD)];
            let reply = send(client.submit("/api/signup", Encoding::Multipart, &fields)).await;
            reply.assert_error(400, "username_taken", "Username already taken");
            assert!(client.log_in(spelling, PASSWORD).await.is_some(), "{spelling} is {taken}");
        }
    }
}

pub async fn of_forty_racing_sign_ups_one_is_let_in(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let attempts = (0..40).map(|n| {
        let (username, password) = (if n % 2 == 0 { "racer" } else { "RACER" }, format!("password of {n}"));
        let client = client.clone();
        async move {
            let fields = [("username", username), ("password", password.as_str())];
            let reply = send(client.submit("/api/signup", Encoding::Urlencoded, &fields)).await;
            (reply, password)
        }
    });
    let (let_in, refused): (Vec<_>, Vec<_>) =
        join_all(attempts).await.into_iter().partition(|(reply, _)| reply.status == StatusCode::FOUND);
    assert_eq!((let_in.len(), refused.len()), (1, 39));
    for (reply, password) in refused {
        reply.assert_error(400, "username_taken", "Username already taken");
        assert!(client.log_in("racer", &password).await.is_none());
    }
    assert!(client.log_in("racer", &let_in[0].1).await.is_some(), "the user has a key");
    assert_eq!((server.place.count("users").await, server.place.count("user_keys").await), (1, 1));
}

pub async fn the_letters_typed_are_kept_for_display(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("ZoË <b>O'Neil</b>", PASSWORD).await;
    let token = client.log_in("zoë <b>o'neil</b>", PASSWORD).await.expect("let in");
    assert_eq!(client.session(&token).await.json()["user"]["username"], "ZoË <b>O'Neil</b>");
    let page = send(client.get("/").header("cookie", cookie(&token))).await;
    assert!(page.body.contains("Username: ZoË &#60;b&#62;O&#39;Neil&#60;/b&#62;"), "{}", page.body);
}

pub async fn a_wrong_password_and_an_unknown_user_are_told_the_same(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    for accept in ["*/*", "application/json", "text/html"] {
        let attempt = |username: &'static str| {
            let fields = [("username", username), ("password", "wrong horse")];
            send(client.submit("/api/login", Encoding::Urlencoded, &fields).header("accept", accept))
        };
        let (known, unknown) = (attempt("alice").await, attempt("alibi").await);
        assert_eq!(known.status, StatusCode::BAD_REQUEST);
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.body.replace("alice", "…"), unknown.body.replace("alibi", "…"));
        let but_date = |reply: &crate::support::client::Reply| {
            let mut headers = reply.headers.clone();
            headers.remove("date");
            headers
        };
        assert_eq!(but_date(&known), but_date(&unknown));
        if accept != "text/html" {
            known.assert_error(400, "incorrect_credentials", "Incorrect username or password");
        }
    }
}

pub async fn passwords_are_taken_to_the_letter(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let long = format!("{}end", "x".repeat(100));
    for (username, password, wrong) in [
        ("case", "Correct Horse", "correct horse"),
        ("space", "  correct horse ", "correct horse"),
        ("zero", "correct\0horse", "correct"),
        ("long", &long, &long.replace("end", "eng")),
        ("plus", "a+b%20c&d=e", "a b c&d=e"),
    ] {
        client.sign_up(username, password).await;
        assert!(client.log_in(username, wrong).await.is_none(), "{wrong}");
        for encoding in Encoding::ALL {
            let fields = [("username", username), ("password", password)];
            let reply = send(client.submit("/api/login", encoding, &fields).header("accept", "application/json")).await;
            assert_eq!(reply.status, StatusCode::OK, "{password} as {encoding:?}");
        }
    }
    client.sign_up("norm", "crème brûlée").await;
    assert!(client.log_in("norm", "cre\u{300}me bru\u{302}le\u{301}e").await.is_some(), "another system's keyboard");
}

pub async fn signing_in_again_ends_the_session_that_came_along(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let first = client.sign_up("alice", PASSWORD).await;
    let other = client.log_in("alice", PASSWORD).await.expect("let in");
    let again = |path, username| {
        let fields = [("username", username), ("password", PASSWORD)];
        send(client.submit(path, Encoding::Urlencoded, &fields).header("cookie", cookie(&first)))
    };
    let failed = send(
        client
            .submit("/api/login", Encoding::Json, &[("username", "alice"), ("password", "wrong horse")])
            .header("cookie", cookie(&first)),
    )
    .await;
    assert_eq!(failed.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.session(&first).await.status, StatusCode::OK, "a login that failed ends nothing");

    let second = again("/api/login", "alice").await.cookie_value().expect("a session cookie");
    assert_ne!(first, second);
    assert_eq!(client.session(&first).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.session(&second).await.status, StatusCode::OK);
    assert_eq!(client.session(&other).await.status, StatusCode::OK, "other devices stay signed in");

    let fields = [("username", "alice2"), ("password", PASSWORD)];
    let third = send(client.submit("/api/signup", Encoding::Json, &fields).header("cookie", cookie(&second))).await;
    assert_eq!(third.status, StatusCode::CREATED);
    assert_eq!(client.session(&second).await.status, StatusCode::UNAUTHORIZED);
}

pub async fn every_presented_session_is_revoked_behind_stale_cookies(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let stale = "A".repeat(43);
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let another = [("username", "bobby"), ("password", PASSWORD)];
    for (path, fields) in [("/api/login", &fields[..]), ("/api/signup", &another), ("/api/logout", &[])] {
        let one = client.log_in("alice", PASSWORD).await.expect("let in");
        let other = client.log_in("alice", PASSWORD).await.expect("let in");
        let cookies = format!("{}; {}; {}", cookie(&stale), cookie(&one), cookie(&other));
        let reply = send(client.submit(path, Encoding::Json, fields).header("cookie", cookies)).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.body);
        for token in [&one, &other] {
            assert_eq!(client.session(token).await.status, StatusCode::UNAUTHORIZED, "{path}");
        }
    }
}

pub async fn a_token_that_the_client_made_up_is_never_adopted(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let made_up = "A".repeat(43);
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let reply = send(client.submit("/api/signup", Encoding::Json, &fields).header("cookie", cookie(&made_up))).await;
    assert_ne!(reply.cookie_value().expect("a session cookie"), made_up);
    assert_eq!(client.session(&made_up).await.status, StatusCode::UNAUTHORIZED);
}

pub async fn signing_out_ends_the_session_in_the_store(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let empty_form_data = ("multipart/form-data; boundary=frontier", "--frontier--\r\n");
    for (content_type, body) in [("", ""), empty_form_data, ("application/x-www-form-urlencoded", "")] {
        let token = client.log_in("alice", PASSWORD).await.expect("let in");
        let mut request = client.post("/api/logout").header("cookie", cookie(&token)).body(body);
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let reply = send(request).await;
        reply.assert_redirect("/login");
        assert_eq!(
            reply.set_cookie(),
            Some("auth_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
        );
        client.session(&token).await.assert_error(401, "unauthenticated", "Unauthenticated");
        let again = send(client.post("/api/logout").header("cookie", cookie(&token))).await;
        again.assert_error(401, "unauthenticated", "Unauthenticated");
    }
    let token = client.log_in("alice", PASSWORD).await.expect("let in");
    for body in ["{}", ""] {
        let request =
            client.post("/api/logout").header("cookie", cookie(&token)).header("content-type", "application/json");
        let reply = send(request.body(body)).await;
        if body == "{}" {
            assert_eq!((reply.status, reply.body.as_str()), (StatusCode::NO_CONTENT, ""));
        } else {
            reply.assert_error(401, "unauthenticated", "Unauthenticated");
        }
    }
}

pub async fn signing_out_needs_a_session(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    send(client.post("/api/logout")).await.assert_error(401, "unauthenticated", "Unauthenticated");
    let unreadable = client.post("/api/logout").header("content-type", "application/json").body("{");
    send(unreadable).await.assert_error(401, "unauthenticated", "Unauthenticated");
    let page = send(client.post("/api/logout").header("accept", "text/html")).await;
    page.assert_redirect("/login?done=signed-out");
    let form = client.submit("/api/logout", Encoding::Urlencoded, &[("next", "/bye")]).header("accept", "text/html");
    send(form).await.assert_redirect("/bye");
}

pub async fn pages_lead_where_the_guide_says(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let sign_up = send(client.get("/signup")).await;
    let sign_in = send(client.get("/login")).await;
    for (page, heading, action, link) in [
        (
            &sign_up,
            "<h1>Sign up</h1>",
            r#"<form action="/api/signup" method="post">"#,
            r#"<a href="/login">Sign in</a>"#,
        ),
        (
            &sign_in,
            "<h1>Sign in</h1>",
            r#"<form action="/api/login" method="post">"#,
            r#"<a href="/signup">Create an account</a>"#,
        ),
    ] {
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        for part in [heading, action, link, r#"name="username""#, r#"name="password" type="password""#] {
            assert!(page.body.contains(part), "{part} in {}", page.body);
        }
    }
    send(client.get("/")).await.assert_redirect("/login");

    let token = client.sign_up("Alice", PASSWORD).await;
    for path in ["/signup", "/login"] {
        send(client.get(path).header("cookie", cookie(&token))).await.assert_redirect("/");
    }
    let profile = send(client.get("/").header("cookie", cookie(&token))).await;
    let user_id = client.session(&token).await.json()["user"]["userId"].as_str().expect("a text").to_owned();
    let id_line = format!("User id: {user_id}");
    let form = r#"<form action="/api/logout" method="post">"#;
    for part in ["<h1>Profile</h1>", &id_line, "Username: Alice", form, "Sign out</button>"] {
        assert!(profile.body.contains(part), "{part} in {}", profile.body);
    }
    send(client.get("/").header("cookie", cookie("not-a-session"))).await.assert_redirect("/login");
}

pub async fn accounts_and_sessions_survive_a_restart(place: Place) {
    let server = TestServer::start(place).await;
    let token = server.client().sign_up("alice", PASSWORD).await;
    let server = server.restart().await;
    assert_eq!(server.client().session(&token).await.status, StatusCode::OK);
    assert!(server.client().log_in("alice", PASSWORD).await.is_some());
}

/// Keyboards of phones add a space behind a word.
pub async fn white_space_around_a_name_does_not_keep_its_owner_out(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for encoding in Encoding::ALL {
        let reply =
            send(client.submit("/api/login", encoding, &[("username", " alice \u{a0}"), ("password", PASSWORD)]));
        assert!(reply.await.cookie_value().is_some(), "{encoding:?}");
    }
    let made = send(client.post("/api/recovery-codes").header("cookie", cookie(&token))).await.json();
    let code = made["codes"][0].as_str().expect("a code");
    let fields = [("username", "alice "), ("code", code), ("newPassword", "staple horse battery")];
    let recovered = send(client.submit("/api/recover", Encoding::Urlencoded, &fields)).await;
    assert!(recovered.cookie_value().is_some(), "{}", recovered.body);
}

pub async fn common_passwords_are_refused_with_a_reason(place: Place) {
    let server = TestServer::start(place).await;
    let (common, own_name) = ("That password is too common", "Don't use your username");
    for (password, advice) in [
        ("password1", common),
        ("PASSWORD1", common),
        ("doorward1", common),
        ("Alexandra-K", own_name),
        ("alexandra-k2026!", own_name),
    ] {
        let fields = [("username", "alexandra-k"), ("password", password)];
        let reply = send(server.client().submit("/api/signup", Encoding::Json, &fields)).await;
        reply.assert_error(400, "invalid_password", "Invalid password");
        assert!(reply.json()["detail"].as_str().expect("a reason").contains(advice));
    }
    let fields = [("username", "alexandra-k"), ("password", "password1")];
    let login = send(server.client().submit("/api/login", Encoding::Json, &fields)).await;
    login.assert_error(400, "incorrect_credentials", "Incorrect username or password");
}

pub async fn the_site_s_own_words_are_no_passwords(place: Place) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "# Our products\n\n Küchenzauber \r\nmeerblick\n").expect("our file");
    let flags = [
        "--site-name=Haus & Garten",
        "--public-url=http://login.greenfield.example",
        &format!("--password-words={}", file.path().display()),
    ];
    let server = TestServer::start_with(place, &flags).await;
    let client = server.client();
    let refused = [
        "haus & garten",
        "HausGarten2026!",
        "login.greenfield.example",
        "Greenfield2026!",
        "greenfieldgreenfield",
        "küchenzauber",
        "1KÜCHENZAUBER1",
        "meerblick!",
    ];
    for password in refused {
        let fields = [("username", "alice"), ("password", password)];
        let reply = send(client.submit("/api/signup", Encoding::Json, &fields)).await;
        reply.assert_error(400, "invalid_password", "Invalid password");
        assert_eq!(reply.json()["reason"], "too_common", "{password}");
    }
    let token = client.sign_up("alice", "our products").await;
    let pair = [("currentPassword", "our products"), ("newPassword", "Meerblick-2026")];
    let change = send(client.submit("/api/password", Encoding::Json, &pair).header("cookie", cookie(&token))).await;
    change.assert_error(400, "invalid_password", "Invalid password");
}

pub async fn a_reserved_username_is_refused_at_sign_up_in_every_spelling(place: Place) {
    let server = TestServer::start(place).await;
    for username in ["admin", "Admin", "ＡＤＭＩＮ", "postmaster"] {
        let fields = [("username", username), ("password", PASSWORD)];
        let reply = send(server.client().submit("/api/signup", Encoding::Json, &fields)).await;
        reply.assert_error(400, "invalid_username", "Invalid username");
        let error = reply.json();
        assert_eq!((&error["field"], &error["reason"]), (&"username".into(), &"reserved".into()), "{username}");
        assert_eq!(error["detail"], "This name is reserved. Choose another one.");
    }
}

pub async fn an_operator_chooses_which_usernames_are_reserved(place: Place) {
    let server = TestServer::start_with(place, &["--reserved-usernames=greenfield, Café"]).await;
    let fields = [("username", "CAFE\u{301}"), ("password", PASSWORD)];
    let reply = send(server.client().submit("/api/signup", Encoding::Json, &fields)).await;
    reply.assert_error(400, "invalid_username", "Invalid username");
    server.client().sign_up("admin", PASSWORD).await;
}

pub async fn a_closed_sign_up_says_so(place: Place) {
    let server = TestServer::start_with(place, &["--signup=closed"]).await;
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let reply = send(server.client().submit("/api/signup", Encoding::Json, &fields)).await;
    reply.assert_error(403, "signup_closed", "Sign-up is closed");
    let page = send(server.client().get("/signup")).await;
    assert!(page.body.contains("No new accounts can be created here") && !page.body.contains("<form"), "{}", page.body);
    assert!(!send(server.client().get("/login")).await.body.contains("/signup"));
}
