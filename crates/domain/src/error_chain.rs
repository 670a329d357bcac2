//! Chains of errors as one line.

use std::error::Error;

/// An error and its causes in one line, outermost first. A cause that the text before it already tells is left out, since
/// many libraries show their source as a part of their own text.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("no such table: users")]
    struct Inner;

    #[derive(Debug, Error)]
    #[error("the query failed: {0}")]
    struct ShowsItsSource(#[source] Inner);

    #[derive(Debug, Error)]
    #[error("the store is unavailable")]
    struct Outer(#[source] ShowsItsSource);

    #[test]
    fn each_cause_is_told_once() {
        let line = error_chain(&Outer(ShowsItsSource(Inner)));
        assert_eq!(line, "the store is unavailable: the query failed: no such table: users");
    }
}
