//! Bounds the memory of answers that clients do not read: a large answer is held on a budget until it is written.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, RETRY_AFTER};
use hyper::{Response, StatusCode};

use crate::shares::{Share, Shares};

/// Answers up to this many bytes are not counted: the buffers of their connection are as large.
const SMALL: u64 = 32 * 1024;
/// The most bytes that are handed to hyper at once.
const PIECE: usize = 32 * 1024;
/// The bytes of large answers that wait to be read, of all connections together.
pub(crate) const TOTAL: usize = 64 * 1024 * 1024;
/// The bytes of large answers that wait to be read, of the connections of one address.
pub(crate) const EACH: usize = 8 * 1024 * 1024;
/// Seconds after which a client that was refused may try again.
const RETRY_AFTER_SECS: &str = "5";

/// A body, with the place that it holds in the budget. It is handed on in pieces of at most [`PIECE`] bytes: hyper drops a
/// body once it has buffered its last piece, which for a body of one piece would be before the client reads any of it.
pub(crate) struct Budgeted<B> {
    /// `None` for an answer that was refused.
    body: Option<B>,
    /// What is left of the body's last piece.
    rest: Bytes,
    _share: Option<Share>,
}

/// Counts an answer against the budget. One that does not fit is dropped, and 503 takes its place.
pub(crate) fn on_budget<B: Body>(answer: Response<B>, budget: &Arc<Shares>, address: IpAddr) -> Response<Budgeted<B>> {
    let bytes = answer.body().size_hint().lower();
    let share = if bytes > SMALL { budget.take(address, usize::try_from(bytes).unwrap_or(usize::MAX)) } else { None };
    if bytes <= SMALL || share.is_some() {
        return answer.map(|body| Budgeted { body: Some(body), rest: Bytes::new(), _share: share });
    }
    tracing::debug!(bytes, "an answer is refused, since too many wait to be read");
    let mut refusal = Response::new(Budgeted { body: None, rest: Bytes::new(), _share: None });
    *refusal.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    refusal.headers_mut().insert(RETRY_AFTER, hyper::header::HeaderValue::from_static(RETRY_AFTER_SECS));
    refusal.headers_mut().insert(CONTENT_LENGTH, hyper::header::HeaderValue::from_static("0"));
    refusal
}

impl<B: Body<Data = Bytes> + Unpin> Body for Budgeted<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            match ready!(Pin::new(body).poll_frame(context)).map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(bytes))) => self.rest = bytes,
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let Some(body) = &self.body else { return SizeHint::with_exact(0) };
        let (of_body, rest) = (body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(of_body.lower() + rest);
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::listener::MAX_HEAD_BYTES;

    const MIB: usize = 1024 * 1024;

    fn answer(
        bytes: usize,
    ) -> Response<impl Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + Unpin + use<>> {
        Response::<_>::from(poem::Response::builder().body(vec![b'x'; bytes]))
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    /// Serves answers of a megabyte on a connection, and returns the client's side of it.
    async fn ask(budget: &Arc<Shares>, last: u8) -> DuplexStream {
        let (mut client, server) = duplex(64);
        let budget = Arc::clone(budget);
        let service = service_fn(move |_: hyper::Request<hyper::body::Incoming>| {
            let answer = on_budget(answer(MIB), &budget, address(last));
            async move { Ok::<_, Infallible>(answer) }
        });
        let connection =
            http1::Builder::new().max_buf_size(MAX_HEAD_BYTES).serve_connection(TokioIo::new(server), service);
        tokio::spawn(connection);
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("a server");
        client
    }

    async fn status(client: &mut DuplexStream) -> String {
        let mut line = [0; 12];
        client.read_exact(&mut line).await.expect("an answer");
        String::from_utf8_lossy(&line).into_owned()
    }

    #[tokio::test]
    async fn an_answer_holds_its_place_until_its_client_has_read_it() {
        let budget = Shares::new(TOTAL, EACH, vec![]);
        let mut unread = Vec::new();
        for _ in 0..EACH / MIB {
            let mut client = ask(&budget, 1).await;
            assert_eq!(status(&mut client).await, "HTTP/1.1 200");
            unread.push(client);
        }
        assert_eq!(status(&mut ask(&budget, 1).await).await, "HTTP/1.1 503", "the address holds its share");
        assert_eq!(status(&mut ask(&budget, 2).await).await, "HTTP/1.1 200", "another address has its own");
        let mut read = vec![0; MIB + 1024];
        let mut bytes = 0;
        while bytes < MIB {
            bytes += unread[0].read(&mut read).await.expect("the answer");
        }
        drop(unread.swap_remove(0));
        // The last piece is on its way when the client has most of it.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(status(&mut ask(&budget, 1).await).await, "HTTP/1.1 200", "what was read gives its place back");
    }

    #[test]
    fn answers_share_a_budget_by_address_and_in_all() {
        let budget = Shares::new(TOTAL, EACH, vec![]);
        let ask = |last, bytes| on_budget(answer(bytes), &budget, address(last));
        let of_one: Vec<_> = (0..8).map(|_| ask(1, MIB)).collect();
        assert!(of_one.iter().all(|answer| answer.status() == StatusCode::OK));
        let refused = ask(1, MIB);
        assert_eq!((refused.status(), refused.body().size_hint().exact()), (StatusCode::SERVICE_UNAVAILABLE, Some(0)));
        assert!(refused.headers().contains_key(RETRY_AFTER));
        assert_eq!(ask(1, 1_000).status(), StatusCode::OK, "small answers are not counted");
        let of_others: Vec<_> = (2..9).flat_map(|last| (0..8).map(move |_| last)).map(|last| ask(last, MIB)).collect();
        assert!(of_others.iter().all(|answer| answer.status() == StatusCode::OK), "each has its share");
        assert_eq!(ask(9, MIB).status(), StatusCode::SERVICE_UNAVAILABLE, "the total");
        drop(of_one);
        assert_eq!(ask(9, MIB).status(), StatusCode::OK, "an answer that is written gives its place back");
    }
}
