//! Error pages: the advice on each page and its link.

use crate::storage::places;
use crate::support::client::{Encoding, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

#[tokio::test]
async fn each_error_page_says_what_to_do_and_has_a_link() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--signup=closed"]).await;
    let client = server.client();
    let form = |path, fields: &[(&str, &str)]| client.submit(path, Encoding::Urlencoded, fields);
    let alice = [("username", "alice"), ("password", PASSWORD)];
    let public = format!("http://localhost:{}/", server.port());
    let (home, sign_in, public) =
        (("/", "Go to the start page"), ("/login", "Sign in"), (public.as_str(), "Go to the start page"));
    for (request, status, says, (path, text)) in [
        (client.get("/nowhere"), 404, "Check the address for a typing error", home),
        (client.post("/login"), 405, "Go to the start page", home),
        (client.get("/api/session"), 401, "Sign in to go on", sign_in),
        (form("/api/login", &alice).header("origin", "https://evil.example"), 403, "nothing was done", public),
        (form("/api/signup", &alice), 403, "Ask the site&#39;s administrator", sign_in),
        (client.post("/api/login").header("content-type", "application/json").body("{"), 400, "Go back", home),
        (form("/api/login", &[("username", &"x".repeat(70_000))]), 413, "shorten what you typed", home),
        (client.post("/api/login").header("content-type", "text/plain").body("x"), 415, "Go back", home),
        (client.get("/login").header("cookie", "x".repeat(33_000)), 431, "Delete the cookies", home),
    ] {
        let page = send(request.header("accept", "text/html")).await;
        assert_eq!(page.status.as_u16(), status, "{}", page.body);
        let (_, content) = page.body.split_once("<h1>").expect("a heading");
        assert!(content.contains(says), "{status}: {content}");
        assert!(content.contains(&format!("<a href=\"{path}\">{text}</a>")), "{status}: {content}");
        assert_eq!(page.body.matches("role=\"alert\"").count(), 1, "{status}: {content}");
        assert!(!page.body.contains("style=\"") && !page.body.contains("<script>"), "nothing inline: {content}");
    }
}

#[tokio::test]
async fn a_server_error_page_links_back_to_the_form() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    server.place.run(server.place.rubbish[0]).await;
    let fields = [("username", "alice"), ("password", PASSWORD), ("next", "/app?a=b&c=d")];
    let log_in = client.submit("/api/login", Encoding::Urlencoded, &fields).header("accept", "text/html");
    let broken = send(log_in).await;
    assert_eq!(broken.status.as_u16(), 500, "{}", broken.body);
    let link = r#"<a href="/login?next=%2Fapp%3Fa%3Db%26c%3Dd">Back to the sign-in page</a>"#;
    assert!(broken.body.contains(link), "{}", broken.body);
    let number = broken.header("x-request-id").expect("a request id");
    assert!(broken.body.contains(&format!("this number: {number}")), "{}", broken.body);
    assert!(!broken.body.contains(PASSWORD) && !broken.body.contains("created_at"), "{}", broken.body);

    let broken = send(client.get("/").header("accept", "text/html").header("cookie", cookie(&token))).await;
    assert_eq!(broken.status.as_u16(), 500);
    assert!(broken.body.contains("<a href=\"/\">Go to the start page</a>"), "{}", broken.body);
}
