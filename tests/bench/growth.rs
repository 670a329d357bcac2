//! Compares a large store with a small one: the same requests to both, alternating.

use std::time::{Duration, Instant};

use doorward_adapters_sql::Store;
use doorward_domain::Timestamp;
use tempfile::TempDir;

use crate::load::{self, Ask, rate};
use crate::{CHEAP, ROUND, ROUNDS, Served, in_turn, postgres, report, seed, sign_up_many};

/// Dead sessions for one sweep, in stores of every size.
const DEAD: u32 = 10_000;
/// Sessions that a sweep removes in one batch, as in the program.
const BATCH: u32 = 100;
/// Users that log in. Logins beyond the limit of sessions per user revoke their sessions, so those are not validated.
const SIGNING_IN: usize = 8;
/// Validations per second beside a sweep, and for how long.
const STEADY_RATE: u32 = 200;
const STEADY: Duration = Duration::from_secs(5);

/// A store, the program that serves it, and a direct connection to the store.
struct Place {
    url: String,
    served: Served,
    tokens: Vec<String>,
    store: Store,
    _folder: TempDir,
}

impl Place {
    async fn new(url_in: impl AsyncFnOnce(&TempDir) -> Option<String>) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let url = url_in(&folder).await?;
        let served = Served::program(&folder, &[&format!("--database-url={url}"), CHEAP[0], CHEAP[1]]);
        let tokens = sign_up_many(served.port).await;
        let store =
            doorward_adapters_sql::connect(&url.parse().expect("a good URL")).await.expect("a store that opens");
        Some(Self { url, served, tokens, store, _folder: folder })
    }

    async fn on_sqlite() -> Option<Self> {
        Self::new(async |folder| Some(format!("sqlite://{}", folder.path().join("doorward.db").display()))).await
    }

    async fn on_postgres() -> Option<Self> {
        Self::new(async |_| postgres::database().await).await
    }

    fn validations(&self) -> Vec<Ask> {
        self.tokens.iter().skip(SIGNING_IN).map(|token| Ask::session(token)).collect()
    }

    /// Sweeps all dead sessions and returns the batches per second.
    async fn sweep(&self) -> f64 {
        let now = Timestamp::from_unix_millis(seed::DEAD_BY_MILLIS);
        let (start, mut batches) = (Instant::now(), 0_u32);
        while self.store.sessions().delete_expired(now, BATCH).await.expect("a sweep") == u64::from(BATCH) {
            batches += 1;
        }
        f64::from(batches) / start.elapsed().as_secs_f64()
    }

    /// Latencies of validations without sweeps and during continuous sweeps.
    async fn beside_sweeps(&self) -> String {
        let asks = self.validations();
        let steadily = || load::steadily(self.served.port, STEADY_RATE, STEADY, &asks);
        let alone = steadily().await;
        let sweeping = async {
            let start = Instant::now();
            while start.elapsed() < STEADY {
                seed::dead_sessions(&self.url, DEAD).await;
                self.sweep().await;
            }
        };
        let (beside, ()) = tokio::join!(steadily(), sweeping);
        format!("{} alone, {} beside sweeps", percentiles(alone), percentiles(beside))
    }
}

fn percentiles(mut latencies: Vec<Duration>) -> String {
    latencies.sort_unstable();
    let percentile = |percent: usize| latencies[(latencies.len() * percent / 100).min(latencies.len() - 1)];
    format!("p50 {:.1?}, p99 {:.1?}, worst {:.1?}", percentile(50), percentile(99), percentile(100))
}

/// Validations, logins with a cheap hash, and sweeps, in stores that grow to 10^5 and 10^6 sessions.
pub async fn to_a_million() {
    for (name, few, many) in [
        ("SQLite", Place::on_sqlite().await, Place::on_sqlite().await),
        ("PostgreSQL", Place::on_postgres().await, Place::on_postgres().await),
    ] {
        let (Some(few), Some(many)) = (few, many) else { continue };
        compare(name, &few, &many, &[5, 6]).await;
    }
}

/// The same with 10^7 sessions, on PostgreSQL only. Needs several gigabytes and minutes.
pub async fn to_ten_millions() {
    let (Some(few), Some(many)) = (Place::on_postgres().await, Place::on_postgres().await) else { return };
    compare("PostgreSQL", &few, &many, &[7]).await;
}

/// Grows a store to powers of ten and compares it with the small one at each.
async fn compare(name: &str, few: &Place, many: &Place, powers: &[u32]) {
    let mut there = few.tokens.len().try_into().expect("a thousand");
    for power in powers {
        let (start, count) = (Instant::now(), 10_u32.pow(*power));
        seed::live_sessions(&many.url, count - there).await;
        there = count;
        println!("{name}: 10^{power} sessions after {:.0?}", start.elapsed());

        let asks = [many, few].map(Place::validations);
        let pairs = in_turn((many.served.port, &asks[0]), (few.served.port, &asks[1]), 16).await;
        report(&format!("GET /api/session, {name}, 10^{power} sessions; 10^3"), &pairs);

        let log_in: Vec<Ask> = (0..SIGNING_IN).map(|n| Ask::log_in(&format!("user-{n}"))).collect();
        let mut logins = Vec::new();
        for _ in 0..ROUNDS {
            let rate_of_many = rate(many.served.port, 4, ROUND, &log_in).await;
            logins.push((rate_of_many, rate(few.served.port, 4, ROUND, &log_in).await));
        }
        report(&format!("POST /api/login, a cheap hash, {name}, 10^{power} sessions; 10^3"), &logins);

        let mut sweeps = Vec::new();
        for _ in 0..ROUNDS {
            for place in [many, few] {
                seed::dead_sessions(&place.url, DEAD).await;
            }
            sweeps.push((many.sweep().await, few.sweep().await));
        }
        report(&format!("batches of {BATCH} of a sweep, {name}, 10^{power} sessions; 10^3"), &sweeps);
        let with_its_share = |login: f64, batches: f64| 1.0 / (1.0 / login + 1.0 / (batches * f64::from(BATCH)));
        let lives: Vec<_> = logins
            .iter()
            .zip(&sweeps)
            .map(|(login, sweep)| (with_its_share(login.0, sweep.0), with_its_share(login.1, sweep.1)))
            .collect();
        report(&format!("a login and its share of a sweep, {name}, 10^{power} sessions; 10^3"), &lives);
        println!("validations at {STEADY_RATE}/s, {name}, 10^{power} sessions: {}", many.beside_sweeps().await);
        println!("validations at {STEADY_RATE}/s, {name}, 10^3 sessions: {}", few.beside_sweeps().await);
    }
}
