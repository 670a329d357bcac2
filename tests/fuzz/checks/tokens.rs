//! Tokens. Input: a text that may be a token, or an `Authorization` header that may carry one.

use doorward_adapters_http::CookieSettings;
use doorward_adapters_http::fuzzing::{bearer, issued_cookie, presented_tokens};
use doorward_domain::SessionToken;
use poem::http::HeaderMap;

use super::head;

pub fn check(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        check_text(text);
    }
    check_header(input);
}

fn check_text(text: &str) {
    let shaped = (24..=160).contains(&text.len())
        && text
            .chars()
            .all(|c| matches!(c, 'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' | '+' | '/' | '='));
    let token = SessionToken::parse(text);
    assert_eq!(token.is_some(), shaped);
    let Some(token) = token else { return };
    assert_eq!(token.expose(), text, "a token is kept unchanged");
    assert!(!format!("{token:?}").contains(text), "a token shows itself");

    // It is read back unchanged, by header and by cookie.
    let header = headers("authorization", format!("bEaReR  {text} ").as_bytes());
    assert_eq!(presented(header), [text]);
    let issued = issued_cookie(&cookie(), &token);
    let issued = issued.to_str().expect("ASCII");
    let (pair, attributes) = issued.split_once(';').expect("attributes");
    assert_eq!(presented(headers("cookie", pair.as_bytes())), [text]);
    assert!(!attributes.contains(text));
    let (_, value) = pair.split_once('=').expect("a name and a value");
    assert!(!value.contains(['+', '/', '=']), "{value}");
    assert!(value == text || text.contains(['+', '/', '=']), "{value}");
}

fn check_header(input: &[u8]) {
    let header = headers("authorization", input);
    let carried = bearer(header.clone());
    let good = "g".repeat(SessionToken::CHARS);
    let with_cookie = presented(head::with(&header, "cookie", &format!("auth_session={good}"), true));
    match carried {
        Some(text) => {
            assert!(input.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer")));
            assert_eq!(text.trim_matches(' '), text);
            // A bearer header excludes cookies, even if its token is invalid.
            let expected: Vec<String> = SessionToken::parse(&text).map(|_| text).into_iter().collect();
            assert_eq!(with_cookie, expected);
        }
        None => assert_eq!(with_cookie, [good], "a header without a bearer token hides a cookie"),
    }
}

fn headers(name: &str, value: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    head::append(&mut headers, name.as_bytes(), value);
    headers
}

fn presented(headers: HeaderMap) -> Vec<String> {
    presented_tokens(&cookie(), headers).iter().map(|token| token.expose().to_owned()).collect()
}

fn cookie() -> CookieSettings {
    CookieSettings { name: "auth_session".into(), domain: None }
}
