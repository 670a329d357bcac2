//! The program under test as a process of its own, in a folder of its own.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::support::client::Client;
use crate::support::server::{CHEAP_HASH, without_overridden};

/// A command in this folder that sees nothing of the environment of the tests.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward-under-test"));
    command.current_dir(folder).env_clear().kill_on_drop(true);
    command
}

/// As [`command`], by a shell that sets this limit first, such as `ulimit -n 200`.
pub fn limited(folder: &Path, limit: &str) -> Command {
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")]).arg(command(folder).as_std().get_program());
    limited.current_dir(folder).env_clear().kill_on_drop(true);
    limited
}

/// Runs the program to its end, which it must come to by itself.
pub async fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(folder);
    command.args(arguments).envs(variables.iter().copied()).stdin(Stdio::null());
    command.output().await.expect("a program that runs")
}

/// The program, serving.
pub struct Program {
    pub folder: TempDir,
    pub log: Vec<String>,
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    port: u16,
}

impl Program {
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), &[], &[]).await
    }

    /// Starts the program on the store `doorward.db` of this folder and waits until it listens.
    pub async fn start_in(folder: TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let hash = CHEAP_HASH.into_iter().filter(|flag| !flag.starts_with("--log"));
        let hash = without_overridden(hash, arguments);
        let mut command = command(folder.path());
        command.args(hash).args(arguments).envs(variables.iter().copied());
        Self::launch(folder, command).await
    }

    /// Runs this command, which must come to be the program in this folder, and waits until it listens: on a free port, unless
    /// the command names a socket.
    pub async fn launch(folder: TempDir, mut command: Command) -> Self {
        let is_told = |argument: &OsStr| argument.as_encoded_bytes().starts_with(b"--listen=");
        let listens_on_a_port = !command.as_std().get_args().any(is_told);
        if listens_on_a_port {
            command.arg("--listen=127.0.0.1:0");
        }
        let mut child = command.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("a program that runs");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut program = Self { folder, log: vec![], child, lines, port: 0 };
        let line = program.log_until("listening on").await;
        if listens_on_a_port {
            let (_, rest) = line.split_once("127.0.0.1:").expect("an address");
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            program.port = digits.parse().expect("a port");
        }
        program
    }

    /// The number that the system knows the process by.
    pub fn id(&self) -> u32 {
        self.child.id().expect("a process that runs")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn client(&self) -> Client {
        Client::of(self.port)
    }

    /// A client of the metrics listener. The program must have been started with `--metrics-listen`.
    pub fn metrics_client(&self) -> Client {
        let line = self.log.iter().find(|line| line.contains("metrics at")).expect("its address in the log");
        let (_, rest) = line.split_once("127.0.0.1:").expect("an address");
        Client::of(rest.strip_suffix("/metrics").expect("a path").parse().expect("a port"))
    }

    /// Reads the log up to a line that contains this text.
    pub async fn log_until(&mut self, text: &str) -> String {
        loop {
            let line = self.lines.next_line().await.expect("a log");
            let line = line.unwrap_or_else(|| panic!("no {text:?} in {:#?}", self.log));
            self.log.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Reads the log while this goes on; a program whose log is not read stands still once the pipe is full.
    pub async fn log_during<T>(&mut self, what: impl Future<Output = T>) -> T {
        tokio::pin!(what);
        loop {
            tokio::select! {
                done = &mut what => return done,
                line = self.lines.next_line() => self.log.extend(line.expect("a log")),
            }
        }
    }

    pub fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("a process that runs");
        kill_process(id, signal).expect("a signal that arrives");
    }

    /// Waits for the end of the program without reading what is left of its log. Returns its exit status.
    pub async fn ended_unread(mut self) -> Option<i32> {
        self.child.wait().await.expect("a program that ends").code()
    }

    /// Waits for the end, and says with which exit status it came.
    pub async fn end(mut self) -> (Option<i32>, TempDir, Vec<String>) {
        while let Some(line) = self.lines.next_line().await.expect("a log") {
            self.log.push(line);
        }
        let status = self.child.wait().await.expect("an end");
        (status.code(), self.folder, self.log)
    }
}
