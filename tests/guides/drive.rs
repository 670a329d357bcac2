//! Each app of the guides in Chromium: sign-up, sign-in, sign-out, and what the page "What every app does" promises.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use super::app::{App, Credential, Running, folder};
use super::stand_in::{RENEWED, Renewing, Silent};
use crate::storage::places;
use crate::support::browser::{Browser, Scripts};
use crate::support::client::{Client, Reply, cookie, send};
use crate::support::ports::free_port;
use crate::support::server::TestServer;

const PERSON: &str = "Zoë & <b>日本";
const USER: &str = "guide-user";
const PASSWORD: &str = "correct horse";
/// A token of the right shape that no session has.
const UNKNOWN_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// An app waits 2 seconds for Doorward.
const PATIENCE: Duration = Duration::from_secs(8);

/// An app with pages for a cookie.
fn app(name: &'static str, folder: &'static str, run: &[&str]) -> App {
    App {
        name,
        folder,
        build: &[],
        run: run.iter().map(|argument| (*argument).to_owned()).collect(),
        protected: "/profile",
        content: ("/profile", USER),
        credential: Credential::Cookie,
        log_in: Some("/api/login"),
        passes_cookies: true,
        is_behind_a_proxy: false,
    }
}

/// An example of this crate, which is built with the tests.
fn example(name: &str) -> String {
    let suite = std::env::current_exe().expect("this program");
    let target: PathBuf = suite.ancestors().nth(2).expect("target/debug").to_owned();
    target.join("examples").join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn next_js() {
    let mut app = app("nextjs", "nextjs", &["next", "start", "-H", "127.0.0.1", "-p", "{port}"]);
    (app.build, app.protected, app.content) = (&["next", "build"], "/", ("/", USER));
    (app.passes_cookies, app.is_behind_a_proxy) = (false, true);
    let Some(stage) = Stage::set(app, &[]).await else { return };
    stage.sign_in_by_a_server_action().await;
    stage.play().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hono() {
    play(app("hono", "node", &["node", "hono.ts"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn express() {
    play(App { log_in: Some("/login"), ..app("express", "node", &["node", "express.ts"]) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fastapi() {
    // Visitors come from the loopback address here, whose `X-Forwarded-For` uvicorn would believe.
    let run = ["uvicorn", "--no-proxy-headers", "--port={port}", "app_fastapi:app"];
    play(app("fastapi", "python", &run)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flask() {
    let run = ["flask", "--app=app_flask", "run", "--port={port}"];
    play(App { log_in: Some("/login"), ..app("flask", "python", &run) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sveltekit() {
    let app = app("sveltekit", "sveltekit", &["node", "build"]);
    play(App { build: &["vite", "build"], log_in: Some("/login"), ..app }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_page_app() {
    let app = app("spa", "spa", &["node", "server.ts"]);
    play(App {
        build: &["vite", "build"],
        content: ("/data", "Data of "),
        credential: Credential::Bearer,
        log_in: None,
        passes_cookies: false,
        ..app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axum() {
    play(app("axum", ".", &[&example("guide-axum")])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poem_with_the_routes_of_the_library() {
    let Some(folder) = folder() else { return };
    let Some(browser) = Browser::open(Scripts::On).await else { return };
    let (store, port) = (tempfile::tempdir().expect("a folder"), free_port());
    let file = store.path().join("doorward.db");
    let flags = [
        format!("--database-url=sqlite:{}", file.display()),
        format!("--public-url=http://127.0.0.1:{port}"),
        "--argon2-memory-kib=8".to_owned(),
        "--argon2-iterations=1".to_owned(),
    ];
    let mut app = app("poem", ".", &[&example("guide-poem")]);
    app.run.extend(flags);
    let _running = app.start(&folder, port, port).await;
    go_in_and_out(&browser, &app, port).await;

    let client = Client::of(port);
    let token = client.sign_up(USER, PASSWORD).await;
    let page = send(client.get("/profile").header("cookie", cookie(&token))).await;
    assert!(page.status.is_success() && page.body.contains(USER), "{page:?}");
    assert_leads_to_sign_in(&send(client.get("/profile").header("cookie", cookie(UNKNOWN_TOKEN))).await);
    std::fs::remove_file(file).expect("the store");
    // The session above may be served from the cache for a moment.
    let another = UNKNOWN_TOKEN.replace('A', "B");
    let refused = send(client.get("/profile").header("cookie", cookie(&another))).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "nobody can tell whether this is a session");
    browser.hand_on().await;
}

async fn play(app: App) {
    if let Some(stage) = Stage::set(app, &[]).await {
        stage.play().await;
    }
}

/// An app and a Doorward that know each other, and a browser.
struct Stage {
    app: App,
    port: u16,
    server: TestServer,
    browser: Browser,
    _running: Running,
}

impl Stage {
    async fn set(app: App, flags: &[&str]) -> Option<Self> {
        let folder = folder()?;
        let browser = Browser::open(Scripts::On).await?;
        // Two apps need both when they are built, long before Doorward listens.
        let (port, doorward_port) = (free_port(), free_port());
        let running = app.start(&folder, port, doorward_port).await;
        let origin = format!("http://127.0.0.1:{port}");
        let own = match app.credential {
            Credential::Cookie => format!("--public-url={origin}"),
            Credential::Bearer => format!("--trusted-origins={origin}"),
        };
        let listen = format!("--listen=127.0.0.1:{doorward_port}");
        let shared = [&listen, &own, "--trusted-proxies=127.0.0.1", "--metrics-listen=127.0.0.1:0"];
        let place = places::sqlite().await.expect("SQLite is everywhere");
        let server = TestServer::start_with(place, &[&shared[..], flags].concat()).await;
        Some(Self { app, port, server, browser, _running: running })
    }

    async fn play(self) {
        go_in_and_out(&self.browser, &self.app, self.port).await;
        self.assert_sessions_name_the_browser().await;
        let token = self.assert_one_lookup_a_request().await;
        if let Some(path) = self.app.log_in {
            self.assert_address_and_user_agent_are_handed_on(path, &token).await;
            // An app that keeps cookies would have sent the browser's with that form, which ends its session.
            self.assert_sessions_name_the_browser().await;
        }
        self.assert_it_fails_closed(&token).await;
    }

    /// A request of an HTTP client for protected content.
    fn ask(&self, token: Option<&str>) -> RequestBuilder {
        let request = Client::of(self.port).get(self.app.content.0).timeout(PATIENCE);
        match (token, self.app.credential) {
            (None, _) => request,
            (Some(token), Credential::Cookie) => request.header("cookie", format!("theme=dark; {}", cookie(token))),
            (Some(token), Credential::Bearer) => request.bearer_auth(token),
        }
    }

    async fn lookups(&self) -> u64 {
        let text = send(self.server.metrics_client().get("/metrics")).await.body;
        let session = "doorward_http_requests_total{method=\"GET\",route=\"/api/session\"";
        let counts = text.lines().filter(|line| line.starts_with(session));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }

    async fn sessions(&self, token: &str) -> Vec<Value> {
        let reply = send(self.server.client().get("/api/sessions").bearer_auth(token)).await;
        reply.json()["sessions"].as_array().expect("a list").clone()
    }

    async fn assert_sessions_name_the_browser(&self) {
        let token = self.server.client().log_in(PERSON, PASSWORD).await.expect("a session");
        let sessions = self.sessions(&token).await;
        let agents: Vec<_> = sessions.iter().filter_map(|session| session["userAgent"].as_str()).collect();
        assert!(agents.iter().all(|agent| agent.contains("Chrome")) && !agents.is_empty(), "{agents:?}");
    }

    /// Returns the token of a session.
    async fn assert_one_lookup_a_request(&self) -> String {
        let token = self.server.client().sign_up(USER, PASSWORD).await;
        let before = self.lookups().await;
        let page = send(self.ask(Some(&token))).await;
        assert!(page.status.is_success() && page.body.contains(self.app.content.1), "{page:?}");
        assert_eq!(self.lookups().await, before + 1, "one request for a signed-in user");

        let stranger = send(self.ask(None)).await;
        assert_eq!(self.lookups().await, before + 1, "a stranger without a cookie costs no lookup");
        let forger = send(self.ask(Some(UNKNOWN_TOKEN))).await;
        for reply in [stranger, forger] {
            match self.app.credential {
                Credential::Cookie => assert_leads_to_sign_in(&reply),
                Credential::Bearer => assert_eq!(reply.status, StatusCode::UNAUTHORIZED),
            }
            assert!(!reply.body.contains(self.app.content.1), "{reply:?}");
        }
        token
    }

    async fn assert_address_and_user_agent_are_handed_on(&self, path: &str, token: &str) {
        let visitor = Ipv4Addr::new(127, 0, 0, 2);
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.local_address(Some(visitor.into())).build().expect("a client");
        let origin = format!("http://127.0.0.1:{}", self.port);
        let form = client.post(format!("{origin}{path}")).header("user-agent", "Visitor/1").header("origin", &origin);
        let form = if self.app.is_behind_a_proxy { form.header("x-forwarded-for", visitor.to_string()) } else { form };
        let form = form.header("accept", "text/html").form(&[("username", USER), ("password", PASSWORD)]);
        let reply = send(form).await;
        assert!(reply.status.is_redirection() && reply.cookie_value().is_some(), "{reply:?}");
        let sessions = self.sessions(token).await;
        let visitors = sessions.iter().find(|session| session["userAgent"] == "Visitor/1");
        let visitors = visitors.unwrap_or_else(|| panic!("no session of the visitor in {sessions:?}"));
        assert_eq!(visitors["address"], visitor.to_string());
    }

    /// Stops Doorward, and lets a silent server and one that renews every session take its place.
    async fn assert_it_fails_closed(self, token: &str) {
        let (ask, content, doorward_port) = (|| self.ask(Some(token)), self.app.content.1, self.server.port());
        let passes_cookies = self.app.passes_cookies;
        let assert_closed = |reply: Reply| {
            assert!(reply.status.is_server_error() && !reply.body.contains(content), "{reply:?}");
        };
        let asked = [ask(), ask(), ask()];
        let [stopped, silent, renewed] = asked;
        self.server.stop().await;
        assert_closed(send(stopped).await);
        self.browser.visit_url(&format!("http://127.0.0.1:{}{}", self.port, self.app.protected)).await;
        assert!(!self.browser.text("body").await.contains("Username"), "a person sees nothing");
        self.browser.hand_on().await;

        let nobody = Silent::on(doorward_port).await;
        assert_closed(send(silent).await);
        drop(nobody);

        if passes_cookies {
            let _renewing = Renewing::on(doorward_port).await;
            let reply = send(renewed).await;
            assert!(reply.status.is_success() && reply.body.contains("renewed"), "{reply:?}");
            assert_eq!(reply.set_cookie(), Some(RENEWED));
        }
    }

    async fn sign_in_by_a_server_action(&self) {
        let origin = format!("http://127.0.0.1:{}", self.port);
        let (_, browser) = (self.server.client().sign_up("by-action", PASSWORD).await, &self.browser);
        browser.visit_url(&format!("{origin}/action")).await;
        browser.fill(&[("username", "by-action"), ("password", "wrong horse")]).await;
        browser.click("[type=submit]").await;
        browser.await_element("//*[@role='alert'][.='Incorrect username or password']").await;
        browser.fill(&[("username", "by-action"), ("password", PASSWORD)]).await;
        browser.click("[type=submit]").await;
        browser.await_element("//h1[.='Profile']").await;
        assert!(browser.text("body").await.contains("Signed in as by-action"));
        browser.forget_cookies().await;
    }
}

#[track_caller]
fn assert_leads_to_sign_in(reply: &Reply) {
    assert!(reply.status.is_redirection(), "{reply:?}");
    assert!(reply.header("location").is_some_and(|location| location.starts_with("/login")), "{reply:?}");
}

/// A stranger meets the sign-in page, signs up, sees the protected page, signs out, and signs in again.
async fn go_in_and_out(browser: &Browser, app: &App, port: u16) {
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let open_to_all = if app.name == "nextjs" { "/public" } else { "/" };
    browser.visit_url(&url(open_to_all)).await;
    browser.await_element("//h1[.='Open to all']").await;
    browser.visit_url(&url(app.protected)).await;
    browser.await_element("//h1[.='Sign in']").await;

    let fields = [("username", PERSON), ("password", PASSWORD)];
    browser.visit_url(&url("/signup?next=/profile")).await;
    browser.await_element("//h1[.='Sign up']").await;
    enter(browser, &fields).await;
    browser.click("[type=submit]").await;
    browser.await_element("//h1[.='Sign in']").await;
    browser.visit_url(&url(app.protected)).await;
    browser.await_element("//h1[.='Sign in']").await;
    enter(browser, &fields).await;
}

/// Sends the form and waits for the profile.
async fn enter(browser: &Browser, fields: &[(&str, &str)]) {
    browser.fill(fields).await;
    browser.click("[type=submit]").await;
    browser.await_element("//h1[.='Profile' or .='Get recovery codes']").await;
    // Doorward's own sign-up page offers codes on the way to the app.
    if browser.heading().await == "Get recovery codes" {
        browser.follow("Not now").await;
        browser.await_element("//h1[.='Profile']").await;
    }
    let page = browser.text("body").await;
    assert!(page.lines().any(|line| line == format!("Username: {PERSON}")), "{page}");
}
