//! Wipes the bodies of requests, which may hold passwords, from the memory of hyper. Hyper hands a body on in pieces of the
//! buffers that it reads into, and frees a buffer as it is.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream;
use hyper::body::{Body as _, Bytes, Incoming};
use poem::Body;
use zeroize::Zeroizing;

/// How much of a body that the service left is read, and for how long.
const MAX_DISCARDED_BYTES: usize = 16 * 1024 * 1024;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);

/// The bodies that a connection receives. It has to outlive the connection, whose buffers it wipes.
#[derive(Clone, Default)]
pub(crate) struct Received(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// What is to come of the present request's body.
    body: Option<Incoming>,
    /// Whether its client sends it without being asked.
    is_sent: bool,
    buffers: Buffers,
}

impl Received {
    /// Begins with the body of the next request, and returns it for the service. A client may wait for a `100 Continue`
    /// before it sends.
    pub(crate) fn begin(&self, body: Incoming, may_wait_for_continue: bool) -> Body {
        let mut state = self.state();
        state.buffers.release();
        if body.is_end_stream() {
            return Body::empty();
        }
        (state.body, state.is_sent) = (Some(body), !may_wait_for_continue);
        let this = self.clone();
        Body::from_bytes_stream(stream::poll_fn(move |context| this.poll_piece(context)))
    }

    /// Ends with the body of a request that was answered and dropped. What the service left of it is read first, within
    /// bounds: a client that is cut off while it sends does not read the answer. One that waits for a `100 Continue` is not
    /// asked to send, and one that was too slow is not waited for again.
    pub(crate) async fn finish(&self, was_too_slow: bool) {
        let is_sent = self.state().is_sent;
        if is_sent && !was_too_slow {
            // The answer follows in any case.
            let _ = tokio::time::timeout(DISCARD_TIMEOUT, self.discard()).await;
        }
        let mut state = self.state();
        state.body = None;
        state.buffers.release();
    }

    async fn discard(&self) {
        let mut discarded = 0;
        while let Some(Ok(piece)) = std::future::poll_fn(|context| self.poll_piece(context)).await {
            discarded += piece.len();
            if discarded > MAX_DISCARDED_BYTES {
                break;
            }
        }
    }

    fn poll_piece(&self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let mut state = self.state();
        loop {
            let Some(body) = &mut state.body else { return Poll::Ready(None) };
            match ready!(Pin::new(body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    // Trailers are skipped.
                    let Ok(piece) = frame.into_data() else { continue };
                    state.is_sent = true;
                    state.buffers.keep(piece.clone());
                    return Poll::Ready(Some(Ok(piece)));
                }
                end => {
                    state.body = None;
                    return Poll::Ready(end.and_then(Result::err).map(|error| Err(io::Error::other(error))));
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pieces of bodies, at least one of each buffer that is not wiped yet. A buffer can be wiped through the last piece of it,
/// once hyper reads into another one.
///
/// Hyper fills one buffer after the other. So a piece that is not the last of its buffer is followed by another of it or,
/// while its request is answered, shares the buffer with the request's head.
#[derive(Default)]
struct Buffers(Vec<Bytes>);

impl Buffers {
    /// Keeps the next piece, whose predecessor was dropped by the service. The request's first is kept for the buffer of its
    /// head, and so no more than two are.
    fn keep(&mut self, piece: Bytes) {
        self.0.drain(1.min(self.0.len())..).for_each(wipe);
        self.0.push(piece);
    }

    /// Wipes the buffers that hyper is done with, between two requests.
    fn release(&mut self) {
        let last = self.0.pop();
        self.0.drain(..).for_each(wipe);
        match last {
            Some(piece) if piece.is_unique() => wipe(piece),
            last => self.0.extend(last),
        }
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        self.0.drain(..).for_each(wipe);
    }
}

/// Wipes the whole buffer of a piece, unless there is another piece of it.
fn wipe(piece: Bytes) {
    if piece.is_unique() {
        // The vector is the buffer, not a copy.
        drop(Zeroizing::new(Vec::from(piece)));
    }
}
