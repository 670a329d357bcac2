//! The real server inside the test process, on a free port, with a test clock and the cheapest hash.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use doorward::{Server, Settings, SystemClock};
use doorward_domain::Timestamp;
use doorward_domain::ports::Clock;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::Client;
use crate::storage::places::Place;

/// Flags for the cheapest Argon2id, since these tests do not depend on the cost of a hash.
pub const CHEAP_HASH: [&str; 4] = ["--argon2-memory-kib=8", "--argon2-iterations=1", "--hash-threads=2", "--log=off"];

/// The shared flags without those that `given` overrides.
pub fn without_overridden<'a>(shared: impl Iterator<Item = &'a str>, given: &[&str]) -> impl Iterator<Item = &'a str> {
    let name = |flag: &str| flag.split('=').next().unwrap_or_default().to_owned();
    let given: Vec<String> = given.iter().copied().map(name).collect();
    shared.filter(move |flag| !given.contains(&name(flag)))
}

/// A clock that moves only when a test advances it.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn at_now() -> Self {
        Self(AtomicI64::new(SystemClock.now().as_unix_millis()))
    }

    pub fn advance(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).expect("not that long");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A running server. It stops when this is dropped.
pub struct TestServer {
    pub clock: Arc<TestClock>,
    pub place: Place,
    port: u16,
    metrics_port: Option<u16>,
    admin_port: Option<u16>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl TestServer {
    pub async fn start(place: Place) -> Self {
        Self::start_with(place, &[]).await
    }

    /// Starts with these flags. They add to or override the shared ones: a cheap hash, no throttle, no log.
    pub async fn start_with(place: Place, flags: &[&str]) -> Self {
        Self::start_at(place, Arc::new(TestClock::at_now()), flags).await
    }

    /// As [`Self::start_with`], with a clock that several servers share.
    pub async fn start_at(place: Place, clock: Arc<TestClock>, flags: &[&str]) -> Self {
        let store = format!("--database-url={}", place.url);
        let shared = ["--listen=127.0.0.1:0", "--throttle=off", &store].into_iter().chain(CHEAP_HASH);
        let shared = without_overridden(shared, flags);
        let settings = Settings::from_flags(shared.chain(flags.iter().copied())).expect("good settings");
        let server = Server::start(settings, Arc::clone(&clock) as Arc<dyn Clock>).await.expect("a server that starts");
        // None for a Unix socket, which tests connect to by its path.
        let port = server.address().port().unwrap_or_default();
        let metrics_port = server.metrics_address().and_then(doorward::ListenAddress::port);
        let admin_port = server.admin_address().and_then(doorward::ListenAddress::port);
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(server.run_until(async {
            let _ = stopped.await;
        }));
        Self { clock, place, port, metrics_port, admin_port, stop, running }
    }

    /// Stops and starts again on the same store.
    pub async fn restart(self) -> Self {
        Self::start(self.stop().await).await
    }

    /// Stops the server and returns its store.
    pub async fn stop(self) -> Place {
        drop(self.stop);
        self.running.await.expect("a server that stops");
        self.place
    }

    /// The current time of the test clock, in milliseconds since 1970.
    pub fn clock_millis(&self) -> i64 {
        self.clock.now().as_unix_millis()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn client(&self) -> Client {
        Client::of(self.port)
    }

    /// A client of the admin listener. The server must have been started with `--admin-listen`.
    pub fn admin_client(&self) -> Client {
        Client::of(self.admin_port.expect("a server that was started with --admin-listen"))
    }

    /// A client of the metrics listener. The server must have been started with `--metrics-listen`.
    pub fn metrics_client(&self) -> Client {
        Client::of(self.metrics_port.expect("a server that was started with --metrics-listen"))
    }
}
