//! Injection of SQL, of markup and of log lines.

use reqwest::StatusCode;
use rustix::process::Signal;

use super::wire::exchange;
use crate::process::program::Program;
use crate::storage::places;
use crate::support::client::{Client, Encoding, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

/// Inputs that attack SQL built by concatenation.
const SQL: [&str; 8] = [
    "alice'--",
    "alice' OR '1'='1",
    "' OR 1=1;--",
    "alice\";DROP TABLE users;--",
    "alice%",
    "alic_",
    "alice' UNION SELECT 1,2--",
    "alice\\' OR 1=1--",
];

/// Inputs that become a script, a tag or an attribute in a page that does not escape them.
const MARKUP: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' autofocus onfocus='alert(1)",
    "</title><script>alert(1)",
    "<!--<script>",
    "{{7*7}}${7*7}<%=7*7%>",
    "&lt;script&gt;alert(1)",
    "`onmouseover=alert(1)`",
];

async fn login_as(client: &Client, username: &str, password: &str) -> StatusCode {
    send(client.submit("/api/login", Encoding::Json, &[("username", username), ("password", password)])).await.status
}

#[tokio::test]
async fn no_input_is_executed_as_sql() {
    for place in [places::sqlite().await, places::postgres().await].into_iter().flatten() {
        let server = TestServer::start(place).await;
        let client = server.client();
        client.sign_up("alice", PASSWORD).await;
        for text in SQL {
            assert_eq!(login_as(&client, text, PASSWORD).await, StatusCode::BAD_REQUEST, "{text}");
            assert_eq!(login_as(&client, "alice", text).await, StatusCode::BAD_REQUEST, "{text}");
            assert_eq!(login_as(&client, text, text).await, StatusCode::BAD_REQUEST, "{text}");
            let session = send(client.get("/api/session").header("cookie", format!("auth_session={text}"))).await;
            assert_eq!(session.status, StatusCode::UNAUTHORIZED, "{text}");
        }
        // As usernames they are valid, and each belongs to a different user.
        for (n, text) in SQL.into_iter().enumerate() {
            let password = format!("password of number {n}");
            client.sign_up(text, &password).await;
            assert_eq!(login_as(&client, text, &password).await, StatusCode::OK, "{text}");
        }
        assert_eq!(server.place.count("users").await, 1 + i64::try_from(SQL.len()).expect("small"));
        assert_eq!(login_as(&client, "alice", PASSWORD).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn no_input_is_rendered_as_markup() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let client = server.client();
    let clean = send(client.get("/login")).await.body;
    let tags = |page: &str| page.matches('<').count();
    for text in MARKUP {
        let page = |path: &'static str, fields: &[(&str, &str)]| {
            send(client.submit(path, Encoding::Urlencoded, fields).header("accept", "text/html"))
        };
        let refused = page("/api/login", &[("username", text), ("password", PASSWORD), ("next", text)]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        // The server adds tags of its own: two for the message, one for the hidden field.
        let own = tags(&clean) + 2 + usize::from(refused.body.contains("type=\"hidden\""));
        assert_eq!(tags(&refused.body), own, "{text}: {}", refused.body);
        assert!(!refused.body.contains("onerror=alert(1)>") && !refused.body.contains("<script>"), "{}", refused.body);
        assert_eq!(
            refused.body.matches("alert(1)").count() > 0,
            text.contains("alert(1)"),
            "the input is shown as text"
        );

        let taken = page("/api/signup", &[("username", text), ("password", PASSWORD)]).await;
        assert_eq!(taken.status, StatusCode::FOUND, "the text is a valid username: {}", taken.body);
        let token = taken.cookie_value().expect("a session");
        let profile = send(client.get("/").header("cookie", cookie(&token))).await.body;
        let escaped: String = text
            .chars()
            .map(|c| match c {
                '<' | '>' | '&' | '"' | '\'' => format!("&#{};", u32::from(c)),
                plain => plain.into(),
            })
            .collect();
        assert!(profile.contains(&format!("<p>Username: {escaped}</p>")), "{profile}");

        for path in ["/login", "/signup", "/nowhere", "/docs"] {
            let shown =
                send(client.get(path).query(&[("next", text), ("error", text)]).header("accept", "text/html")).await;
            assert!(!shown.body.contains("<script>") && !shown.body.contains(" onerror"), "{}", shown.body);
        }
        let json =
            send(client.submit("/api/login", Encoding::Json, &[("username", text), ("password", "wrong")])).await;
        assert!(!json.body.contains("alert"), "an error in JSON repeats no input: {}", json.body);
    }
}

#[tokio::test]
async fn hostile_requests_never_split_a_log_line() {
    for format in ["text", "json"] {
        let flags = ["--log=trace", &format!("--log-format={format}"), "--trusted-proxies=127.0.0.1"];
        let mut program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await;
        let forged = "2026-11-24T00:00:00Z  INFO doorward: forged";
        let encoded = "%0d%0a%1b[31m%00%c2%85%e2%80%a8%e2%80%ae";
        let client = program.client();
        program
            .log_during(async {
                for request in [
                    format!("GET /nowhere{encoded}{} HTTP/1.1\r\nHost: x\r\n", forged.replace(' ', "%20")),
                    format!(
                        "GET /login?next={encoded} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {forged}, \u{85}\u{2028}\r\n"
                    ),
                    format!(
                        "GET /\u{85}\u{2028}\u{202e} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\t{forged}\r\n"
                    ),
                    format!(
                        "POST /api/login HTTP/1.1\r\nHost: x\r\nOrigin: \u{85}{forged}\r\nUser-Agent: \u{2028}\r\n"
                    ),
                    format!("FORGED-{} / HTTP/1.1\r\nHost: x\r\nX-Request-Id: {forged}\r\n", "A".repeat(100)),
                    format!("GET /\u{1b}[31m\u{7}{forged} HTTP/1.1\r\nHost: x\r\n"),
                    "GET / HTTP/1.1\r\nHost: x\u{2028}\r\n".to_owned(),
                ] {
                    exchange(client.port(), format!("{request}Connection: close\r\n\r\n").as_bytes()).await;
                }
                let name = "a\r\n\u{1b}[31m\u{85}\u{2028}";
                for encoding in Encoding::ALL {
                    let fields = [("username", name), ("password", name), ("next", name), (name, name)];
                    let reply = send(client.submit("/api/login", encoding, &fields)).await;
                    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
                }
            })
            .await;
        program.signal(Signal::TERM);
        let (_, _, log) = program.end().await;
        assert!(log.len() > 20, "the log holds the requests: {log:#?}");
        for line in &log {
            let is_event =
                if format == "json" { line.starts_with('{') && line.ends_with('}') } else { line.starts_with("20") };
            assert!(is_event && !line.starts_with(forged), "one event a line: {line:?}");
            let hostile = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}');
            assert!(!line.contains(hostile), "{line:?}");
        }
    }
}
