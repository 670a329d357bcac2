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

    // Each token was sent exactly so, percent-encoded or in quotes, in a cookie of the session's name.
    for token in &tokens {
        let pairs = [format!("auth_session={token}"), format!("auth_session=\"{token}\"")];
        let sent = headers.get_all(header::COOKIE).iter().any(|line| {
            line.as_bytes()
                .split(|byte| *byte == b';')
                .any(|cookie| pairs.iter().any(|pair| decoded(cookie.trim_ascii()) == pair.as_bytes()))
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

/// Decodes each `%` before two hexadecimal digits, once.
fn decoded(cookie: &[u8]) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), cookie);
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let is_hex = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = digits.filter(|digits| *first == b'%' && is_hex(digits));
        bytes.push(code.map_or(*first, |code| u8::from_str_radix(code, 16).expect("two digits")));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    bytes
}

fn texts(headers: &HeaderMap) -> Vec<String> {
    let settings = CookieSettings { name: "auth_session".into(), domain: None };
    presented_tokens(&settings, headers.clone()).iter().map(|token| token.expose().to_owned()).collect()
}
