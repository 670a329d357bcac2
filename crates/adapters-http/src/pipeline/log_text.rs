//! Bounds the text of clients in the log, and keeps the codes of links out of it.

use std::borrow::Cow;

use doorward_domain::OneTimeCode;
use percent_encoding::percent_decode_str;

/// The most bytes of a client's text in the log.
const MAX_LOGGED_BYTES: usize = 256;
/// The starts of the paths of links, behind which comes a code.
const BEFORE_CODES: [&str; 2] = ["/invite", "/reset"];

/// The start of a client's text, for the log.
pub(super) fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_LOGGED_BYTES)]
}

/// A path without the codes of links: what comes behind `/invite` and `/reset`, however it is written, and every run of
/// characters that has the shape of a code.
pub(super) fn without_codes(path: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let lower = decoded.to_ascii_lowercase();
    let ends = BEFORE_CODES.iter().filter_map(|start| lower.find(start).map(|at| at + start.len()));
    let (kept, behind) = decoded.split_at(ends.min().unwrap_or(decoded.len()));
    let (kept, has_code) = without_runs(kept);
    match behind.trim_matches('/') {
        "" if !has_code => path.into(),
        "" => (kept + behind).into(),
        _ if behind.starts_with('/') => (kept + "/…").into(),
        _ => (kept + "…").into(),
    }
}

/// A text in which `…` stands for each run of letters, digits and hyphens that has the shape of a code, and whether it had one.
fn without_runs(text: &str) -> (String, bool) {
    let (mut kept, mut has_code) = (String::new(), false);
    let may_be_in_code = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_run = may_be_in_code(first);
        let end = rest.find(|c: char| may_be_in_code(c) != is_run).unwrap_or(rest.len());
        let (run, further) = rest.split_at(end);
        let is_code = is_run && OneTimeCode::parse(run).is_some();
        kept.push_str(if is_code { "…" } else { run });
        has_code |= is_code;
        rest = further;
    }
    (kept, has_code)
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
            ("/reset//7Q3M-0VXK/9RBA", "/reset/…"),
            ("/resetCODE", "/reset…"),
            ("/reset%252F7Q3M-0VXK-9RBA-T25H", "/reset…"),
            ("/reset=7Q3M", "/reset…"),
            ("/recover/7Q3M-0VXK-9RBA-T25H.", "/recover/…."),
            ("/(7Q3M-0VXK-9RBA-T25H)", "/(…)"),
            ("/7Q3M-0VXK-9RBA-T25H%E2%80%8B", "/…\u{200b}"),
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
