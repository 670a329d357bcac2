//! The apps of the guides as processes. `just guides` copies them into a folder and installs what they need.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Once;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The folder that `just guides` fills. The guides are not driven without it.
const FOLDER: &str = "DOORWARD_TEST_GUIDES";
/// How long an app may take to listen.
const START: Duration = Duration::from_mins(1);

/// How an app is built and run. `{port}` in an argument is the app's port.
pub struct App {
    /// Its folder, and the name of its log.
    pub name: &'static str,
    pub folder: &'static str,
    pub build: &'static [&'static str],
    pub run: Vec<String>,
    /// The path of its protected page.
    pub protected: &'static str,
    /// What answers HTTP clients with protected content, and a part of this content for the user `guide-user`.
    pub content: (&'static str, &'static str),
    pub credential: Credential,
    /// Where its sign-in form goes to, if that is the app itself.
    pub log_in: Option<&'static str>,
    /// Whether its protected page can set cookies.
    pub passes_cookies: bool,
    /// Whether it knows a visitor's address only from a proxy before it.
    pub is_behind_a_proxy: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    Cookie,
    Bearer,
}

/// A running app. It ends, with all its processes, when this is dropped.
pub struct Running {
    child: Child,
}

/// The folder of the apps. `None`, with one line that says so, unless `just guides` runs the tests.
pub fn folder() -> Option<PathBuf> {
    static LINE: Once = Once::new();
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);
    if folder.is_none() {
        // Not `eprintln!`, which the test harness captures.
        LINE.call_once(|| {
            let line = "\n*** The apps of docs/guides did NOT run; `just guides` drives them. ***\n";
            let _ = writeln!(std::io::stderr(), "{line}");
        });
    }
    folder
}

impl App {
    /// Builds the app, starts it and waits until it listens.
    pub async fn start(&self, folder: &Path, port: u16, doorward_port: u16) -> Running {
        if !self.build.is_empty() {
            let mut build = self.command(folder, self.build, port, doorward_port, "build");
            let status = build.status().await.expect("a program that builds");
            assert!(status.success(), "{} is not built; see {}-build.log", self.name, self.name);
        }
        let arguments: Vec<_> = self.run.iter().map(|argument| argument.replace("{port}", &port.to_string())).collect();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let child = self.command(folder, &arguments, port, doorward_port, "run").spawn().expect("a program that runs");
        let mut running = Running { child };
        let listens = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                assert_eq!(running.child.try_wait().expect("a process"), None, "{} ended", self.name);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(START, listens).await.unwrap_or_else(|_| panic!("{} does not listen", self.name));
        running
    }

    fn command(&self, folder: &Path, arguments: &[&str], port: u16, doorward_port: u16, step: &str) -> Command {
        let doorward = format!("http://127.0.0.1:{doorward_port}");
        let path = std::env::var("PATH").unwrap_or_default();
        let bins = ["node_modules/.bin", "venv/bin"].map(|bin| folder.join(bin).display().to_string());
        let log = File::create(folder.join(format!("{}-{step}.log", self.name))).expect("a log");
        let mut command = Command::new("env");
        command
            .args(arguments)
            .current_dir(folder.join(self.folder))
            .env("PATH", format!("{}:{}:{path}", bins[0], bins[1]))
            .env("HOST", "127.0.0.1")
            .env("PORT", port.to_string())
            .env("ORIGIN", format!("http://127.0.0.1:{port}"))
            .env("DOORWARD_URL", &doorward)
            .env("VITE_DOORWARD_URL", &doorward)
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .kill_on_drop(true)
            .process_group(0);
        command
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
