//! Bounds the text of clients in the log, and keeps the codes of links out of it.

use std::borrow::Cow;

use doorward_domain::OneTimeCode;
use percent_encoding::percent_decode_str;

/// The most bytes of a client's text in the log.
const MAX_LOGGED_BYTES: usize = 256;
/// The first segments of the paths of links, behind which comes a code.
const BEFORE_CODES: [&str; 2] = ["invite", "reset"];

/// The start of a client's text, for the log.
pub(super) fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_LOGGED_BYTES)]
}

/// A path without the codes of links: what comes behind `/invite` and `/reset`, and every segment that has the shape of a
/// code, as where a proxy puts a prefix in front.
pub(super) fn without_codes(path: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut is_behind = false;
    let kept = decoded.split('/').map(|segment| {
        let is_code = (is_behind && !segment.is_empty()) || OneTimeCode::parse(segment).is_some();
        is_behind = is_behind || BEFORE_CODES.iter().any(|name| segment.eq_ignore_ascii_case(name));
        if is_code { None } else { Some(segment) }
    });
    let kept: Vec<_> = kept.collect();
    if kept.iter().all(Option::is_some) {
        return path.into();
    }
    kept.into_iter().map(|segment| segment.unwrap_or("…")).collect::<Vec<_>>().join("/").into()
}

#[cfg(test)]
mod tests {
    use super::without_codes;

    #[test]
    fn no_code_of_a_link_is_in_a_path_of_the_log() {
        for (path, logged) in [
            ("/invite/7Q3M-0VXK-9RBA-T25H", "/invite/…"),
            ("/reset/7q3m0vxk9rbat25h", "/reset/…"),
            ("/reset/7Q3M-0VXK-9RBA-T25H.", "/reset/…"),
            ("/reset//7Q3M-0VXK/9RBA", "/reset//…/…"),
            ("/Invite/7Q3M", "/Invite/…"),
            ("/%69nvite%2F7Q3M-0VXK", "/invite/…"),
            ("/auth/reset/7Q3M-0VXK-9RBA-T25H", "/auth/reset/…"),
            ("/7Q3M%2D0VXK-9RBA-T25H", "/…"),
        ] {
            assert_eq!(without_codes(path), logged, "{path}");
        }
        for path in ["/", "/reset", "/invite/", "/api/reset", "/api/sessions/abcdefghijklmnopqrstuvwx/revoke", "/%41"] {
            assert_eq!(without_codes(path), path);
        }
    }
}
