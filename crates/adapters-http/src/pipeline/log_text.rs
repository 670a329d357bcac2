//! Bounds the text of clients in the log.

/// The most bytes of a client's text in the log.
const MAX_LOGGED_BYTES: usize = 256;

/// The start of a client's text, for the log.
pub(super) fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_LOGGED_BYTES)]
}
