//! How long answers take, where that must tell nothing. The only tests here that look at a real clock: they compare, in
//! turns, what must take equally long.

use std::time::{Duration, Instant};

use crate::storage::places;
use crate::support::client::{Client, Encoding, cookie, send};
use crate::support::server::TestServer;

const PAIRS: usize = 40;

/// Other tests share the processors. What really takes longer does so in every round.
const ROUNDS: usize = 6;

/// What is asked about a name, and refused.
#[derive(Clone, Copy)]
enum Asked<'a> {
    LogIn { password: &'a str },
    Recovery,
}

/// How long a refusal takes. Each comes from an address of its own, so that none is throttled.
async fn refusal(client: &Client, username: &str, asked: Asked<'_>) -> Duration {
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
    taken
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
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
        let mut seen = Vec::new();
        for round in 0..ROUNDS {
            let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
            for pair in 0..PAIRS {
                let (known, unknown) = (&known[pair % known.len()], &unknown[pair % unknown.len()]);
                if pair % 2 == 0 {
                    of_known.push(refusal(&client, known, asked).await);
                    of_unknown.push(refusal(&client, unknown, asked).await);
                } else {
                    of_unknown.push(refusal(&client, unknown, asked).await);
                    of_known.push(refusal(&client, known, asked).await);
                }
            }
            let slower = of_known.iter().zip(&of_unknown).filter(|(known, unknown)| known > unknown).count();
            let (known, unknown) = (median(of_known), median(of_unknown));
            seen.push((known, unknown, slower));
            let apart = known.abs_diff(unknown);
            let alike = apart <= Duration::from_millis(3) && apart <= known.max(unknown) / 10;
            // On a machine that is kept busy medians say little. Which of a pair took longer still does: where both cost
            // the same it is either, as a coin falls.
            if alike || (PAIRS / 4..=PAIRS * 3 / 4).contains(&slower) {
                break;
            }
            assert!(round + 1 < ROUNDS, "medians of {PAIRS} pairs, and how many known were slower: {seen:?}");
            // Buckets fill again.
            server.clock.advance(Duration::from_hours(1));
        }
        server.clock.advance(Duration::from_hours(1));
    }
}
