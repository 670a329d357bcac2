//! Headless Chromium through `WebDriver`. This test process starts one chromedriver, when the first test needs it. It ends
//! with the process, even after a crash, together with every browser and its profile.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::NewSessionError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::server::TestServer;

/// If this variable is set, as in CI, tests fail instead of being skipped when a program is missing.
const REQUIRED: &str = "DOORWARD_TEST_REQUIRE_SERVERS";

/// Whether pages may run scripts. What a test runs through `WebDriver` runs either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On = 1,
    Off = 2,
}

/// The preference of Chromium that holds the number of a [`Scripts`].
const SCRIPTS_PREFERENCE: &str = "profile.managed_default_content_settings.javascript";

/// A browser with one window. Only one test uses it at a time.
pub struct Browser {
    client: fantoccini::Client,
    scripts: Scripts,
}

/// The sessions of browsers that tests have handed on. They are reused, since a browser starts slowly.
static IDLE: Mutex<Vec<(Scripts, String)>> = Mutex::new(Vec::new());

impl Browser {
    /// Opens a browser; `None` where this machine has none.
    ///
    /// # Panics
    /// Panics if the browser does not work, or if it is missing and [`REQUIRED`] is set.
    pub async fn open(scripts: Scripts) -> Option<Self> {
        let driver = DRIVER.as_ref()?;
        let idle = IDLE.lock().expect("no panic while it was locked").extract_if(.., |(of, _)| *of == scripts).next();
        let client = match idle {
            Some((_, session)) => {
                fantoccini::Client::with_existing_session(&driver.url(), &session, HttpConnector::new()).await
            }
            None => driver.open(scripts).await,
        };
        let client = client.expect("a browser that opens");
        client.persist().await.expect("a browser that stays open");
        let browser = Self { client, scripts };
        // Without a window manager no window has the focus, and no field matches `:focus`.
        browser.devtools("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await;
        Some(browser)
    }

    /// Resets the browser to its initial state and leaves it to the next test.
    pub async fn hand_on(self) {
        self.client.goto("about:blank").await.expect("an empty page");
        self.forget_cookies().await;
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": "", "features": [] })).await;
        self.devtools("Browser.setDownloadBehavior", json!({ "behavior": "default" })).await;
        self.devtools("Page.setBypassCSP", json!({ "enabled": false })).await;
        self.complaints().await;
        let session = self.client.session_id().await.expect("a session").expect("a session that is open");
        IDLE.lock().expect("no panic while it was locked").push((self.scripts, session));
    }

    pub fn scripts(&self) -> Scripts {
        self.scripts
    }

    /// Goes to a page and waits until it is loaded.
    pub async fn visit(&self, server: &TestServer, path: &str) {
        self.client.goto(&format!("http://127.0.0.1:{}{path}", server.port())).await.expect("a page");
    }

    /// Goes to a page of any server and waits until it is loaded.
    pub async fn visit_url(&self, url: &str) {
        self.client.goto(url).await.expect("a page");
    }

    /// Waits for an element that this `XPath` finds.
    pub async fn await_element(&self, xpath: &str) {
        let found = self.client.wait().every(Duration::from_millis(20)).for_element(Locator::XPath(xpath)).await;
        let Err(error) = found else { return };
        panic!("no {xpath}: {error}; at {}: {}", self.location().await, self.text("body").await);
    }

    /// The path and query of the current page.
    pub async fn location(&self) -> String {
        let url = self.client.current_url().await.expect("a URL");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits until the browser is at this URL.
    pub async fn await_url(&self, url: &str) {
        let url = Url::parse(url).expect("a URL");
        self.client.wait().every(Duration::from_millis(20)).for_url(&url).await.expect("the page");
    }

    pub async fn heading(&self) -> String {
        self.text("h1").await
    }

    /// The visible text of the first element that matches.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("a text")
    }

    /// A property of the first element that matches, such as the `value` of a field.
    pub async fn property(&self, css: &str, name: &str) -> Option<String> {
        self.find(css).await.prop(name).await.expect("a property")
    }

    pub async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.expect("a list").len()
    }

    /// Waits for a field to have the focus and returns its id. `autofocus` takes effect when the page is drawn.
    pub async fn focus(&self) -> Value {
        let focused = Locator::Css("input:focus");
        let field = self.client.wait().every(Duration::from_millis(20)).for_element(focused).await.expect("a focus");
        field.attr("id").await.expect("an attribute").into()
    }

    /// Replaces the values of fields, found by their names, by typing.
    pub async fn fill(&self, fields: &[(&str, &str)]) {
        let names: Vec<_> = fields.iter().map(|(name, _)| name).collect();
        self.run("for (const name of arguments[0]) document.getElementsByName(name)[0].value = ''", &[json!(names)])
            .await;
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            self.find(&format!("[name='{name}']")).await.send_keys(value).await.expect("a field that takes text");
        }
    }

    /// Types into the first field that matches.
    pub async fn type_into(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.expect("a field that takes text");
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.expect("something to click at");
    }

    /// Presses the button that submits the page's form, and waits for the next page.
    pub async fn submit(&self) {
        self.mark_page().await;
        self.click("button[type=submit]").await;
        self.await_page().await;
    }

    /// Presses the button that submits the form to this path, and waits for the next page.
    pub async fn submit_form(&self, path: &str) {
        self.mark_page().await;
        self.click(&format!("form[action='{path}'] button[type=submit]")).await;
        self.await_page().await;
    }

    /// Follows the link that has this text.
    pub async fn follow(&self, text: &str) {
        self.mark_page().await;
        let link = self.client.find(Locator::LinkText(text)).await.expect("a link");
        link.click().await.expect("something to click at");
        self.await_page().await;
    }

    /// Posts an empty form to a server from a page of another site.
    pub async fn post_from_elsewhere(&self, server: &TestServer, path: &str) {
        let script = "const form = document.createElement('form');
            form.method = 'post';
            form.action = arguments[0];
            document.body.append(form);
            form.submit();";
        self.client.goto("about:blank").await.expect("an empty page");
        self.mark_page().await;
        self.run(script, &[json!(format!("http://127.0.0.1:{}{path}", server.port()))]).await;
        self.await_page().await;
    }

    /// Deletes every cookie.
    pub async fn forget_cookies(&self) {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
    }

    /// Runs a script in the page and returns its result.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.client.execute(script, arguments.to_vec()).await.expect("a script that runs")
    }

    /// Runs a script in the page and returns the value that it passes to its last argument, a callback.
    pub async fn run_until_done(&self, script: &str, arguments: &[Value]) -> Value {
        self.client.execute_async(script, arguments.to_vec()).await.expect("a script that ends")
    }

    /// Ignores the content security policies of all pages loaded from now on.
    pub async fn ignore_content_security_policies(&self) {
        self.devtools("Browser.setDownloadBehavior", json!({ "behavior": "default" })).await;
        self.devtools("Page.setBypassCSP", json!({ "enabled": true })).await;
    }

    /// Shows pages from now on in a `light` or `dark` color scheme.
    pub async fn prefer_colors(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Shows pages from now on as a reader of the dark scheme prints them.
    pub async fn show_as_printed(&self) {
        let features = json!([{ "name": "prefers-color-scheme", "value": "dark" }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": "print", "features": features })).await;
    }

    /// Follows a link to a text file, waits for the download and returns the text.
    pub async fn download(&self, css: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        self.download_into(folder.path()).await;
        self.click(css).await;
        for _ in 0..500 {
            let files =
                std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
            if let Some(file) = files.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "txt")) {
                let text = std::fs::read_to_string(file).expect("a text");
                if !text.is_empty() {
                    return text;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nothing was downloaded from {css}");
    }

    /// Shows pages from now on in a window of this size in CSS pixels; a width below 600 emulates a phone.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// A screenshot of the window, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture")
    }

    /// The messages of the console since the last call: script errors, violations of the content security policy, files
    /// that failed to load. An error status of the page itself is left out.
    pub async fn complaints(&self) -> Vec<String> {
        let command = Extension { path: "se/log", body: json!({ "type": "browser" }) };
        let entries = self.client.issue_cmd(command).await.expect("a log");
        let messages = entries.as_array().expect("a list").iter().map(|entry| entry["message"].as_str());
        let page = format!("{} - Failed to load resource", self.client.current_url().await.expect("a URL"));
        messages.flatten().filter(|message| !message.starts_with(&page)).map(str::to_owned).collect()
    }

    async fn find(&self, css: &str) -> Element {
        self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    async fn mark_page(&self) {
        self.run("document.documentElement.dataset.left = ''", &[]).await;
    }

    /// Waits until the marked page is replaced by another.
    async fn await_page(&self) {
        let another = Locator::Css("html:not([data-left]) body");
        self.client.wait().every(Duration::from_millis(20)).for_element(another).await.expect("another page");
    }

    /// Saves downloads from now on into this folder.
    pub async fn download_into(&self, folder: &Path) {
        let parameters = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", parameters).await;
    }

    async fn devtools(&self, method: &str, parameters: Value) {
        let body = json!({ "cmd": method, "params": parameters });
        self.client.issue_cmd(Extension { path: "goog/cdp/execute", body }).await.expect("Chromium understands");
    }
}

/// A command of chromedriver that is not in the `WebDriver` standard.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.expect("an open browser"), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

struct Driver {
    port: u16,
    chromium: PathBuf,
    folder: PathBuf,
    _process: Child,
    _output: BufReader<ChildStdout>,
    /// The driver and the browsers are killed when this closes; the system closes it when the process ends.
    _leash: ChildStdin,
    _shell: Child,
}

static DRIVER: LazyLock<Option<Driver>> = LazyLock::new(|| {
    let (Some(chromedriver), Some(chromium)) = (on_path("chromedriver"), on_path("chromium")) else {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, but Chromium is missing");
        // Not `eprintln!`, which the test harness captures.
        let _ = writeln!(
            std::io::stderr(),
            "\n*** No chromedriver or no chromium found: the browser tests did NOT run. ***\n"
        );
        return None;
    };
    Some(Driver::start(&chromedriver, chromium))
});

impl Driver {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Opens a browser with an empty profile.
    async fn open(&self, scripts: Scripts) -> Result<fantoccini::Client, NewSessionError> {
        static COUNT: AtomicUsize = AtomicUsize::new(1);
        let profile = self.folder.join(format!("profile-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let capabilities = json!({
            "goog:chromeOptions": {
                "binary": self.chromium,
                "args": [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--window-size=1280,800",
                    format!("--user-data-dir={}", profile.display()),
                ],
                "prefs": { SCRIPTS_PREFERENCE: scripts as u8 },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().expect("an object").clone());
        builder.connect(&self.url()).await
    }

    fn start(chromedriver: &Path, chromium: PathBuf) -> Self {
        /// Cleans up after this process has ended. The browsers are in the driver's process group.
        const SCRIPT: &str = r#"
            trap '' INT TERM HUP
            cat >/dev/null
            kill -s KILL -- "-$DRIVER"
            rm -rf "$FOLDER" || rm -rf "$FOLDER"
        "#;
        let folder = tempfile::Builder::new().prefix("doorward-browsers-").tempdir().expect("a folder").keep();
        let mut process = Command::new(chromedriver)
            .arg("--port=0")
            .env("TMPDIR", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver starts");
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT])
            .env("DRIVER", process.id().to_string())
            .env("FOLDER", &folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a shell");
        let leash = shell.stdin.take().expect("it is piped");
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let port = port_in(&mut output);
        Self { port, chromium, folder, _process: process, _output: output, _leash: leash, _shell: shell }
    }
}

/// Reads the output of chromedriver until it names its port.
fn port_in(output: &mut impl BufRead) -> u16 {
    let mut said = String::new();
    loop {
        let line_start = said.len();
        assert_ne!(output.read_line(&mut said).expect("text"), 0, "chromedriver does not start:\n{said}");
        if let Some((_, port)) = said[line_start..].split_once("started successfully on port ") {
            return port.trim_end().trim_end_matches('.').parse().expect("a port");
        }
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
