//! Metrics: where they are served and where not, that the text is what Prometheus reads, and what is never in it.

#![expect(clippy::float_cmp, reason = "counts are whole numbers, which an f64 holds exactly")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use doorward_domain::ports::Clock;
use reqwest::{Method, StatusCode};

use crate::storage::places;
use crate::support::client::{Client, Encoding, cookie, send};
use crate::support::server::{TestClock, TestServer};

/// Asks for a listener for metrics on a free port.
const METRICS: &str = "--metrics-listen=127.0.0.1:0";

async fn server() -> TestServer {
    server_with(&[]).await
}

async fn server_with(flags: &[&str]) -> TestServer {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    TestServer::start_with(place, &[&[METRICS], flags].concat()).await
}

/// A scrape: every sample by its name with labels, as written. Panics where the text is not what Prometheus reads.
async fn scrape(server: &TestServer) -> HashMap<String, f64> {
    let reply = send(server.metrics_client().get("/metrics")).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    parse(&reply.body)
}

/// Reads the text format 0.0.4, strictly.
fn parse(text: &str) -> HashMap<String, f64> {
    let (mut types, mut helped, mut samples) = (HashMap::new(), HashSet::new(), HashMap::new());
    let mut last_bucket = BTreeMap::new();
    assert!(text.ends_with('\n'), "the last line ends, too");
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a help");
            assert!(helped.insert(name) && !help.is_empty(), "one help: {line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(types.insert(name, kind).is_none() && helped.contains(name), "one type, after the help: {line}");
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("a number: {line}"));
            let (name, labels) = read_series(series);
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .filter_map(|suffix| name.strip_suffix(suffix))
                .find(|family| types.get(family) == Some(&"histogram"))
                .unwrap_or(name);
            let kind = types.get(family).unwrap_or_else(|| panic!("declared: {line}"));
            assert!(*kind != "counter" || name.ends_with("_total"), "{line}");
            if name.ends_with("_bucket") {
                let of = labels.iter().filter(|(label, _)| *label != "le").map(|(_, value)| *value).collect::<Vec<_>>();
                let before = last_bucket.insert((family, of.join(" ")), value).unwrap_or(0.0);
                assert!(value >= before, "buckets are cumulative: {line}");
            }
            assert!(samples.insert(series.to_owned(), value).is_none(), "written once: {line}");
        }
    }
    samples
}

/// The name and the labels of a series.
fn read_series(series: &str) -> (&str, Vec<(&str, &str)>) {
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').expect("a closing brace")),
        None => (series, ""),
    };
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    assert!(is_name(name), "{series}");
    let mut pairs = Vec::new();
    for pair in labels.split("\",").filter(|pair| !pair.is_empty()) {
        let (label, value) = pair.split_once("=\"").expect("a quoted value");
        let value = value.strip_suffix('"').unwrap_or(value);
        assert!(is_name(label) && !value.contains(['"', '\\']), "{series}");
        pairs.push((label, value));
    }
    (name, pairs)
}

#[tokio::test]
async fn metrics_are_served_on_their_own_listener_alone() {
    let server = server().await;
    send(server.client().get("/metrics")).await.assert_error(404, "not_found", "Not found");
    let metrics = server.metrics_client();
    for path in ["/", "/api/session", "/login", "/metrics/", "/Metrics", "/openapi.json"] {
        send(metrics.get(path)).await.assert_error(404, "not_found", "Not found");
    }
    for method in [Method::POST, Method::DELETE, Method::OPTIONS] {
        let reply = send(metrics.request(method, "/metrics")).await;
        reply.assert_error(405, "method_not_allowed", "Method not allowed");
        assert_eq!(reply.header("allow"), Some("GET, HEAD"));
    }
    let head = send(metrics.request(Method::HEAD, "/metrics")).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(
        (head.header("cache-control"), head.header("x-content-type-options")),
        (Some("no-store"), Some("nosniff"))
    );
}

#[tokio::test]
async fn what_happens_to_accounts_is_counted_by_kind() {
    let server = server().await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    assert!(client.log_in("alice", "correct horse").await.is_some());
    for name in ["alice", "stranger"] {
        assert!(client.log_in(name, "wrong horse").await.is_none());
    }
    send(client.post("/api/logout").header("cookie", cookie(&token))).await;
    send(client.post("/api/login").header("sec-fetch-site", "cross-site")).await;
    let samples = scrape(&server).await;
    for (event, count) in
        [("sign_up", 1.0), ("log_in", 1.0), ("log_in_failed", 2.0), ("log_out", 1.0), ("cross_origin", 1.0)]
    {
        let series = format!("doorward_audit_events_total{{event=\"{event}\"}}");
        assert_eq!(samples.get(&series), Some(&count), "{event}");
    }
    let problems = |code: &str| samples[&format!("doorward_http_problems_total{{code=\"{code}\"}}")];
    assert_eq!((problems("incorrect_credentials"), problems("cross_origin"), problems("overloaded")), (2.0, 1.0, 0.0));
    assert_eq!((samples["doorward_password_hashes_total"], samples["doorward_passwords_waiting"]), (4.0, 0.0));
    assert!(samples["doorward_password_hashing_seconds_total"] > 0.0);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_unknown_ones_together() {
    let server = server().await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    for _ in 0..3 {
        assert_eq!(client.session(&token).await.status, StatusCode::OK);
    }
    send(client.get("/api/session?x=y")).await;
    send(client.request(Method::HEAD, "/login")).await;
    for n in 0..20 {
        send(client.get(&format!("/made-up-{n}"))).await;
        let method = Method::from_bytes(format!("BREW{n}").as_bytes()).expect("a method");
        send(client.request(method, "/api/session")).await;
    }
    let samples = scrape(&server).await;
    let requests = |method: &str, route: &str, status: u16| {
        let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
        samples.get(&format!("doorward_http_requests_total{{{labels}}}")).copied()
    };
    assert_eq!(requests("POST", "/api/signup", 201), Some(1.0));
    assert_eq!(requests("GET", "/api/session", 200), Some(3.0));
    assert_eq!(requests("GET", "/api/session", 401), Some(1.0));
    assert_eq!(requests("GET", "/login", 200), Some(1.0), "a HEAD counts as its GET");
    assert_eq!((requests("other", "other", 404), requests("other", "other", 405)), (Some(20.0), Some(20.0)));
    let counted = samples.keys().filter(|series| series.starts_with("doorward_http_requests_total")).count();
    assert_eq!(counted, 6, "what was asked for above and nothing else");
    let took = |suffix: &str| {
        samples[&format!("doorward_http_request_duration_seconds_{suffix}{{method=\"GET\",route=\"/api/session\"}}")]
    };
    assert_eq!(took("count"), 4.0);
    assert!(took("sum") > 0.0);
}

#[tokio::test]
async fn no_name_and_no_address_gets_into_the_text() {
    let server = server_with(&["--trusted-proxies=127.0.0.1"]).await;
    let client = server.client();
    let names = ["odd\"name", "o'dd{le=\"1\"}", "päivää", "back\\slash", "new=line,x", "# HELP me"];
    for (n, name) in names.iter().enumerate() {
        let fields = [("username", *name), ("password", "correct horse")];
        let from = |request: reqwest::RequestBuilder| {
            request.header("x-forwarded-for", format!("203.0.113.{n}")).header("user-agent", "odd-browser/1")
        };
        let reply = send(from(client.submit("/api/signup", Encoding::Json, &fields))).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{name}: {}", reply.body);
        send(from(client.get(&format!("/{name}?{name}")).header("x-odd", "odd"))).await;
        send(from(client.submit("/api/login", Encoding::Urlencoded, &[("username", *name), ("password", "x")]))).await;
    }
    let text = send(server.metrics_client().get("/metrics")).await.body;
    let samples = parse(&text);
    assert_eq!(samples["doorward_audit_events_total{event=\"sign_up\"}"], 6.0);
    for secret in names.iter().copied().chain(["203.0.113", "127.0.0.1", "odd", "correct horse"]) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn connections_that_are_open_are_counted_while_they_are() {
    let server = server().await;
    let open = async || scrape(&server).await["doorward_connections_open"];
    assert_eq!(open().await, 0.0, "its own listener does not count");
    let client: Client = server.client();
    send(client.get("/health/live")).await;
    assert_eq!(open().await, 1.0, "the client keeps its connection");
    drop(client);
    let closed = async {
        while open().await > 0.0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), closed).await.expect("a connection that is closed is not open");
}

#[tokio::test]
async fn swept_sessions_are_counted() {
    let server = server().await;
    server.client().sign_up("alice", "correct horse").await;
    server.client().sign_up("bobby", "correct horse").await;
    let later = TestClock::at_now();
    later.advance(Duration::from_hours(24 * 16));
    let server = TestServer::start_at(server.stop().await, Arc::new(later), &[METRICS]).await;
    let swept = async {
        while scrape(&server).await["doorward_sessions_swept_total"] < 2.0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), swept).await.expect("a sweep at the start");
    assert_eq!(scrape(&server).await["doorward_sessions_swept_total"], 2.0);
}

#[tokio::test]
async fn the_program_says_what_it_is_and_since_when() {
    let server = server().await;
    let samples = scrape(&server).await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(samples[&format!("doorward_build_info{{version=\"{version}\"}}")], 1.0);
    let started = f64::from(u32::try_from(server.clock.now().as_unix_millis() / 1_000).expect("before 2106"));
    assert!((samples["process_start_time_seconds"] - started).abs() <= 1.0, "by the clock that stands still");
}

#[tokio::test]
async fn users_live_sessions_and_the_process_are_measured() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start(place).await;
    let token = server.client().sign_up("alice", "correct horse").await;
    server.client().sign_up("bobby", "correct horse").await;
    send(server.client().post("/api/logout").header("cookie", cookie(&token))).await;
    let server = TestServer::start_with(server.stop().await, &[METRICS]).await;
    let samples = scrape(&server).await;
    assert_eq!((samples["doorward_users"], samples["doorward_sessions_live"]), (2.0, 1.0));
    server.client().sign_up("carol", "correct horse").await;
    assert_eq!(scrape(&server).await["doorward_users"], 2.0, "counted once a minute");
    assert!(samples["process_resident_memory_bytes"] > 1_000_000.0);
    assert!(samples["process_open_fds"] > 3.0 && samples["process_open_fds"] <= samples["process_max_fds"]);
}
