//! How long a connection waits for its client: little for a head that has begun, more between two requests, and not for
//! ever for one that does not read its answer. Hyper has one time-out for the first two, which a proxy that keeps its
//! connections needs apart, and none for the third.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// How long a request's head may take, from its first byte to its last. A new connection has as long for its first.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may wait for its next request, unless the operator says otherwise. Longer than the minute of nginx, of
/// Amazon's load balancers and of many clients, so that they close a connection first and lose no request on it.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(75);

/// How long a client may read nothing of an answer that is waiting for it.
pub(crate) const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection that fails with [`io::ErrorKind::TimedOut`] when its client takes too long.
pub(crate) struct TimedConnection<S> {
    stream: S,
    requests: Requests,
    /// How long it may wait for its next request.
    idle_timeout: Duration,
    /// How many requests were answered when the current wait began.
    answered: usize,
    head_began: bool,
    /// When the current wait ends.
    deadline: Instant,
    /// Fires at the deadline or before, see [`Self::poll_deadline`].
    timer: Pin<Box<Sleep>>,
    /// The wait for a client that does not read, while there is one.
    unread: Option<Pin<Box<Sleep>>>,
}

/// What the service tells the connection about its requests. While one is being answered, reading its body is bounded
/// elsewhere.
#[derive(Clone, Default)]
pub(crate) struct Requests(Arc<Counts>);

#[derive(Default)]
struct Counts {
    begun: AtomicUsize,
    answered: AtomicUsize,
    /// The connection, which hyper does not ask for the next head before something wakes it.
    waiting: AtomicWaker,
}

impl Requests {
    /// A head has arrived whole.
    pub(crate) fn begin(&self) {
        self.0.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Its answer is ready to be sent.
    pub(crate) fn answer(&self) {
        self.0.answered.fetch_add(1, Ordering::Relaxed);
        self.0.waiting.wake();
    }
}

impl<S> TimedConnection<S> {
    pub(crate) fn new(stream: S, requests: Requests, idle_timeout: Duration) -> Self {
        let deadline = Instant::now() + HEAD_TIMEOUT;
        let timer = Box::pin(sleep_until(deadline));
        Self { stream, requests, idle_timeout, answered: 0, head_began: true, deadline, timer, unread: None }
    }

    fn wait_for(&mut self, timeout: Duration) {
        self.deadline = Instant::now() + timeout;
    }

    /// Ready when the deadline has passed. The timer is set when it fires and not for every request, and never further
    /// ahead than the shortest wait: an idle connection is looked at now and then, a busy one costs nothing.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            let now = Instant::now();
            if now >= self.deadline {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(self.deadline.min(now + HEAD_TIMEOUT));
        }
    }

    /// Hands on how a write went; one that waits too long for the client fails.
    fn unless_unread(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.unread = None;
            return written;
        }
        let unread = self.unread.get_or_insert_with(|| Box::pin(sleep(UNREAD_TIMEOUT)));
        ready!(unread.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedConnection<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let counts = &this.requests.0;
        counts.waiting.register(context.waker());
        let answered = counts.answered.load(Ordering::Relaxed);
        let at_work = counts.begun.load(Ordering::Relaxed) > answered;
        if !at_work && answered != this.answered {
            this.answered = answered;
            this.head_began = false;
            this.wait_for(this.idle_timeout);
        }
        let filled = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            if !at_work && !this.head_began && buffer.filled().len() > filled {
                this.head_began = true;
                this.wait_for(HEAD_TIMEOUT);
            }
            return Poll::Ready(read);
        }
        if at_work {
            return Poll::Pending;
        }
        ready!(this.poll_deadline(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedConnection<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_unread(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.unless_unread(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    fn connection() -> (DuplexStream, TimedConnection<DuplexStream>, Requests) {
        let (client, server) = duplex(64);
        let requests = Requests::default();
        (client, TimedConnection::new(server, requests.clone(), IDLE_TIMEOUT), requests)
    }

    /// Reads until it fails, and says after how long that was.
    async fn time_until_closed(connection: &mut TimedConnection<DuplexStream>) -> Duration {
        let start = Instant::now();
        let error = loop {
            if let Err(error) = connection.read_u8().await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_nothing_is_waited_for_as_for_a_head() {
        let (_client, mut connection, _) = connection();
        assert_eq!(time_until_closed(&mut connection).await, HEAD_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_drips_has_no_more_time_than_one_that_stalls() {
        let (mut client, mut connection, _) = connection();
        let dripping = tokio::spawn(async move {
            while client.write_u8(b'x').await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(time_until_closed(&mut connection).await, HEAD_TIMEOUT);
        dripping.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_under_way_is_not_cut_off() {
        let (mut client, mut connection, requests) = connection();
        client.write_u8(b'x').await.expect("a connection");
        connection.read_u8().await.expect("a head");
        requests.begin();
        let body = tokio::time::timeout(HEAD_TIMEOUT + IDLE_TIMEOUT, connection.read_u8());
        assert!(body.await.is_err(), "the reader of the body decides how long to wait");
        requests.answer();
        assert_eq!(time_until_closed(&mut connection).await, IDLE_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn the_idle_time_begins_with_the_answer() {
        let (_client, mut connection, requests) = connection();
        requests.begin();
        let asked = tokio::spawn(async move { time_until_closed(&mut connection).await });
        sleep(Duration::from_secs(5)).await;
        requests.answer();
        assert_eq!(asked.await.expect("an end"), Duration::from_secs(5) + IDLE_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_read_is_dropped() {
        let (_client, mut connection, _) = connection();
        let start = Instant::now();
        let error = connection.write_all(&[b'x'; 65]).await.expect_err("64 bytes fit");
        assert_eq!((error.kind(), start.elapsed()), (io::ErrorKind::TimedOut, UNREAD_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_read_slowly_arrives() {
        let (mut client, mut connection, _) = connection();
        let pause = UNREAD_TIMEOUT.saturating_sub(Duration::from_secs(1));
        let reading = tokio::spawn(async move {
            for _ in 0..70 {
                sleep(pause).await;
                client.read_u8().await.expect("a byte");
            }
        });
        connection.write_all(&[b'x'; 70]).await.expect("a client that reads");
        reading.await.expect("all of it");
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_has_more_time_than_a_head() {
        let (mut client, mut connection, requests) = connection();
        requests.begin();
        requests.answer();
        let almost = IDLE_TIMEOUT.saturating_sub(Duration::from_secs(1));
        assert!(tokio::time::timeout(almost, connection.read_u8()).await.is_err(), "still waiting");
        client.write_u8(b'x').await.expect("a connection that is kept");
        assert_eq!(connection.read_u8().await.expect("a byte"), b'x');
        assert_eq!(time_until_closed(&mut connection).await, HEAD_TIMEOUT);
    }
}
