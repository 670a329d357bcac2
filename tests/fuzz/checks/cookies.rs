//! Cookies. Input: the head of a request, of which the `Cookie` lines matter.

use doorward_adapters_http::CookieSettings;
use doorward_adapters_http::fuzzing::presented_tokens;
use doorward_domain::SessionToken;
use poem::http::{HeaderMap, header};

use super::head;

pub fn check(input: &[u8]) {
    // A bearer token excludes cookies; the target `tokens` checks how it is read.
    let headers = head::without(&head::parse(input), "authorization");
    let tokens = texts(&headers);

    // Each token was sent exactly so, or in quotes, in a cookie of the session's name.
    for token in &tokens {
        let pairs = [format!("auth_session={token}"), format!("auth_session=\"{token}\"")];
        let sent = headers.get_all(header::COOKIE).iter().any(|line| {
            line.as_bytes()
                .split(|byte| *byte == b';')
                .any(|cookie| pairs.iter().any(|pair| cookie.trim_ascii() == pair.as_bytes()))
        });
        assert!(sent, "{token:?} was not sent");
    }

    // Other cookies never hide a valid one.
    let good = "g".repeat(SessionToken::CHARS);
    let first = texts(&head::with(&headers, "cookie", &format!("auth_session={good}"), true));
    assert_eq!(first.first(), Some(&good));
    let last = texts(&head::with(&headers, "cookie", &format!("theme=dark; auth_session={good}"), false));
    assert!(last.contains(&good));
    assert_eq!(last[..tokens.len()], tokens, "a cookie at the end changes nothing before it");
}

fn texts(headers: &HeaderMap) -> Vec<String> {
    let settings = CookieSettings { name: "auth_session".into(), domain: None };
    presented_tokens(&settings, headers.clone()).iter().map(|token| token.expose().to_owned()).collect()
}
