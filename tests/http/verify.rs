//! The question of a reverse proxy: who is it, and where can they sign in?

use reqwest::{RequestBuilder, StatusCode};

use crate::storage::places;
use crate::support::client::{cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

async fn server() -> TestServer {
    let flags =
        ["--public-url=https://door.example", "--trusted-proxies=127.0.0.1", "--return-origins=https://app.example"];
    TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), &flags).await
}

fn with_headers(request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// What Caddy and Traefik say of a request for a page.
const PAGE: [(&str, &str); 5] = [
    ("accept", "text/html"),
    ("x-forwarded-method", "GET"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "app.example"),
    ("x-forwarded-uri", "/inbox?a=1&b=%2F"),
];

#[tokio::test]
async fn a_signed_in_user_is_named_in_ascii_headers() {
    let server = server().await;
    let client = server.client();
    for (name, written) in [
        ("Alice B.", "Alice B."),
        ("Ἀλέξανδρος", "%E1%BC%88%CE%BB%CE%AD%CE%BE%CE%B1%CE%BD%CE%B4%CF%81%CE%BF%CF%82"),
        ("al%69ce", "al%2569ce"),
    ] {
        let token = client.sign_up(name, PASSWORD).await;
        let user = client.session(&token).await.json()["user"].clone();
        for request in [
            client.get("/api/verify").header("cookie", cookie(&token)),
            client.get("/api/verify").bearer_auth(&token),
            with_headers(client.get("/api/verify").header("cookie", cookie(&token)), &PAGE),
        ] {
            let reply = send(request).await;
            assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, ""));
            assert_eq!(reply.header("x-auth-user-id"), user["userId"].as_str());
            assert_eq!(reply.header("x-auth-username"), Some(written));
            assert_eq!(reply.header("cache-control"), Some("no-store"));
        }
    }
}

#[tokio::test]
async fn a_username_with_control_characters_breaks_no_header_and_no_page() {
    let server = server().await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    server.place.run("UPDATE users SET username = ' tab' || char(9) || 'na' || char(13) || char(10) || 'me: 1 '").await;
    let reply = send(client.get("/api/verify").header("cookie", cookie(&token))).await;
    assert_eq!(reply.header("x-auth-username"), Some("%20tab%09na%0D%0Ame: 1%20"), "{:?}", reply.headers);
    assert_eq!(reply.header("me"), None);
    for path in ["/", "/account", "/account/username", "/account/delete", "/api/session", "/api/account/data"] {
        let page = send(client.get(path).header("cookie", cookie(&token))).await;
        assert_eq!((page.status, page.header("me")), (StatusCode::OK, None), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn a_request_without_a_session_is_401_without_a_name() {
    let server = server().await;
    for headers in [
        &[][..],
        &[("accept", "text/html")],
        &[("x-auth-user-id", "person"), ("x-auth-username", "alice")],
        &[("x-forwarded-uri", "/inbox"), ("x-forwarded-host", "app.example")],
        &[("accept", "text/html"), ("x-forwarded-uri", "/inbox"), ("x-forwarded-method", "POST")],
        &[("accept", "text/html"), ("x-forwarded-uri", "/image.png"), ("sec-fetch-mode", "no-cors")],
    ] {
        let reply = send(with_headers(server.client().get("/api/verify"), headers)).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{headers:?}");
        assert_eq!((reply.header("x-auth-user-id"), reply.header("x-auth-username")), (None, None));
    }
}

#[tokio::test]
async fn a_person_is_sent_to_the_sign_in_page_and_comes_back() {
    let server = server().await;
    let client = server.client();
    let reply = send(with_headers(client.get("/api/verify"), &PAGE)).await;
    let next = "https%3A%2F%2Fapp.example%2Finbox%3Fa%3D1%26b%3D%252F";
    reply.assert_redirect(&format!("https://door.example/login?next={next}"));

    let fields = [("username", "alice"), ("password", PASSWORD), ("next", "https://app.example/inbox?a=1&b=%2F")];
    let signed_up = send(client.submit("/api/signup", crate::support::client::Encoding::Urlencoded, &fields)).await;
    signed_up.assert_redirect("https://app.example/inbox?a=1&b=%2F");
}

#[tokio::test]
async fn a_page_on_the_public_origin_itself_is_come_back_to() {
    let server = server().await;
    let headers = PAGE.map(|header| if header.0 == "x-forwarded-host" { (header.0, "door.example") } else { header });
    let reply = send(with_headers(server.client().get("/api/verify"), &headers)).await;
    reply.assert_redirect("https://door.example/login?next=%2Finbox%3Fa%3D1%26b%3D%252F");
}

#[tokio::test]
async fn no_redirect_leads_to_an_origin_that_is_not_listed() {
    let server = server().await;
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-host", "app.example.evil.example"),
        ("x-forwarded-host", "app.example:8443"),
        ("x-forwarded-proto", "http"),
    ] {
        let headers = PAGE.map(|header| if header.0 == name { (name, value) } else { header });
        let reply = send(with_headers(server.client().get("/api/verify"), &headers)).await;
        reply.assert_redirect("https://door.example/login");
    }
    for (name, value) in [
        ("x-forwarded-uri", "//evil.example/"),
        ("x-forwarded-uri", "/\\evil.example"),
        ("x-forwarded-uri", "/@evil.example"),
    ] {
        let headers = PAGE.map(|header| if header.0 == name { (name, value) } else { header });
        let reply = send(with_headers(server.client().get("/api/verify"), &headers)).await;
        let location = reply.header("location").expect("a redirect");
        let prefix = "https://door.example/login?next=https%3A%2F%2Fapp.example%2F";
        assert!(location.starts_with(prefix), "{value}: {location}");
    }
    for (name, value) in [("x-forwarded-uri", "evil.example"), ("x-forwarded-host", "app.example@evil.example/x")] {
        let headers = PAGE.map(|header| if header.0 == name { (name, value) } else { header });
        let reply = send(with_headers(server.client().get("/api/verify"), &headers)).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{value}");
    }
}

#[tokio::test]
async fn forwarding_headers_of_an_untrusted_peer_cause_no_redirect() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--return-origins=https://app.example"]).await;
    let reply = send(with_headers(server.client().get("/api/verify"), &PAGE)).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_cookie_counts_beside_a_token_of_the_app() {
    let server = server().await;
    let client = server.client();
    let (alice, bobby) = (client.sign_up("alice", PASSWORD).await, client.sign_up("bobby", PASSWORD).await);
    let unknown = format!("Bearer {}", "A".repeat(43));
    for foreign in ["Bearer eyJh.eyJz.c2ln", "bearer", "BEARER  x", "Basic eDp5", unknown.as_str(), ""] {
        let request = client.get("/api/verify").header("authorization", foreign);
        assert_eq!(send(request).await.status, StatusCode::UNAUTHORIZED, "{foreign}");
        let request = client.get("/api/verify").header("authorization", foreign).header("cookie", cookie(&alice));
        assert_eq!(send(request).await.header("x-auth-username"), Some("alice"), "{foreign}");
    }
    let request = client.get("/api/verify").bearer_auth(&bobby).header("cookie", cookie(&alice));
    assert_eq!(send(request).await.header("x-auth-username"), Some("bobby"));
}
