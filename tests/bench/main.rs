//! The benchmark: compares the program with a reference, alternating, in one run. `just bench` builds both in release mode
//! and runs this; `docs/performance.md` explains the output.
//!
//! There are three processes: the program under test, the reference server, and this one, which generates the load.

#![expect(unreachable_pub, reason = "no other crate uses a benchmark, so `pub` is enough")]

mod growth;
mod load;
#[path = "../support/postgres.rs"]
mod postgres;
mod reference;
mod seed;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use load::{Ask, rate};

/// Rounds of each measurement, of which the median is reported.
const ROUNDS: usize = 5;
/// How long a round lasts.
const ROUND: Duration = Duration::from_secs(2);
/// The same where passwords are hashed at the default cost, which gives few responses per second.
const LONG_ROUND: Duration = Duration::from_secs(5);
/// Sessions that are validated in turn.
const SESSIONS: usize = 1_000;
/// Validations per second during a storm of logins, and how long the storm lasts.
const STEADY_RATE: u32 = 200;
const STORM: Duration = Duration::from_secs(10);

/// The cheapest hash, where its cost is not measured.
const CHEAP: [&str; 2] = ["--argon2-memory-kib=8", "--argon2-iterations=1"];

#[tokio::main]
async fn main() {
    if std::env::args().any(|argument| argument == reference::FLAG) {
        return reference::serve().await;
    }
    let arguments: Vec<String> = std::env::args().skip_while(|argument| argument != seed::FLAG).skip(1).collect();
    if let [url, count, ..] = &arguments[..] {
        return seed::live_sessions(url, count.parse().expect("a number of sessions")).await;
    }
    let mut parts: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if parts.is_empty() {
        parts = ["validations", "growth", "sign-ins", "storm", "footprint"].map(str::to_owned).to_vec();
    }
    println!("{:<64} {:>10} {:>10} {:>7}  (range of the ratio)", "what, per second", "doorward", "reference", "ratio");
    for part in parts {
        match part.as_str() {
            "validations" => validations().await,
            "growth" => growth::to_a_million().await,
            "growth-10m" => growth::to_ten_millions().await,
            "sign-ins" => sign_ins().await,
            "storm" => storm().await,
            "footprint" => footprint().await,
            unknown => panic!("unknown part {unknown}: the parts are listed in bench/main.rs"),
        }
    }
}

/// Validation of a session with a cookie, compared with a Poem route that returns the same bytes.
async fn validations() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Served::program(&folder, &CHEAP);
    let tokens = sign_up_many(program.port).await;
    let asks: Vec<Ask> = tokens.iter().map(|token| Ask::session(token)).collect();
    let body = load::body_of(program.port, &asks[0]).await;
    let reference = Served::reference(&body, None);
    for connections in [16, 64] {
        let pairs = in_turn((program.port, &asks), (reference.port, &asks), connections).await;
        report(&format!("GET /api/session, SQLite, {connections} connections; a bare Poem route"), &pairs);
    }
    let verify: Vec<Ask> = tokens.iter().map(|token| Ask::verify(token)).collect();
    let reference = Served::reference("", None);
    for connections in [16, 64] {
        let pairs = in_turn((program.port, &verify), (reference.port, &asks), connections).await;
        report(&format!("GET /api/verify, SQLite, {connections} connections; a bare Poem route"), &pairs);
    }
    drop(program);

    let Some(url) = postgres::database().await else { return };
    let program = Served::program(&folder, &[&format!("--database-url={url}"), CHEAP[0], CHEAP[1]]);
    let asks: Vec<Ask> = sign_up_many(program.port).await.iter().map(|token| Ask::session(token)).collect();
    let reference = Served::reference(&body, Some(&url));
    for connections in [16, 64] {
        let pairs = in_turn((program.port, &asks), (reference.port, &asks), connections).await;
        report(&format!("GET /api/session, PostgreSQL, {connections} connections; Poem with the query"), &pairs);
    }
}

async fn sign_up_many(port: u16) -> Vec<String> {
    let sign_ups = (0..SESSIONS).map(|n| Ask::sign_up(&format!("user-{n}")));
    load::collect_tokens(port, sign_ups.collect()).await
}

/// Rates of both servers, measured alternately.
async fn in_turn(ours: (u16, &[Ask]), theirs: (u16, &[Ask]), connections: usize) -> Vec<(f64, f64)> {
    let mut pairs = Vec::new();
    for _ in 0..ROUNDS {
        let rate_of_ours = rate(ours.0, connections, ROUND, ours.1).await;
        pairs.push((rate_of_ours, rate(theirs.0, connections, ROUND, theirs.1).await));
    }
    pairs
}

/// Validations at a steady rate during a storm of logins. A latency counts from the time when its request was due.
async fn storm() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Served::program(&folder, &[]);
    let tokens = load::collect_tokens(program.port, (0..8).map(|n| Ask::sign_up(&format!("user-{n}"))).collect()).await;
    let log_in: Vec<Ask> = (0..8).map(|n| Ask::log_in(&format!("user-{n}"))).collect();
    let validate: Vec<Ask> = tokens.iter().map(|token| Ask::session(token)).collect();
    let (sign_ins, mut latencies) = tokio::join!(
        rate(program.port, 32, STORM, &log_in),
        load::steadily(program.port, STEADY_RATE, STORM, &validate)
    );
    latencies.sort_unstable();
    let percentile = |percent: usize| latencies[(latencies.len() * percent / 100).min(latencies.len() - 1)];
    println!(
        "validations at {STEADY_RATE}/s while 32 connections sign in ({sign_ins:.0}/s): p50 {:.1?}, p99 {:.1?}, worst {:.1?}",
        percentile(50),
        percentile(99),
        percentile(100),
    );
    println!("memory after that: {:.1} MiB resident at most", program.peak_memory_mib());
}

/// Memory when idle, the time from start to the first response, and the size of the program.
async fn footprint() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Served::program(&folder, &[]));
    let mut starts = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let program = Served::program(&folder, &[]);
        load::body_of(program.port, &Ask::live()).await;
        starts.push(begin.elapsed());
    }
    starts.sort_unstable();
    let program = Served::program(&folder, &[]);
    load::body_of(program.port, &Ask::live()).await;
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_doorward-under-test")).expect("the program").len();
    println!("idle: {:.1} MiB resident", program.peak_memory_mib());
    println!("from start to the first answer on a store that exists: {:.1?}", starts[ROUNDS / 2]);
    println!("the program: {} KiB", size / 1024);
}

/// Logins at the default cost, compared with raw Argon2id hashes on as many threads, each with a reused block.
async fn sign_ins() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Served::program(&folder, &[]);
    load::collect_tokens(program.port, (0..8).map(|n| Ask::sign_up(&format!("user-{n}"))).collect()).await;
    let asks: Vec<Ask> = (0..8).map(|n| Ask::log_in(&format!("user-{n}"))).collect();
    for connections in [4, 32] {
        let mut pairs = Vec::new();
        for _ in 0..ROUNDS {
            let ours = rate(program.port, connections, LONG_ROUND, &asks).await;
            let raw =
                tokio::task::spawn_blocking(|| reference::raw_hash_rate(LONG_ROUND)).await.expect("threads that end");
            pairs.push((ours, raw));
        }
        report(&format!("POST /api/login, {connections} connections; raw Argon2id hashes"), &pairs);
    }
}

fn report(what: &str, pairs: &[(f64, f64)]) {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let ratios: Vec<f64> = pairs.iter().map(|(ours, theirs)| ours / theirs).collect();
    let (lowest, highest) = ratios.iter().fold((f64::MAX, 0.0_f64), |(low, high), r| (low.min(*r), high.max(*r)));
    println!(
        "{what:<64} {:>10.1} {:>10.1} {:>7.2}  ({lowest:.2} to {highest:.2})",
        median(pairs.iter().map(|(ours, _)| *ours).collect()),
        median(pairs.iter().map(|(_, theirs)| *theirs).collect()),
        median(ratios),
    );
}

/// A server in its own process, killed when this is dropped.
struct Served {
    child: Child,
    port: u16,
}

impl Served {
    fn program(folder: &tempfile::TempDir, flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward-under-test"));
        command.current_dir(folder.path()).env_clear().args(["--listen=127.0.0.1:0", "--throttle=off"]).args(flags);
        Self::start(command.stderr(Stdio::piped()).stdout(Stdio::null()), |child| {
            Box::new(child.stderr.take().expect("piped"))
        })
    }

    fn reference(body: &str, store: Option<&str>) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg(reference::FLAG).env(reference::BODY, body).stdout(Stdio::piped());
        command.envs(store.map(|url| (reference::STORE, url)));
        Self::start(&mut command, |child| Box::new(child.stdout.take().expect("piped")))
    }

    fn start(command: &mut Command, log: impl FnOnce(&mut Child) -> Box<dyn std::io::Read + Send>) -> Self {
        let mut child = command.spawn().expect("a program that runs");
        let mut lines = BufReader::new(log(&mut child)).lines().map(|line| line.expect("a log"));
        let line = lines.find(|line| line.contains("127.0.0.1:")).expect("a server that listens");
        // Keeps reading the log: the server would block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let (_, rest) = line.split_once("127.0.0.1:").expect("an address");
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Self { child, port: digits.parse().expect("a port") }
    }
}

impl Served {
    /// The peak resident memory of the process, in MiB.
    fn peak_memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a process that runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("KiB") / 1024.0
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
