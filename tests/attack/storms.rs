//! Overload: logins at their real cost, clients that hang up, and more connections than file descriptors.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use reqwest::StatusCode;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, prlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::wire::{LAST, connect, post};
use crate::process::program::{Program, command, limited};
use crate::support::client::{Client, Encoding, Reply, send};

const PASSWORD: &str = "correct horse";
/// Turns the throttle off, so that it does not refuse the guesses of these tests.
const UNTHROTTLED: [(&str, &str); 1] = [("DOORWARD_THROTTLE", "off")];

/// Starts the program with these flags. Hashes have their real cost unless a flag changes it.
async fn program_with(flags: &[&str]) -> Program {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = command(folder.path());
    command.args(flags).envs(UNTHROTTLED);
    Program::launch(folder, command).await
}

/// The peak resident memory of a process, in MiB.
fn peak_memory_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process that runs");
    let (_, peak) = status.split_once("VmHWM:").expect("a peak");
    peak.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
}

async fn log_in(client: &Client, password: &str) -> Reply {
    send(client.submit("/api/login", Encoding::Json, &[("username", "alice"), ("password", password)])).await
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_logins_at_once_need_little_memory_and_delay_no_validation() {
    let mut program = program_with(&["--hash-threads=2"]).await;
    let client = program.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let process = program.id();
    let storm = async {
        let mut sign_ins: FuturesUnordered<_> = (0..200).map(|_| log_in(&client, PASSWORD)).collect();
        let mut replies = Vec::new();
        while let Some(reply) = sign_ins.next().await {
            replies.push(reply);
        }
        replies
    };
    let validations = join_all((0..100).map(|n| {
        let (client, token) = (client.clone(), token.clone());
        async move {
            tokio::time::sleep(Duration::from_millis(10 * n)).await;
            let asked = tokio::time::Instant::now();
            (client.session(&token).await.status, asked.elapsed())
        }
    }));
    let (replies, validations) = program.log_during(futures_util::future::join(storm, validations)).await;
    for (status, took) in validations {
        assert_eq!(status, StatusCode::OK);
        // A loose bound for a busy machine; hashes that block the runtime take longer still.
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
    let (let_in, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == StatusCode::OK);
    // Two threads, each with 64 waiting; on a busy machine some of those wait too long.
    assert!(!let_in.is_empty() && !refused.is_empty(), "{} of 200 were let in", let_in.len());
    for reply in refused {
        reply.assert_error(503, "overloaded", "Server is busy");
        assert_eq!(reply.header("retry-after"), Some("5"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    let first_refusal = replies.iter().position(|reply| reply.status != StatusCode::OK);
    let last_success = replies.iter().rposition(|reply| reply.status == StatusCode::OK);
    assert!(first_refusal < last_success, "a full queue refuses at once");
    let peak = peak_memory_mib(process);
    assert!(peak < 400, "{peak} MiB");
    assert_eq!(log_in(&client, PASSWORD).await.status, StatusCode::OK, "the storm is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_hangs_up_leaves_the_hash_queue() {
    const GONE: usize = 40;
    // About 300 ms a hash.
    let mut program = program_with(&["--hash-threads=1", "--argon2-iterations=40", "--log=debug"]).await;
    let client = program.client();
    let body = r#"{"username":"alice","password":"wrong"}"#;
    let request = post("/api/login", &format!("Content-Length: {}\r\n", body.len()), body);
    let log_in = log_in(&client, "wrong as well");
    let last = program
        .log_during(async {
            for _ in 0..GONE {
                let mut connection = connect(client.port()).await;
                connection.write_all(request.as_bytes()).await.expect("a server that listens");
            }
            // The queue is first in, first out: this login would come after all of those.
            log_in.await
        })
        .await;
    assert_eq!(last.status, StatusCode::BAD_REQUEST, "{}", last.body);
    program.signal(Signal::TERM);
    let (_, _, log) = program.end().await;
    let hashed = log.iter().filter(|line| line.contains("/api/login") && line.contains("status=400")).count();
    assert!(hashed < GONE / 2, "{hashed} passwords were hashed for clients that were gone");
}

/// Opens a connection, sends a request and keeps the connection open.
async fn ask(port: u16) -> TcpStream {
    let mut connection = connect(port).await;
    let question = LAST.replace("close", "keep-alive");
    connection.write_all(question.as_bytes()).await.expect("a server that listens");
    connection
}

/// Waits for the first byte of the response.
async fn answered(mut connection: TcpStream) -> TcpStream {
    assert_eq!(connection.read_u8().await.expect("an answer"), b'H');
    connection
}

/// The program under this limit, without a throttle.
async fn started_under(limit: &str) -> Program {
    let folder = tempfile::tempdir().expect("a folder");
    let mut limited = limited(folder.path(), limit);
    limited.envs(UNTHROTTLED);
    Program::launch(folder, limited).await
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_soft_limit_of_descriptors_is_raised_to_the_hard_one() {
    let program = started_under("ulimit -Sn 200 && ulimit -Hn 700").await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", program.id())).expect("a process that runs");
    let of_files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit of open files");
    let [soft, hard] = [3, 4].map(|word| of_files.split_whitespace().nth(word));
    assert_eq!((soft, hard), (Some("700"), Some("700")), "{of_files}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_beyond_the_limit_wait() {
    // Leaves 16 connections: the server reserves 128 descriptors, and 6 for the event loop of each core.
    let cores = std::thread::available_parallelism().expect("a number of cores").get();
    let program = started_under(&format!("ulimit -n {}", 128 + 6 * cores + 16)).await;
    let port = program.client().port();
    let mut waiting: FuturesUnordered<_> =
        join_all((0..40).map(|_| ask(port))).await.into_iter().map(answered).collect();
    let mut served = Vec::new();
    for _ in 0..16 {
        served.push(waiting.next().await.expect("an answer"));
    }
    let seventeenth = tokio::time::timeout(Duration::from_millis(300), waiting.next()).await;
    assert!(seventeenth.is_err(), "all places are taken");
    drop(served);
    while let Some(connection) = waiting.next().await {
        drop(connection);
    }
    program.client().sign_up("alice", PASSWORD).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_descriptors_pauses_and_recovers() {
    let mut program = program_with(&["--argon2-memory-kib=8", "--argon2-iterations=1"]).await;
    let client = program.client();
    client.sign_up("alice", PASSWORD).await;
    // The store opens its files at their first use.
    assert_eq!(log_in(&client, PASSWORD).await.status, StatusCode::OK);
    let process = Pid::from_raw(program.id().cast_signed()).expect("a process");
    let open = std::fs::read_dir(format!("/proc/{}/fd", program.id())).expect("a process that runs").count();
    // The program inherited the limit of this process.
    let usual = getrlimit(Resource::Nofile);
    let few = Rlimit { current: u64::try_from(open + 4).ok(), ..usual };
    prlimit(Some(process), Resource::Nofile, few).expect("a limit");
    let mut connections = Vec::new();
    for _ in 0..20 {
        connections.push(ask(client.port()).await);
    }
    let line = program.log_until("could not be accepted").await;
    assert!(line.contains("WARN"), "{line}");
    let lines = program.log.len();
    program.log_during(tokio::time::sleep(Duration::from_secs(1))).await;
    let warnings = program.log.len() - lines;
    assert!((1..=15).contains(&warnings), "with a pause of 100 ms after each: {warnings} warnings in a second");
    drop(connections);
    let reply = log_in(&Client::of(client.port()), PASSWORD).await;
    assert_eq!(reply.status, StatusCode::OK, "closed connections make room: {}", reply.body);
    program.signal(Signal::TERM);
    assert_eq!(program.end().await.0, Some(0));
}
