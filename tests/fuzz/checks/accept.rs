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
    match wanted {
        Answer::Page => assert!(accepted("text/html")),
        Answer::Json => assert!(accepted("application/json") || sent_json),
        Answer::FormFetch => {}
    }

    // A client that accepts `text/html` gets a page, with any other types beside it; a wildcard changes nothing.
    assert_eq!(wanted_answer(&head::with(&headers, "accept", "text/html;q=0.1", false)), Answer::Page);
    assert_eq!(wanted_answer(&head::with(&headers, "accept", "*/*", true)), wanted);
    let json = wanted_answer(&head::with(&headers, "accept", "application/json", false));
    assert_eq!(json, if wanted == Answer::Page { Answer::Page } else { Answer::Json });

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
