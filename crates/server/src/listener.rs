//! The listener: an accept loop of our own, since Poem's has no time-out for request heads, no bound on connections, and
//! spins when descriptors run out (ADR 0004).

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::EXPECT;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use ipnet::IpNet;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint, Request, Response};
use prometheus_client::metrics::gauge::Gauge;
use rustix::process::{Resource, getrlimit};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};

use crate::connection_timeouts::{IDLE_TIMEOUT, Requests, TimedConnection};
use crate::received::Received;
use crate::shares::{Share, Shares};
use crate::socket::{Acceptor, Connection, Socket, SocketFile};
use crate::unread::{self, on_budget};
use crate::workers::{self, EventLoops};

/// The most bytes that are kept of a request's head. The endpoint refuses heads of more than 32 KiB in its own words;
/// the space above is for those, and what does not fit into that either is refused by hyper with a bare 431.
pub(crate) const MAX_HEAD_BYTES: usize = 48 * 1024;
/// The most header fields that are read, more than the endpoint's 100 for the same reason.
const MAX_HEAD_FIELDS: usize = 128;
/// How long to wait before accepting again when the system has no descriptor or memory left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long requests under way get to finish when the server stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// Descriptors kept for all that is no connection: the store, the log, the listeners. Those of the workers come on top.
const RESERVED_DESCRIPTORS: u64 = 128;
/// The most connections at once, where the system would allow more.
const MAX_CONNECTIONS: u64 = 16_384;

/// The most connections at once for metrics, out of the descriptors that are reserved.
const MAX_METRICS_CONNECTIONS: usize = 32;

/// The most connections at once to the admin API; at most a quarter of what there is.
const MAX_ADMIN_CONNECTIONS: usize = 512;

/// One address holds at most this part of the places, so that idle connections of one cannot keep out all others.
const ADDRESSES_SHARE: usize = 4;

/// The places for connections, and how long one is kept that is idle.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    by_address: Arc<Shares>,
    /// What answers may hold that are not read.
    unread: Arc<Shares>,
    idle_timeout: Duration,
    open: Gauge,
}

/// A connection's place.
struct Place {
    open: Gauge,
    _permit: OwnedSemaphorePermit,
    _share: Share,
}

impl Places {
    /// Those of the public listener: as many as the system gives descriptors for. How many are taken is counted. Proxies
    /// hold connections for many clients, so that only the number of places bounds them.
    /// Those of an admin listener are left to it.
    pub(crate) fn public(open: Gauge, idle_timeout: Duration, proxies: Vec<IpNet>, has_admin: bool) -> Self {
        let limit = connection_limit() - if has_admin { admin_connection_limit() } else { 0 };
        let by_address = Shares::new(limit, limit / ADDRESSES_SHARE, proxies.clone());
        let unread = Shares::new(unread::TOTAL, unread::EACH, proxies);
        Self { free: Arc::new(Semaphore::new(limit)), by_address, unread, idle_timeout, open }
    }

    /// Those of the admin listener. Its clients are few programs, so that one of them may hold all.
    pub(crate) fn for_admin(idle_timeout: Duration) -> Self {
        // Each worker waits on the listener with a descriptor of its own.
        let limit = admin_connection_limit().saturating_sub(workers::cores().get()).max(1);
        let by_address = Shares::new(limit, limit, vec![]);
        let unread = Shares::new(unread::TOTAL, unread::EACH, vec![]);
        Self { free: Arc::new(Semaphore::new(limit)), by_address, unread, idle_timeout, open: Gauge::default() }
    }

    /// Those of the listener for metrics.
    pub(crate) fn for_metrics() -> Self {
        let by_address = Shares::new(MAX_METRICS_CONNECTIONS, MAX_METRICS_CONNECTIONS, vec![]);
        let unread = Shares::new(unread::TOTAL, unread::TOTAL, vec![]);
        let free = Arc::new(Semaphore::new(MAX_METRICS_CONNECTIONS));
        Self { free, by_address, unread, idle_timeout: IDLE_TIMEOUT, open: Gauge::default() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// A listener that every worker waits on: one that has time takes a connection, and mostly keeps it.
pub(crate) struct Listener {
    event_loops: EventLoops,
    /// The same one for each event loop.
    each: Vec<Acceptor>,
    /// The file of a Unix socket.
    file: Option<SocketFile>,
}

impl Listener {
    /// Shares a listener with all event loops.
    ///
    /// # Errors
    /// The system gives no descriptor for it.
    pub(crate) fn on(event_loops: &EventLoops, socket: Socket) -> io::Result<Self> {
        let registered = |event_loop: &Handle| {
            let _inside = event_loop.enter();
            socket.acceptor()
        };
        let each = event_loops.iter().map(registered).collect::<io::Result<_>>()?;
        let file = match socket {
            Socket::Tcp(_) => None,
            Socket::Unix(_, file) => Some(file),
        };
        Ok(Self { event_loops: event_loops.clone(), each, file })
    }

    /// Serves the endpoint until `stop` is ready; then answers the requests under way and returns.
    pub(crate) async fn serve<E>(self, endpoint: Arc<E>, places: Places, stop: impl Future<Output = ()>)
    where
        E: Endpoint<Output = Response> + 'static,
    {
        let connections = Arc::new(GracefulShutdown::new());
        let (stopping, stopped) = watch::channel(());
        let shared =
            Arc::new(Shared { endpoint, places, event_loops: self.event_loops, complaining: Mutex::default() });
        let mut accepting = Vec::new();
        for (event_loop, listener) in shared.event_loops.iter().zip(self.each) {
            let (shared, connections) = (Arc::clone(&shared), Arc::clone(&connections));
            accepting.push(event_loop.spawn(accept_until(stopped.clone(), listener, shared, connections)));
        }
        stop.await;
        drop(stopping);
        for worker in accepting {
            // One that panicked has ended as well.
            let _ = worker.await;
        }
        drop(self.file);
        let Some(connections) = Arc::into_inner(connections) else { return };
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.shutdown()).await.is_err() {
            tracing::warn!("connections that did not finish in time are cut");
        }
    }
}

/// What all workers need for the connections of one listener.
struct Shared<E> {
    endpoint: Arc<E>,
    places: Places,
    event_loops: EventLoops,
    /// Held by the one that says that the system gives no connection.
    complaining: Mutex<()>,
}

/// Accepts connections on one event loop until the other side of `stopped` is gone.
async fn accept_until<E>(
    mut stopped: watch::Receiver<()>,
    listener: Acceptor,
    shared: Arc<Shared<E>>,
    connections: Arc<GracefulShutdown>,
) where
    E: Endpoint<Output = Response> + 'static,
{
    let this = Handle::current();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &shared.places) => accepted,
            _ = stopped.changed() => return,
        };
        let begun = accepted.and_then(|(mut stream, place)| {
            let other = shared.event_loops.less_busy_than(&this);
            // Tasks that are spawned while this is held run on the other event loop.
            let _inside = other.map(Handle::enter);
            if other.is_some() {
                stream = stream.moved_here()?;
            }
            converse(stream, place, &shared, &connections);
            Ok(())
        });
        if let Err(error) = begun {
            let complaining = shared.complaining.try_lock();
            if complaining.is_ok() {
                tracing::warn!(%error, "a connection could not be accepted");
            }
            tokio::select! {
                () = tokio::time::sleep(ACCEPT_PAUSE) => {}
                _ = stopped.changed() => return,
            }
        }
    }
}

/// Waits for a place, then for a connection to take it.
async fn accept(listener: &Acceptor, places: &Places) -> io::Result<(Connection, Place)> {
    let permit = Arc::clone(&places.free).acquire_owned().await.map_err(io::Error::other)?;
    loop {
        let stream = listener.accept().await?;
        // A connection beyond the share of its address is closed.
        let Some(share) = places.by_address.take(stream.peer_ip(), 1) else { continue };
        places.open.inc();
        return Ok((stream, Place { open: places.open.clone(), _permit: permit, _share: share }));
    }
}

/// Speaks HTTP/1 on a connection, in a task of its own on the present event loop.
fn converse<E>(stream: Connection, place: Place, shared: &Shared<E>, connections: &GracefulShutdown)
where
    E: Endpoint<Output = Response> + 'static,
{
    // A client that hung up already needs no answer.
    let Some(local) = stream.local() else { return };
    let (remote, remote_ip) = (stream.peer(), stream.peer_ip());
    if let Err(error) = stream.set_nodelay() {
        tracing::debug!(%error, "a connection stays with Nagle's algorithm");
    }
    let (requests, received) = (Requests::default(), Received::default());
    let stream = TimedConnection::new(stream, requests.clone(), shared.places.idle_timeout);
    let (endpoint, unread) = (Arc::clone(&shared.endpoint), Arc::clone(&shared.places.unread));
    let bodies = received.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (endpoint, unread, requests) = (Arc::clone(&endpoint), Arc::clone(&unread), requests.clone());
        let (bodies, local, remote) = (bodies.clone(), local.clone(), remote.clone());
        async move {
            requests.begin();
            let (head, body) = request.into_parts();
            let may_wait_for_continue = head.headers.contains_key(EXPECT);
            let head = (head, LocalAddr(local), RemoteAddr(remote), Scheme::HTTP);
            let request = Request::from_parts(head.into(), bodies.begin(body, may_wait_for_continue));
            let response = endpoint.get_response(request).await;
            bodies.finish(response.status() == StatusCode::REQUEST_TIMEOUT).await;
            requests.answer();
            Ok::<_, Infallible>(on_budget(response.into(), &unread, remote_ip))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEAD_FIELDS)
        // Answers are short: to copy a body behind its head costs less than to hand the system a list of the two.
        .writev(false)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        let _place = place;
        let _outlives_the_connection = received;
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// How many connections may be open at once: below what the system gives descriptors for.
fn connection_limit() -> usize {
    let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let cores = u64::try_from(workers::cores().get()).unwrap_or(u64::MAX);
    let reserved = RESERVED_DESCRIPTORS.saturating_add(cores.saturating_mul(workers::DESCRIPTORS_OF_ONE));
    let limit = descriptors.saturating_sub(reserved).clamp(16, MAX_CONNECTIONS);
    usize::try_from(limit).expect("the bound above is small")
}

fn admin_connection_limit() -> usize {
    MAX_ADMIN_CONNECTIONS.min(connection_limit() / 4)
}
