//! Cross-origin requests. Input: the head of a POST. Checks changed heads that must always be refused, and others that
//! must always pass.

use doorward_adapters_http::Origin;
use doorward_adapters_http::fuzzing::may_change;
use poem::http::HeaderMap;

use super::head;

pub fn check(input: &[u8]) {
    let headers = head::parse(input);
    let origin = |text: &str| text.parse::<Origin>().expect("an origin");
    let (public, trusted) = (origin("https://door.example"), [origin("https://app.example")]);
    let passes = |headers: HeaderMap| may_change(headers, &public, &trusted);

    // A page of another site controls much of a request, but not these headers.
    let no_bearer = head::without(&headers, "authorization");
    let no_origin = head::without(&no_bearer, "origin");
    let foreign = head::with(&no_origin, "origin", "https://evil.example", false);
    let marked = head::with(&head::without(&foreign, "sec-fetch-site"), "sec-fetch-site", "cross-site", false);
    assert!(!passes(marked.clone()), "a foreign page may change something");
    assert!(!passes(head::with(&marked, "sec-fetch-site", "same-origin", true)));
    assert!(!passes(head::without(&marked, "sec-fetch-site")), "a foreign page in an old browser may change something");
    for origin in ["null", "https://door.example.evil.example", "http://door.example", "https://door.example:444"] {
        let head = head::with(&head::without(&no_origin, "sec-fetch-site"), "origin", origin, false);
        // A server that is also reached as `http://door.example` has that origin, too.
        let is_own = head.get("host").is_some_and(|host| {
            host.to_str().is_ok_and(|host| format!("http://{host}").parse::<Origin>() == origin.parse::<Origin>())
        });
        assert!(!passes(head) || (is_own && origin == "http://door.example"), "{origin}");
    }

    // A trusted origin passes with any `Sec-Fetch-Site`, and so does a client without a browser's headers.
    assert!(passes(head::with(&head::without(&headers, "origin"), "origin", "https://app.example", false)));
    assert!(passes(head::without(&no_origin, "sec-fetch-site")));
    let own = head::without(&head::with(&no_origin, "origin", "https://door.example", false), "sec-fetch-site");
    assert!(passes(own));

    // A bearer token does not excuse a cross-origin request that has a cookie, too.
    let with_both = head::with(&head::with(&marked, "authorization", "Bearer x", false), "cookie", "a=b", false);
    assert!(!passes(with_both));
}
