//! The wiring: concrete adapters into ports, ports into use cases, use cases behind HTTP, and that behind a listener.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use doorward_adapters_crypto::Argon2idHasher;
use doorward_adapters_http::{AdminServices, HttpSettings, Origin, Pipeline};
use doorward_adapters_sql::{ConnectError, Store};
use doorward_app::{Admin, SessionUses, Sweep, Swept, UseCases};
use doorward_domain::error_chain;
use doorward_domain::ports::{Clock, RandomnessError};
use ipnet::IpNet;
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, Response};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use thiserror::Error;
use tokio::sync::watch;

use crate::admin_tokens::TokensFile;
use crate::hash_schemes::follow_regularly;
use crate::listener::{Listener, Places};
use crate::logging::DroppedLines;
use crate::metrics::ProgramMetrics;
use crate::settings::Settings;
use crate::socket::{ListenAddress, Socket};
use crate::store_counts::LatestCounts;
use crate::warnings;
use crate::wiring::ports;
use crate::workers::Workers;

/// How often dead sessions and spent buckets are swept out.
const SWEEP_INTERVAL: Duration = Duration::from_hours(1);
/// How long the use of a session waits in memory at most.
const USES_INTERVAL: Duration = Duration::from_mins(1);
/// Characters of what tells one process from another in request ids.
const INSTANCE_CHARS: usize = 8;

/// A server that listens and is ready to serve.
pub struct Server {
    listener: Listener,
    address: ListenAddress,
    public_origin: Origin,
    endpoint: Pipeline,
    workers: Workers,
    sweep: Sweep,
    session_uses: Arc<SessionUses>,
    hasher: Arc<Argon2idHasher>,
    store: Store,
    counts: ProgramMetrics,
    metrics: Option<PrivateServer>,
    admin: Option<PrivateServer>,
    admin_tokens: Option<TokensFile>,
    keep_alive: Duration,
    trusted_proxies: Vec<IpNet>,
}

/// What serves metrics or the admin API, on a listener of its own.
struct PrivateServer {
    listener: Listener,
    address: ListenAddress,
    endpoint: BoxEndpoint<'static, Response>,
    places: Places,
}

impl PrivateServer {
    fn new(
        workers: &Workers,
        (socket, address): (Socket, ListenAddress),
        endpoint: BoxEndpoint<'static, Response>,
        places: Places,
    ) -> io::Result<Self> {
        Ok(Self { listener: Listener::on(workers.event_loops(), socket)?, address, endpoint, places })
    }

    /// Serves until the other side of `stopped` is gone.
    async fn serve(self, mut stopped: watch::Receiver<()>) {
        let stop = async move { stopped.changed().await.unwrap_or(()) };
        self.listener.serve(Arc::new(self.endpoint), self.places, stop).await;
    }
}

impl Server {
    /// Opens the store, starts the threads that hash and those that answer, and listens.
    ///
    /// # Errors
    /// [`StartError`] says in one line what stands in the way.
    pub async fn start(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        Self::start_with_log(settings, clock, DroppedLines::default()).await
    }

    /// As [`Self::start`], with a count of the lines of the log that were dropped.
    pub(crate) async fn start_with_log(
        settings: Settings,
        clock: Arc<dyn Clock>,
        dropped_lines: DroppedLines,
    ) -> Result<Self, StartError> {
        let (socket, address) = bind("DOORWARD_LISTEN", &settings.listen).await?;
        let metrics_address = settings.metrics_listen.map(ListenAddress::Tcp);
        let metrics_socket = bind_if_set("DOORWARD_METRICS_LISTEN", metrics_address.as_ref()).await?;
        let admin_socket = bind_if_set("DOORWARD_ADMIN_LISTEN", settings.admin_listen.as_ref()).await?;
        let admin_tokens = settings.admin_tokens.clone().filter(|_| admin_socket.is_some());
        let public_origin = settings.public_origin.clone().unwrap_or_else(|| local_origin(&address));
        let (keep_alive, trusted_proxies) = (settings.keep_alive, settings.trusted_proxies.clone());
        let sessions = settings.sessions;
        // Boxed, since it holds the settings, and futures with copies of them are large.
        let core = Box::pin(Core::start(settings, &public_origin, Arc::clone(&clock), dropped_lines));
        let Core { endpoint, admin, sweep, session_uses, hasher, store, counts, registry } = core.await?;
        let workers = Workers::start()?;
        let admin = admin_socket.zip(admin_tokens.clone()).map(|(bound, tokens)| {
            let services = AdminServices { admin, clock: Arc::clone(&clock), sessions, tokens: Arc::new(tokens) };
            let endpoint = doorward_adapters_http::admin_endpoint(services, &endpoint).boxed();
            PrivateServer::new(&workers, bound, endpoint, Places::for_admin(keep_alive))
        });
        let metrics = metrics_socket.map(|bound| {
            let endpoint = metrics_endpoint(registry, &store, clock);
            PrivateServer::new(&workers, bound, endpoint, Places::for_metrics())
        });
        let (admin, metrics) = (admin.transpose()?, metrics.transpose()?);
        let listener = Listener::on(workers.event_loops(), socket)?;
        Ok(Self {
            listener,
            address,
            public_origin,
            endpoint,
            workers,
            sweep,
            session_uses,
            hasher,
            store,
            counts,
            metrics,
            admin,
            admin_tokens,
            keep_alive,
            trusted_proxies,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &ListenAddress {
        &self.address
    }

    /// Where metrics are served, if anywhere.
    #[must_use]
    pub fn metrics_address(&self) -> Option<&ListenAddress> {
        self.metrics.as_ref().map(|metrics| &metrics.address)
    }

    /// Where the admin API is served, if anywhere.
    #[must_use]
    pub fn admin_address(&self) -> Option<&ListenAddress> {
        self.admin.as_ref().map(|admin| &admin.address)
    }

    /// The tokens of the admin API, where it is served.
    pub(crate) fn admin_tokens(&self) -> Option<&TokensFile> {
        self.admin_tokens.as_ref()
    }

    /// What people type to get here.
    #[must_use]
    pub fn public_origin(&self) -> &Origin {
        &self.public_origin
    }

    /// Serves until `stop` is ready, then answers the requests under way, closes the store and returns.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        let sweeping = tokio::spawn(sweep_regularly(self.sweep, self.counts.swept_sessions));
        let noting = tokio::spawn(write_uses_regularly(Arc::clone(&self.session_uses)));
        let following = tokio::spawn(follow_regularly(self.hasher, self.store.hash_schemes()));
        let (stopping, stopped) = watch::channel(());
        let has_admin = self.admin.is_some();
        let private = [("metrics", self.metrics), ("the admin API", self.admin)].into_iter();
        let private = private.filter_map(|(of, server)| Some((of, tokio::spawn(server?.serve(stopped.clone())))));
        let private: Vec<_> = private.collect();
        let stop = async move {
            stop.await;
            drop(stopping);
        };
        let places = Places::public(self.counts.open_connections, self.keep_alive, self.trusted_proxies, has_admin);
        self.listener.serve(Arc::new(self.endpoint), places, stop).await;
        for (of, server) in private {
            if let Err(error) = server.await {
                tracing::warn!(%error, "the listener for {of} ended early");
            }
        }
        sweeping.abort();
        noting.abort();
        following.abort();
        write_uses(&self.session_uses).await;
        self.store.close().await;
        // Not before: a connection to PostgreSQL belongs to the worker that opened it.
        drop(self.workers);
    }
}

/// Everything but the listeners.
pub(crate) struct Core {
    pub(crate) endpoint: Pipeline,
    admin: Admin,
    pub(crate) sweep: Sweep,
    pub(crate) session_uses: Arc<SessionUses>,
    hasher: Arc<Argon2idHasher>,
    pub(crate) store: Store,
    counts: ProgramMetrics,
    registry: Registry,
}

impl Core {
    /// Opens the store and starts the threads that hash.
    pub(crate) async fn start(
        settings: Settings,
        public_origin: &Origin,
        clock: Arc<dyn Clock>,
        dropped_lines: DroppedLines,
    ) -> Result<Self, StartError> {
        for warning in warnings::of_settings(&settings, public_origin) {
            tracing::warn!("{warning}");
        }

        let store = doorward_adapters_sql::connect(&settings.store).await?;
        if let Some(warning) = warnings::of_store_file(settings.store.file()) {
            tracing::warn!("{warning}");
        }
        let hasher = Arc::new(Argon2idHasher::start(settings.argon2, settings.hash_threads)?);
        let (mut registry, counts) =
            (Registry::default(), ProgramMetrics { dropped_lines, ..ProgramMetrics::default() });
        counts.register(&mut registry, clock.now(), &hasher);
        let (ports, policies) = (ports(&store, hasher.clone(), clock), settings.policies());
        let admin = Admin::new(&ports, &policies);
        let sweep = admin.sweep.clone();
        let (app, return_origins) =
            (settings.app(public_origin), settings.targets(public_origin).map(|(_, origin)| origin).collect());
        let http = HttpSettings {
            public_origin: public_origin.clone(),
            app,
            return_origins,
            hsts_subdomains: settings.hsts_subdomains,
            cookie: settings.cookie,
            trusted_origins: settings.trusted_origins,
            trusted_proxies: settings.trusted_proxies,
            sign_up: policies.sign_up.clone(),
            site: settings.site,
            language: settings.language,
            instance: ports.tokens.session_id()?.as_str()[..INSTANCE_CHARS].to_owned(),
        };
        let use_cases = UseCases::new(&ports, &policies);
        let session_uses = Arc::clone(&use_cases.session_uses);
        let endpoint = doorward_adapters_http::endpoint(use_cases, http, &mut registry);
        Ok(Self { endpoint, admin, sweep, session_uses, hasher, store, counts, registry })
    }
}

/// Listens at an address that a variable names; where it says port 0, the second of what comes back says which.
async fn bind(variable: &'static str, address: &ListenAddress) -> Result<(Socket, ListenAddress), StartError> {
    let listen = async {
        let socket = Socket::bind(address).await?;
        let address = socket.address()?;
        Ok((socket, address))
    };
    listen.await.map_err(|error| StartError::Listen { variable, address: address.clone(), error })
}

async fn bind_if_set(
    variable: &'static str,
    address: Option<&ListenAddress>,
) -> Result<Option<(Socket, ListenAddress)>, StartError> {
    match address {
        Some(address) => bind(variable, address).await.map(Some),
        None => Ok(None),
    }
}

/// Serves the metrics in a registry, with the latest counts of the store.
fn metrics_endpoint(mut registry: Registry, store: &Store, clock: Arc<dyn Clock>) -> BoxEndpoint<'static, Response> {
    let latest = Arc::new(LatestCounts::new(store.probe(), clock));
    registry.register_collector(latest.collector());
    let endpoint = doorward_adapters_http::metrics_endpoint(registry).before(move |request| {
        let latest = Arc::clone(&latest);
        async move {
            latest.refresh().await;
            Ok(request)
        }
    });
    endpoint.boxed()
}

pub(crate) async fn write_uses_regularly(uses: Arc<SessionUses>) {
    let mut ticks = tokio::time::interval(USES_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        write_uses(&uses).await;
    }
}

/// Writes the uses of sessions. A store that only reads, such as a standby, keeps none.
pub(crate) async fn write_uses(uses: &SessionUses) {
    if let Err(fault) = uses.write().await {
        tracing::debug!(error = error_chain(&fault), "the last uses of sessions were not written");
    }
}

/// Sweeps at once and then hourly; a sweep that fails is made up for by the next one.
pub(crate) async fn sweep_regularly(sweep: Sweep, swept: Counter) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match sweep.run().await {
            Ok(Swept { sessions: 0, links: 0, sign_ins: 0, buckets: 0 }) => {}
            Ok(Swept { sessions, links, sign_ins, buckets }) => {
                swept.inc_by(sessions);
                tracing::info!(sessions, links, sign_ins, buckets, "expired records are swept out");
            }
            Err(fault) => {
                tracing::warn!(error = error_chain(&fault), "the sweep of expired records failed");
            }
        }
    }
}

/// What people type to get here where no public URL is set.
pub(crate) fn local_origin(address: &ListenAddress) -> Origin {
    let port = address.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("http://localhost{port}").parse().expect("localhost with a port is an origin")
}

/// Why the server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// It cannot listen where it should.
    #[error("{variable} is {address}, but that cannot be listened on: {error}")]
    Listen {
        /// What says so.
        variable: &'static str,
        /// Where it should.
        address: ListenAddress,
        /// What the system says.
        error: io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] ConnectError),
    /// The hashing threads cannot start.
    #[error(transparent)]
    Hasher(#[from] doorward_adapters_crypto::StartError),
    /// The system gives no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The system refuses something else.
    #[error(transparent)]
    System(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{
        MockAccountRecords, MockClock, MockLinkStore, MockLoginThrottle, MockSessionStore, StoreError,
    };
    use doorward_domain::{ThrottleLimits, Timestamp};
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_dead_is_swept_out_at_the_start_and_every_hour_after_a_failure_too() {
        let (told, mut sweeps) = mpsc::unbounded_channel();
        let start = Instant::now();
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_expired().returning(move |_, _| {
            let after = start.elapsed();
            told.send(after).expect("a test that listens");
            if after.is_zero() { Err(StoreError::Unavailable("as the test has it".into())) } else { Ok(2) }
        });
        let mut links = MockLinkStore::new();
        links.expect_delete_expired_links().returning(|_| Ok(0));
        let mut records = MockAccountRecords::new();
        records.expect_delete_sign_ins().returning(|_, _| Ok(0));
        let mut throttle = MockLoginThrottle::new();
        throttle.expect_delete_spent().returning(|_, _, _, _| Ok(0));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Timestamp::MIN);
        let sweep = Sweep::new(
            Arc::new(sessions),
            Arc::new(links),
            Arc::new(records),
            Arc::new(throttle),
            Arc::new(clock),
            ThrottleLimits::DEFAULT,
        );
        let swept = Counter::default();
        let sweeping = tokio::spawn(sweep_regularly(sweep, swept.clone()));
        for hour in 0..3 {
            assert_eq!(sweeps.recv().await, Some(Duration::from_hours(hour)));
        }
        tokio::task::yield_now().await;
        assert_eq!(swept.get(), 4);
        sweeping.abort();
    }
}
