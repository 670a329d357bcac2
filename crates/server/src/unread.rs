//! Bounds the memory of answers that clients do not read: a large answer is held on a budget until it is written.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, RETRY_AFTER};
use hyper::{Response, StatusCode};

use crate::shares::{Share, Shares};

/// Answers up to this many bytes are not counted: the buffers of their connection are as large.
const SMALL: u64 = 32 * 1024;
/// The bytes of large answers that wait to be read, of all connections together.
pub(crate) const TOTAL: usize = 64 * 1024 * 1024;
/// The bytes of large answers that wait to be read, of the connections of one address.
pub(crate) const EACH: usize = 8 * 1024 * 1024;
/// Seconds after which a client that was refused may try again.
const RETRY_AFTER_SECS: &str = "5";

/// A body, with the place that it holds in the budget.
pub(crate) struct Budgeted<B> {
    /// `None` for an answer that was refused.
    body: Option<B>,
    _share: Option<Share>,
}

/// Counts an answer against the budget. One that does not fit is dropped, and 503 takes its place.
pub(crate) fn on_budget<B: Body>(answer: Response<B>, budget: &Arc<Shares>, address: IpAddr) -> Response<Budgeted<B>> {
    let bytes = answer.body().size_hint().lower();
    let share = if bytes > SMALL { budget.take(address, usize::try_from(bytes).unwrap_or(usize::MAX)) } else { None };
    if bytes <= SMALL || share.is_some() {
        return answer.map(|body| Budgeted { body: Some(body), _share: share });
    }
    tracing::debug!(bytes, "an answer is refused, since too many wait to be read");
    let mut refusal = Response::new(Budgeted { body: None, _share: None });
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
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    fn answer(bytes: usize) -> Response<impl Body<Data = Bytes> + Unpin> {
        Response::<_>::from(poem::Response::builder().body(vec![b'x'; bytes]))
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn answers_that_are_not_read_share_a_budget() {
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
