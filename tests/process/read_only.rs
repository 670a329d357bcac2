//! A store that the program may read but not write, from the start or from some moment on.
//!
//! Root may write despite missing rights, so under root the program runs as another user, from a copy that this user may
//! execute.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use reqwest::StatusCode;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use super::program::{Program, limited};
use crate::support::client::{Encoding, send};
use crate::support::postgres::unprivileged_user;
use crate::support::server::CHEAP_HASH;

const PASSWORD: &str = "correct horse";

/// A store in its own folder, and the user that runs the program on it.
struct Place {
    home: TempDir,
    user: Option<(u32, u32)>,
}

impl Place {
    fn new() -> Self {
        let place = Self { home: tempfile::tempdir().expect("a folder"), user: unprivileged_user() };
        fs::set_permissions(place.home.path(), fs::Permissions::from_mode(0o755)).expect("rights");
        // Copied by another process: a file that is open for writing cannot be executed, and a child that another test
        // forks at this moment would inherit the descriptor.
        let program = env!("CARGO_BIN_EXE_doorward-under-test");
        let copied = std::process::Command::new("cp").arg(program).arg(place.program()).status();
        assert!(copied.expect("cp").success());
        fs::create_dir(place.folder()).expect("a folder");
        if let Some((user, group)) = place.user {
            chown(place.folder(), Some(user), Some(group)).expect("root may give folders away");
        }
        place
    }

    fn program(&self) -> PathBuf {
        self.home.path().join("doorward")
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("store")
    }

    /// A command that serves this store as that user.
    fn serve(&self) -> Command {
        let mut command = Command::new(self.program());
        command.current_dir(self.folder()).env_clear().kill_on_drop(true).stdin(Stdio::null());
        command.args(CHEAP_HASH.iter().filter(|flag| !flag.starts_with("--log")));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    async fn start(&self) -> Program {
        Program::launch(tempfile::tempdir().expect("a folder"), self.serve()).await
    }

    /// Starts the program, which must exit, and returns its one error line.
    async fn refusal(&self) -> String {
        let ending = self.serve().args(["--listen=127.0.0.1:0", "--log=error"]).output();
        let output = timeout(Duration::from_secs(20), ending).await.expect("no server").expect("a program that runs");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("doorward.db"), "{said}");
        said
    }

    fn set_rights(&self, of_folder: u32, of_files: u32) {
        for (name, _) in self.files() {
            fs::set_permissions(self.folder().join(name), fs::Permissions::from_mode(of_files)).expect("rights");
        }
        fs::set_permissions(self.folder(), fs::Permissions::from_mode(of_folder)).expect("rights");
    }

    /// The files of the folder with their contents, without the `-shm` index of the write-ahead log.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.folder()).expect("a folder").map(|entry| entry.expect("an entry"));
        entries
            .map(|entry| (entry.file_name().into_string().expect("UTF-8"), fs::read(entry.path()).expect("a file")))
            .filter(|(name, _)| !name.ends_with("-shm"))
            .collect()
    }
}

/// The signal that ended the first server, then the rights of the folder and of the files when it starts again.
const CASES: [(Signal, u32, u32); 4] = [
    (Signal::TERM, 0o755, 0o400),
    (Signal::TERM, 0o555, 0o600),
    (Signal::TERM, 0o555, 0o400),
    (Signal::KILL, 0o555, 0o400),
];

#[tokio::test]
async fn a_read_only_store_stops_the_start_and_stays_unchanged() {
    for (signal, of_folder, of_files) in CASES {
        let place = Place::new();
        let first = place.start().await;
        first.client().sign_up("alice", PASSWORD).await;
        first.signal(signal);
        first.end().await;

        let before = place.files();
        assert_eq!(
            before.contains_key("doorward.db-wal"),
            signal == Signal::KILL,
            "only a kill leaves a write-ahead log"
        );
        place.set_rights(of_folder, of_files);
        let said = place.refusal().await;
        assert!(said.contains("is read-only"), "{said}");
        assert!(place.files() == before, "the files are unchanged");

        place.set_rights(0o755, 0o600);
        let second = place.start().await;
        assert!(second.client().log_in("alice", PASSWORD).await.is_some(), "the account is still there");
        second.client().sign_up("brian", PASSWORD).await;
    }
}

#[tokio::test]
async fn missing_rights_on_the_store_stop_the_start_with_one_line() {
    let place = Place::new();
    place.set_rights(0o555, 0o600);
    let said = place.refusal().await;
    assert!(said.contains("Permission denied"), "{said}");
    assert!(place.files().is_empty());

    place.set_rights(0o755, 0o600);
    let program = place.start().await;
    program.signal(Signal::TERM);
    program.end().await;
    place.set_rights(0o755, 0o000);
    let said = place.refusal().await;
    assert!(said.contains("Permission denied") && !said.contains("read-only"), "{said}");
}

#[tokio::test]
async fn a_file_size_limit_makes_writes_503_and_keeps_reads_working() {
    let folder = tempfile::tempdir().expect("a folder");
    // In blocks of 512 bytes.
    let mut limited = limited(folder.path(), "ulimit -f 400");
    limited.args(CHEAP_HASH.iter().filter(|flag| !flag.starts_with("--log"))).args(["--throttle=off", "--log=info"]);
    let mut program = Program::launch(folder, limited).await;
    let client = program.client();
    let token = client.sign_up("alice", PASSWORD).await;

    let filling = async {
        for number in 0.. {
            let fields = [("username", format!("user-{number}")), ("password", PASSWORD.to_owned())];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            let reply = send(client.submit("/api/signup", Encoding::Json, &fields)).await;
            if reply.status != StatusCode::CREATED {
                return reply;
            }
        }
        unreachable!("the loop ends at the limit")
    };
    program.log_during(filling).await.assert_error(503, "unavailable", "Store unavailable");
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
    assert_eq!(send(client.get("/health/ready")).await.status, StatusCode::OK);
}
