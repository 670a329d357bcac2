//! The benchmark: the program beside what it is measured by, in turn, in one run. `just bench` builds both in release and
//! runs this; `docs/performance.md` says how to read what it prints.
//!
//! Everything is a process of its own: the program under test, the reference server, and this one, which makes the load.

#![expect(
    unreachable_pub,
    reason = "nothing of a benchmark is reached from outside, so `pub` says all there is to say"
)]

mod load;
mod reference;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use load::{Ask, rate};

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 5;
/// How long a round lasts.
const ROUND: Duration = Duration::from_secs(2);
/// Sessions that are validated in turn.
const SESSIONS: usize = 1_000;

#[tokio::main]
async fn main() {
    if std::env::args().any(|argument| argument == reference::FLAG) {
        return reference::serve().await;
    }
    println!("{:<58} {:>10} {:>10} {:>7}  (range of the ratio)", "what, per second", "doorward", "reference", "ratio");
    validations().await;
    sign_ins().await;
}

/// Validation of a session with a cookie, beside a Poem route that answers the same bytes.
async fn validations() {
    // What is validated costs the same whatever the password cost.
    let folder = tempfile::tempdir().expect("a folder");
    let program = Served::program(&folder, &["--argon2-memory-kib=8", "--argon2-iterations=1"]);
    let sign_ups = (0..SESSIONS).map(|n| Ask::sign_up(&format!("user-{n}")));
    let tokens = load::collect_tokens(program.port, sign_ups.collect()).await;
    let asks: Vec<Ask> = tokens.iter().map(|token| Ask::session(token)).collect();
    let body = load::body_of(program.port, &asks[0]).await;
    let reference = Served::reference(&body);
    for connections in [16, 64] {
        let mut pairs = Vec::new();
        for _ in 0..ROUNDS {
            let ours = rate(program.port, connections, ROUND, &asks).await;
            pairs.push((ours, rate(reference.port, connections, ROUND, &asks).await));
        }
        report(&format!("GET /api/session, {connections} connections, a bare Poem route"), &pairs);
    }
}

/// Sign-ins at the default cost, beside raw Argon2id hashes on as many threads with a reused block each.
async fn sign_ins() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Served::program(&folder, &[]);
    load::collect_tokens(program.port, (0..8).map(|n| Ask::sign_up(&format!("user-{n}"))).collect()).await;
    let asks: Vec<Ask> = (0..8).map(|n| Ask::log_in(&format!("user-{n}"))).collect();
    for connections in [4, 32] {
        let mut pairs = Vec::new();
        for _ in 0..ROUNDS {
            let ours = rate(program.port, connections, ROUND, &asks).await;
            let raw = tokio::task::spawn_blocking(|| reference::raw_hash_rate(ROUND)).await.expect("threads that end");
            pairs.push((ours, raw));
        }
        report(&format!("POST /api/login, {connections} connections, raw Argon2id hashes"), &pairs);
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
        "{what:<58} {:>10.1} {:>10.1} {:>7.2}  ({lowest:.2} to {highest:.2})",
        median(pairs.iter().map(|(ours, _)| *ours).collect()),
        median(pairs.iter().map(|(_, theirs)| *theirs).collect()),
        median(ratios),
    );
}

/// A server in a process of its own, killed when this is dropped.
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

    fn reference(body: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg(reference::FLAG).env(reference::BODY, body).stdout(Stdio::piped());
        Self::start(&mut command, |child| Box::new(child.stdout.take().expect("piped")))
    }

    fn start(command: &mut Command, log: impl FnOnce(&mut Child) -> Box<dyn std::io::Read + Send>) -> Self {
        let mut child = command.spawn().expect("a program that runs");
        let mut lines = BufReader::new(log(&mut child)).lines().map(|line| line.expect("a log"));
        let line = lines.find(|line| line.contains("127.0.0.1:")).expect("a server that listens");
        // Somebody must read on, or the server would wait for it.
        std::thread::spawn(move || lines.for_each(drop));
        let (_, rest) = line.split_once("127.0.0.1:").expect("an address");
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Self { child, port: digits.parse().expect("a port") }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
