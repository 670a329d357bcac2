//! What goes wrong in a request as a problem: an error that comes through Poem, or a panic.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use poem::error::{MethodNotAllowedError, NotFoundError};

use crate::response::problem::{Problem, ProblemKind};

/// Waits for an answer. A panic is a problem.
pub(super) async fn catch_panic<T, E: From<Problem>>(answer: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|panic| {
        Err(Problem::new(ProblemKind::Unknown).caused_by(format!("a panic: {}", panic_message(&*panic))).into())
    })
}

/// Turns an error that comes through Poem into a problem: our own back into itself, Poem's by their kind. Poem's texts
/// quote causes, so they go to the log alone.
pub(super) fn problem_of(error: poem::Error) -> Problem {
    if error.is::<NotFoundError>() {
        return Problem::new(ProblemKind::NotFound);
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new(ProblemKind::MethodNotAllowed);
    }
    let status = error.status();
    error.downcast::<Problem>().unwrap_or_else(|error| {
        let kind = if status.is_client_error() { ProblemKind::MalformedRequest } else { ProblemKind::Unknown };
        Problem::new(kind).caused_by(error.to_string())
    })
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
