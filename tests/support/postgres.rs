//! A PostgreSQL server of this test process: started when the first test needs it, on a free loopback port and in its own
//! folder. It ends with the process, even after a crash.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// If this variable is set, as in CI, tests fail instead of being skipped when a program is missing.
const REQUIRED: &str = "DOORWARD_TEST_REQUIRE_SERVERS";

/// Creates an empty database and returns its URL; `None` where this machine has no PostgreSQL.
///
/// # Panics
/// Panics if PostgreSQL does not work, or if it is missing and [`REQUIRED`] is set.
pub async fn database() -> Option<String> {
    database_with("ENCODING 'UTF8'").await
}

/// As [`database`], with options of `CREATE DATABASE`.
pub async fn database_with(options: &str) -> Option<String> {
    static COUNT: AtomicUsize = AtomicUsize::new(1);
    let server = SERVER.as_ref()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&server.url("postgres")).await.expect("the server answers");
    let statement = format!("CREATE DATABASE {name} TEMPLATE template0 {options}");
    connection.execute(AssertSqlSafe(statement)).await.expect("a new database");
    connection.close().await.expect("a clean close");
    Some(server.url(&name))
}

struct Server {
    port: u16,
    /// The server is stopped when this closes; the system closes it when the process ends.
    _leash: ChildStdin,
    _shell: Child,
}

static SERVER: LazyLock<Option<Server>> = LazyLock::new(|| {
    let Some(programs) = programs() else {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, but PostgreSQL is missing");
        // Not `eprintln!`, which the test harness captures.
        let _ = writeln!(std::io::stderr(), "\n*** No initdb found: the PostgreSQL tests did NOT run. ***\n");
        return None;
    };
    // Another process may take the port before the server binds it.
    let attempts: Vec<String> = match (0..3).try_fold(Vec::new(), |mut failures, _| match Server::start(&programs) {
        Ok(server) => Err(server),
        Err(failure) => {
            failures.push(failure);
            Ok(failures)
        }
    }) {
        Err(server) => return Some(server),
        Ok(failures) => failures,
    };
    panic!("PostgreSQL does not start:\n{}", attempts.join("\n"));
});

impl Server {
    fn url(&self, database: &str) -> String {
        format!("postgres://doorward@127.0.0.1:{}/{database}", self.port)
    }

    fn start(programs: &Path) -> Result<Self, String> {
        /// One shell does everything and cleans up after this process has ended.
        const SCRIPT: &str = r#"
            trap '' INT TERM HUP
            cd "$FOLDER" || exit 1
            {
                "$PROGRAMS/initdb" -D data -U doorward -A trust -E UTF8 --locale=C --no-sync &&
                "$PROGRAMS/pg_ctl" -D data -w -t 60 -l server.log -o "$OPTIONS" start
            } >setup.log 2>&1 </dev/null && echo started || { cat setup.log server.log | tr '\n' ' '; echo; }
            cat >/dev/null
            "$PROGRAMS/pg_ctl" -D data -w -m immediate stop >/dev/null 2>&1
            cd / && rm -rf "$FOLDER"
        "#;
        let port =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port").port();
        let folder = tempfile::Builder::new().prefix("doorward-postgres-").tempdir().expect("a folder").keep();
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=400 \
             -c fsync=off -c full_page_writes=off"
        );

        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT]).env("FOLDER", &folder).env("PROGRAMS", programs).env("OPTIONS", options);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        if let Some((user, group)) = unprivileged_user() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).expect("root may give folders away");
            shell.uid(user).gid(group);
        }

        let mut shell = shell.spawn().expect("a shell");
        let leash = shell.stdin.take().expect("it is piped");
        let mut said = String::new();
        BufReader::new(shell.stdout.take().expect("it is piped"))
            .read_line(&mut said)
            .expect("the shell says how it went");
        if said.trim() == "started" {
            return Ok(Self { port, _leash: leash, _shell: shell });
        }
        drop(leash);
        shell.wait().expect("an end");
        Err(said)
    }
}

/// The folder of PostgreSQL's programs: on the path, or where Debian keeps each version.
fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut of_versions: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    of_versions.sort();
    let folders: Vec<PathBuf> = on_path;
    folders
        .into_iter()
        .chain(of_versions.into_iter().rev())
        .find(|folder| ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).exists()))
}

/// The ids of a user and its group to run a program as, if this process is root. PostgreSQL refuses to run as root, and
/// no file is read-only to root.
pub fn unprivileged_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)))
}
