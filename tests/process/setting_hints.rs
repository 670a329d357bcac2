//! Warnings about settings that requests show to be missing.

use reqwest::{Method, StatusCode};
use rustix::process::Signal;

use super::program::Program;
use crate::support::client::send;

/// The lines of the program's log that contain this text, after it has ended.
async fn lines_with(program: Program, text: &str) -> Vec<String> {
    program.signal(Signal::TERM);
    let (_, _, log) = program.end().await;
    log.into_iter().filter(|line| line.contains(text)).collect()
}

#[tokio::test]
async fn an_origin_that_is_not_listed_is_named_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start_in(folder, &["--trusted-origins=https://app.example"], &[]).await;
    let client = program.client();
    let long = format!("https://{}example", "a.".repeat(3_000));
    for origin in ["https://spa.example", "https://app.example", &long, "null", "rubbish", "http://localhost:8080"] {
        for method in [Method::OPTIONS, Method::POST, Method::OPTIONS, Method::POST] {
            let request = client.request(method, "/api/login").header("access-control-request-method", "POST");
            send(request.header("origin", origin)).await;
        }
    }
    let client = client.get("/api/session").header("origin", "https://reads.example");
    assert_eq!(send(client).await.status, StatusCode::UNAUTHORIZED);
    let lines = lines_with(program, "DOORWARD_TRUSTED_ORIGINS").await;
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for (line, origin) in lines.iter().zip(["https://spa.example", "https://a.a.a.", "http://localhost:8080"]) {
        assert!(line.contains("WARN") && line.contains(&format!("pages of {origin}")), "{line}");
        assert!(line.len() < 700, "{line}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_listed_is_named_once() {
    for (flags, named) in [(&[][..], 1), (&["--trusted-proxies=127.0.0.1"], 0), (&["--trusted-proxies=10.0.0.0/8"], 1)]
    {
        let program = Program::start_in(tempfile::tempdir().expect("a folder"), flags, &[]).await;
        for header in ["x-real-ip", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] {
            send(program.client().get("/login").header(header, "192.0.2.1")).await;
        }
        let lines = lines_with(program, "DOORWARD_TRUSTED_PROXIES").await;
        assert_eq!(lines.len(), named, "{lines:#?}");
        for line in lines {
            assert!(line.contains("WARN") && line.contains("127.0.0.1 sends x-real-ip"), "{line}");
        }
    }
}
