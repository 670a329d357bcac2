//! A store that the program may read, and not write, or not write any more to.
//!
//! Root may write whatever its rights say: the program then runs as person else, from a copy that everybody may run.

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

use super::program::Program;
use crate::support::client::{Encoding, send};
use crate::support::postgres::another_account;
use crate::support::server::CHEAP_HASH;

const PASSWORD: &str = "correct horse";

/// A store in a folder of its own, and who may use it.
struct Place {
    home: TempDir,
    user: Option<(u32, u32)>,
}

impl Place {
    fn new() -> Self {
        let place = Self { home: tempfile::tempdir().expect("a folder"), user: another_account() };
        fs::set_permissions(place.home.path(), fs::Permissions::from_mode(0o755)).expect("rights");
        // Copied by another process: a program that is still open for writing, be it in a child that another test forked at
        // this moment, cannot be run.
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

    /// The program on this store, as whoever may use it.
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

    /// Starts where it must not, and returns the one line that says why.
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

    /// What is in the folder, but for the index of the log, which holds nothing that is not in the log.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.folder()).expect("a folder").map(|entry| entry.expect("an entry"));
        entries
            .map(|entry| (entry.file_name().into_string().expect("UTF-8"), fs::read(entry.path()).expect("a file")))
            .filter(|(name, _)| !name.ends_with("-shm"))
            .collect()
    }
}

/// Whether the server that wrote the store was told to stop or killed, and the rights of the folder and of the files when
/// it starts again.
const WAYS: [(Signal, u32, u32); 4] = [
    (Signal::TERM, 0o755, 0o400),
    (Signal::TERM, 0o555, 0o600),
    (Signal::TERM, 0o555, 0o400),
    (Signal::KILL, 0o555, 0o400),
];

#[tokio::test]
async fn a_store_that_cannot_be_written_stops_the_start_with_one_line_and_stays_as_it_is() {
    for (signal, of_folder, of_files) in WAYS {
        let place = Place::new();
        let first = place.start().await;
        first.client().sign_up("alice", PASSWORD).await;
        first.signal(signal);
        first.end().await;

        let before = place.files();
        assert_eq!(before.contains_key("doorward.db-wal"), signal == Signal::KILL, "what the log is there for");
        place.set_rights(of_folder, of_files);
        let said = place.refusal().await;
        assert!(said.contains("is read-only"), "{said}");
        assert!(place.files() == before, "byte for byte, and no file more");

        place.set_rights(0o755, 0o600);
        let second = place.start().await;
        assert!(second.client().log_in("alice", PASSWORD).await.is_some(), "nothing is lost");
        second.client().sign_up("brian", PASSWORD).await;
    }
}

#[tokio::test]
async fn where_no_store_may_be_made_or_read_the_one_line_says_so() {
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
async fn a_limit_on_the_size_of_files_is_answered_and_ends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut limited = Command::new("sh");
    // In blocks of 512 bytes.
    limited.args(["-c", "ulimit -f 400; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_doorward-under-test")]);
    limited.args(CHEAP_HASH.iter().filter(|flag| !flag.starts_with("--log"))).args(["--throttle=off", "--log=info"]);
    limited.current_dir(folder.path()).env_clear().kill_on_drop(true);
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
        unreachable!("nothing is written for ever")
    };
    program.log_during(filling).await.assert_error(503, "unavailable", "Store unavailable");
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
    assert_eq!(send(client.get("/health/ready")).await.status, StatusCode::OK);
}
