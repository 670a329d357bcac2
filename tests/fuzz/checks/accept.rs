//! Content negotiation. Input: the head of a request, of which `Accept` and `Content-Type` matter.

use doorward_adapters_http::fuzzing::{Answer, wanted_answer};
use poem::http::{HeaderMap, HeaderValue, header};

use super::head;

pub fn check(input: &[u8]) {
    let headers = head::parse(input);
    let wanted = wanted_answer(&headers);

    // Pages and JSON are sent only to clients that name them.
    let accepted = |name: &str| headers.get_all(header::ACCEPT).iter().any(|line| mentions(line, name));
    let sent_json = headers.get(header::CONTENT_TYPE).is_some_and(|line| mentions(line, "application/json"));
    let has_bearer = headers.get_all(header::AUTHORIZATION).iter().any(|line| mentions(line, "bearer"));
    match wanted {
        Answer::Page => assert!(accepted("text/html")),
        Answer::Json => assert!(accepted("application/json") || sent_json || has_bearer),
        Answer::FormFetch => {}
    }

    // A form gets the one of the two types that it prefers; a wildcard changes nothing.
    if !sent_json && !has_bearer {
        assert_eq!(wanted_answer(&head::with(&headers, "accept", "text/html", false)), Answer::Page);
        assert_eq!(wanted_answer(&head::with(&headers, "accept", "*/*", true)), wanted);
        let json = wanted_answer(&head::with(&headers, "accept", "application/json", false));
        assert_ne!(json, Answer::FormFetch);
    }
    // A client with a bearer token or a JSON body is a program, unless it names nothing but HTML.
    let program = head::with(&headers, "authorization", "Bearer token", false);
    assert_eq!(wanted_answer(&program), Answer::Json);
    if sent_json {
        assert_eq!(wanted_answer(&head::with(&headers, "accept", "*/*", false)), Answer::Json);
    }

    // The order of the lines and letter case do not matter.
    let mut turned = head::without(&headers, "accept");
    let lines: Vec<&HeaderValue> = headers.get_all(header::ACCEPT).iter().collect();
    for line in lines.into_iter().rev() {
        turned.append(header::ACCEPT, line.clone());
    }
    assert_eq!(wanted_answer(&turned), wanted);
    let shouted: HeaderMap = headers
        .iter()
        .map(|(name, value)| {
            let value = HeaderValue::from_bytes(&value.as_bytes().to_ascii_uppercase()).expect("a header value");
            (name.clone(), value)
        })
        .collect();
    assert_eq!(wanted_answer(&shouted), wanted);
}

fn mentions(line: &HeaderValue, name: &str) -> bool {
    let line = line.as_bytes().to_ascii_lowercase();
    line.windows(name.len()).any(|window| window == name.as_bytes())
}
