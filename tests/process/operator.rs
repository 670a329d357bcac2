//! An operator who runs commands beside a running server.

use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::StatusCode;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::program::{Program, command};
use crate::support::client::Client;
use crate::support::postgres;
use crate::support::server::{CHEAP_HASH, without_overridden};

/// A running server and the folder in which its operator runs commands.
pub struct Operator {
    pub program: Program,
    pub folder: TempDir,
    pub store: String,
}

impl Operator {
    pub async fn beside_a_server_on(store: Option<String>) -> Self {
        Self::beside_a_server_with(store, &["--throttle=off"]).await
    }

    /// Starts the server with these flags.
    pub async fn beside_a_server_with(store: Option<String>, flags: &[&str]) -> Self {
        let (folder, served) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let file = served.path().join("doorward.db");
        let store = store.unwrap_or_else(|| format!("sqlite://{}", file.display()));
        let store = format!("--database-url={store}");
        let program = Program::start_in(served, &[&[store.as_str()], flags].concat(), &[]).await;
        Self { program, folder, store }
    }

    /// One operator with a server on each kind of store that this machine has.
    pub async fn on_every_store() -> Vec<Self> {
        let mut operators = vec![Self::beside_a_server_on(None).await];
        if let Some(url) = postgres::database().await {
            operators.push(Self::beside_a_server_on(Some(url)).await);
        }
        operators
    }

    pub fn client(&self) -> Client {
        self.program.client()
    }

    pub async fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = command(self.folder.path());
        command.args(without_overridden(CHEAP_HASH.into_iter(), arguments)).arg(&self.store).args(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program that runs");
        let mut stdin = child.stdin.take().expect("piped");
        // A command that reads no input may exit before this is written.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.expect("an end")
    }

    /// Runs a command that must succeed and returns its JSON output.
    pub async fn done_with(&self, arguments: &[&str], input: &str) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat(), input).await;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one line of JSON")
    }

    pub async fn done(&self, arguments: &[&str]) -> Value {
        self.done_with(arguments, "").await
    }

    /// Runs a command that must succeed and returns the objects of its JSON output.
    pub async fn list(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[arguments, &["--json"]].concat(), "").await;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).expect("UTF-8");
        lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// Runs a command that must fail with this exit status and returns its one line.
    pub async fn refused(&self, status: i32, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input).await;
        let line = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {line}");
        assert!(output.stdout.is_empty() && line.starts_with("doorward: "), "{arguments:?}: {line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    }

    /// Validates the token all the time, and asserts that it is refused as soon as the command has ended.
    pub async fn assert_revokes(&self, token: &str, arguments: &[String], input: &str) {
        let client = self.client();
        let done = AtomicBool::new(false);
        let validating = async {
            while !done.load(Ordering::Relaxed) {
                client.session(token).await;
            }
        };
        let ending = async {
            assert_eq!(client.session(token).await.status, StatusCode::OK);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            self.done_with(&arguments, input).await;
            let next = client.session(token).await.status;
            done.store(true, Ordering::Relaxed);
            assert_eq!(next, StatusCode::UNAUTHORIZED, "{arguments:?}");
        };
        tokio::join!(validating, ending);
    }
}

/// The text of a JSON string.
pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
