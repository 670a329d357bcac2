//! How long answers take, where that must tell nothing. The only tests here that look at a real clock: they compare, in
//! turns, what must take equally long.

use std::time::{Duration, Instant};

use crate::storage::places;
use crate::support::client::{Client, Encoding, cookie, send};
use crate::support::server::TestServer;

/// Pairs that are measured between two judgements.
const PAIRS: usize = 40;
/// The most judgements. On a machine that is kept busy more pairs are needed to tell.
const MOST_ROUNDS: usize = 12;
/// The part of a refusal's time by which the two kinds may differ.
const TOLERATED_PART: i64 = 5;

/// What is asked about a name, and refused.
#[derive(Clone, Copy)]
enum Asked<'a> {
    LogIn { password: &'a str },
    Recovery,
}

/// How long a refusal takes, in microseconds. Each comes from an address of its own, so that none is throttled.
async fn refusal(client: &Client, username: &str, asked: Asked<'_>) -> i64 {
    static ADDRESS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = ADDRESS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let from = std::net::Ipv4Addr::from_bits(0x0a00_0000 + number).to_string();
    let request = match asked {
        Asked::LogIn { password } => {
            client.submit("/api/login", Encoding::Json, &[("username", username), ("password", password)])
        }
        Asked::Recovery => {
            let fields = [("username", username), ("code", "0000-0000-0000-0000"), ("newPassword", "staple battery")];
            client.submit("/api/recover", Encoding::Json, &fields)
        }
    };
    let request = request.header("x-forwarded-for", from);
    let start = Instant::now();
    let reply = send(request).await;
    let taken = start.elapsed();
    match asked {
        Asked::LogIn { .. } => reply.assert_error(400, "incorrect_credentials", "Incorrect username or password"),
        Asked::Recovery => reply.assert_error(400, "incorrect_recovery_code", "Incorrect username or recovery code"),
    }
    i64::try_from(taken.as_micros()).expect("not that long")
}

/// The median of these times, in microseconds.
fn median(times: &[i64]) -> i64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// The bounds between which the true median of these differences lies with a confidence of 99.9 %, whatever their
/// distribution is: of n differences, as many are below it as coins of n show heads.
fn median_interval(differences: &[i64]) -> (i64, i64) {
    let mut sorted = differences.to_vec();
    sorted.sort_unstable();
    // 3.29 standard deviations of sqrt(n) / 2 each.
    let reach = 33 * sorted.len().isqrt() / 20 + 1;
    (sorted[sorted.len() / 2 - reach], sorted[sorted.len() / 2 + reach])
}

#[tokio::test]
async fn an_unknown_user_takes_as_long_as_a_wrong_password_or_recovery_code() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let flags = ["--throttle=on", "--trusted-proxies=127.0.0.1", "--argon2-memory-kib=19456", "--argon2-iterations=2"];
    let server = TestServer::start_with(place, &flags).await;
    let client = server.client();
    // Names of one length, each with few guesses: the account as a whole has its bound, too.
    let (known, unknown): (Vec<_>, Vec<_>) = (0..8).map(|n| (format!("known-{n}"), format!("other-{n}"))).unzip();
    for name in &known {
        let token = client.sign_up(name, "correct horse").await;
        let codes = send(client.post("/api/recovery-codes").header("cookie", cookie(&token))).await;
        assert!(codes.status.is_success(), "{}", codes.body);
    }
    let longest = "w".repeat(255);
    for asked in [Asked::LogIn { password: "wrong horse" }, Asked::LogIn { password: &longest }, Asked::Recovery] {
        let (mut times, mut differences) = (Vec::new(), Vec::new());
        for round in 1.. {
            for pair in 0..PAIRS {
                let (known, unknown) = (&known[pair % known.len()], &unknown[pair % unknown.len()]);
                // The two of a pair are measured in turns, so that what else the machine does falls on both.
                let (of_known, of_unknown) = if pair % 2 == 0 {
                    let of_known = refusal(&client, known, asked).await;
                    (of_known, refusal(&client, unknown, asked).await)
                } else {
                    let of_unknown = refusal(&client, unknown, asked).await;
                    (refusal(&client, known, asked).await, of_unknown)
                };
                times.extend([of_known, of_unknown]);
                differences.push(of_known - of_unknown);
            }
            // Buckets fill again.
            server.clock.advance(Duration::from_hours(1));
            let tolerated = median(&times) / TOLERATED_PART;
            let (low, high) = median_interval(&differences);
            if -tolerated <= low && high <= tolerated {
                break;
            }
            assert!(
                round < MOST_ROUNDS && low <= tolerated && -tolerated <= high,
                "known users take between {low} and {high} µs longer than unknown ones, of {} pairs; {tolerated} µs are tolerated",
                differences.len(),
            );
        }
    }
}
